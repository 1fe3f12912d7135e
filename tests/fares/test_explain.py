"""An explanation names what priced each leg, what did not, and why."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from fakes.fare_network import TRANSFERS, ride, rides, small_feed
from faregate.errors import InvalidInputError
from faregate.fares.explain import explain
from faregate.fares.price import FareTable
from faregate.fares.tables import Feed

MEDIA: Final = "fare_media_id,fare_media_name,fare_media_type\ncash,Cash,0\ncard,Card,2\n"


def told(feed: Feed, routes: str) -> str:
    """Explain a journey as one text."""
    return "\n".join(explain(rides(feed, routes), FareTable(feed)))


def test_a_whole_explanation(tmp_path: Path) -> None:
    """Two legs and a transfer, line by line."""
    feed = small_feed(
        tmp_path,
        fare_transfer_rules=TRANSFERS + "M,B,,60,1,1,\nM,B,,,,0,change\nB,M,,,,0,\n",
    )
    assert told(feed, "m1 b1").splitlines() == [
        (
            "Leg 1: harbour (areas A) to museum (areas B), network metro,"
            " 2026-03-02T10:00:00+00:00 to 2026-03-02T10:10:00+00:00"
        ),
        "  matches: fare_leg_rules.txt line 2, product metro",
        "  on offer: metro for any category with any medium: 3.00 EUR",
        "  passed over: line 3, bus: network_id is bus, the leg's is metro",
        "  adds 3.00 EUR",
        (
            "Leg 2: harbour (areas A) to museum (areas B), network bus,"
            " 2026-03-02T10:15:00+00:00 to 2026-03-02T10:25:00+00:00"
        ),
        "  matches: fare_leg_rules.txt line 3, product bus",
        "  on offer: bus for any category with any medium: 2.00 EUR",
        "  passed over: line 2, metro: network_id is metro, the leg's is bus",
        (
            "  reached by fare_transfer_rules.txt line 3: what was paid before, plus the transfer;"
            " the transfer costs 0.50 EUR"
        ),
        "  passed over: fare_transfer_rules.txt line 2: longer than 60 s",
        "  adds 0.50 EUR",
        "Total: 3.50 EUR",
        "  with any medium throughout: 3.50 EUR",
    ]


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ("network_id,fare_product_id\nbus,bus\nmetro,metro\n", "network_id is bus, the leg's is"),
        ("from_area_id,fare_product_id\nB,bus\nA,metro\n", "from_area_id is B, the leg's is A"),
        ("to_area_id,fare_product_id\nA,bus\nB,metro\n", "to_area_id is A, the leg's is B"),
        (
            "from_area_id,fare_product_id\n,bus\nA,metro\n",
            "from_area_id is empty, and other rows list the leg's A",
        ),
        ("fare_product_id,rule_priority\nbus,1\nmetro,2\n", "rule_priority 1 is lower"),
        ("fare_product_id,rule_priority\nbus,\nmetro,2\n", "rule_priority 0 is lower"),
        (
            "from_timeframe_group_id,fare_product_id\npeak,bus\n,metro\n",
            "from_timeframe_group_id is peak, and it is then none",
        ),
        (
            "to_timeframe_group_id,fare_product_id\npeak,bus\n,metro\n",
            "to_timeframe_group_id is peak, and it is then none",
        ),
        (
            "network_id,from_area_id,fare_product_id\nbus,B,bus\nmetro,A,metro\n",
            "network_id is bus, the leg's is metro; from_area_id is B, the leg's is A",
        ),
    ],
    ids=[
        "network",
        "from",
        "to",
        "empty",
        "priority",
        "no priority",
        "start",
        "end",
        "two reasons",
    ],
)
def test_why_a_rule_was_passed_over(rules: str, line: str, tmp_path: Path) -> None:
    """Each reason begins with the field that decided."""
    feed = small_feed(
        tmp_path,
        fare_leg_rules=rules,
        calendar=(
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
            "start_date,end_date\nall,1,1,1,1,1,1,1,20260101,20261231\n"
        ),
        timeframes=(
            "timeframe_group_id,start_time,end_time,service_id\npeak,07:00:00,09:00:00,all\n"
        ),
    )
    assert f"passed over: line 2, bus: {line}" in told(feed, "m1")


def test_a_proposed_condition_is_named(tmp_path: Path) -> None:
    """A support person sees that the feed is ahead of the standard."""
    feed = small_feed(tmp_path)
    metro, bus = feed.fare_leg_rules
    changed = replace(bus, network_id="metro", proposed_condition="set=1")
    feed = replace(feed, fare_leg_rules=(metro, changed))
    assert "line 3, bus: set=1 is a condition that GTFS has not adopted" in told(feed, "m1")


def test_many_rules_are_counted(tmp_path: Path) -> None:
    """The nearest misses are told in full, the rest by the field that decided."""
    areas = "area_id\n" + "".join(f"Z{number}\n" for number in range(40))
    rules = "".join(f"metro,Z{number},metro\n" for number in range(40))
    feed = small_feed(
        tmp_path,
        areas=areas + "A\nB\n",
        fare_leg_rules=f"network_id,from_area_id,fare_product_id\nmetro,A,metro\n{rules}",
    )
    text = told(feed, "m1")
    assert text.count("passed over: line") == 12
    assert "passed over: 28 more by their from_area_id" in text


def test_unknown_fares_are_explained_most_of_all(tmp_path: Path) -> None:
    """What no row matches, and what nobody may buy."""
    ferry = told(small_feed(tmp_path), "f1")
    assert "no row of fare_leg_rules.txt matches" in ferry
    assert ferry.endswith("The fare is unknown: nothing is charged.")
    feed = small_feed(
        tmp_path,
        fare_media=MEDIA,
        fare_products=(
            "fare_product_id,fare_media_id,amount,currency\nmetro,card,3.00,EUR\nbus,,2.00,EUR\n"
        ),
    )
    table = FareTable(feed, fare_media_ids=("cash",))
    lines = explain(rides(feed, "b1 m1"), table)
    assert "  none of these products is for the rider's media and categories" in lines
    assert lines[-1] == "The fare is unknown: nothing is charged."


def test_joined_legs_are_numbered_together(tmp_path: Path) -> None:
    """The rider sees which of their trains counted as one."""
    feed = small_feed(
        tmp_path,
        fare_leg_join_rules=(
            "from_network_id,to_network_id,from_stop_id,to_stop_id\nmetro,metro,,\n"
        ),
    )
    legs = [
        ride(feed, "m1", "harbour museum", "10:00 10:10"),
        ride(feed, "m2", "museum park", "10:12 10:20"),
        ride(feed, "b1", "park zoo", "10:22 10:30"),
    ]
    text = "\n".join(explain(legs, FareTable(feed)))
    assert "Legs 1 to 2, joined: harbour (areas A) to park (areas A)" in text
    assert "joined at museum by fare_leg_join_rules.txt line 2" in text
    assert "Leg 3: park" in text
    assert "no transfer rule applies: paid by itself" in text


@pytest.mark.parametrize(
    ("rules", "routes", "line"),
    [
        ("M,M,1,,,0,\n", "m1 m1 m1", "line 2: more than 1 transfers"),
        ("M,M,-1,,,2,\n", "m1 m1", "line 2: the transfer, instead of the legs; the transfer costs"),
        ("M,B,,,,1,change\n", "m1 b1", "line 2: what was paid before, plus transfer and this leg"),
        ("M,M,1,,,0,\nM,M,2,,,0,\n", "m1 m1", "line 3: its product is not for this medium"),
    ],
    ids=["count", "AB", "A + AB + B", "another row"],
)
def test_transfers_are_explained(rules: str, routes: str, line: str, tmp_path: Path) -> None:
    """How a leg is reached, and why another transfer rule was not used."""
    feed = small_feed(tmp_path, fare_transfer_rules=TRANSFERS + rules)
    assert f"fare_transfer_rules.txt {line}" in told(feed, routes)


def test_a_change_of_medium_is_told(tmp_path: Path) -> None:
    """It is why no transfer applies."""
    feed = small_feed(
        tmp_path,
        fare_media=MEDIA,
        fare_products=(
            "fare_product_id,fare_media_id,amount,currency\n"
            "metro,card,3.00,EUR\nbus,cash,2.00,EUR\n"
        ),
        fare_transfer_rules=TRANSFERS + "M,B,,,,0,\n",
    )
    text = told(feed, "m1 b1")
    assert "no transfer: paid with cash, the leg before with card" in text
    assert text.endswith("Total: 5.00 EUR")


def test_mistakes_are_those_of_pricing(tmp_path: Path) -> None:
    """There is nothing to explain about no legs."""
    with pytest.raises(InvalidInputError) as error:
        explain([], FareTable(small_feed(tmp_path)))
    assert error.value.code == "no_legs"
