"""People keep their number by place and shape."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.people import lying, person, standing
from faregate.assist.posture import Posture
from faregate.assist.tracker import Tracked, Tracker, body_lengths

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def follow(*pictures: Sequence[Posture], step_s: float = 1.0) -> list[tuple[Tracked, ...]]:
    """Show pictures in order."""
    tracker = Tracker()
    return [
        tracker.update(people, NOON + timedelta(seconds=number * step_s))
        for number, people in enumerate(pictures)
    ]


def numbers(tracked: Sequence[Tracked], at_s: float) -> list[int]:
    """Give the numbers of those in view, from left to right."""
    at = NOON + timedelta(seconds=at_s)
    in_view = [track for track in tracked if track.seen_at == at]
    return [track.number for track in sorted(in_view, key=lambda one: one.posture.box.centre.x)]


def test_somebody_who_falls_keeps_their_number() -> None:
    """Another place and another shape, within reach."""
    *_, last = follow([standing()], [lying(x=0.55)])
    assert numbers(last, 1) == [1]


def test_somebody_who_walks_keeps_their_number() -> None:
    """At 1.4 m/s, looked at once a second."""
    *_, last = follow(*([standing(x=0.1 + 0.15 * second)] for second in range(5)))
    assert numbers(last, 4) == [1]


def test_two_who_pass_by_each_other_stay_two() -> None:
    """Nobody's number is given to two, and none is lost."""
    *_, last = follow(
        *(
            [standing(x=0.2 + 0.05 * step), standing(x=0.8 - 0.05 * step, foot=0.8)]
            for step in range(13)
        ),
        step_s=0.2,
    )
    assert sorted(track.number for track in last) == [1, 2]


@pytest.mark.parametrize(
    ("posture", "same"),
    [
        pytest.param(standing(x=0.52), True, id="at the same place"),
        pytest.param(standing(x=0.9), False, id="far away"),
        pytest.param(person(stature=0.05), False, id="a child's toy"),
    ],
)
def test_hidden_for_a_while(posture: Posture, same: bool) -> None:  # noqa: FBT001 - a table
    """Whoever appears where somebody was hidden is that person; elsewhere, somebody else."""
    *_, last = follow([standing()], [], [], [posture])
    assert numbers(last, 3) == [1 if same else 2]


def test_a_passer_by_does_not_take_a_hidden_persons_number() -> None:
    """In view all the time, they have their own."""
    walk = [standing(x=0.2 + 0.1 * step, foot=0.95) for step in range(7)]
    victim = lying(x=0.5)
    pictures = [[victim, walk[0]], [victim, walk[1]], *([one] for one in walk[2:5])]
    pictures += [[victim, walk[5]], [victim, walk[6]]]
    seen = follow(*pictures)
    first = {track.number: track.posture for track in seen[0]}
    [victims] = [number for number, posture in first.items() if posture is victim]
    assert {track.number for track in seen[-1]} == set(first)
    assert next(t.posture for t in seen[-1] if t.number == victims) is victim


def test_who_is_gone_for_long_is_forgotten() -> None:
    """Five seconds after; memory does not grow."""
    seen = follow([standing()], *([] for _ in range(7)))
    assert [len(tracked) for tracked in seen] == [1, 1, 1, 1, 1, 1, 0, 0]


def test_a_crowd_has_a_limit() -> None:
    """Of more than 200, those of the lowest score are left out."""
    crowd = [
        person(x=0.01 * number, foot=0.5, stature=0.01, score=0.2 + number / 1000)
        for number in range(250)
    ]
    [tracked] = follow(crowd)
    assert len(tracked) == 200
    assert min(track.posture.score for track in tracked) == pytest.approx(0.25)


def test_time_does_not_go_back() -> None:
    """A picture older than the last is a mistake of the caller."""
    tracker = Tracker()
    tracker.update([], NOON)
    with pytest.raises(ValueError, match="does not go back"):
        tracker.update([], NOON - timedelta(seconds=1))


@given(xs=st.lists(st.floats(0.05, 0.95), max_size=8), steps=st.integers(1, 4))
def test_nobody_has_two_numbers(xs: list[float], steps: int) -> None:
    """Each posture is one track; those who stand still keep theirs."""
    people = [standing(x=x) for x in xs]
    seen = follow(*([people] * steps))
    for tracked in seen:
        assert sorted(track.number for track in tracked) == list(range(1, len(xs) + 1))
        assert {id(track.posture) for track in tracked} == {id(one) for one in people}


def test_distance_is_in_body_lengths() -> None:
    """As far apart as they are long is 1."""
    length = standing().box.height
    apart = body_lengths(standing(x=0.3), standing(x=0.3 + length / (16 / 9)))
    assert apart == pytest.approx(1.0)
