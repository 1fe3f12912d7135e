"""Journeys cost what the reference says, and what other engines found for the same feeds."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.fare_network import TRANSFERS, ride, rides, small_feed
from fakes.fares_world import write_feed
from faregate.errors import InvalidInputError
from faregate.fares import price as module
from faregate.fares.legs import Leg, leg_on_route
from faregate.fares.price import FareQuote, FareTable, FareUnknown, UnknownReason, price
from faregate.fares.read_feed import read_feed
from faregate.fares.read_journey import read_journey
from faregate.fares.tables import Feed
from faregate.money import Money


def test_tells_what_each_leg_adds(tmp_path: Path) -> None:
    """The quote says rule, product, medium, transfer and share of every leg."""
    feed = small_feed(tmp_path, fare_transfer_rules=TRANSFERS + "M,B,,,,0,change\n")
    legs = rides(feed, "m1 b1")
    fare = price(legs, FareTable(feed))
    assert isinstance(fare, FareQuote)
    metro, bus = fare.legs
    assert (metro.legs, bus.legs) == ((legs[0],), (legs[1],))
    assert (metro.rule.line, bus.rule.line) == (2, 3)
    assert (metro.product.fare_product_id, bus.product.fare_product_id) == ("metro", "bus")
    assert (metro.amount, bus.amount) == (Money(300, "EUR"), Money(50, "EUR"))
    assert metro.transfer is None
    assert bus.transfer is not None
    assert bus.transfer.rule.line == 2
    assert fare.by_medium == {"": Money(350, "EUR")}
    assert fare.total == Money(350, "EUR")


def test_a_single_leg(tmp_path: Path) -> None:
    """One leg takes the short way through the code, to the same kind of answer."""
    feed = small_feed(tmp_path)
    legs = rides(feed, "m1")
    fare = price(legs, FareTable(feed))
    assert isinstance(fare, FareQuote)
    (leg,) = fare.legs
    assert (leg.legs, leg.rule.line, leg.transfer) == ((legs[0],), 2, None)
    assert fare.total == leg.amount == fare.by_medium[""] == Money(300, "EUR")


@pytest.mark.parametrize("routes", ["f1", "m1 f1", "f1 m1", "m1 f1 m1"])
def test_50_a_leg_without_a_rule_makes_the_journey_unknown(routes: str, tmp_path: Path) -> None:
    """Unknown is not 0, wherever in the journey it lies, and whatever is known of the rest."""
    feed = small_feed(tmp_path, fare_transfer_rules=TRANSFERS + ",,-1,,,0,\n")
    legs = rides(feed, routes)
    fare = price(legs, FareTable(feed))
    (ferry,) = (leg for leg in legs if leg.route_id == "f1")
    assert fare == FareUnknown(reason=UnknownReason.NO_RULE, legs=(ferry,), rules=())


_GROUPS = st.sampled_from(["", "M", "B"])
_TRANSFER_ROWS = st.lists(
    st.tuples(_GROUPS, _GROUPS, st.sampled_from("012"), st.sampled_from(["", "change", "rebate"])),
    unique_by=lambda row: row[:2],
    max_size=4,
)


@given(
    known=st.lists(st.sampled_from(["m1", "m2", "b1"]), max_size=5),
    place=st.integers(0, 5),
    rows=_TRANSFER_ROWS,
)
def test_50_no_leg_more_turns_unknown_into_a_fare(
    known: list[str], place: int, rows: list[tuple[str, str, str, str]]
) -> None:
    """Whatever legs stand around an unknown one, and whatever transfers there are: unknown."""
    lines = [
        f"{start},{end},{'-1' if start == end else ''},,,{kind},{product}\n"
        for start, end, kind, product in rows
    ]
    with tempfile.TemporaryDirectory() as folder:
        feed = small_feed(Path(folder), fare_transfer_rules=TRANSFERS + "".join(lines))
    around = rides(feed, " ".join([*known[:place], "f1", *known[place:]]))
    without = rides(feed, " ".join(known))
    assert isinstance(price(around, FareTable(feed)), FareUnknown)
    assert not without or isinstance(price(without, FareTable(feed)), FareQuote)


def test_50_a_leg_without_a_product_makes_the_journey_unknown(tmp_path: Path) -> None:
    """A rule matches, but nothing that it asks for can be bought."""
    feed = small_feed(
        tmp_path,
        rider_categories=(
            "rider_category_id,rider_category_name,is_default_fare_category\n"
            "adult,Adult,1\nchild,Child,0\n"
        ),
        fare_products=(
            "fare_product_id,rider_category_id,amount,currency\n"
            "metro,,3.00,EUR\nbus,child,2.00,EUR\n"
        ),
    )
    legs = rides(feed, "m1 b1")
    fare = price(legs, FareTable(feed))
    assert isinstance(fare, FareUnknown)
    assert (fare.reason, fare.legs) == (UnknownReason.NO_PRODUCT, (legs[1],))
    assert [rule.line for rule in fare.rules] == [3]


def test_no_legs_is_an_error(tmp_path: Path) -> None:
    """There is no journey that costs nothing because it has no legs."""
    with pytest.raises(InvalidInputError) as error:
        price([], FareTable(small_feed(tmp_path)))
    assert error.value.code == "no_legs"


@pytest.mark.parametrize(
    ("products", "routes"),
    [("metro,3.00,EUR\nbus,2.00,CHF\n", "m1 b1"), ("metro,3.00,EUR\nbus,2.00,CHF\n", "b1 m1 m1")],
    ids=["two legs", "three legs"],
)
def test_43_mixed_currencies_are_an_error(products: str, routes: str, tmp_path: Path) -> None:
    """A sum of two currencies is no amount; each alone is one."""
    feed = small_feed(tmp_path, fare_products=f"fare_product_id,amount,currency\n{products}")
    with pytest.raises(InvalidInputError, match="CHF, EUR") as error:
        price(rides(feed, routes), FareTable(feed))
    assert error.value.code == "mixed_currencies"
    assert isinstance(price(rides(feed, "b1"), FareTable(feed)), FareQuote)


def test_43_a_choice_between_currencies_is_an_error(tmp_path: Path) -> None:
    """Which of the two is cheaper, no tariff says."""
    feed = small_feed(
        tmp_path,
        fare_leg_rules="leg_group_id,network_id,fare_product_id\nM,metro,metro\nM,metro,bus\n",
        fare_products="fare_product_id,amount,currency\nmetro,3.00,EUR\nbus,2.00,CHF\n",
    )
    with pytest.raises(InvalidInputError) as error:
        price(rides(feed, "m1"), FareTable(feed))
    assert error.value.code == "mixed_currencies"


def test_places_that_no_table_lists_are_in_no_area(tmp_path: Path) -> None:
    """A feed whose places are zones may still have fares by network."""
    feed = small_feed(tmp_path, stops="stop_id\n", stop_areas="area_id,stop_id\n")
    fare = price([ride(feed, "m1", "zone-1 zone-2", "10:00 10:10")], FareTable(feed))
    assert isinstance(fare, FareQuote)
    assert fare.total == Money(300, "EUR")


def test_the_same_question_has_the_same_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a table remembers changes no fare, and does not grow without end."""
    monkeypatch.setattr(module, "_KNOWN_MAX", 2)
    feed = small_feed(tmp_path)
    table = FareTable(feed)
    ends = ["harbour museum", "museum park", "zoo zoo", "harbour museum", "park harbour-1"]
    for pair in ends:
        leg = ride(feed, "m1", pair, "10:00 10:10")
        assert price([leg], table) == price([leg], FareTable(feed))
        assert table.remembered <= 2
    table.forget()
    assert table.remembered == 0
    leg = ride(feed, "m1", ends[0], "10:00 10:10")
    assert price([leg], table) == price([leg], FareTable(feed))


# --- Cases that OpenTripPlanner publishes ------------------------------------------------------

CASES: Final = 81
OTHERWISE: Final = 6
"""Cases that OpenTripPlanner prices differently from the reference; the reference is followed."""


def _csv(rows: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [",".join(str(row.get(column, "")) for column in columns) for row in rows]
    return "\n".join([",".join(columns), *lines]) + "\n"


def test_agrees_with_opentripplanner(test_data: Path, tmp_path: Path) -> None:
    """All its cases, read from files as published, have the total that the reference gives."""
    published = json.loads((test_data / "fares/otp_fares_v2/cases.json").read_text())
    feeds = {
        name: read_feed(
            write_feed(
                tmp_path / name,
                {file: _csv(rows) for file, rows in (published["base_feed"] | tables).items()},
            )
        )
        for name, tables in published["feeds"].items()
    }
    found, expected = {}, {}
    for case in published["cases"]:
        feed = feeds[case["feed"]]
        fare = price(read_journey(case, feed), FareTable(feed))
        found[case["id"]] = str(fare.total.to_decimal()) if isinstance(fare, FareQuote) else None
        expected[case["id"]] = case["spec_total"]
    assert found == expected
    assert len(published["cases"]) == CASES
    differing = [case for case in published["cases"] if case["spec"] != "agrees"]
    assert len(differing) == OTHERWISE


def test_duration_limits_agree_with_opentripplanner(test_data: Path, tmp_path: Path) -> None:
    """Its table of limits: a transfer within the limit is free, one over it is not."""
    published = json.loads((test_data / "fares/otp_fares_v2/cases.json").read_text())
    table = published["duration_limit_table"]
    for number, case in enumerate(table["cases"]):
        rule = f"M,M,-1,{case['limit_s']},{case['type']},0,\n"
        feed = small_feed(tmp_path / str(number), fare_transfer_rules=TRANSFERS + rule)
        legs = [
            ride(feed, "m1", "harbour museum", " ".join(table[which]))
            for which in ("first", "second")
        ]
        fare = price(legs, FareTable(feed))
        assert isinstance(fare, FareQuote)
        assert fare.total.minor == (300 if case["within"] else 600), case


# --- Cases that nigiri publishes ---------------------------------------------------------------


def _nigiri_cases(folder: Path) -> Iterator[tuple[dict[str, Any], Feed, list[list[Leg]]]]:
    """Give each case, its feed, and its legs in the groups that nigiri joins."""
    for case in json.loads((folder / "expected.json").read_text())["cases"]:
        feed = read_feed(folder / case["feed"])
        trips = (folder / case["feed"] / "trips.txt").read_text().splitlines()[1:]
        routes = {row.split(",")[2]: row.split(",")[0] for row in trips}
        # A trip that was added at run time has no route in the feed.
        routeless = replace(feed, routes={**feed.routes, "": next(iter(feed.routes.values()))})
        zone = ZoneInfo(case["timezone"])
        yield (
            case,
            feed,
            [
                [
                    leg_on_route(
                        routeless,
                        route_id=routes.get(leg["trip"], ""),
                        from_stop_id=leg["from_stop_id"],
                        to_stop_id=leg["to_stop_id"],
                        departure=_at(case["date"], leg["dep_local"], zone),
                        arrival=_at(case["date"], leg["arr_local"], zone),
                    )
                    for leg in group["legs"]
                ]
                for group in case["effective_fare_legs"]
            ],
        )


def _at(date: str, time: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=zone)


def test_agrees_with_nigiri(test_data: Path) -> None:
    """Its joined legs, and the cheapest product of each for either category and every medium."""
    priced = 0
    for case, feed, groups in _nigiri_cases(test_data / "fares/nigiri"):
        if case["feed"] == "area_sets":  # by a file that is only proposed
            continue
        for legs, group in zip(groups, case["effective_fare_legs"], strict=True):
            products = group.get("products", [])
            fare = price(legs, FareTable(feed, rider_category_ids=tuple(feed.rider_categories)))
            if not products:
                assert isinstance(fare, FareUnknown), case["id"]
                continue
            assert isinstance(fare, FareQuote), case["id"]
            assert len(fare.legs) == 1, case["id"]
            expected: dict[str, float] = {}
            for product in products:
                name = product["media_name"]
                amount = round(float(product["amount"]) * 100)
                expected[name] = min(expected.get(name, amount), amount)
            found = {
                feed.fare_media[medium].fare_media_name: amount.minor
                for medium, amount in fare.by_medium.items()
            }
            assert found == expected, case["id"]
            priced += 1
    assert priced == 7


@pytest.mark.parametrize(
    ("case_id", "paper"),
    [("simple_fares[0]", 1600), ("simple_fares[1]", 2000), ("simple_fares[2]", 1500)],
)
def test_transfers_agree_with_nigiri(case_id: str, paper: int, test_data: Path) -> None:
    """The same transfer rule applies, A + AB: the paper card of the city, and its extension."""
    (found,) = (
        (case, feed, groups)
        for case, feed, groups in _nigiri_cases(test_data / "fares/nigiri")
        if case["id"] == case_id
    )
    case, feed, groups = found
    table = FareTable(feed, rider_category_ids=("adult",), fare_media_ids=("paper-card",))
    fare = price([leg for group in groups for leg in group], table)
    assert isinstance(fare, FareQuote)
    transfer = fare.legs[-1].transfer
    assert transfer is not None
    assert transfer.product is not None
    assert transfer.product.fare_product_name == case["transfer_rule"]["product_name"]
    assert int(transfer.rule.fare_transfer_type) == case["transfer_rule"]["type"]
    assert fare.by_medium == {"paper-card": Money(paper, "EUR")}


def test_a_condition_on_area_sets_is_not_read_past(test_data: Path) -> None:
    """Nigiri's feed of a proposal: the fare is unknown, not that of the cheapest set."""
    (found,) = (
        (feed, groups)
        for case, feed, groups in _nigiri_cases(test_data / "fares/nigiri")
        if case["feed"] == "area_sets"
    )
    feed, groups = found
    assert isinstance(price(groups[0], FareTable(feed)), FareUnknown)
