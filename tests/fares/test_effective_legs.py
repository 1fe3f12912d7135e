"""What a join rule joins counts as one leg; nothing else does."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.fare_network import ride, small_feed, total
from faregate.fares.effective_legs import join_legs
from faregate.fares.tables import FareLegJoinRule

HEADER = "from_network_id,to_network_id,from_stop_id,to_stop_id\n"


@pytest.mark.parametrize(
    ("row", "first", "second", "count"),
    [
        ("metro,metro,,", "museum harbour-1", "harbour-2 park", 1),
        ("metro,metro,,", "park harbour", "harbour-2 park", 1),
        ("metro,metro,,", "harbour museum", "park zoo", 2),
        ("metro,bus,,", "museum harbour-1", "harbour-2 park", 2),
        ("bus,metro,,", "museum harbour-1", "harbour-2 park", 2),
        ("metro,metro,museum,park", "harbour museum", "park zoo", 1),
        ("metro,metro,park,museum", "harbour museum", "park zoo", 2),
        ("metro,metro,museum,harbour", "park museum", "harbour-1 park", 1),
        ("metro,metro,harbour,park", "museum harbour-2", "park zoo", 1),
        ("metro,metro,harbour-1,park", "museum harbour-2", "park zoo", 2),
        ("metro,metro,museum,zoo", "harbour museum", "park zoo", 2),
    ],
    ids=[
        "one station",
        "station and platform",
        "two stations",
        "to network",
        "from network",
        "stops named",
        "the other way round",
        "to a station by its platform",
        "from a station by its platform",
        "other platform",
        "other start",
    ],
)
def test_joins_by_the_row(row: str, first: str, second: str, count: int, tmp_path: Path) -> None:
    """Networks, stops and stations each decide; blank stops mean one station."""
    feed = small_feed(tmp_path, fare_leg_join_rules=HEADER + row + "\n")
    legs = [
        ride(feed, "m1", first, "10:00 10:10"),
        ride(feed, "m2", second, "10:12 10:20"),
    ]
    assert len(join_legs(legs, feed)) == count


def test_blank_networks_match_any(tmp_path: Path) -> None:
    """The reader does not let such a row pass; a feed made by hand may have it."""
    rule = FareLegJoinRule(
        line=2, from_network_id="", to_network_id="", from_stop_id="", to_stop_id=""
    )
    feed = replace(small_feed(tmp_path), fare_leg_join_rules=(rule,))
    legs = [
        ride(feed, "m1", "harbour museum", "10:00 10:10"),
        ride(feed, "b1", "museum park", "10:12 10:20"),
    ]
    assert len(join_legs(legs, feed)) == 1


def test_consecutive_joins_make_one_leg(tmp_path: Path) -> None:
    """The first leg says where and when it starts, the last where and when it ends."""
    feed = small_feed(tmp_path, fare_leg_join_rules=HEADER + "metro,metro,,\n")
    legs = [
        ride(feed, "m1", "harbour museum", "10:00 10:10"),
        ride(feed, "m2", "museum park", "10:12 10:20"),
        ride(feed, "m1", "park zoo", "10:22 10:30"),
        ride(feed, "b1", "zoo park", "10:32 10:40"),
    ]
    joined, bus = join_legs(legs, feed)
    assert joined.legs == tuple(legs[:3])
    assert (joined.from_stop_id, joined.to_stop_id) == ("harbour", "zoo")
    assert (joined.departure, joined.arrival) == (legs[0].departure, legs[2].arrival)
    assert joined.network_ids == {"metro"}
    assert bus.network_ids == {"bus"}
    assert total(legs, feed) == "5.00"


def test_without_rules_each_leg_is_its_own(tmp_path: Path) -> None:
    """Meeting in a station alone joins nothing."""
    feed = small_feed(tmp_path)
    legs = [ride(feed, "m1", "harbour museum", "10:00 10:10")] * 2
    assert [leg.legs for leg in join_legs(legs, feed)] == [(legs[0],), (legs[1],)]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("M,metro,metro\nB,bus,bus\n", None),
        ("M,metro,metro\nE,,change\n", None),
        ("E,,change\n", "0.50"),
    ],
    ids=["named", "empty but listed", "empty"],
)
def test_joined_networks_match_no_rule_that_names_one(
    rules: str, expected: str | None, tmp_path: Path
) -> None:
    """Each leg must have the network that a rule names, as the reference says."""
    feed = small_feed(
        tmp_path,
        fare_leg_join_rules=HEADER + "metro,bus,,\n",
        fare_leg_rules="leg_group_id,network_id,fare_product_id\n" + rules,
    )
    legs = [
        ride(feed, "m1", "harbour museum", "10:00 10:10"),
        ride(feed, "b1", "museum park", "10:12 10:20"),
    ]
    assert total(legs, feed) == expected


def test_joins_places_that_no_table_lists(tmp_path: Path) -> None:
    """Without stops.txt, a place is its own station."""
    feed = small_feed(
        tmp_path,
        stops="stop_id,stop_name\n",
        stop_areas="area_id,stop_id\n",
        fare_leg_join_rules=HEADER + "metro,metro,,\n",
    )
    one = ride(feed, "m1", "zone-1 zone-2", "10:00 10:10")
    assert len(join_legs([one, ride(feed, "m2", "zone-2 zone-3", "10:12 10:20")], feed)) == 1
    assert len(join_legs([one, ride(feed, "m2", "zone-4 zone-3", "10:12 10:20")], feed)) == 2
