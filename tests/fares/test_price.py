"""What a journey costs: the table's semantics, and never 0 for what is not known."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fakes.fares_world import TARIFF, tap, write_feed
from faregate.errors import InvalidInputError
from faregate.fares.journeys import Journey, pair
from faregate.fares.price import FareQuote, FareUnknown, UnknownReason, price
from faregate.fares.read_feed import read_feed
from faregate.fares.tables import FareLegRule
from faregate.fares.tariff import Tariff
from faregate.money import Money


def journey(*stops: str) -> Journey:
    """Make a journey from the first stop to the second, or one of which only the entry was read."""
    directions = ("entry", "exit")
    taps = [
        tap(minute, direction, stop_id=stop)
        for minute, (stop, direction) in enumerate(zip(stops, directions, strict=False))
    ]
    return pair(taps, TARIFF)[0]


def _feed(folder: Path, products: str, rules: str) -> Tariff:
    """Make a tariff for stops a, b and x, of which a and b are in the areas A and B."""
    feed = read_feed(
        write_feed(
            folder,
            {
                "agency.txt": "agency_timezone\nEurope/Berlin\n",
                "stops.txt": "stop_id\na\nb\nx\n",
                "areas.txt": "area_id\nA\nB\n",
                "stop_areas.txt": "stop_id,area_id\na,A\nb,B\n",
                "networks.txt": "network_id\nmetro\nbus\n",
                "fare_media.txt": "fare_media_id\nface\ncard\n",
                "rider_categories.txt": "rider_category_id\nadult\nchild\n",
                "fare_products.txt": products,
                "fare_leg_rules.txt": rules,
            },
        )
    )
    return Tariff(
        version="test",
        feed=feed,
        fare_media_id="face",
        rider_category_id="adult",
        gated_stop_ids=frozenset({"a", "b", "x"}),
        journey_max=timedelta(minutes=100),
    )


_PRODUCTS = "fare_product_id,amount,currency\none,1.00,EUR\ntwo,2.00,EUR\nthree,3.00,EUR\n"


def test_a_flat_fare_and_why() -> None:
    """The demo's flat fare, with each step of its derivation."""
    assert price(journey("harbour", "museum"), TARIFF) == FareQuote(
        amount=Money(275, "EUR"),
        fare_product_id="single_ride",
        explanation=(
            "leg harbour to museum, network metro",
            "fare_leg_rules.txt line 2",
            "single_ride: 2.75 EUR",
        ),
    )


@pytest.mark.parametrize(
    ("rules", "stops", "minor"),
    [
        ("from_area_id,to_area_id,fare_product_id\nA,B,one\nB,A,two\n", "ab", 100),
        ("from_area_id,to_area_id,fare_product_id\nA,B,one\nB,A,two\n", "ba", 200),
        ("from_area_id,to_area_id,fare_product_id\nA,,one\nB,A,two\n", "ab", 100),
        ("from_area_id,to_area_id,fare_product_id\n,,one\n", "ax", 100),
        ("from_area_id,to_area_id,fare_product_id,rule_priority\n,,one,\nA,,two,\n", "ab", 200),
        ("from_area_id,to_area_id,fare_product_id,rule_priority\n,,one,0\nA,,two,1\n", "ab", 200),
        ("from_area_id,to_area_id,fare_product_id,rule_priority\n,,two,1\nA,,one,\n", "ab", 200),
        ("from_area_id,to_area_id,fare_product_id,rule_priority\nA,,one,5\n,,two,\n", "ba", 200),
        ("network_id,fare_product_id\nmetro,one\n,two\n", "ab", 100),
        ("network_id,fare_product_id\nbus,one\n,two\n", "ab", 200),
        ("fare_product_id\nthree\ntwo\n", "ab", 200),
    ],
    ids=[
        "areas",
        "areas the other way",
        "empty is what no row lists",
        "a stop in no area",
        "a column without a value is no priority",
        "priority",
        "empty with priority constrains nothing",
        "only the matching rule counts",
        "network",
        "another network",
        "several products: the cheapest",
    ],
)
def test_which_rule_applies(tmp_path: Path, rules: str, stops: str, minor: int) -> None:
    """Rules match by network and area, with both meanings of an empty cell."""
    fare = price(journey(*stops), _feed(tmp_path, _PRODUCTS, rules))
    assert isinstance(fare, FareQuote)
    assert fare.amount == Money(minor, "EUR")


def test_an_empty_cell_does_not_stand_for_what_a_row_lists(tmp_path: Path) -> None:
    """Without priority, from A to x matches nothing when another row lists A."""
    rules = "from_area_id,to_area_id,fare_product_id\nA,B,one\n,,two\n"
    fare = price(journey("a", "x"), _feed(tmp_path, _PRODUCTS, rules))
    assert isinstance(fare, FareUnknown)
    assert fare.reason is UnknownReason.NO_RULE


@pytest.mark.parametrize(
    ("products", "minor"),
    [
        ("one,face,,1.50,EUR\none,card,,1.00,EUR\n", 150),
        ("one,,,1.50,EUR\none,card,,1.00,EUR\n", 150),
        ("one,,child,1.00,EUR\none,,adult,1.50,EUR\n", 150),
        ("one,face,,0.00,EUR\n", 0),
        ("one,face,,-1.00,EUR\none,,,1.50,EUR\n", 150),
        ("one,face,,150,JPY\n", 150),
        ("one,face,,1.500,KWD\n", 1500),
    ],
    ids=[
        "own medium",
        "unknown medium fits",
        "own category",
        "free is a fare",
        "a discount is no fare",
        "42 yen",
        "42 dinar",
    ],
)
def test_which_product_applies(tmp_path: Path, products: str, minor: int) -> None:
    """Products fit by medium and category; amounts are whole minor units of any currency."""
    head = "fare_product_id,fare_media_id,rider_category_id,amount,currency\n"
    fare = price(journey("a", "b"), _feed(tmp_path, head + products, "fare_product_id\none\n"))
    assert isinstance(fare, FareQuote)
    assert fare.amount.minor == minor


def test_a_product_for_others_only_is_unknown_not_free(tmp_path: Path) -> None:
    """50: a rule matches, but its product cannot be used with this medium."""
    products = (
        "fare_product_id,fare_media_id,amount,currency\none,card,1.00,EUR\ntwo,face,2.00,EUR\n"
    )
    fare = price(journey("a", "b"), _feed(tmp_path, products, "fare_product_id\none\n"))
    assert isinstance(fare, FareUnknown)
    assert fare.reason is UnknownReason.NO_PRODUCT


def test_an_unknown_stop_is_unknown_not_free() -> None:
    """50: a passage at a stop that the tariff does not gate has no fare."""
    narrow = replace(TARIFF, gated_stop_ids=frozenset({"harbour"}))
    fare = price(journey("harbour", "museum"), narrow)
    assert isinstance(fare, FareUnknown)
    assert fare.reason is UnknownReason.STOP_UNKNOWN


def test_two_networks_are_unknown_not_free() -> None:
    """50: in by one network and out by another is no single leg."""
    one = journey("harbour", "museum")
    other = replace(one, taps=(one.taps[0], replace(one.taps[1], network_id="bus")))
    fare = price(other, TARIFF)
    assert isinstance(fare, FareUnknown)
    assert fare.reason is UnknownReason.NETWORKS_DIFFER


_BY_AREA = "from_area_id,to_area_id,fare_product_id\nA,A,one\nA,B,three\nB,A,two\n"


def test_a_missing_half_costs_the_dearest_fare_that_is_known(tmp_path: Path) -> None:
    """18: the tariff completes the journey, and says so."""
    tariff = _feed(tmp_path, _PRODUCTS, _BY_AREA)
    entry_only = price(journey("a"), tariff)
    assert isinstance(entry_only, FareQuote)
    assert entry_only.amount == Money(300, "EUR")
    assert entry_only.explanation[0] == "no exit was read: the dearest fare from a"
    exit_only = price(pair([tap(0, "exit", stop_id="a")], tariff)[0], tariff)
    assert isinstance(exit_only, FareQuote)
    assert exit_only.amount == Money(200, "EUR")
    assert exit_only.explanation[0] == "no entry was read: the dearest fare to a"


def test_a_missing_half_without_any_known_fare_is_unknown(tmp_path: Path) -> None:
    """50: completing by the tariff invents no fare."""
    fare = price(journey("x"), _feed(tmp_path, _PRODUCTS, _BY_AREA))
    assert isinstance(fare, FareUnknown)
    assert fare.reason is UnknownReason.NO_RULE


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fare_media_id": "ring"}, "tariff_unknown_id"),
        ({"rider_category_id": "pet"}, "tariff_unknown_id"),
        ({"gated_stop_ids": frozenset({"harbour", "zoo"})}, "tariff_unknown_id"),
    ],
)
def test_a_tariff_names_only_what_the_feed_has(change: dict[str, Any], code: str) -> None:
    """A misspelt medium, category or stop is refused at once, not priced as unknown for ever."""
    with pytest.raises(InvalidInputError) as caught:
        replace(TARIFF, **change)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "products", ["one,face,1.00,EUR\none,,1.10,USD\n", "one,card,1.00,EUR\n"], ids=["two", "none"]
)
def test_a_tariff_has_one_currency(tmp_path: Path, products: str) -> None:
    """43: mixed currencies are an error before anything is priced."""
    head = "fare_product_id,fare_media_id,amount,currency\n"
    with pytest.raises(InvalidInputError) as caught:
        _feed(tmp_path, head + products, "fare_product_id\none\n")
    assert caught.value.code == "tariff_currency"


def test_the_demo_tariff_has_a_currency() -> None:
    """The currency of a tariff is that of its products."""
    assert TARIFF.currency == "EUR"


# --- Cases that OpenTripPlanner publishes ------------------------------------------------------


def _single_leg_cases(test_data: Path, tmp_path: Path) -> Iterator[tuple[dict[str, Any], Tariff]]:
    published = json.loads((test_data / "fares/otp_fares_v2/cases.json").read_text())
    for number, case in enumerate(published["cases"]):
        tables = published["base_feed"] | published["feeds"][case["feed"]]
        rules: list[dict[str, Any]] = tables["fare_leg_rules.txt"]
        timed = any(
            rule.get("from_timeframe_group_id") or rule.get("to_timeframe_group_id")
            for rule in rules
        )
        if len(case["legs"]) > 1 or timed:
            continue
        # The published tables leave out the lists of ids.
        areas = {row["area_id"] for row in tables.get("stop_areas.txt", [])}
        areas |= {rule.get(f"{end}_area_id") for rule in rules for end in ("from", "to")}
        tables["fare_media.txt"] = [{"fare_media_id": "face"}]
        tables["areas.txt"] = [{"area_id": area} for area in sorted(areas - {None, ""})]
        feed = read_feed(
            write_feed(tmp_path / str(number), {name: _csv(rows) for name, rows in tables.items()})
        )
        yield (
            case,
            Tariff(
                version="otp",
                feed=feed,
                fare_media_id="face",
                gated_stop_ids=frozenset(feed.stops),
                journey_max=timedelta(days=1),
            ),
        )


def _csv(rows: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [",".join(str(row.get(column, "")) for column in columns) for row in rows]
    return "\n".join([",".join(columns), *lines]) + "\n"


def test_agrees_with_published_cases(test_data: Path, tmp_path: Path) -> None:
    """Every published case of one leg without timeframes has the total that the reference gives."""
    seen = 0
    for case, tariff in _single_leg_cases(test_data, tmp_path):
        (leg,) = case["legs"]
        network_id = tariff.feed.route_networks.get(leg["route_id"], "")
        ride = journey(leg["from_stop_id"], leg["to_stop_id"])
        ride = replace(ride, taps=tuple(replace(one, network_id=network_id) for one in ride.taps))
        fare = price(ride, tariff)
        total = str(fare.amount.to_decimal()) if isinstance(fare, FareQuote) else None
        expected = case["spec_total"]
        assert (total and Decimal(total)) == (expected and Decimal(expected)), case["id"]
        seen += 1
    assert seen >= 10


def test_a_rule_keeps_its_line() -> None:
    """Explanations point into the file."""
    assert TARIFF.feed.fare_leg_rules == (
        FareLegRule(
            line=2,
            leg_group_id="metro",
            network_id="metro",
            from_area_id="",
            to_area_id="",
            fare_product_id="single_ride",
        ),
    )
