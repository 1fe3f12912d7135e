"""A good feed, made wrong one way at a time such that its fares stay clear."""

from typing import Final

from fakes.spoiled_feeds import ATTRIBUTES, LEG_RULES, TIMES, TRANSFER_RULES

_RULES = "fare_id,route_id,origin_id,destination_id,contains_id\n"
_STOPS = "stop_id,location_type,parent_station\nmuseum,0,\n"

ERROR: Final = [
    (
        "agency.txt",
        "agency_id,agency_timezone\nmetro,Europe/Berlin\n,Europe/Berlin\n",
        "feed_conditional",
        "agency.txt line 3, agency_id",
    ),
    (
        "agency.txt",
        "agency_id,agency_timezone\nmetro,Europe/Berlin\nb,Europe/Berlin\n",
        "feed_conditional",
        "routes.txt line 3, agency_id",
    ),
    ("routes.txt", "route_id,agency_id\nm1,x\nb1,\n", "feed_reference", "line 2, agency_id"),
    ("stops.txt", _STOPS + "harbour,0,museum\n", "feed_parent", "line 3, parent_station"),
    ("stops.txt", _STOPS + "harbour,1,museum\n", "feed_parent", "line 3, parent_station"),
    ("stops.txt", _STOPS + "harbour,2,\n", "feed_parent", "line 3, parent_station is empty"),
    ("stops.txt", _STOPS + "harbour,5,\n", "feed_enum", "stops.txt line 3, location_type"),
    ("stops.txt", _STOPS + "s,1,\nharbour,4,s\n", "feed_parent", "line 4, parent_station"),
    (
        "stop_areas.txt",
        "area_id,stop_id\nA,zoo\nA,museum\nB,museum\n",
        "feed_reference",
        "line 2, stop_id",
    ),
    ("route_networks.txt", "network_id,route_id\nbus,b2\n", "feed_reference", "2, route_id"),
    (
        "fare_media.txt",
        "fare_media_id,fare_media_type\nface,5\n",
        "feed_enum",
        "line 2, fare_media_type '5'",
    ),
    (
        "fare_media.txt",
        "fare_media_id,fare_media_type\nface,\n",
        "feed_field_missing",
        "line 2, fare_media_type",
    ),
    (
        "rider_categories.txt",
        "rider_category_id,is_default_fare_category\nadult,1\n",
        "feed_field_missing",
        "line 2, rider_category_name",
    ),
    (
        "rider_categories.txt",
        "rider_category_id,is_default_fare_category\nadult,1\nchild,1\n",
        "feed_default_category",
        "fare_products.txt line 3, rider_category_id makes adult, child",
    ),
    (
        "rider_categories.txt",
        "rider_category_id,is_default_fare_category\nadult,1\nchild,yes\n",
        "feed_enum",
        "line 3, is_default_fare_category",
    ),
    (
        "timeframes.txt",
        TIMES + "peak,06:00:00,09:00:00,weekday\npeak,08:59:59,10:00:00,weekday\n",
        "feed_timeframes",
        "line 4, start_time overlaps",
    ),
    ("timeframes.txt", TIMES + "peak,,09:00:00,weekday\n", "feed_conditional", "3, start_time"),
    ("timeframes.txt", TIMES + "peak,06:00:00,,weekday\n", "feed_conditional", "line 3, end_time"),
    (
        "timeframes.txt",
        TIMES + "peak,22:00:00,02:00:00,weekday\n",
        "feed_timeframes",
        "line 3, start_time is not before",
    ),
    ("fare_leg_rules.txt", LEG_RULES + 2 * "ride,,,,,single\n", "feed_duplicate", "txt line 3 has"),
    (
        "fare_leg_join_rules.txt",
        "from_network_id,to_network_id,from_stop_id,to_stop_id\nmetro,bus,harbour-door,harbour\n",
        "feed_reference",
        "line 2, from_stop_id names 'harbour-door', which is neither",
    ),
    (
        "fare_leg_join_rules.txt",
        "from_network_id,to_network_id,from_stop_id\nmetro,bus,harbour\n",
        "feed_conditional",
        "line 2, to_stop_id",
    ),
    (
        "fare_leg_join_rules.txt",
        "from_network_id,to_network_id,to_stop_id\nmetro,bus,harbour\n",
        "feed_conditional",
        "line 2, from_stop_id",
    ),
    (
        "fare_leg_join_rules.txt",
        "from_network_id,to_network_id\nbus,bus\nbus,bus\n",
        "feed_duplicate",
        "line 3 has",
    ),
    (
        "fare_leg_join_rules.txt",
        "from_network_id,to_network_id\nmetro,\n",
        "feed_field_missing",
        "line 2, to_network_id",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "ride,ride,,,,0,\n",
        "feed_conditional",
        "transfer_c",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "ride,ride,1,,1,0,\n",
        "feed_conditional",
        "duration",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "x,ride,,,,0,\n",
        "feed_reference",
        "from_leg_group",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + "ride,x,,,,0,\n",
        "feed_reference",
        "to_leg_group_id",
    ),
    (
        "fare_transfer_rules.txt",
        TRANSFER_RULES + 2 * "ride,ride,1,,,0,\n",
        "feed_duplicate",
        "line 3",
    ),
    ("fare_attributes.txt", ATTRIBUTES + "1,,EUR,1,,,\n", "feed_field_missing", "line 2, price"),
    ("fare_attributes.txt", ATTRIBUTES + "1,2,,1,,,\n", "feed_field_missing", "currency_type"),
    ("fare_attributes.txt", ATTRIBUTES + "1,-2,EUR,1,,,\n", "feed_amount", "line 2, price"),
    ("fare_attributes.txt", ATTRIBUTES + "1,2,EUR,1,,,x\n", "feed_reference", "2, agency_id"),
    ("fare_attributes.txt", ATTRIBUTES + "1,2,EUR,1,,1h,\n", "feed_number", "transfer_duratio"),
    ("fare_attributes.txt", ATTRIBUTES + "1,2,EUR,1,3,,\n", "feed_enum", "line 2, transfers"),
    ("fare_attributes.txt", ATTRIBUTES + "1,2,EUR,2,,,\n", "feed_enum", "2, payment_method"),
    ("fare_attributes.txt", ATTRIBUTES + "1,2,euro,1,,,\n", "currency_code", "currency_type"),
    ("fare_attributes.txt", ATTRIBUTES + "1,two,EUR,1,,,\n", "feed_amount", "line 2, price"),
    ("fare_attributes.txt", ATTRIBUTES + 2 * "1,2,EUR,1,,,\n", "feed_duplicate", "3, fare_id"),
    ("fare_rules.txt", _RULES + ",m1,,,\n", "feed_field_missing", "line 2, fare_id"),
    ("fare_rules.txt", _RULES + "1,,,,Z9\n", "feed_zone", "line 2, contains_id"),
    ("fare_rules.txt", _RULES + "1,,Z1,Z9,\n", "feed_zone", "line 2, destination_id"),
    ("fare_rules.txt", _RULES + "1,,Z9,,\n", "feed_zone", "line 2, origin_id"),
    ("fare_rules.txt", _RULES + 2 * "1,m1,Z1,Z2,\n", "feed_duplicate", "line 3 repeats"),
    ("fare_rules.txt", _RULES + "1,m9,,,\n", "feed_reference", "line 2, route_id"),
    ("fare_rules.txt", _RULES + "9,,,,\n", "feed_reference", "line 2, fare_id"),
]
"""Which file, its new text, the code, and where. The reference forbids it."""
