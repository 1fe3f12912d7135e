"""What riders pay in the end depends on their taps alone: not on order, repeats or day closes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.gate_network import FEED, TARIFF, at, cap, product, taps
from faregate.errors import InvalidInputError
from faregate.fares.caps import CapPeriod, CapSpent, still_needed
from faregate.fares.charges import Charges, charge_taps
from faregate.fares.journey_rules import (
    DegradedMode,
    Disruption,
    Interchange,
    JourneyRules,
    ReEntry,
)
from faregate.fares.journeys import Journey, Tap
from faregate.fares.tariff import TariffInTime
from faregate.fares.versions import Entitlement, TariffVersion, TariffVersions
from faregate.money import Money

CAPPED: Final = replace(
    TARIFF,
    caps=(
        cap("day", 900),
        cap("week", 2000, CapPeriod.WEEK),
        replace(cap("inner", 500), area_ids=frozenset({"inner"})),
    ),
    rules=JourneyRules(
        interchanges=(
            Interchange(from_stop_id="cross", to_stop_id="park", within=timedelta(minutes=20)),
        ),
        re_entry=ReEntry(within=timedelta(minutes=15)),
    ),
)
RIDE: Final = "08:00>centre 08:20<wood"
CHILD: Final = Entitlement(
    rider_category_id="child", first_day=date(2026, 3, 2), last_day=date(2026, 3, 4)
)


def paid(charges: Charges) -> list[int]:
    """Give what each journey costs."""
    return [one.charge.minor for one in charges.charged]


def test_38_day_and_week_caps() -> None:
    """38: rides between zones for a week; a late ride counts to the day that it began on."""
    day = "08:00>centre 08:20<wood 09:00>wood 09:20<centre"
    week = [tap for number in range(2, 5) for tap in taps(day, f"2026-03-{number:02}")]
    late = taps("04:20>centre 04:40<wood", "2026-03-03")
    charges = charge_taps([*late, *week], CAPPED)
    assert paid(charges) == [500, 400, 0, 500, 400, 200, 0]
    assert charges.charged[2].capped.cap_id == "day"
    assert charges.spent[-1] == CapSpent("week", date(2026, 3, 2), 2000)


def test_zones() -> None:
    """Rides within the inner zone have a cap of their own; others are under that of the day."""
    story = "08:00>centre 08:10<park 09:00>park 09:10<cross 10:00>cross 10:10<centre"
    assert paid(charge_taps(taps(f"{story} 11:00>centre 11:20<wood"), CAPPED)) == [
        200,
        200,
        100,
        400,
    ]


def test_a_maximum_fare_is_corrected() -> None:
    """39: outside the caps until the exit is known; then the day is computed anew, downward."""
    read = taps(f"{RIDE} 09:00>wood 10:00>park 10:20<wood")
    corrected = [*read, *taps("09:20<centre")]
    before, after = charge_taps(read, CAPPED), charge_taps(corrected, CAPPED)
    assert paid(before) == [500, 500, 400]
    assert [one.capped.ride.maximum_fare for one in before.charged] == [False, True, False]
    assert paid(after) == [500, 400, 0]


def test_40_a_refund_of_a_capped_ride() -> None:
    """40: a ride that is taken out leaves what the others cost together."""
    three = taps(f"{RIDE} 09:00>wood 09:20<centre 10:00>centre 10:20<wood")
    assert paid(charge_taps(three, CAPPED)) == [500, 400, 0]
    assert paid(charge_taps(three[2:], CAPPED)) == [500, 400]


def test_a_category_that_ends_in_the_week() -> None:
    """41: each ride costs what its day's category pays, and one week's cap holds for all."""
    week = [tap for day in (4, 5) for tap in taps(RIDE, f"2026-03-0{day}")]
    charges = charge_taps(week, CAPPED, entitlements=(CHILD,))
    assert paid(charges) == [250, 500]
    assert charges.spent[-1].minor == 750


def test_an_entitlement_that_is_over_while_dates_are_not_checked() -> None:
    """27: in the date mode it still counts."""
    one = Disruption(
        mode=DegradedMode.DATE_FREE,
        stop_ids=frozenset({"centre"}),
        starts=at("04:30", "2026-03-05"),
        ends=at("04:30", "2026-03-06"),
    )
    lenient = replace(TARIFF, rules=JourneyRules(disruptions=(one,)))
    story = taps(RIDE, "2026-03-05")
    assert paid(charge_taps(story, lenient, entitlements=(CHILD,))) == [250]
    assert paid(charge_taps(story, TARIFF, entitlements=(CHILD,))) == [500]


def test_staff_ride_free() -> None:
    """30, 44: a fare of 0 is a fare: the journey is listed, and costs nothing."""
    charges = charge_taps(taps(RIDE), TARIFF.for_category("staff"))
    assert (paid(charges), charges.unpriced) == ([0], ())


def test_29_a_companion_pays_without_caps() -> None:
    """29: one pays for two; the cap is for one person's travel."""
    rides = f"{RIDE} 09:00>wood 09:20<centre"
    both = taps(rides) + taps(rides, companion=1)
    charges = charge_taps(both, CAPPED)
    by_person = {0: 0, 1: 0}
    for one in charges.charged:
        by_person[one.journey.taps[0].companion] += one.charge.minor
    assert by_person == {0: 900, 1: 1000}


def test_36_a_tariff_that_changes_on_the_way() -> None:
    """36: a journey has the tariff of its entry to its end."""
    dearer = replace(TARIFF, feed=replace(FEED, fare_products=(product("long", 700),)))
    versions = TariffVersions(
        [TariffVersion(at("04:30"), TARIFF), TariffVersion(at("08:10"), dearer)]
    )
    story = taps(f"{RIDE} 08:30>wood 08:50<centre")
    assert paid(charge_taps(story, versions)) == [500, 700]


def test_unknown_is_not_free() -> None:
    """50: a journey without a fare is told apart, and the others are charged."""
    charges = charge_taps(taps(f"{RIDE} 09:00>centre/ring 09:20<park/ring"), TARIFF)
    assert paid(charges) == [500]
    (unpriced,) = charges.unpriced
    assert unpriced.fare.reason.value == "no_rule"


def test_mixed_currencies_are_refused() -> None:
    """43: a tariff whose products, or caps, are in two currencies is no tariff."""
    yen = (*FEED.fare_products, product("fine", 100, currency="JPY"))
    with pytest.raises(InvalidInputError, match="currencies: EUR, JPY"):
        replace(TARIFF, feed=replace(FEED, fare_products=yen))
    with pytest.raises(InvalidInputError, match="Cap 'day' is in JPY"):
        replace(TARIFF, caps=(replace(cap("day", 1), amount=Money(1, "JPY")),))


MODES: Final = JourneyRules(
    disruptions=tuple(
        Disruption(
            mode=mode,
            stop_ids=frozenset({"wood"}),
            starts=at("04:30", f"2026-03-{day:02}"),
            ends=at("12:00", f"2026-03-{day:02}"),
        )
        for day, mode in enumerate(DegradedMode, start=2)
    ),
    interchanges=CAPPED.rules.interchanges,
    re_entry=CAPPED.rules.re_entry,
    transfer_within=timedelta(minutes=10),
)
VERSIONS: Final = TariffVersions(
    [
        TariffVersion(at("04:30"), CAPPED),
        TariffVersion(at("12:00", "2026-03-04"), replace(CAPPED, rules=MODES)),
    ]
)
week_of_taps = st.lists(
    st.tuples(
        st.integers(2, 8),
        st.integers(0, 19),
        st.integers(0, 59),
        st.sampled_from("><"),
        st.sampled_from(["centre", "cross", "park", "wood", "wood/ring", "sea"]),
        st.sampled_from([0, 0, 0, 1]),
    ),
    max_size=16,
    unique=True,
).map(
    lambda told_taps: [
        tap
        for day, hour, minute, sign, place, companion in told_taps
        for tap in taps(
            f"{hour:02}:{minute:02}{sign}{place}", f"2026-03-{day:02}", companion=companion
        )
    ]
)
tariffs_in_time = st.sampled_from([CAPPED, replace(CAPPED, rules=MODES), VERSIONS])


@given(week_of_taps, tariffs_in_time, st.randoms(use_true_random=False), st.integers(0, 16))
def test_order_and_repetition_change_no_charge(
    week: list[Tap], tariffs: TariffInTime, random: Random, repeated: int
) -> None:
    """3: permutation and duplication of taps give the same charges, journey by journey."""
    shuffled = week + week[:repeated]
    random.shuffle(shuffled)
    assert charge_taps(shuffled, tariffs, entitlements=(CHILD,)) == charge_taps(
        week, tariffs, entitlements=(CHILD,)
    )


@given(week_of_taps, tariffs_in_time)
def test_a_cap_never_costs_more(week: list[Tap], tariffs: TariffInTime) -> None:
    """38: with caps no journey costs more than its fare, and none less than 0."""
    for one in charge_taps(week, tariffs).charged:
        assert 0 <= one.charge.minor <= one.fare.amount.minor


def journeys_of(charges: Charges) -> list[Journey]:
    """Give all journeys, priced or not."""
    priced = [one.journey for one in charges.charged]
    return priced + [one.journey for one in charges.unpriced]


def cuts(whole: Charges) -> list[int]:
    """Give every number of journeys after which no journey is cut, in the order of their taps."""
    journeys = journeys_of(whole)
    ends = sorted({tap.at for one in journeys for tap in one.taps})
    return [
        place
        for place, instant in enumerate(ends)
        if not any(one.taps[0].at <= instant < one.taps[-1].at for one in journeys)
    ]


def split(week: Sequence[Tap], whole: Charges, place: int) -> tuple[list[Tap], list[Tap]]:
    """Split taps after the instant at `place` of all instants at which something was read."""
    journeys = journeys_of(whole)
    instant = sorted({tap.at for one in journeys for tap in one.taps})[place]
    before = [tap for tap in week if tap.at <= instant]
    return before, [tap for tap in week if tap.at > instant]


@given(week_of_taps, tariffs_in_time)
def test_carries_stand_for_closed_days(week: list[Tap], tariffs: TariffInTime) -> None:
    """rate(week) = rate(open taps + carries), for every split that cuts no journey."""
    whole = charge_taps(week, tariffs, entitlements=(CHILD,))
    for place in cuts(whole):
        before, after = split(week, whole, place)
        closed = charge_taps(before, tariffs, entitlements=(CHILD,))
        still_open = charge_taps(after, tariffs, entitlements=(CHILD,), carried=closed.spent)
        assert closed.charged + still_open.charged == whole.charged
        assert closed.unpriced + still_open.unpriced == whole.unpriced
        assert still_open.spent == whole.spent
        if still_open.charged:
            first_day = still_open.charged[0].journey.travel_day
            needed = still_needed(closed.spent, CAPPED.caps, day=first_day)
            trimmed = charge_taps(after, tariffs, entitlements=(CHILD,), carried=needed)
            assert trimmed.charged == still_open.charged
