"""Which exit belongs to which entry, whatever the order of delivery."""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.fares_world import TARIFF, tap
from faregate.fares.journeys import Journey, JourneyStatus, Tap, pair


def _told(journeys: tuple[Journey, ...]) -> list[tuple[str, list[int]]]:
    return [
        (journey.status.value, [(one.passage_id.seq - 1) for one in journey.taps])
        for journey in journeys
    ]


@pytest.mark.parametrize(
    ("taps", "journeys"),
    [
        pytest.param([], [], id="none"),
        pytest.param([tap(0, "entry"), tap(20, "exit")], [("complete", [0, 20])], id="in and out"),
        pytest.param(
            [tap(20, "exit"), tap(0, "entry")],
            [("complete", [0, 20])],
            id="4 exit delivered before entry",
        ),
        pytest.param(
            [tap(0, "entry"), tap(20, "exit"), tap(0, "entry"), tap(20, "exit")],
            [("complete", [0, 20])],
            id="1 delivered twice",
        ),
        pytest.param([tap(0, "entry")], [("exit_missing", [0])], id="18 entry only"),
        pytest.param([tap(0, "exit")], [("entry_missing", [0])], id="18 exit only"),
        pytest.param(
            [tap(0, "entry"), tap(9, "entry"), tap(20, "exit")],
            [("exit_missing", [0]), ("complete", [9, 20])],
            id="18 in twice",
        ),
        pytest.param(
            [tap(0, "entry"), tap(20, "exit"), tap(30, "exit")],
            [("complete", [0, 20]), ("entry_missing", [30])],
            id="18 out twice",
        ),
        pytest.param(
            [tap(0, "entry"), tap(100, "exit")],
            [("complete", [0, 100])],
            id="exactly the longest stay",
        ),
        pytest.param(
            [tap(0, "entry"), tap(101, "exit")],
            [("exit_missing", [0]), ("entry_missing", [101])],
            id="longer than the longest stay",
        ),
    ],
)
def test_pairs(taps: list[Tap], journeys: list[tuple[str, list[int]]]) -> None:
    """Each story of taps becomes the journeys that a person would tell."""
    assert _told(pair(taps, TARIFF)) == journeys


def test_a_journey_belongs_to_the_day_of_its_first_tap() -> None:
    """31, 32: in before the travel day ends, out after: one journey of the first day."""
    night = datetime.fromisoformat("2026-03-03T04:20:00+01:00")
    entry, leaving = tap(0, "entry"), tap(1, "exit")
    taps = [
        Tap(
            passage_id=one.passage_id,
            direction=one.direction,
            network_id=one.network_id,
            stop_id=one.stop_id,
            at=at,
        )
        for one, at in ((entry, night), (leaving, night + timedelta(minutes=20)))
    ]
    (journey,) = pair(taps, TARIFF)
    assert (journey.status, journey.travel_day) == (JourneyStatus.COMPLETE, date(2026, 3, 2))


taps_of_a_day = st.lists(
    st.builds(
        tap,
        st.integers(0, 300),
        st.sampled_from(["entry", "exit"]),
        device=st.sampled_from(["line-1", "line-2"]),
    ),
    max_size=12,
    unique_by=lambda one: one.passage_id,
)


@given(taps_of_a_day, st.randoms(use_true_random=False), st.integers(0, 12))
def test_order_and_repetition_do_not_matter(taps: list[Tap], random: Random, repeated: int) -> None:
    """3: any permutation and duplication of the same taps gives the same journeys."""
    shuffled = taps + taps[:repeated]
    random.shuffle(shuffled)
    assert pair(shuffled, TARIFF) == pair(taps, TARIFF)


@given(taps_of_a_day)
def test_every_tap_is_in_exactly_one_journey(taps: list[Tap]) -> None:
    """No tap is lost and none is used twice."""
    used = [one.passage_id for journey in pair(taps, TARIFF) for one in journey.taps]
    assert sorted(used) == sorted(one.passage_id for one in taps)
