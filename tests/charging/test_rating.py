"""Rating is a function of the set of events: order, repetition and batches do not matter."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.charging_world import POLICY, at
from faregate.charging.rating import (
    HoldState,
    Outcome,
    PassageEvent,
    hold_states,
    rate,
    total,
)
from faregate.fares.gate_fare import NoFare
from faregate.fares.journeys import Direction, JourneyStatus
from faregate.ids import LineId, PassageId
from faregate.money import Money


def event(
    seq: int,
    outcome: str,
    *,
    about: int | None = None,
    direction: str = "entry",
    line: str = "harbour-1",
) -> PassageEvent:
    """Make event `seq` of a line, `seq` minutes after eight, about passage `about` or itself."""
    return PassageEvent(
        event_id=PassageId(line, 1, seq),
        passage_id=PassageId(line, 1, seq if about is None else about),
        line=LineId(line),
        direction=Direction(direction),
        opened_at=at("08:00") + timedelta(minutes=seq),
        outcome=Outcome(outcome),
    )


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([event(1, "authorised")], HoldState.HELD),
        ([event(1, "authorised"), event(2, "passed", about=1)], HoldState.POSTED),
        ([event(2, "passed", about=1)], HoldState.POSTED),
        ([event(1, "authorised"), event(2, "timed_out", about=1)], HoldState.VOIDED),
        (
            [event(3, "passed", about=1), event(2, "timed_out", about=1), event(1, "authorised")],
            HoldState.VOIDED,
        ),
        (
            [event(3, "timed_out", about=1), event(2, "passed", about=1), event(1, "authorised")],
            HoldState.POSTED,
        ),
    ],
    ids=[
        "8 killed before the passage",
        "passed",
        "the authorisation was lost",
        "12 nobody passed",
        "a contradiction: the first word",
        "a contradiction: the first word again",
    ],
)
def test_hold_states(events: list[PassageEvent], state: HoldState) -> None:
    """A passage is held until its gate says what became of it."""
    assert hold_states(events) == {PassageId("harbour-1", 1, 1): state}
    assert hold_states(reversed(events)) == {PassageId("harbour-1", 1, 1): state}


def test_who_passed_is_charged_by_the_time_of_opening() -> None:
    """A ride begins when the gate opened, not when its passing was reported."""
    rating = rate(
        [event(1, "authorised"), event(2, "passed", about=1)], POLICY.tariff, POLICY.places
    )
    (ride,) = rating.rides
    assert ride.journey.taps[0].at == at("08:01")
    assert ride.journey.status is JourneyStatus.EXIT_MISSING
    assert total(rating.rides, "EUR") == Money(275, "EUR")


def test_a_line_without_a_place_has_no_fare() -> None:
    """50: its rides are listed, and cost nothing."""
    rating = rate([event(1, "passed", line="airport-1")], POLICY.tariff, POLICY.places)
    assert rating.rides == ()
    assert [one.fare.reason for one in rating.unpriced] == [NoFare.STOP_UNKNOWN]


def test_a_total_has_one_currency() -> None:
    """43: fares are never added up across currencies."""
    rating = rate([event(1, "passed")], POLICY.tariff, POLICY.places)
    with pytest.raises(ValueError, match="cannot add"):
        total(rating.rides, "USD")


events_of_a_rider = st.lists(
    st.builds(
        event,
        st.integers(1, 40),
        st.sampled_from(["authorised", "passed", "timed_out"]),
        about=st.none() | st.integers(1, 40),
        direction=st.sampled_from(["entry", "exit"]),
        line=st.sampled_from(["harbour-1", "museum-1", "airport-1"]),
    ),
    max_size=14,
    unique_by=lambda one: one.event_id,
)


@given(events_of_a_rider, st.randoms(use_true_random=False), st.integers(0, 14))
def test_permutation_and_repetition_change_nothing(
    events: list[PassageEvent], random: Random, repeated: int
) -> None:
    """3: any order and any duplicates give the same rating and the same states."""
    shuffled = events + events[:repeated]
    random.shuffle(shuffled)
    assert rate(shuffled, POLICY.tariff, POLICY.places) == rate(
        events, POLICY.tariff, POLICY.places
    )
    assert hold_states(shuffled) == hold_states(events)


@given(events_of_a_rider)
def test_only_who_passed_is_charged(events: list[PassageEvent]) -> None:
    """Every posted passage is in exactly one journey, and no other is."""
    rating = rate(events, POLICY.tariff, POLICY.places)
    journeys = [one.journey for one in rating.rides] + [one.journey for one in rating.unpriced]
    rated = sorted(tap.passage_id for journey in journeys for tap in journey.taps)
    posted = [one for one, state in hold_states(events).items() if state is HoldState.POSTED]
    assert rated == sorted(posted)
