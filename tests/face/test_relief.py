"""Relief tells a nose from a bend: points of known shape, projected, with a tracker's noise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from faregate.face.liveness import LIVENESS_MIN
from faregate.face.motion import EYES_PX, FaceMotion, Reference
from faregate.face.relief import UNJUDGED, Relief, expected_relief, measure_relief
from faregate.scenes.camera import turned

Shape = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]

EYE_M: Final = 0.063
MIDDLE_PX: Final = 64.0
EYES_UP_PX: Final = 12.0
"""A detector's box has the eyes a little above its middle."""

LANDMARKS: Final = np.array(
    [(44.0, 52.0), (84.0, 52.0), (64.0, 77.0)], np.float32
)  # eyes 40 px apart, the tip of the nose 39 mm below
LYING: Final = np.pi / 2
LEFT_OVER_PX: Final = 0.05
"""A tracker's noise on real texture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How a thing was seen: turns are standard deviations in radians."""

    seed: int = 1
    frames: int = 32
    turns: float = 0.06
    nearest_m: float = 0.55
    noise_px: float = LEFT_OVER_PX
    lost: float = 0.05


def flat(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the depth of a sheet held at a slant."""
    return 0.2 * x - 0.1 * y


def tube(radius_m: float, slant: float = 0.0, middle_m: float = 0.0) -> Shape:
    """Give the depth of a sheet bent about an axis that leans over by `slant`; negative: hollow."""

    def depth(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        across = np.cos(slant) * x + np.sin(slant) * y - middle_m
        inside = np.maximum(radius_m**2 - across**2, (0.3 * radius_m) ** 2)
        bent: NDArray[np.float64] = np.sign(radius_m) * (abs(radius_m) - np.sqrt(inside))
        return bent

    return depth


def wave(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the depth of a sheet that is bent one way above and the other way below."""
    return 0.02 * np.sin(y / 0.05) + 0.3 * x * y


def head(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the depth of a plain head: an egg, a three-sided nose, eyes that lie deep, a chin.

    Made of other pieces than what relief expects: a ridge with straight flanks, sockets like bowls.
    """
    egg = 0.09 * np.sqrt(np.maximum(1 - (x / 0.078) ** 2 - ((y - 0.02) / 0.12) ** 2, 0.05))
    along = np.clip((y + 0.005) / 0.045, 0, 1) * (y < 0.046)
    nose = 0.021 * along * np.maximum(1 - np.abs(x) / (0.010 + 0.008 * along), 0)
    sockets = sum(
        0.008 * np.maximum(1 - ((x - side * EYE_M / 2) / 0.02) ** 2 - (y / 0.014) ** 2, 0)
        for side in (-1, 1)
    )
    chin = 0.008 * np.exp(-(((x / 0.02) ** 2) + ((y - 0.1) / 0.015) ** 2))
    return -(egg + nose - sockets + chin)


def points_of_a_face(seed: int) -> NDArray[np.float32]:
    """Give points (N, 2) where faces have texture: eyes, brows, nostrils, mouth, some anywhere."""
    chance = np.random.default_rng([seed, 1])
    places = [(-0.5, 0), (0.5, 0), (-0.5, -0.4), (0.5, -0.4), (0, 0.62), (-0.15, 0.7), (0.15, 0.7)]
    places += [(0, 0.2), (-0.4, 1.1), (0, 1.1), (0.4, 1.1)]
    near = [chance.normal(place, 0.13, (6, 2)) for place in places]
    anywhere = chance.uniform((-0.8, -0.6), (0.8, 1.3), (24, 2))
    inside = np.vstack([*near, anywhere])
    inside = inside[np.hypot(inside[:, 0] / 0.85, (inside[:, 1] - 0.3) / 1.05) < 1]
    return (inside * EYES_PX + (MIDDLE_PX, MIDDLE_PX - EYES_UP_PX)).astype(np.float32)


def seen(shape: Shape, walk: Walk | None = None) -> FaceMotion:
    """Follow a thing of this shape as it comes nearer and turns, without pictures."""
    walk = walk or Walk()
    chance = np.random.default_rng(walk.seed)
    pixels = points_of_a_face(walk.seed)
    x, y = ((pixels - (MIDDLE_PX, MIDDLE_PX - EYES_UP_PX)) / EYES_PX * EYE_M).T.astype(np.float64)
    body = np.stack([x, y, shape(x, y)], axis=1)
    steps = np.cumsum(chance.normal(0, 0.25, (walk.frames, 3)), axis=0)
    turns = walk.turns * (steps - steps.mean(axis=0)) / np.maximum(steps.std(axis=0), 1e-9)
    motion = FaceMotion()
    motion._reference = Reference(
        chip=np.ones((2, 2), np.uint8),
        half=np.ones((1, 1), np.uint8),
        points=pixels,
        landmarks=LANDMARKS.copy(),
    )
    start = _projected(body, np.zeros(3), 1.6)
    scale = EYES_PX * 1.6 / EYE_M
    for turn, distance in zip(turns, np.linspace(1.6, walk.nearest_m, walk.frames), strict=True):
        now = _projected(body, turn, distance)
        fitted, _ = cv2.findHomography(start, now, 0)
        laid_over = cv2.perspectiveTransform(now[None], np.linalg.inv(fitted))[0]
        residual = (laid_over - start) * scale + chance.normal(0, walk.noise_px, start.shape)
        residual[chance.random(len(pixels)) < walk.lost] = np.nan
        motion._residuals.append((residual / EYES_PX).astype(np.float32))
        motion._views.append(turn)
    return motion


def _projected(
    body: NDArray[np.float64], turn: NDArray[np.float64], distance: float
) -> NDArray[np.float64]:
    placed = body @ turned(*(float(angle) for angle in turn)).T + (0.03, 0.05, distance)
    projected: NDArray[np.float64] = placed[:, :2] / placed[:, 2:]
    return projected


def passes(verdict: Relief) -> bool:
    """Say whether relief lets it pass."""
    return verdict.judged and verdict.score >= LIVENESS_MIN


@pytest.mark.parametrize("seed", range(12))
def test_a_head_has_relief(seed: int) -> None:
    """A nose of straight pieces on an egg is found, though none of it is what was expected."""
    assert passes(measure_relief(seen(head, Walk(seed=seed))))


@pytest.mark.parametrize(
    ("radius_m", "slant"),
    [
        *((0.06, 0.0), (0.06, 0.4), (0.08, 0.0), (0.08, 0.8), (0.1, LYING), (0.12, 0.4)),
        *((0.12, LYING), (0.3, 0.0), (0.3, LYING), (-0.08, 0.0), (-0.12, LYING)),
    ],
)
def test_no_tube_has(radius_m: float, slant: float) -> None:
    """Whatever it is bent round, and though it has as much depth as a head.

    A face is higher than broad, so that it still shows on the side of a thinner standing tube.
    """
    verdicts = [
        measure_relief(seen(tube(radius_m, slant, middle), Walk(seed=seed)))
        for seed, middle in enumerate((-0.01, 0.0, 0.012))
    ]
    assert not any(passes(verdict) for verdict in verdicts)


@pytest.mark.parametrize("shape", [flat, wave], ids=["flat", "wave"])
@pytest.mark.parametrize("seed", range(4))
def test_no_other_smooth_sheet_has(shape: Shape, seed: int) -> None:
    """Flat, or bent two ways at once."""
    assert not passes(measure_relief(seen(shape, Walk(seed=seed))))


def test_paper_that_flaps_has_none() -> None:
    """Each frame is bent otherwise: still a smooth sheet at every instant."""
    looks = [seen(tube(radius), Walk(seed=3)) for radius in np.linspace(0.07, 0.2, 32)]
    flapping = looks[0]
    flapping._residuals[:] = [look._residuals[count] for count, look in enumerate(looks)]
    assert not passes(measure_relief(flapping))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1_000_000),
    turns=st.floats(0.0, 0.15),
    noise_px=st.floats(0.0, 0.02),
    slants=st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)),
)
def test_no_motion_of_a_plane_is_relief(
    seed: int, turns: float, noise_px: float, slants: tuple[float, float]
) -> None:
    """However it is turned: what a tracker's error leaves over is below the floor."""
    across, down = slants
    walk = Walk(seed=seed, turns=turns, noise_px=noise_px)
    verdict = measure_relief(seen(lambda x, y: across * x + down * y, walk))
    assert not passes(verdict)
    assert 0.0 <= verdict.score <= 1.0


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1_000_000),
    frames=st.integers(0, 40),
    turns=st.floats(0.0, 0.2),
    lost=st.floats(0.0, 1.0),
)
def test_scores_are_scores(seed: int, frames: int, turns: float, lost: float) -> None:
    """From 0 to 1, 0 where nothing was judged, whatever was seen of a head."""
    motion = seen(head, Walk(seed=seed, frames=max(frames, 1), turns=turns, lost=lost))
    verdict = measure_relief(motion)
    assert 0.0 <= verdict.score <= 1.0
    assert verdict.judged or verdict.score == 0.0
    assert 0.0 <= verdict.agreement <= 1.0 + 1e-9


def test_a_head_that_does_not_move_is_not_judged() -> None:
    """Without a change of view there is nothing to see, and nothing to hold against anybody."""
    still = measure_relief(seen(head, Walk(turns=1e-5, frames=40, nearest_m=1.6)))
    assert (still.judged, still.score) == (False, 0.0)


def test_few_frames_are_not_judged() -> None:
    """Nor is what was lost, or never found."""
    assert measure_relief(seen(head, Walk(frames=11))) == UNJUDGED
    assert measure_relief(FaceMotion()) == UNJUDGED
    lost = seen(head)
    lost._lost = 1
    assert measure_relief(lost) == UNJUDGED
    gone = seen(head, Walk(lost=1.0))
    assert measure_relief(gone) == UNJUDGED


def test_measuring_changes_nothing() -> None:
    """Asked twice, it says the same."""
    motion = seen(head)
    assert measure_relief(motion) == measure_relief(motion)


def test_a_wiped_face_has_no_relief() -> None:
    """After a wipe nothing is left to measure or to read."""
    motion = seen(head)
    kept = [*motion.residuals]
    motion.wipe()
    assert not any(residual.any() for residual in kept)
    assert measure_relief(motion) == UNJUDGED


def test_the_nose_is_expected_where_the_detector_saw_it() -> None:
    """Highest at the tip, lowest at the eyes, whichever way the head is held."""
    across, down = np.mgrid[0:128, 0:128][::-1].reshape(2, -1).astype(np.float64)
    points = np.stack([across, down], axis=1)
    for angle in (0.0, 0.5):
        rotation = turned(0.0, 0.0, angle)[:2, :2].astype(np.float64)
        landmarks = (LANDMARKS - MIDDLE_PX) @ rotation.T + MIDDLE_PX
        relief = expected_relief(points, landmarks)
        assert np.linalg.norm(points[relief.argmax()] - landmarks[2]) < 2.0
        assert min(np.linalg.norm(points[relief.argmin()] - eye) for eye in landmarks[:2]) < 4.0
