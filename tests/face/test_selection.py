"""The best frames stay, apart in time and, where asked for, in pose; what goes is wiped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.faces import MODEL, quality_of
from faregate.face.selection import BestFrames, HeldFrame, Spread
from faregate.face.template import FaceTemplate

APART_IN_TIME = Spread(spacing_ns=100, pose_apart_deg=0.0)
APART_IN_POSE = Spread(spacing_ns=100, pose_apart_deg=8.0)


def frame(at_ns: int, score: float, yaw_deg: float = 0.0) -> HeldFrame:
    """Make a frame of a moment."""
    return HeldFrame(
        template=FaceTemplate(MODEL, np.array([0.6, 0.8], np.float32)),
        quality=quality_of(score=score, yaw_deg=yaw_deg),
        at_ns=at_ns,
        received_ns=at_ns,
    )


def offered(best: BestFrames, frames: list[HeldFrame]) -> BestFrames:
    """Offer frames as an approach does: add where there is room, else exchange where it gains."""
    for one in frames:
        if best.has_room(one.at_ns):
            best.add(one)
        elif best.improves(one.quality, one.at_ns):
            best.exchange(one)
        else:
            one.template.wipe()
    return best


@pytest.mark.parametrize(
    ("scores", "kept"),
    [
        pytest.param({0: 50, 100: 60, 200: 70}, {0, 100, 200}, id="room for all"),
        pytest.param({0: 50, 50: 80, 90: 60}, {50}, id="a better neighbour"),
        pytest.param({0: 50, 90: 80, 100: 60}, {90, 100}, id="an exchange puts off nobody"),
        pytest.param({0: 80, 50: 50, 100: 60}, {0, 100}, id="a worse neighbour"),
        pytest.param({0: 80, 50: 84, 100: 60}, {0, 100}, id="hardly better is not worth it"),
        pytest.param({0: 50, 100: 60, 200: 70, 300: 80}, {100, 200, 300}, id="the worst one goes"),
        pytest.param(
            {0: 50, 100: 60, 200: 70, 250: 80}, {0, 100, 250}, id="but none within the spacing"
        ),
        pytest.param({0: 50, 100: 60, 200: 50, 150: 90}, {0, 100, 200}, id="not between two"),
    ],
)
def test_keeps_the_best(scores: dict[int, float], kept: set[int]) -> None:
    """Each story with three places, and at least 100 between two frames."""
    best = offered(BestFrames(3, APART_IN_TIME), [frame(at, score) for at, score in scores.items()])
    assert {held.at_ns for held in best.held} == kept
    assert len(best) == len(kept)


def test_prefers_another_pose() -> None:
    """A turned face, though worse, replaces the lesser of two frontal ones, and is kept then."""
    frames = [frame(0, 90), frame(100, 80), frame(200, 70, yaw_deg=15)]
    best = offered(BestFrames(2, APART_IN_POSE), frames)
    assert {held.at_ns for held in best.held} == {0, 200}
    best = offered(best, [frame(300, 85)])
    assert {held.at_ns for held in best.held} == {0, 200}
    assert {held.at_ns for held in offered(BestFrames(2, APART_IN_TIME), frames).held} == {0, 100}


def test_what_is_replaced_and_what_ends_is_wiped() -> None:
    """No template outlives its place."""
    worse, better = frame(0, 20), frame(50, 90)
    best = offered(BestFrames(3, APART_IN_TIME), [worse, better])
    assert not worse.template.vector.any()
    assert better.template.vector.any()
    best.wipe()
    best.wipe()
    assert not better.template.vector.any()
    assert len(best) == 0
    assert best.has_room(0)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.floats(0, 100)), min_size=3, max_size=40),
)
def test_choosing_takes_no_time(steps: list[tuple[int, float]]) -> None:
    """The last place is taken at the same moment as if the first frames had been kept."""
    at, times = 0, []
    for step, _ in steps:
        at += step
        times.append(at)
    choosing, first = BestFrames(3, APART_IN_TIME), BestFrames(3, APART_IN_TIME)
    for at, (_, score) in zip(times, steps, strict=True):
        offered(choosing, [frame(at, score)])
        offered(first, [frame(at, 50)])
        assert len(choosing) == len(first)


def test_nothing_is_taken_that_does_not_fit() -> None:
    """The caller of an impossible call still owns its template."""
    best = offered(BestFrames(1, APART_IN_TIME), [frame(0, 80)])
    left = frame(100, 50)
    with pytest.raises(ValueError, match="no room"):
        best.add(left)
    with pytest.raises(ValueError, match="no improvement"):
        best.exchange(left)
    assert left.template.vector.any()


@given(
    st.lists(st.tuples(st.integers(0, 60), st.floats(0, 100), st.floats(-30, 30)), max_size=40),
    st.sampled_from([APART_IN_TIME, APART_IN_POSE]),
)
def test_however_frames_come(steps: list[tuple[int, float, float]], spread: Spread) -> None:
    """Never more than wanted, in order, and nothing but those unwiped."""
    at, frames = 0, []
    for step, score, yaw in steps:
        at += step
        frames.append(frame(at, score, yaw))
    best = offered(BestFrames(3, spread), frames)
    times = [held.at_ns for held in best.held]
    assert len(times) <= 3
    assert times == sorted(times)
    alive = {id(one) for one in frames if one.template.vector.any()}
    assert alive == {id(held) for held in best.held}
