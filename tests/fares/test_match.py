"""Rules match by network, areas and time, with both meanings of an empty cell."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from fakes.fare_network import ride, small_feed, total
from faregate.fares.match import LegRules, Surroundings
from faregate.fares.tables import FareLegRule

PRODUCTS: Final = "fare_product_id,amount,currency\none,1.00,EUR\ntwo,2.00,EUR\nthree,3.00,EUR\n"
AREAS: Final = "from_area_id,to_area_id,fare_product_id\n"
RANKED: Final = "from_area_id,to_area_id,fare_product_id,rule_priority\n"


@pytest.mark.parametrize(
    ("rules", "ends", "expected"),
    [
        (f"{AREAS}A,B,one\nB,A,two\n", "harbour museum", "1.00"),
        (f"{AREAS}A,B,one\nB,A,two\n", "museum harbour", "2.00"),
        (f"{AREAS}A,B,one\nB,A,two\n", "museum harbour-1", "2.00"),
        (f"{AREAS}A,,one\nB,A,two\n", "harbour museum", "1.00"),
        (f"{AREAS},,one\n", "harbour zoo", "1.00"),
        (f"{AREAS}A,B,one\n,,two\n", "zoo zoo", "2.00"),
        (f"{AREAS}A,B,one\n,,two\n", "harbour zoo", None),
        (f"{AREAS}A,B,one\n,B,two\n", "harbour zoo", None),
        (f"{RANKED},,one,\nA,,two,\n", "harbour museum", "2.00"),
        (f"{RANKED},,one,0\nA,,two,1\n", "harbour museum", "2.00"),
        (f"{RANKED},,two,1\nA,,one,\n", "harbour museum", "2.00"),
        (f"{RANKED}A,,one,5\n,,two,\n", "museum harbour", "2.00"),
        (f"{RANKED}A,,two,1\n,B,one,1\n", "harbour museum", "1.00"),
        ("network_id,fare_product_id\nmetro,one\n,two\n", "harbour museum", "1.00"),
        ("network_id,fare_product_id\nbus,one\n,two\n", "harbour museum", "2.00"),
        ("network_id,fare_product_id\nbus,one\n", "harbour museum", None),
        ("fare_product_id\nthree\ntwo\n", "harbour museum", "2.00"),
    ],
    ids=[
        "areas",
        "areas the other way",
        "a platform is where its station is",
        "empty is what no row lists",
        "a stop in no area",
        "both ends in no area",
        "empty but listed",
        "empty matches, the other cell does not",
        "a column without a value is no priority",
        "priority",
        "empty with priority constrains nothing",
        "only the matching rule counts",
        "equal priority: the cheaper",
        "network",
        "another network",
        "no network",
        "several products: the cheapest",
    ],
)
def test_which_rule_prices_a_leg(
    rules: str, ends: str, expected: str | None, tmp_path: Path
) -> None:
    """A leg that no rule matches has no fare: it is not free."""
    feed = small_feed(tmp_path, fare_products=PRODUCTS, fare_leg_rules=rules)
    assert total([ride(feed, "m1", ends, "10:00 10:20")], feed) == expected


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ("06:59 08:00", "2.00"),
        ("07:00 10:00", "1.00"),
        ("08:59 09:00", "1.00"),
        ("09:00 09:01", None),
        ("06:00 06:10", None),
    ],
    ids=["only at the exit", "only at the entry", "to the last minute", "on the end", "before"],
)
def test_35_peak_at_entry_or_exit(times: str, expected: str | None, tmp_path: Path) -> None:
    """A rule may ask for the time at the start, at the end, or both, on the exact second."""
    feed = small_feed(
        tmp_path,
        calendar=(
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
            "start_date,end_date\nall,1,1,1,1,1,1,1,20260101,20261231\n"
        ),
        timeframes=(
            "timeframe_group_id,start_time,end_time,service_id\npeak,07:00:00,09:00:00,all\n"
        ),
        fare_products=PRODUCTS,
        fare_leg_rules=(
            "from_timeframe_group_id,to_timeframe_group_id,fare_product_id\n"
            "peak,,one\n,peak,two\npeak,peak,three\n"
        ),
    )
    assert total([ride(feed, "m1", "harbour museum", times)], feed) == expected


def rule(line: int, **cells: object) -> FareLegRule:
    """Make a rule with empty cells but for some."""
    empty = FareLegRule(
        line=line, leg_group_id="", network_id="", from_area_id="", to_area_id="",
        fare_product_id="one",
    )  # fmt: skip
    return replace(empty, **cells)  # type: ignore[arg-type]


def test_a_condition_that_is_only_proposed_matches_nothing(tmp_path: Path) -> None:
    """To read past it would charge whoever does not meet it; what it lists stays listed."""
    feed = replace(
        small_feed(tmp_path),
        fare_leg_rules=(rule(2, proposed_condition="x=1", network_id="metro"), rule(3)),
    )
    rules = LegRules.of(feed)
    nowhere = frozenset[str]()
    assert rules.candidates(Surroundings(frozenset({"metro"}), nowhere, nowhere)) == ()
    (other,) = rules.candidates(Surroundings(frozenset({"bus"}), nowhere, nowhere))
    assert other.line == 3


def test_candidates_are_in_the_order_of_the_file(tmp_path: Path) -> None:
    """However many cells a leg fits, explanations and ties follow the file."""
    feed = replace(
        small_feed(tmp_path),
        fare_leg_rules=(rule(2, rule_priority=1), rule(3, to_area_id="B"), rule(4, network_id="m")),
    )
    found = LegRules.of(feed).candidates(
        Surroundings(frozenset({"m"}), frozenset(), frozenset({"A", "B"}))
    )
    assert [one.line for one in found] == [2, 3, 4]
