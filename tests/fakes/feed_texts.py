"""A small feed that uses every table that decides fares, and that nothing is wrong with."""

from typing import Final

GOOD_FEED: Final = {
    "agency.txt": (
        "agency_id,agency_name,agency_url,agency_timezone\n"
        "metro,Metro,https://metro.example,Europe/Berlin\n"
    ),
    "stops.txt": (
        "stop_id,stop_name,location_type,parent_station,stop_timezone,zone_id\n"
        "harbour,Harbour,1,,,\n"
        "harbour-1,Harbour 1,0,harbour,,Z1\n"
        "harbour-1a,Harbour 1 front,4,harbour-1,,\n"
        "harbour-door,Harbour door,2,harbour,,\n"
        "museum,Museum,,,Europe/London,Z2\n"
    ),
    "routes.txt": (
        "route_id,agency_id,route_short_name,route_long_name,route_type\nm1,metro,M1,,1\nb1,,B1,,3\n"
    ),
    "networks.txt": "network_id,network_name\nmetro,Metro\nbus,Bus\n",
    "route_networks.txt": "network_id,route_id\nmetro,m1\nbus,b1\n",
    "areas.txt": "area_id,area_name\nA,Inner\nB,Outer\n",
    "stop_areas.txt": "area_id,stop_id\nA,harbour\nB,museum\nA,museum\n",
    "fare_media.txt": "fare_media_id,fare_media_name,fare_media_type\nface,Face,0\ncard,Card,2\n",
    "rider_categories.txt": (
        "rider_category_id,rider_category_name,is_default_fare_category,eligibility_url\n"
        "adult,Adult,1,\nchild,Child,,https://metro.example/child\n"
    ),
    "fare_products.txt": (
        "fare_product_id,fare_product_name,rider_category_id,fare_media_id,amount,currency\n"
        "single,Single,adult,face,2.75,EUR\n"
        "single,Single,,,3.00,EUR\n"
        "change,Change,,,-0.50,EUR\n"
    ),
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "weekday,1,1,1,1,1,0,0,20260101,20261231\n"
        "trains,1,1,1,1,1,1,1,20260101,20261231\n"
    ),
    "calendar_dates.txt": (
        "service_id,date,exception_type\n"
        "weekday,20260501,2\nholiday,20260501,1\nweekday,20260502,1\ntrains,20260501,2\n"
    ),
    "timeframes.txt": (
        "timeframe_group_id,start_time,end_time,service_id\n"
        "peak,6:30:00,09:00:00,weekday\npeak,16:00:00,24:00:00,weekday\nall-day,,,holiday\n"
    ),
    "fare_leg_rules.txt": (
        "leg_group_id,network_id,from_area_id,to_area_id,from_timeframe_group_id,"
        "to_timeframe_group_id,fare_product_id,rule_priority\n"
        "ride,metro,A,B,peak,all-day,single,2\n"
        "ride,,,,,,single,\n"
    ),
    "fare_leg_join_rules.txt": (
        "from_network_id,to_network_id,from_stop_id,to_stop_id\n"
        "metro,metro,,\nmetro,bus,harbour,museum\n"
    ),
    "fare_transfer_rules.txt": (
        "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,"
        "fare_transfer_type,fare_product_id\n"
        "ride,ride,-1,5400,1,0,change\n,,,,,1,\n"
    ),
}
"""Texts of the files by name. Spoil it one way at a time: `GOOD_FEED | {name: text}`."""
