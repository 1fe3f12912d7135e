"""A good feed, spoiled one way at a time: which file, its new text, the code, and where."""

from typing import Final

from fakes.feed_texts import GOOD_FEED

LEG_RULES = (
    "leg_group_id,network_id,from_area_id,to_area_id,from_timeframe_group_id,fare_product_id\n"
)
TRANSFER_RULES = (
    "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,"
    "fare_transfer_type,fare_product_id\n"
)
ATTRIBUTES = "fare_id,price,currency_type,payment_method,transfers,transfer_duration,agency_id\n"
_CALENDAR = GOOD_FEED["calendar.txt"].partition("\n")[0] + "\n"
TIMES = "timeframe_group_id,start_time,end_time,service_id\nall-day,,,weekday\n"

FATAL: Final = [
    ("agency.txt", "agency_timezone\n", "feed_file_missing", "agency.txt is missing"),
    ("agency.txt", "agency_id,agency_timezone\nx,\n", "feed_field_missing", "line 2, agency_tim"),
    ("agency.txt", "agency_timezone\nMars/Base\n", "feed_timezone", "line 2, agency_timezone"),
    ("agency.txt", "agency_timezone\n../x\n", "feed_timezone", "line 2, agency_timezone"),
    ("agency.txt", "agency_timezone\nEurope\n", "feed_timezone", "line 2, agency_timezone"),
    (
        "agency.txt",
        "agency_id,agency_timezone\nmetro,Europe/Berlin\nb,Europe/Paris\n",
        "feed_timezone",
        "line 3, agency_timezone differs",
    ),
    (
        "agency.txt",
        "agency_id,agency_timezone\nmetro,Europe/Berlin\nmetro,Europe/Berlin\n",
        "feed_duplicate",
        "line 3, agency_id repeats metro",
    ),
    ("stops.txt", "stop_id,stop_name\n,x\n", "feed_field_missing", "line 2, stop_id"),
    ("stops.txt", "stop_id\nmuseum\nmuseum\n", "feed_duplicate", "stops.txt line 3, stop_id"),
    ("stops.txt", "stop_id,stop_timezone\nx,Mars\n", "feed_timezone", "line 2, stop_timezone"),
    (
        "stops.txt",
        "stop_id,parent_station\nx,y\n",
        "feed_reference",
        "line 2, parent_station names 'y'",
    ),
    ("stops.txt", "stop_id,parent_station\nx,y\ny,x\n", "feed_parent", "line 2, parent_station"),
    ("stops.txt", 'stop_id\n"x\n', "feed_csv", "stops.txt line"),
    ("stops.txt", "stop_id,stop_id\nx,y\n", "feed_header", "stops.txt line 1, stop_id"),
    ("stops.txt", "stop_id\nx,y\n", "feed_row", "stops.txt line 2 has 2 cells for 1"),
    ("routes.txt", "route_id,network_id\n,m\n", "feed_field_missing", "line 2, route_id"),
    ("routes.txt", "route_id\nm1\nm1\n", "feed_duplicate", "line 3, route_id"),
    ("networks.txt", "network_id\nm\nm\n", "feed_duplicate", "3, network_id repeats"),
    (
        "networks.txt",
        "network_id,network_name\n,m\n",
        "feed_field_missing",
        "2, network_id is empty",
    ),
    ("route_networks.txt", "network_id\nbus\n", "feed_field_missing", "line 2, route_id"),
    ("route_networks.txt", "network_id,route_id\nair,b1\n", "feed_reference", "2, network_id"),
    (
        "route_networks.txt",
        "network_id,route_id\nbus,b1\nmetro,b1\n",
        "feed_duplicate",
        "line 3, route_id",
    ),
    (
        "routes.txt",
        "route_id,network_id\nm1,bus\nb1,\n",
        "feed_duplicate",
        "route_networks.txt line 2, network_id puts 'm1'",
    ),
    ("areas.txt", "area_id\nA\nA\n", "feed_duplicate", "3, area_id repeats"),
    ("areas.txt", "area_id,area_name\n,x\n", "feed_field_missing", "2, area_id is empty"),
    ("stop_areas.txt", "area_id,stop_id\nC,museum\n", "feed_reference", "line 2, area_id"),
    ("stop_areas.txt", "area_id,stop_id\n,museum\n", "feed_field_missing", "line 2, area_id"),
    ("fare_media.txt", "fare_media_id,fare_media_type\n,1\n", "feed_field_missing", "id is empty"),
    ("fare_media.txt", "fare_media_id\nface\nface\n", "feed_duplicate", "3, fare_media_id"),
    (
        "rider_categories.txt",
        "rider_category_id,rider_category_name\n,x\n",
        "feed_field_missing",
        "line 2, rider_category_id is empty",
    ),
    (
        "rider_categories.txt",
        "rider_category_id\nadult\nadult\n",
        "feed_duplicate",
        "line 3, rider_category_id",
    ),
    ("fare_products.txt", "fare_product_id\nsingle\n", "feed_field_missing", "line 2, amount"),
    (
        "fare_products.txt",
        "fare_product_id,amount,currency\nsingle,2,75,EUR\n",
        "feed_row",
        "fare_products.txt line 2",
    ),
    (
        "fare_products.txt",
        "fare_product_id,amount,currency\nsingle,1e2,EUR\n",
        "feed_amount",
        "line 2, amount",
    ),
    (
        "fare_products.txt",
        "fare_product_id,amount,currency\nsingle,2.755,EUR\n",
        "feed_amount",
        "line 2, amount",
    ),
    (
        "fare_products.txt",
        "fare_product_id,amount,currency\nsingle,2.75,eur\n",
        "currency_code",
        "line 2, currency",
    ),
    (
        "fare_products.txt",
        "fare_product_id,fare_media_id,amount,currency\nsingle,ring,2.75,EUR\n",
        "feed_reference",
        "line 2, fare_media_id",
    ),
    (
        "fare_products.txt",
        "fare_product_id,rider_category_id,amount,currency\nsingle,pet,2.75,EUR\n",
        "feed_reference",
        "line 2, rider_category_id",
    ),
    (
        "fare_products.txt",
        "fare_product_id,amount,currency\nsingle,2.75,EUR\nsingle,2.75,EUR\n",
        "feed_duplicate",
        "line 3, fare_product_id repeats single, , .",
    ),
    ("timeframes.txt", TIMES + "peak,,,\n", "feed_field_missing", "line 3, service_id"),
    ("timeframes.txt", TIMES + "peak,,,never\n", "feed_reference", "line 3, service_id"),
    ("timeframes.txt", TIMES + "peak,6,9:00:00,weekday\n", "feed_time", "line 3, start_time"),
    (
        "timeframes.txt",
        TIMES + "peak,6:00:00,24:00:01,weekday\n",
        "feed_time",
        "line 3, end_time '24:00:01'",
    ),
    (
        "calendar.txt",
        _CALENDAR + "weekday,1,1,1,1,1,0,yes,20260101,20261231\n",
        "feed_enum",
        "line 2, sunday 'yes'",
    ),
    (
        "calendar.txt",
        _CALENDAR + "weekday,1,1,1,1,1,0,0,2026-01-01,20261231\n",
        "feed_date",
        "line 2, start_date '2026-01-01'",
    ),
    (
        "calendar.txt",
        _CALENDAR + "weekday,1,1,1,1,1,0,0,20260101,20260231\n",
        "feed_date",
        "line 2, end_date '20260231'",
    ),
    (
        "calendar.txt",
        _CALENDAR + 2 * "weekday,1,1,1,1,1,0,0,20260101,20261231\n",
        "feed_duplicate",
        "line 3, service_id",
    ),
    (
        "calendar_dates.txt",
        "service_id,date,exception_type\nholiday,May,1\n",
        "feed_date",
        "line 2, date",
    ),
    (
        "calendar_dates.txt",
        "service_id,date,exception_type\nholiday,20260501,3\n",
        "feed_enum",
        "line 2, exception_type",
    ),
    (
        "calendar_dates.txt",
        "service_id,date,exception_type\nholiday,20260501,1\nholiday,20260501,2\n",
        "feed_duplicate",
        "line 3, date repeats holiday, 20260501",
    ),
    (
        "fare_leg_rules.txt",
        LEG_RULES + "ride,metro,,,,\n",
        "feed_field_missing",
        "2, fare_product_id",
    ),
    ("fare_leg_rules.txt", LEG_RULES + "ride,air,,,,single\n", "feed_reference", "2, network_id"),
    ("fare_leg_rules.txt", LEG_RULES + "ride,,C,,,single\n", "feed_reference", "2, from_area_id"),
    ("fare_leg_rules.txt", LEG_RULES + "ride,,,C,,single\n", "feed_reference", "2, to_area_id"),
    ("fare_leg_rules.txt", LEG_RULES + "ride,,,,late,single\n", "feed_reference", "2, from_timefr"),
    (
        "fare_leg_rules.txt",
        "leg_group_id,to_timeframe_group_id,fare_product_id\nride,late,single\n",
        "feed_reference",
        "2, to_timeframe_group_id",
    ),
    (
        "fare_leg_rules.txt",
        LEG_RULES + "ride,,,,,day\n",
        "feed_reference",
        "line 2, fare_product_id",
    ),
    (
        "fare_leg_rules.txt",
        "leg_group_id,fare_product_id,rule_priority\nride,single,high\n",
        "feed_number",
        "line 2, rule_priority 'high'",
    ),
    (
        "fare_leg_rules.txt",
        "leg_group_id,fare_product_id,rule_priority\nride,single,-1\n",
        "feed_number",
        "line 2, rule_priority '-1'",
    ),
    (
        "fare_leg_join_rules.txt",
        "from_network_id,to_network_id\nmetro,air\n",
        "feed_reference",
        "line 2, to_network_id",
    ),
    (
        "fare_leg_join_rules.txt",
        "from_network_id,to_network_id,from_stop_id,to_stop_id\nmetro,bus,harbour,zoo\n",
        "feed_reference",
        "line 2, to_stop_id",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "ride,ride,1,,,,\n",
        "feed_field_missing",
        "fare_tra",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "ride,ride,1,,,3,\n",
        "feed_enum",
        "fare_transfer_ty",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "ride,ride,0,,,0,\n",
        "feed_number",
        "transfer_count",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "ride,ride,-2,,,0,\n",
        "feed_number",
        "transfer_cou",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "ride,ride,1,0,1,0,\n",
        "feed_number",
        "duration_li",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "ride,ride,1,60,,0,\n",
        "feed_conditional",
        "line 2, duration_limit_type is empty",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "ride,ride,1,60,4,0,\n",
        "feed_enum",
        "duration_lim",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "ride,ride,1,,,0,x\n",
        "feed_reference",
        "fare_prod",
    ),
]
"""No fare of such a feed can be trusted."""
