"""What riders pay at most: by day, week, area and category, and never more than without caps."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.gate_network import cap
from faregate.fares.caps import (
    Cap,
    CapPeriod,
    CapSpent,
    PricedRide,
    apply_caps,
    still_needed,
)
from faregate.ids import PassageId
from faregate.money import Money

MONDAY: Final = date(2026, 3, 2)
WEEK: Final = CapPeriod.WEEK
INNER: Final = frozenset({"inner"})
OUTER: Final = frozenset({"outer"})


def rides(
    *fares: int,
    caps: tuple[Cap, ...],
    days: int = 0,
    areas: frozenset[str] = INNER,
    category: str = "adult",
    maximum: bool = False,
) -> list[PricedRide]:
    """Make rides of one day, `days` after Monday."""
    return [
        PricedRide(
            ride_id=PassageId(f"line-{days}", 1, number + 1),
            travel_day=MONDAY + timedelta(days=days),
            fare=Money(fare, "EUR"),
            caps=caps,
            area_ids=(areas,),
            rider_category_id=category,
            maximum_fare=maximum,
        )
        for number, fare in enumerate(fares)
    ]


def charges(taken: list[PricedRide], carried: tuple[CapSpent, ...] = ()) -> list[int]:
    """Give what each ride costs."""
    return [one.charge.minor for one in apply_caps(taken, carried).rides]


def test_38_a_day_then_a_week() -> None:
    """38: the tighter cap counts, and both count every cent."""
    caps = (cap("day", 600), cap("week", 1300, WEEK))
    taken = [ride for day in range(3) for ride in rides(250, 250, 250, caps=caps, days=day)]
    capped = apply_caps(taken)
    assert [one.charge.minor for one in capped.rides] == [250, 250, 100] * 2 + [100, 0, 0]
    assert [one.cap_id for one in capped.rides] == ["", "", "day"] * 2 + ["week"] * 3
    assert [one.saved.minor for one in capped.rides[:3]] == [0, 0, 150]


def test_38_a_new_week_begins_on_monday() -> None:
    """38: Sunday is the last day of a week, Monday the first of the next."""
    caps = (cap("week", 300, WEEK),)
    sunday, monday = rides(250, caps=caps, days=6), rides(250, caps=caps, days=7)
    saturday = rides(250, caps=caps, days=5)
    assert charges([*saturday, *sunday, *monday]) == [250, 50, 250]


@pytest.mark.parametrize(
    ("changed", "taken", "expected"),
    [
        pytest.param({"area_ids": INNER}, {"areas": OUTER}, [250] * 3, id="another area"),
        pytest.param({"area_ids": INNER}, {"areas": INNER | OUTER}, [250, 50, 0], id="its area"),
        pytest.param({"area_ids": INNER | OUTER}, {"areas": OUTER}, [250, 50, 0], id="both areas"),
        pytest.param(
            {"rider_category_ids": frozenset({"child"})}, {}, [250] * 3, id="41 another category"
        ),
        pytest.param(
            {"rider_category_ids": frozenset({"adult"})}, {}, [250, 50, 0], id="41 its category"
        ),
        pytest.param({}, {"maximum": True}, [250] * 3, id="39 maximum fares stay outside"),
        pytest.param(
            {"counts_maximum_fares": True}, {"maximum": True}, [250, 50, 0], id="39 or inside"
        ),
        pytest.param({"percent_beyond": 50}, {}, [250, 150, 125], id="half price beyond"),
        pytest.param({"percent_beyond": 1}, {}, [250, 52, 2], id="rounded for the rider"),
    ],
)
def test_what_counts(
    changed: dict[str, object], taken: dict[str, object], expected: list[int]
) -> None:
    """A cap of 3.00 changed in one way, and three rides of 2.50."""
    one = replace(cap("day", 300), **changed)  # type: ignore[arg-type]  # a table of changes
    assert charges(rides(250, 250, 250, caps=(one,), **taken)) == expected  # type: ignore[arg-type]


def test_free_rides_and_negative_fares_count_towards_nothing() -> None:
    """44: what costs nothing, or gives something back, neither fills nor empties a cap."""
    taken = rides(250, 0, -100, 250, caps=(cap("day", 300),))
    assert charges(taken) == [250, 0, -100, 50]


def test_40_a_refund_of_a_capped_ride() -> None:
    """40: without one ride the caps are computed anew, and no ride after it is lost."""
    taken = rides(250, 250, 250, caps=(cap("day", 600),))
    assert sum(charges(taken)) == 600
    assert sum(charges(taken[1:])) == 500
    assert charges(taken[1:]) == [250, 250]


def test_a_cap_in_another_currency_is_refused() -> None:
    """43: cents are never held against yen."""
    yen = replace(cap("day", 300), amount=Money(300, "JPY"))
    with pytest.raises(ValueError, match="cap day is in JPY"):
        charges(rides(250, caps=(yen,)))


def test_what_is_carried_ends_with_its_period() -> None:
    """A day's sum is dropped when the day is over, a week's on Monday, a lost cap's at once."""
    caps = (cap("day", 600), cap("week", 1300, WEEK))
    spent = apply_caps(rides(250, caps=(*caps, cap("old", 900)), days=2)).spent
    assert [one.cap_id for one in still_needed(spent, caps, day=MONDAY + timedelta(days=2))] == [
        "day",
        "week",
    ]
    assert [one.cap_id for one in still_needed(spent, caps, day=MONDAY + timedelta(days=6))] == [
        "week"
    ]
    assert still_needed(spent, caps, day=MONDAY + timedelta(days=7)) == []


def test_38_published_cap_table(test_data: Path) -> None:
    """38: single 1, day 10, week 25, as a payment network publishes the results."""
    rules = json.loads((test_data / "fares/published_rules/rules.json").read_text("utf-8"))
    table = rules["google_wallet_cap_table"]
    euro = 100
    caps = (cap("day", table["day_cap"] * euro), cap("week", table["week_cap"] * euro, WEEK))
    single = table["single"] * euro
    for case, expected in table["cases"]:
        number = int(case.split()[0])
        per_day = 10 if "week" in case else number
        taken = [
            ride
            for day in range(number // per_day)
            for ride in rides(*[single] * per_day, caps=caps, days=day)
        ]
        assert sum(charges(taken)) == expected * euro, case


random_caps = st.lists(
    st.builds(
        Cap,
        cap_id=st.sampled_from(["a", "b", "c"]),
        period=st.sampled_from(CapPeriod),
        amount=st.builds(Money, st.integers(0, 900), st.just("EUR")),
        area_ids=st.sampled_from([frozenset[str](), INNER, OUTER]),
        rider_category_ids=st.sampled_from([frozenset[str](), frozenset({"adult"})]),
        percent_beyond=st.sampled_from([0, 33, 50]),
        counts_maximum_fares=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda one: one.cap_id,
).map(tuple)


@st.composite
def random_rides(draw: st.DrawFn) -> list[PricedRide]:
    """Draw rides of two weeks, in order."""
    caps = draw(random_caps)
    days = sorted(draw(st.lists(st.integers(0, 13), max_size=12)))
    return [
        PricedRide(
            ride_id=PassageId("line-1", 1, number + 1),
            travel_day=MONDAY + timedelta(days=day),
            fare=Money(draw(st.integers(-50, 400)), "EUR"),
            caps=caps,
            area_ids=(draw(st.sampled_from([INNER, OUTER])),),
            rider_category_id=draw(st.sampled_from(["adult", "child"])),
            maximum_fare=draw(st.booleans()),
        )
        for number, day in enumerate(days)
    ]


@given(random_rides())
def test_a_cap_never_makes_a_rider_pay_more(taken: list[PricedRide]) -> None:
    """Not for any ride, so not in total; and what was positive never becomes less than 0."""
    for ride, charge in zip(taken, charges(taken), strict=True):
        assert min(ride.fare.minor, 0) <= charge <= ride.fare.minor


@given(random_rides())
def test_nobody_pays_more_than_a_free_cap(taken: list[PricedRide]) -> None:
    """Where rides beyond a cap are free, what was paid towards it is at most its amount."""
    capped = apply_caps(taken)
    amounts = {one.cap_id: one for ride in taken for one in ride.caps if not one.percent_beyond}
    for spent in capped.spent:
        if spent.cap_id in amounts:
            assert spent.minor <= amounts[spent.cap_id].amount.minor


@given(random_rides(), st.integers(0, 12))
def test_a_carry_stands_for_what_was_before(taken: list[PricedRide], cut: int) -> None:
    """Rides charged in two parts, with what was spent carried over, cost the same as in one."""
    before = apply_caps(taken[:cut])
    after = apply_caps(taken[cut:], before.spent)
    whole = apply_caps(taken)
    assert before.rides + after.rides == whole.rides
    assert after.spent == whole.spent
