"""What journeys between gates cost, whatever was read of them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.gate_network import FEED, TARIFF, at, product, rule, stop, taps
from faregate.fares.gate_fare import GateFare, GateFareUnknown, NoFare, gate_fare
from faregate.fares.journey_rules import (
    DegradedMode,
    Disruption,
    JourneyRules,
    SameStationBand,
    SameStationCharge,
)
from faregate.fares.journeys import pair
from faregate.fares.tables import FareTransferRule, FareTransferType, Service, Timeframe
from faregate.fares.tariff import Tariff
from faregate.money import Money

_HOUR: Final = 3600
MONDAY: Final = "2026-03-02"
HOLIDAY: Final = "2026-04-06"
TUESDAY: Final = "2026-04-07"
PEAK_IN: Final = ("peak", "")
PEAK_OUT: Final = ("", "peak")


def fares(story: str, tariff: Tariff = TARIFF, day: str = "2026-03-02") -> list[int | str]:
    """Give the fare of each journey of a story, in minor units, or why there is none."""
    found = [gate_fare(journey, tariff) for journey in pair(taps(story, day), tariff)]
    return [
        fare.amount.minor if isinstance(fare, GateFare) else fare.reason.value for fare in found
    ]


def band(charge: SameStationCharge) -> Tariff:
    """Make a tariff with one band for all stays at one station."""
    rules = JourneyRules(same_station=(SameStationBand(below=timedelta.max, charge=charge),))
    return replace(TARIFF, rules=rules)


def degraded(mode: DegradedMode, *stop_ids: str) -> Tariff:
    """Make a tariff with a degraded mode in the morning."""
    one = Disruption(mode=mode, stop_ids=frozenset(stop_ids), starts=at("08:00"), ends=at("10:00"))
    return replace(TARIFF, rules=JourneyRules(disruptions=(one,)))


@pytest.mark.parametrize(
    ("story", "tariff", "expected"),
    [
        pytest.param("08:00>centre 08:20<park", TARIFF, [200], id="within a zone"),
        pytest.param("08:00>centre 08:20<wood", TARIFF, [500], id="to the other zone"),
        pytest.param("08:00>centre", TARIFF, [500], id="18 entry only: the dearest from there"),
        pytest.param("08:00<centre", TARIFF, [500], id="18 exit only: the dearest to there"),
        pytest.param("08:00>centre 09:31<park", TARIFF, [500, 500], id="23 two maximum fares"),
        pytest.param(
            "08:00>centre 08:20<centre", band(SameStationCharge.MAXIMUM), [500], id="19 maximum"
        ),
        pytest.param(
            "08:00>centre 08:20<centre", band(SameStationCharge.MINIMUM), [200], id="19 minimum"
        ),
        pytest.param("08:00>centre 08:20<centre", band(SameStationCharge.FREE), [0], id="19 free"),
        pytest.param(
            "08:00>centre 08:20<centre",
            band(SameStationCharge.TWO_MAXIMUM),
            [500, 500],
            id="19 two maximum fares",
        ),
        pytest.param(
            "08:00>centre 08:20<wood/ring", TARIFF, [300], id="24 two ways: the cheaper one"
        ),
        pytest.param(
            "08:00>centre/ring 08:20<park", TARIFF, [200], id="24 two ways, one with a fare"
        ),
        pytest.param(
            "08:00>centre 08:10|cross 08:20<wood", TARIFF, [700], id="24 a reader tells the way"
        ),
        pytest.param(
            "08:00>centre/ring 08:20<park/ring", TARIFF, ["no_rule"], id="50 no rule is not 0"
        ),
        pytest.param("08:00>sea", TARIFF, ["stop_unknown"], id="50 no such gate is not 0"),
        pytest.param(
            "08:00>park",
            degraded(DegradedMode.EXIT_FREE, "cross", "wood"),
            [200],
            id="26 out where it is cheapest",
        ),
        pytest.param(
            "08:00<park",
            degraded(DegradedMode.ENTRY_FREE, "wood"),
            [500],
            id="26 in where gates were open",
        ),
        pytest.param(
            "08:00>park",
            degraded(DegradedMode.EXIT_FREE, "sea"),
            ["no_rule"],
            id="26, 50 out where no fare is known",
        ),
        pytest.param(
            "08:00>centre 08:20<centre",
            degraded(DegradedMode.EMERGENCY, "centre"),
            [0],
            id="26 sent out again",
        ),
        pytest.param(
            "08:00>centre 08:20<wood",
            degraded(DegradedMode.FARE_FREE, "wood"),
            [200],
            id="27 nobody checks fares: the lowest",
        ),
        pytest.param(
            "08:00>centre/ring 08:20<park/ring",
            degraded(DegradedMode.FARE_FREE, "park"),
            ["no_rule"],
            id="27, 50 unknown stays unknown",
        ),
        pytest.param(
            "08:00>centre 08:20<wood",
            replace(TARIFF, rider_category_id="staff"),
            [0],
            id="30, 44 staff ride free, and that is a fare",
        ),
        pytest.param(
            "08:00>centre 08:20<wood",
            replace(TARIFF, rider_category_id="child"),
            [250],
            id="30 children",
        ),
    ],
)
def test_fares(story: str, tariff: Tariff, expected: list[int | str]) -> None:
    """Each story costs what its rule says, or nothing is known and nothing charged."""
    assert fares(story, tariff) == expected


def test_explanations() -> None:
    """A support person can read how a fare came about, and why there is none."""
    told = [
        gate_fare(journey, TARIFF).explanation
        for story in ("08:00>centre", "08:00>centre/ring 08:20<park/ring", "08:00>sea")
        for journey in pair(taps(story), TARIFF)
    ]
    assert told == [
        (
            "no exit was read: the dearest fare from centre",
            "leg centre to wood, network metro: fare_leg_rules.txt line 4, long: 5.00 EUR",
        ),
        ("leg centre to park, network ring: matched by no line of fare_leg_rules.txt",),
        ("no gate is known at 'sea'",),
    ]


def test_no_product_for_the_category() -> None:
    """50: a rule whose product nobody of the category can buy makes no fare of 0."""
    only_adults = tuple(one for one in FEED.fare_products if one.fare_product_id != "long")
    feed = replace(FEED, fare_products=(*only_adults, product("long", 500, category="child")))
    (journey,) = pair(taps("08:00>centre 08:20<wood"), TARIFF)
    fare = gate_fare(journey, replace(TARIFF, feed=feed))
    assert isinstance(fare, GateFareUnknown)
    assert fare.reason is NoFare.NO_PRODUCT
    assert fare.explanation == (
        "leg centre to wood, network metro: matched by line 4 of fare_leg_rules.txt",
    )


@pytest.mark.parametrize(
    ("currency", "minor", "shown"),
    [
        pytest.param("JPY", 180, "180 JPY", id="42 yen"),
        pytest.param("KWD", 1250, "1.250 KWD", id="42 three decimals"),
    ],
)
def test_currencies(currency: str, minor: int, shown: str) -> None:
    """An amount has its currency's decimals, and is exact."""
    products = [product(name, minor, currency=currency) for name in ("short", "long", "around")]
    tariff = replace(TARIFF, feed=replace(FEED, fare_products=tuple(products)))
    (journey,) = pair(taps("08:00>centre 08:20<park"), tariff)
    fare = gate_fare(journey, tariff)
    assert isinstance(fare, GateFare)
    assert fare.amount == Money(minor, currency)
    assert fare.explanation[-1].endswith(shown)


def timed(from_group: str, to_group: str) -> Tariff:
    """Make a tariff whose short rides are dear in the peak, from 07:00 until before 09:00."""
    peak = Timeframe(
        timeframe_group_id="peak", start_time=7 * _HOUR, end_time=9 * _HOUR, service_id="daily"
    )
    daily = Service(
        service_id="daily",
        weekdays=frozenset(range(5)),
        start_date=date(2026, 1, 1),
        end_date=date(2026, 12, 31),
        added=frozenset(),
        removed=frozenset({date(2026, 4, 6)}),
    )
    inner = rule(2, "metro,inner,inner", "long", from_group=from_group, to_group=to_group)
    others = tuple(
        replace(
            one, rule_priority=1 if one.from_timeframe_group_id or one.to_timeframe_group_id else 0
        )
        for one in (inner, *FEED.fare_leg_rules)
    )
    feed = replace(
        FEED,
        timeframes={"peak": (peak,)},
        services={"daily": daily},
        fare_leg_rules=others,
        stops={**FEED.stops, "park": stop("park", timezone="Europe/London")},
    )
    return replace(TARIFF, feed=feed)


@pytest.mark.parametrize(
    ("groups", "day", "story", "expected"),
    [
        pytest.param(PEAK_IN, MONDAY, "06:59:59>centre 07:10<cross", 200, id="35 in before"),
        pytest.param(PEAK_IN, MONDAY, "07:00>centre 07:10<cross", 500, id="35 in on the second"),
        pytest.param(PEAK_IN, MONDAY, "08:59:59>centre 09:10<cross", 500, id="35 in at the end"),
        pytest.param(PEAK_IN, MONDAY, "09:00>centre 09:10<cross", 200, id="35 in when it is over"),
        pytest.param(PEAK_OUT, MONDAY, "06:50>centre 07:00<cross", 500, id="35 out on the second"),
        pytest.param(
            PEAK_OUT, MONDAY, "08:50>centre 09:00<cross", 200, id="35 out when it is over"
        ),
        pytest.param(PEAK_IN, HOLIDAY, "08:00>centre 08:10<cross", 200, id="34 a holiday"),
        pytest.param(PEAK_IN, TUESDAY, "08:00>centre 08:10<cross", 500, id="34 the day after"),
        pytest.param(
            PEAK_OUT, MONDAY, "09:30>centre 09:59<park", 500, id="37 out by the other clock"
        ),
        pytest.param(PEAK_IN, MONDAY, "09:30>centre 09:59<park", 200, id="37 in by this clock"),
        pytest.param(
            PEAK_IN, MONDAY, "07:30>park 07:59<centre", 200, id="37 in by the other clock"
        ),
    ],
)
def test_peak(groups: tuple[str, str], day: str, story: str, expected: int) -> None:
    """The time of day is that of the event's own stop; the end of a timeframe is outside."""
    assert fares(story, timed(*groups), day) == [expected]


def test_a_discount_on_a_transfer() -> None:
    """44: a negative product lowers the price of a transfer, and prices no leg."""
    transfer = FareTransferRule(
        line=2,
        from_leg_group_id="short",
        to_leg_group_id="short",
        transfer_count=-1,
        duration_limit=None,
        duration_limit_type=None,
        fare_transfer_type=FareTransferType.BOTH_LEGS_PLUS_TRANSFER,
        fare_product_id="discount",
    )
    feed = replace(
        FEED,
        fare_products=(*FEED.fare_products, product("discount", -150)),
        fare_transfer_rules=(transfer,),
    )
    rules = JourneyRules(transfer_within=timedelta(minutes=30))
    tariff = replace(TARIFF, feed=feed, rules=rules)
    assert fares("08:00>centre 08:20<park 08:30>park 08:50<cross", tariff) == [250]
    assert fares("08:00>centre 08:20<park 09:30>park 09:50<cross", tariff) == [200, 200]
    # A gate never pays out, however large the discounts of a feed are.
    generous = replace(feed, fare_products=(*FEED.fare_products, product("discount", -500)))
    tariff = replace(TARIFF, feed=generous, rules=rules)
    assert fares("08:00>centre 08:20<park 08:30>park 08:50<cross", tariff) == [0]


@given(
    st.lists(st.sampled_from(["centre", "park", "wood"]), min_size=2, max_size=6).filter(
        lambda stops: len(stops) % 2 == 0
    )
)
def test_a_leg_more_never_makes_unknown_known(stops: list[str]) -> None:
    """50: whatever else was ridden, a leg without a fare leaves the journey without one."""
    signs = "><" * (len(stops) // 2)
    ridden = [
        f"{8 + minute // 60:02}:{minute % 60:02}{sign}{stop_id}"
        for minute, (sign, stop_id) in enumerate(zip(signs, stops, strict=True))
    ]
    unknown = "08:40>centre/ring 08:50<park/ring"
    rules = JourneyRules(transfer_within=timedelta(hours=1))
    assert fares(" ".join([*ridden, unknown]), replace(TARIFF, rules=rules)) == ["no_rule"]
