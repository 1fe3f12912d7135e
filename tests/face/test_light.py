"""Light that slides over a picture is seen; lamps that go on, noise and steps nearer are not."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace
from faregate.face.light import MovingLight
from faregate.face.liveness import CueKind

HEIGHT, WIDTH, FRAMES = 120, 160, 16
Light = Callable[[float, NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


def face(eyes: float) -> DetectedFace:
    """Make a face in the middle of the picture."""
    x, y, half = WIDTH / 2, HEIGHT / 2 - 0.4 * eyes, eyes / 2
    points = [(x - half, y), (x + half, y), (x, y + half), (x - half, y + eyes), (x, y + eyes)]
    box = (x - eyes, y - eyes, x + eyes, y + 1.5 * eyes)
    return DetectedFace(box, np.array(points, np.float32), 1.0)


def seen(light: Light, *, noise: float = 2.0) -> MovingLight:
    """Show a face with brow and mouth that comes nearer, in a light given by time and place."""
    chance = np.random.default_rng(4)
    moving = MovingLight()
    for step in range(FRAMES):
        eyes = 40.0 + step
        there = face(eyes)
        down, across = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
        x, y = (across - WIDTH / 2) / eyes, (down - HEIGHT / 2) / eyes
        skin = 130.0 - 50 * np.exp(-((y + 0.5) ** 2) / 0.01) - 40 * np.exp(-((y - 0.6) ** 2) / 0.02)
        picture = skin * light(step / FRAMES, x, y) + chance.normal(0, noise, (HEIGHT, WIDTH))
        moving.add(np.clip(picture, 0, 255).astype(np.uint8), there)
    return moving


def measured(light: Light, *, noise: float = 2.0) -> float:
    """Measure what is seen."""
    cue = seen(light, noise=noise).measure()
    assert (cue.kind, cue.judged) == (CueKind.LIGHT, True)
    return cue.measure


def even(_t: float, x: NDArray[np.float64], _y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light that stays."""
    return np.ones_like(x)


@pytest.mark.parametrize("across", [1.0, 0.0], ids=["across", "down"])
def test_a_slope_that_changes_is_measured(across: float) -> None:
    """A light that swings by a fifth from side to side: its deviation over time, by hand."""

    def sliding(t: float, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        swing: NDArray[np.float64] = np.exp(
            0.2 * np.sin(2 * np.pi * t) * (across * x + (1 - across) * y)
        )
        return swing

    # Swings of 0.2 an eye distance are 0.36 over the 1.8 the cells span; half of the two slopes.
    expected = 0.36 / np.sqrt(2) / 2 * 130 / (130 + 16)
    assert np.exp(-measured(sliding, noise=0.0)) == pytest.approx(expected, rel=0.15)


@pytest.mark.parametrize(
    "light",
    [
        even,
        lambda t, x, _y: np.full_like(x, 1.0 if t < 0.5 else 0.8),
        lambda _t, x, _y: 1.0 + 0.3 * x,
    ],
    ids=["even", "a lamp goes off", "from one side"],
)
def test_what_does_not_slide_is_not(light: Light) -> None:
    """Less than a hundredth of the light, from side to side."""
    assert np.exp(-measured(light)) < 0.012


@settings(max_examples=10, deadline=None)
@given(swing=st.floats(0, 0.4), more=st.floats(0.02, 0.4))
def test_more_is_never_more_live(swing: float, more: float) -> None:
    """Up to what noise makes of it."""

    def by(amount: float) -> Light:
        return lambda t, x, _y: np.exp(amount * np.sin(2 * np.pi * t) * x)

    assert measured(by(swing + more)) <= measured(by(swing)) + 0.1


def test_too_little_is_not_judged() -> None:
    """Few frames, or a face that is far away."""
    few, far = MovingLight(), MovingLight()
    grey = np.full((HEIGHT, WIDTH), 120, np.uint8)
    for _ in range(8):
        few.add(grey, face(40.0))
        far.add(grey, face(20.0))
    assert not few.measure().judged
    few.add(grey, face(40.0))
    assert few.measure().judged
    assert not far.measure().judged


@pytest.mark.parametrize("x", [-300.0, 0.0, 400.0])
def test_a_face_at_the_edge_gives_a_number(x: float) -> None:
    """Wherever the detector says it is; even where there is no light at all."""
    moving = MovingLight()
    points = face(60.0).points + np.float32(x)
    there = DetectedFace((x, x, x + 100, x + 100), points, 1.0)
    for _ in range(9):
        moving.add(np.zeros((HEIGHT, WIDTH), np.uint8), there)
    assert np.isfinite(moving.measure().measure)


def test_it_forgets() -> None:
    """The tiny picture is overwritten in place; afterwards it is as new."""
    moving = seen(even)
    reference = moving._reference
    assert reference is not None
    kept = (reference.light, reference.used, reference.fit)
    assert all(array.any() for array in kept)
    moving.wipe()
    assert not any(array.any() for array in kept)
    assert moving.measure() == MovingLight().measure()
    moving.wipe()
