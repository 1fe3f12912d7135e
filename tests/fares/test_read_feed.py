"""A feed is read whole, or the cell that is wrong is named."""

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fakes.fares_world import write_feed
from fakes.feed_texts import GOOD_FEED
from faregate.errors import InvalidInputError
from faregate.fares.read_feed import read_feed
from faregate.fares.tables import (
    Agency,
    Area,
    DurationLimitType,
    FareLegJoinRule,
    FareLegRule,
    FareMediaType,
    FareMedium,
    FareTransferRule,
    FareTransferType,
    LocationType,
    Network,
    RiderCategory,
    Route,
    Service,
    Stop,
    Timeframe,
)
from faregate.money import Money


def test_reads_where_fares_apply(tmp_path: Path) -> None:
    """Agencies, stops, areas, routes and networks arrive with every field."""
    feed = read_feed(write_feed(tmp_path, GOOD_FEED))
    assert feed.agency_timezone == ZoneInfo("Europe/Berlin")
    assert feed.agencies == (
        Agency(agency_id="metro", agency_name="Metro", agency_timezone="Europe/Berlin"),
    )
    assert feed.stops["harbour-1"] == Stop(
        stop_id="harbour-1",
        stop_name="Harbour 1",
        parent_station="harbour",
        stop_timezone="",
        location_type=LocationType.STOP,
        zone_id="Z1",
    )
    assert feed.routes["m1"] == Route(
        route_id="m1",
        agency_id="metro",
        route_short_name="M1",
        route_long_name="",
        network_id="",
    )
    assert feed.route_networks == {"m1": "metro", "b1": "bus"}
    assert feed.networks["bus"] == Network(network_id="bus", network_name="Bus")
    assert feed.areas["A"] == Area(area_id="A", area_name="Inner")
    assert feed.stop_areas == {"harbour": {"A"}, "museum": {"A", "B"}}


def test_reads_what_riders_buy(tmp_path: Path) -> None:
    """Media, categories and products arrive with every field."""
    feed = read_feed(write_feed(tmp_path, GOOD_FEED))
    assert feed.fare_media["card"] == FareMedium(
        fare_media_id="card", fare_media_name="Card", fare_media_type=FareMediaType.TRANSIT_CARD
    )
    assert feed.rider_categories["child"] == RiderCategory(
        rider_category_id="child",
        rider_category_name="Child",
        is_default_fare_category=False,
        eligibility_url="https://metro.example/child",
    )
    assert feed.rider_categories["adult"].is_default_fare_category
    assert [(row.fare_product_id, row.amount, row.line) for row in feed.fare_products] == [
        ("single", Money(275, "EUR"), 2),
        ("single", Money(300, "EUR"), 3),
        ("change", Money(-50, "EUR"), 4),
    ]


def test_reads_when_fares_apply(tmp_path: Path) -> None:
    """Timeframes are seconds of a day; a service has its weekdays and its exceptions."""
    feed = read_feed(write_feed(tmp_path, GOOD_FEED))
    assert feed.timeframes["peak"][0] == Timeframe(
        timeframe_group_id="peak", start_time=23400, end_time=32400, service_id="weekday"
    )
    assert [(row.start_time, row.end_time) for row in feed.timeframes["all-day"]] == [(0, 86400)]
    assert feed.services["weekday"] == Service(
        service_id="weekday",
        weekdays=frozenset(range(5)),
        start_date=date(2026, 1, 1),
        end_date=date(2026, 12, 31),
        added=frozenset({date(2026, 5, 2)}),
        removed=frozenset({date(2026, 5, 1)}),
    )
    assert set(feed.services) == {"weekday", "holiday"}


@pytest.mark.parametrize(
    ("service", "day", "runs"),
    [
        ("weekday", date(2026, 4, 30), True),
        ("weekday", date(2026, 5, 1), False),
        ("weekday", date(2026, 5, 2), True),
        ("weekday", date(2026, 5, 3), False),
        ("weekday", date(2026, 12, 31), True),
        ("weekday", date(2027, 1, 1), False),
        ("weekday", date(2025, 12, 31), False),
        ("holiday", date(2026, 5, 1), True),
        ("holiday", date(2026, 4, 30), False),
    ],
    ids=[
        "a Thursday",
        "34 removed for the holiday",
        "34 added on a Saturday",
        "a Sunday",
        "the last day is included",
        "after the last day",
        "before the first day",
        "34 the holiday's own service",
        "no other day of it",
    ],
)
def test_a_service_runs_on_its_days(tmp_path: Path, service: str, day: date, *, runs: bool) -> None:
    """Edge case 34: calendar_dates.txt adds and removes days, whatever the weekday says."""
    feed = read_feed(write_feed(tmp_path, GOOD_FEED))
    assert feed.services[service].runs_on(day) is runs


def test_reads_the_rules(tmp_path: Path) -> None:
    """Rules for legs, joins and transfers arrive with every field and their line."""
    feed = read_feed(write_feed(tmp_path, GOOD_FEED))
    assert feed.fare_leg_rules[0] == FareLegRule(
        line=2,
        leg_group_id="ride",
        network_id="metro",
        from_area_id="A",
        to_area_id="B",
        fare_product_id="single",
        from_timeframe_group_id="peak",
        to_timeframe_group_id="all-day",
        rule_priority=2,
    )
    assert feed.fare_leg_rules[1].rule_priority is None
    assert feed.fare_leg_join_rules[1] == FareLegJoinRule(
        line=3,
        from_network_id="metro",
        to_network_id="bus",
        from_stop_id="harbour",
        to_stop_id="museum",
    )
    assert feed.fare_transfer_rules == (
        FareTransferRule(
            line=2,
            from_leg_group_id="ride",
            to_leg_group_id="ride",
            transfer_count=-1,
            duration_limit=5400,
            duration_limit_type=DurationLimitType.DEPARTURE_TO_DEPARTURE,
            fare_transfer_type=FareTransferType.FROM_LEG_PLUS_TRANSFER,
            fare_product_id="change",
        ),
        FareTransferRule(
            line=3,
            from_leg_group_id="",
            to_leg_group_id="",
            transfer_count=None,
            duration_limit=None,
            duration_limit_type=None,
            fare_transfer_type=FareTransferType.BOTH_LEGS_PLUS_TRANSFER,
            fare_product_id="",
        ),
    )


def test_a_platform_is_in_the_areas_of_its_station_unless_it_has_its_own(tmp_path: Path) -> None:
    """Areas go down from station to platform and boarding area; an own assignment overrides."""
    feed = read_feed(write_feed(tmp_path, GOOD_FEED))
    assert feed.areas_of("harbour-1") == feed.areas_of("harbour-1a") == {"A"}
    own = GOOD_FEED | {"stop_areas.txt": GOOD_FEED["stop_areas.txt"] + "B,harbour-1\n"}
    feed = read_feed(write_feed(tmp_path, own))
    assert feed.areas_of("harbour-1") == feed.areas_of("harbour-1a") == {"B"}
    assert (
        read_feed(write_feed(tmp_path, GOOD_FEED | {"stop_areas.txt": ""})).areas_of("museum")
        == frozenset()
    )


def test_a_stop_knows_its_station(tmp_path: Path) -> None:
    """Platforms, boarding areas and entrances lie in a station; a lone stop is its own."""
    feed = read_feed(write_feed(tmp_path, GOOD_FEED))
    assert {stop_id: feed.station_of(stop_id) for stop_id in feed.stops} == {
        "harbour": "harbour",
        "harbour-1": "harbour",
        "harbour-1a": "harbour",
        "harbour-door": "harbour",
        "museum": "museum",
    }


def test_local_time_is_that_of_the_station(tmp_path: Path) -> None:
    """Edge case 37: a platform takes the zone of its station; a stop without any the agency's."""
    stops = (
        "stop_id,location_type,parent_station,stop_timezone\n"
        "S,1,,Asia/Tokyo\nP,0,S,Europe/London\nX,0,,\n"
    )
    feed = read_feed(
        write_feed(
            tmp_path,
            {**GOOD_FEED, "stops.txt": stops, "stop_areas.txt": "", "fare_leg_join_rules.txt": ""},
        )
    )
    zones = {stop_id: feed.timezone_of(stop_id).key for stop_id in (*feed.stops, "nowhere")}
    assert zones == {
        "S": "Asia/Tokyo",
        "P": "Asia/Tokyo",
        "X": "Europe/Berlin",
        "nowhere": "Europe/Berlin",
    }


def test_networks_may_stand_in_routes(tmp_path: Path) -> None:
    """The older way to put a route into a network is read like the newer one."""
    routes = "route_id,route_type,network_id\nm1,1,metro\nb1,3,\n"
    files = {
        name: text
        for name, text in GOOD_FEED.items()
        if name not in ("networks.txt", "route_networks.txt", "fare_leg_join_rules.txt")
    }
    feed = read_feed(write_feed(tmp_path, files | {"routes.txt": routes}))
    assert (feed.route_networks, set(feed.networks)) == ({"m1": "metro"}, {"metro"})


def test_ids_without_their_table_are_taken_as_they_are_used(tmp_path: Path) -> None:
    """A feed cut down to its rules is priced all the same: naming an area changes no fare."""
    files = {
        name: text
        for name, text in GOOD_FEED.items()
        if name not in ("areas.txt", "fare_media.txt", "rider_categories.txt")
    }
    feed = read_feed(write_feed(tmp_path, files))
    assert set(feed.areas) == {"A", "B"}
    assert set(feed.fare_media) == {"face"}
    assert set(feed.rider_categories) == {"adult"}


def test_a_proposed_condition_is_kept_with_its_rule(tmp_path: Path) -> None:
    """A rule bound to what GTFS has not adopted says so: it must not price every leg."""
    feed = read_feed(
        write_feed(
            tmp_path,
            GOOD_FEED
            | {
                "fare_leg_rules.txt": (
                    "leg_group_id,fare_product_id,contains_exactly_area_set_id\n"
                    "ride,single,AB\nride,single,\n"
                ),
                "fare_transfer_rules.txt": (
                    "fare_transfer_type,filter_fare_product_id\n0,single\n0,\n"
                ),
            },
        )
    )
    assert [rule.proposed_condition for rule in feed.fare_leg_rules] == [
        "contains_exactly_area_set_id=AB",
        "",
    ]
    assert [rule.proposed_condition for rule in feed.fare_transfer_rules] == [
        "filter_fare_product_id=single",
        "",
    ]


def test_raises_for_the_first_defect_that_matters(tmp_path: Path) -> None:
    """Lesser defects before it are read past; the error names file, line, field and remedy."""
    spoiled = GOOD_FEED | {
        "stop_areas.txt": "area_id,stop_id\nA,harbour\nA,zoo\n",
        "fare_products.txt": 'fare_product_id,amount,currency\nsingle,"2,75",EUR\n',
    }
    with pytest.raises(InvalidInputError) as caught:
        read_feed(write_feed(tmp_path, spoiled))
    assert str(caught.value) == (
        "fare_products.txt line 2, amount '2,75' is no decimal amount."
        " Write it like 2.75. [feed_amount]"
    )


def test_a_row_without_a_stop_is_left_out(tmp_path: Path) -> None:
    """A stale row about a stop or route that is gone changes no fare, and stops no feed."""
    feed = read_feed(
        write_feed(
            tmp_path,
            GOOD_FEED
            | {
                "stop_areas.txt": GOOD_FEED["stop_areas.txt"] + "A,zoo\n",
                "route_networks.txt": GOOD_FEED["route_networks.txt"] + "bus,gone\n",
            },
        )
    )
    assert "zoo" not in feed.stop_areas
    assert "gone" not in feed.route_networks


@pytest.mark.parametrize(
    "name", ["feeds/metro_lisboa", "feeds/transcollines/GTFS", "feeds/ctran_flex"]
)
def test_reads_real_feeds(test_data: Path, name: str) -> None:
    """Published feeds are read whole: byte order marks, line breaks, lost stops and all."""
    feed = read_feed(test_data / "fares" / name)
    assert feed.fare_leg_rules
    assert {rule.fare_product_id for rule in feed.fare_leg_rules} <= {
        product.fare_product_id for product in feed.fare_products
    }


@pytest.mark.parametrize("name", ["simple_fares", "area_sets", "no_fares"])
def test_reads_feeds_of_another_engine(test_data: Path, name: str) -> None:
    """The feeds that nigiri is tested with are read, headers with tabs and no fares included."""
    feed = read_feed(test_data / "fares/nigiri" / name)
    assert set(feed.routes) == {"line1", "line2", "line3", "air"}
    assert bool(feed.fare_leg_rules) is (name != "no_fares")


_LARGE_FEED_SECONDS_MAX = 60.0  # 11 when this was written, on two busy cores


@pytest.mark.long
def test_a_large_feed_is_read_in_seconds(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """50 MB of stops, products and leg rules, 1.7 million rows, are read in seconds of one core."""
    stops = range(300_000)
    rules = range(560_000)
    large = {
        "stops.txt": "".join(f"stop-{n},Stop {n},0,,,Z{n % 50}\n" for n in stops),
        "stop_areas.txt": "".join(f"{'AB'[n % 2]},stop-{n}\n" for n in stops),
        "fare_products.txt": "".join(f"product-{n},Product,,,2.75,EUR\n" for n in rules),
        "fare_leg_rules.txt": "".join(f"ride,metro,A,B,peak,,product-{n},{n % 9}\n" for n in rules),
    }
    folder = write_feed(
        tmp_path, GOOD_FEED | {name: GOOD_FEED[name] + text for name, text in large.items()}
    )
    begins = time.process_time()
    feed = read_feed(folder)
    seconds = time.process_time() - begins
    megabytes = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    record_property("megabytes", round(megabytes))
    record_property("seconds", round(seconds, 1))
    assert megabytes > 50
    assert len(feed.fare_leg_rules) == len(rules) + 2
    assert seconds < _LARGE_FEED_SECONDS_MAX
