"""Which transfer rule applies: groups, counts, time limits, and what an empty cell stands for."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from fakes.fare_network import TRANSFERS, ride, rides, small_feed, total
from faregate.errors import InvalidInputError
from faregate.fares.effective_legs import EffectiveLeg
from faregate.fares.legs import Leg
from faregate.fares.tables import DurationLimitType, FareTransferRule, FareTransferType
from faregate.fares.transfers import Chain, Span, within_limit


@pytest.mark.parametrize(
    ("rules", "routes", "expected"),
    [
        ("", "m1 b1", "5.00"),
        ("M,B,,,,0,\n", "m1 b1", "3.00"),
        ("M,B,,,,0,\n", "b1 m1", "5.00"),
        ("M,B,,,,0,\n", "m1 m2", "6.00"),
        (",B,,,,0,\n", "m1 b1", "3.00"),
        ("M,,,,,0,\n", "m1 b1", "3.00"),
        ("M,,,,,0,\n", "m1 m2", "3.00"),
        (",,-1,,,0,\n", "b1 m1 b1", "2.00"),
        ("M,M,-1,,,0,\n,B,,,,0,\n", "m1 b1", "5.00"),
        ("B,M,,,,0,\n,B,,,,0,change\n", "m1 b1", "3.50"),
        ("B,M,,,,0,\n,B,,,,0,change\n", "b1 b1", "4.00"),
        (",B,,,,0,change\nM,M,-1,,,0,\n", "m1 b1", "5.00"),
    ],
    ids=[
        "no rules",
        "from and to",
        "not the other way",
        "not within",
        "empty from",
        "empty to",
        "empty to, the same group",
        "both empty",
        "empty excludes what a row lists",
        "empty where no row lists the group",
        "an exact group shuts the empty one out",
        "listed in from only",
    ],
)
def test_groups(rules: str, routes: str, expected: str, tmp_path: Path) -> None:
    """An empty cell stands for the groups that no row lists in its column."""
    feed = small_feed(tmp_path, fare_transfer_rules=TRANSFERS + rules)
    assert total(rides(feed, routes), feed) == expected


def test_legs_without_a_group_have_no_transfers(tmp_path: Path) -> None:
    """An empty cell stands for groups, and no group is none."""
    feed = small_feed(
        tmp_path,
        fare_leg_rules="leg_group_id,network_id,fare_product_id\n,metro,metro\nB,bus,bus\n",
        fare_transfer_rules=TRANSFERS + ",,-1,,,0,\n",
    )
    assert total(rides(feed, "m1 m1"), feed) == "6.00"
    assert total(rides(feed, "m1 b1"), feed) == "5.00"
    assert total(rides(feed, "b1 b1"), feed) == "2.00"


@pytest.mark.parametrize(
    ("rules", "routes", "expected"),
    [
        ("M,M,1,,,0,\n", "m1 m1", "3.00"),
        ("M,M,1,,,0,\n", "m1 m1 m1", "6.00"),
        ("M,M,1,,,0,\n", "m1 m1 m1 m1", "6.00"),
        ("M,M,2,,,0,\n", "m1 m1 m1 m1", "6.00"),
        ("M,M,-1,,,0,\n", "m1 m1 m1 m1", "3.00"),
        ("M,M,1,,,0,\nM,M,3,,,0,change\n", "m1 m1 m1 m1", "4.00"),
        ("M,M,3,,,0,change\nM,M,1,,,0,\n", "m1 m1 m1 m1", "4.00"),
        ("M,M,1,,,0,\nM,M,-1,,,0,change\n", "m1 m1 m1 m1", "4.00"),
        ("M,M,1,,,0,\nM,B,,,,0,\nB,M,,,,0,\n", "m1 m1 b1 m1 m1", "3.00"),
        ("M,B,1,,,0,\nB,M,,,,0,\n", "m1 b1 m1 b1", "3.00"),
    ],
    ids=[
        "first",
        "used up: a new chain",
        "the new chain transfers",
        "two",
        "no limit",
        "the lowest count that is enough",
        "in any order of rows",
        "no limit is the highest count",
        "only consecutive transfers count",
        "a count between groups limits nothing",
    ],
)
def test_counts(rules: str, routes: str, expected: str, tmp_path: Path) -> None:
    """A rule may be used as many times in a row as it says."""
    feed = small_feed(tmp_path, fare_transfer_rules=TRANSFERS + rules)
    assert total(rides(feed, routes), feed) == expected


FIRST: Final = "10:00 10:05"
SECOND: Final = "10:10 10:20"


@pytest.mark.parametrize(
    ("kind", "seconds", "expected"),
    [
        (0, 1200, "3.00"),
        (0, 1199, "6.00"),
        (1, 600, "3.00"),
        (1, 599, "6.00"),
        (2, 300, "3.00"),
        (2, 299, "6.00"),
        (3, 900, "3.00"),
        (3, 899, "6.00"),
    ],
)
def test_limits_between_two_legs(kind: int, seconds: int, expected: str, tmp_path: Path) -> None:
    """Departure to arrival, departure to departure, arrival to departure, arrival to arrival."""
    feed = small_feed(tmp_path, fare_transfer_rules=f"{TRANSFERS}M,M,-1,{seconds},{kind},0,\n")
    legs = [
        ride(feed, "m1", "harbour museum", FIRST),
        ride(feed, "m2", "museum park", SECOND),
    ]
    assert total(legs, feed) == expected


@pytest.mark.parametrize(
    ("rules", "routes", "expected"),
    [
        ("M,M,-1,1800,1,0,\n", "m1 m1 m1", "3.00"),
        ("M,M,-1,1799,1,0,\n", "m1 m1 m1", "6.00"),
        ("M,M,-1,1799,1,0,\n", "m1 m1 m1 m1 m1", "9.00"),
        ("M,M,-1,,,0,\nM,B,,1800,1,0,\n", "m1 m1 b1", "3.00"),
        ("M,M,-1,,,0,\nM,B,,1799,1,0,\n", "m1 m1 b1", "5.00"),
        ("B,M,,,,0,\nM,M,-1,900,1,0,\n", "b1 m1 m1", "2.00"),
        ("B,M,,,,0,\nM,M,-1,900,1,0,\n", "b1 m1 m1 m1", "5.00"),
        ("M,M,1,60,1,0,\nM,M,-1,3600,1,0,change\n", "m1 m1", "3.50"),
    ],
    ids=[
        "from the first leg of the chain",
        "over it: a new chain",
        "the new chain has its own limit",
        "another group: from the first leg of the chain",
        "another group, over it",
        "a run: from the first leg that its rule matched",
        "a run, over it",
        "over it: the next count",
    ],
)
def test_limits_along_a_chain(rules: str, routes: str, expected: str, tmp_path: Path) -> None:
    """Legs depart every quarter of an hour; a limit does not begin anew at each transfer."""
    feed = small_feed(tmp_path, fare_transfer_rules=TRANSFERS + rules)
    assert total(rides(feed, routes), feed) == expected


def rule(kind: DurationLimitType | None, seconds: int) -> FareTransferRule:
    """Make a rule with a limit."""
    return FareTransferRule(
        line=2,
        from_leg_group_id="M",
        to_leg_group_id="B",
        transfer_count=None,
        duration_limit=seconds,
        duration_limit_type=kind,
        fare_transfer_type=FareTransferType.FROM_LEG_PLUS_TRANSFER,
        fare_product_id="",
    )


def span(departure: datetime, arrival: datetime) -> Span:
    """Give the span of a leg of which only the times matter."""
    leg = EffectiveLeg(
        (Leg(from_stop_id="a", to_stop_id="b", departure=departure, arrival=arrival),)
    )
    return Span.of(leg)


def test_33_a_limit_is_elapsed_time_across_a_change_of_clocks() -> None:
    """On the night when clocks go back, 02:50 and 02:10 may be twenty minutes apart."""
    zone = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 10, 25, 2, 50, tzinfo=zone)
    after = datetime(2026, 10, 25, 2, 10, tzinfo=zone, fold=1)
    spans = [span(before, before), span(after, after)]
    kind = DurationLimitType.ARRIVAL_TO_DEPARTURE
    assert within_limit(rule(kind, 1200), spans, Chain(start=0), 0)
    assert not within_limit(rule(kind, 1199), spans, Chain(start=0), 0)


def test_a_limit_without_a_type_is_the_strictest() -> None:
    """The type is required; where it is missing, from departure to arrival."""
    noon = datetime(2026, 3, 2, 12, tzinfo=ZoneInfo("UTC"))
    spans = [span(noon, noon), span(noon, noon.replace(minute=10))]
    assert within_limit(rule(None, 600), spans, Chain(start=0), 0)
    assert not within_limit(rule(None, 599), spans, Chain(start=0), 0)


def test_a_condition_that_is_only_proposed_makes_no_transfer(tmp_path: Path) -> None:
    """As with leg rules: to read past the condition would give it to everybody."""
    feed = small_feed(tmp_path, fare_transfer_rules=TRANSFERS + "M,B,,,,0,\n")
    assert total(rides(feed, "m1 b1"), feed) == "3.00"
    (known,) = feed.fare_transfer_rules
    proposed = replace(feed, fare_transfer_rules=(replace(known, proposed_condition="x=1"),))
    assert total(rides(proposed, "m1 b1"), proposed) == "5.00"


MEDIA: Final = "fare_media_id,fare_media_name,fare_media_type\ncash,Cash,0\ncard,Card,2\n"


@pytest.mark.parametrize(
    ("products", "expected"),
    [
        ("change,card,0.50,EUR\nchange,cash,0.70,EUR\n", {"card": "2.50", "cash": "3.70"}),
        ("change,card,0.50,EUR\n", {"card": "2.50", "cash": "5.00"}),
        ("change,,0.60,EUR\nchange,card,0.50,EUR\n", {"card": "2.50", "cash": "3.60"}),
    ],
    ids=["each medium its price", "one medium only", "any medium"],
)
def test_a_transfer_is_bought_with_the_medium(
    products: str, expected: dict[str, str], tmp_path: Path
) -> None:
    """Where the medium cannot buy the transfer, the legs are separate."""
    feed = small_feed(
        tmp_path,
        fare_media=MEDIA,
        fare_products=(
            "fare_product_id,fare_media_id,amount,currency\n"
            "metro,cash,3.00,EUR\nmetro,card,2.00,EUR\nbus,,2.00,EUR\n" + products
        ),
        fare_transfer_rules=TRANSFERS + "M,B,,,,0,change\n",
    )
    found = {
        medium: total(rides(feed, "m1 b1"), feed, fare_media_ids=(medium,)) for medium in expected
    }
    assert found == expected


def test_43_a_transfer_in_two_currencies_is_an_error(tmp_path: Path) -> None:
    """Which of the two is cheaper, no tariff says."""
    feed = small_feed(
        tmp_path,
        fare_products=(
            "fare_product_id,rider_category_id,amount,currency\n"
            "metro,,3.00,EUR\nbus,,2.00,EUR\nchange,,0.50,EUR\nchange,adult,0.50,CHF\n"
        ),
        rider_categories=(
            "rider_category_id,rider_category_name,is_default_fare_category\nadult,Adult,1\n"
        ),
        fare_transfer_rules=TRANSFERS + "M,B,,,,0,change\n",
    )
    with pytest.raises(InvalidInputError) as error:
        total(rides(feed, "m1 b1"), feed)
    assert error.value.code == "mixed_currencies"
