"""A seed decides everything about a walk, and keeps within what people do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faregate.scenes.walkup import Gait, Pace, WalkUp, Wander

seeds = st.integers(0, 10_000)


@given(seed=seeds)
def test_a_walk_ends_at_the_gate(seed: int) -> None:
    """Whoever walks comes from 1.6 to 2 m to about half a metre, and never jumps."""
    walk = WalkUp(seed=seed, lane=seed, seconds=4.0)
    gait = Gait.drawn(walk.person_chance(), walk.camera())
    way = np.array([gait.position(float(t)) for t in walk.times_s()])
    assert 1.55 < way[0, 2] < 2.05
    assert 0.45 < way[-1, 2] < 0.65
    speeds = np.linalg.norm(np.diff(way, axis=0), axis=1) * walk.fps
    assert speeds.max() < 2.0


@given(seed=seeds)
@settings(max_examples=25)
def test_the_lane_is_the_gates_and_the_walk_the_persons(seed: int) -> None:
    """Another person does not move the camera."""
    assert WalkUp(seed=seed, lane=3).camera() == WalkUp(seed=seed + 1, lane=3).camera()
    assert WalkUp(seed=seed, lane=3).camera() != WalkUp(seed=seed, lane=4).camera()


@given(seed=seeds, deviation=st.floats(0.001, 1.0))
@settings(max_examples=25)
def test_a_wander_has_its_deviation(seed: int, deviation: float) -> None:
    """Over a long time a drift is as large as was asked for."""
    wander = Wander.drawn(np.random.default_rng(seed), deviation=deviation)
    values = [wander.at(t) for t in np.arange(0.0, 600.0, 0.7)]
    assert np.std(values) == pytest.approx(deviation, rel=0.1)


@pytest.mark.parametrize(
    "spoilt",
    [{"seed": -1}, {"lane": -1}, {"fps": 0}, {"seconds": 0.0}, {"size": (0, 480)}],
    ids=lambda spoilt: next(iter(spoilt)),
)
def test_settings_out_of_range_are_refused(spoilt: dict[str, int]) -> None:
    """Each setting is checked on its own."""
    with pytest.raises(ValueError, match="must"):
        WalkUp(**{"seed": 0, **spoilt})  # type: ignore[arg-type]


@given(seed=seeds)
def test_at_any_pace_the_face_stays_in_the_picture(seed: int) -> None:
    """Short and tall, slow and fast: from start to stand, brow and chin are in view."""
    walk = WalkUp(seed=seed, lane=seed, seconds=3.0, pace=Pace.ANY)
    camera = walk.camera()
    gait = walk.gait(walk.person_chance())
    places = np.array([gait.position(float(t)) for t in walk.times_s()], np.float32)
    for off in (-0.06, 0.11):
        x, y = camera.project(places + np.array([0, off, 0], np.float32)).T
        assert ((x > 60) & (x < 580)).all()
        assert ((y > 0) & (y < 479)).all()
    assert 0.4 < places[-1, 2] < 0.85
    assert places[0, 2] > places[-1, 2] + 0.2
