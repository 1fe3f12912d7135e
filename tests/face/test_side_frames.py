"""Depth and infrared of things of known shape, with the noise of real cameras: which has a nose."""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace
from faregate.face.liveness import LIVENESS_MIN, Cue, CueKind
from faregate.face.side_frames import SideEvidence, SideFrames, nose_height

Shape = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]

WIDTH, HEIGHT = 320, 240
EYES_PX: Final = 60.0
EYE_MM: Final = 63.0
MIDDLE: Final = np.array([160.0, 95.0])
FIVE: Final = np.array([(-0.5, 0), (0.5, 0), (0, 0.6), (-0.4, 1.1), (0.4, 1.1)])
FACE: Final = DetectedFace(
    (100.0, 50.0, 220.0, 200.0), (MIDDLE + EYES_PX * FIVE).astype(np.float32), 0.9
)
AT_M: Final = 0.6
STRUCTURED_LIGHT_MM: Final = 1.6 * AT_M**2
"""Khoshelham and Elberink (Sensors 2012): 4 cm at 5 m, growing with the square of the distance."""
TIME_OF_FLIGHT_MM: Final = 6.0


def head(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give how far a plain head stands out, in mm: an egg, a three-sided nose, deep eyes."""
    egg = 90 * np.sqrt(np.maximum(1 - (x / 78) ** 2 - ((y - 20) / 120) ** 2, 0.05))
    along = np.clip((y + 5) / 45, 0, 1) * (y < 46)
    nose = 21 * along * np.maximum(1 - np.abs(x) / (10 + 8 * along), 0)
    sockets = sum(
        8 * np.maximum(1 - ((x - side * EYE_MM / 2) / 20) ** 2 - (y / 14) ** 2, 0)
        for side in (-1, 1)
    )
    return egg + nose - sockets


def flat(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give how far a slanted sheet stands out, in mm."""
    return 0.3 * x - 0.2 * y


def tube(radius_mm: float, slant: float) -> Shape:
    """Give how far a bent sheet stands out, in mm."""

    def stands_out(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        across = np.cos(slant) * x + np.sin(slant) * y
        out: NDArray[np.float64] = np.sqrt(np.maximum(radius_mm**2 - across**2, 1.0))
        return out

    return stands_out


def measured(shape: Shape, *, seed: int, noise_mm: float, holes: float = 0.02) -> SideFrames:
    """Measure a shape at `AT_M` with a depth camera whose neighbouring pixels share noise."""
    chance = np.random.default_rng(seed)
    across, down = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    x, y = (across - MIDDLE[0]) / EYES_PX * EYE_MM, (down - MIDDLE[1]) / EYES_PX * EYE_MM
    noise = cv2.GaussianBlur(chance.standard_normal((HEIGHT, WIDTH)), (0, 0), 1.0)
    depth = 1000 * AT_M - shape(x, y) + noise * (noise_mm / noise.std())
    depth[chance.random(depth.shape) < holes] = 0
    return SideFrames(depth_mm=np.rint(depth.clip(0, 60_000)).astype(np.uint16))


def grey_face(seed: int = 4) -> NDArray[np.uint8]:
    """Draw something with structure of every size."""
    chance = np.random.default_rng(seed)
    sizes = [cv2.GaussianBlur(chance.standard_normal((HEIGHT, WIDTH)), (0, 0), s) for s in (2, 5)]
    picture = sum(size / size.std() for size in sizes)
    grey: NDArray[np.uint8] = np.clip(128 + 30 * picture, 0, 255).astype(np.uint8)
    return grey


GREY: Final = grey_face()


def depth_cue(shape: Shape, *, noise_mm: float, holes: float = 0.02, seed: int = 0) -> Cue:
    """Give what eight frames of a depth camera say."""
    evidence = SideEvidence()
    for count in range(8):
        side = measured(shape, seed=100 * seed + count, noise_mm=noise_mm, holes=holes)
        evidence.add(side, GREY, FACE)
    [cue] = evidence.measure()
    return cue


def infrared_cue(pictures: list[NDArray[np.uint8]]) -> Cue:
    """Give what some infrared pictures say beside the grey one."""
    evidence = SideEvidence()
    for picture in pictures:
        evidence.add(SideFrames(infrared=picture), GREY, FACE)
    [cue] = evidence.measure()
    return cue


NOISES: Final = [
    pytest.param(STRUCTURED_LIGHT_MM, id="structured light"),
    pytest.param(TIME_OF_FLIGHT_MM, id="time of flight"),
]


@pytest.mark.parametrize("holes", [0.0, 0.3])
@pytest.mark.parametrize("noise_mm", NOISES)
def test_a_head_has_a_nose(noise_mm: float, holes: float) -> None:
    """Holes or not, at either camera's noise: about the height of an average one."""
    cue = depth_cue(head, noise_mm=noise_mm, holes=holes)
    assert cue.judged
    assert cue.score >= LIVENESS_MIN
    assert 0.5 < cue.measure < 1.5


@pytest.mark.parametrize("noise_mm", NOISES)
@pytest.mark.parametrize(
    "shape",
    [flat, tube(100.0, 0.0), tube(80.0, 0.3), tube(130.0, np.pi / 2), tube(300.0, 1.0)],
    ids=["flat", "tube", "leaning tube", "lying tube", "wide tube"],
)
def test_no_sheet_has(shape: Shape, noise_mm: float) -> None:
    """Flat or bent: less than a fifth of a nose."""
    cue = depth_cue(shape, noise_mm=noise_mm)
    assert cue.judged
    assert cue.score < LIVENESS_MIN
    assert cue.measure < 0.2


@settings(max_examples=30, deadline=None)
@given(
    slopes=st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)),
    bends=st.tuples(*[st.floats(-0.003, 0.003)] * 3),
)
def test_no_smooth_surface_has_a_nose(
    slopes: tuple[float, float], bends: tuple[float, float, float]
) -> None:
    """Any plane and any quadric: what is left is rounding to millimetres."""

    def quadric(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        linear = slopes[0] * x + slopes[1] * y
        return linear + bends[0] * x * x + bends[1] * x * y + bends[2] * y * y

    side = measured(quadric, seed=1, noise_mm=0.0, holes=0.0)
    assert side.depth_mm is not None
    height, _ = nose_height(side.depth_mm, FACE)
    assert abs(height) < 0.05


@pytest.mark.parametrize("noise_mm", [80.0], ids=["8 cm"])
def test_too_much_noise_is_not_judged(noise_mm: float) -> None:
    """A camera that can't tell a nose from none has no opinion, instead of a wrong one."""
    assert not depth_cue(head, noise_mm=noise_mm).judged


@pytest.mark.parametrize("holes", [0.7, 1.0])
def test_a_face_of_holes_is_not_judged(holes: float) -> None:
    """Glass gives many cameras no depth at all."""
    cue = depth_cue(flat, noise_mm=1.0, holes=holes)
    assert (cue.judged, cue.score) == (False, 0.0)


def test_a_face_that_is_there_in_infrared_is_live() -> None:
    """Darker, noisier, with other contrast: the same structure."""
    chance = np.random.default_rng(3)
    lit = [
        np.clip(40 + 0.3 * GREY + chance.normal(0, 3, GREY.shape), 0, 255).astype(np.uint8)
        for _ in range(4)
    ]
    assert infrared_cue(lit).score >= LIVENESS_MIN


@pytest.mark.parametrize("level", [4.0, 200.0], ids=["a dark display", "white paper"])
def test_what_is_not_there_in_infrared_is_not(level: float) -> None:
    """Only the sensor's noise is left of the face."""
    chance = np.random.default_rng(3)
    dark = [
        np.clip(level + chance.normal(0, 3, GREY.shape), 0, 255).astype(np.uint8) for _ in range(4)
    ]
    cue = infrared_cue(dark)
    assert cue.judged
    assert cue.score < LIVENESS_MIN


def test_another_picture_in_infrared_is_not_the_face() -> None:
    """The infrared camera sees somebody else's structure."""
    cue = infrared_cue([grey_face(seed=8)] * 4)
    assert cue.judged
    assert cue.score < LIVENESS_MIN


def test_a_burnt_picture_is_not_judged() -> None:
    """Too much lamp shows nothing, and says nothing."""
    assert not infrared_cue([np.full_like(GREY, 255)] * 4).judged


def test_few_frames_are_not_judged() -> None:
    """Two are not enough for either camera."""
    assert not infrared_cue([GREY, GREY]).judged
    evidence = SideEvidence()
    for seed in range(2):
        evidence.add(measured(head, seed=seed, noise_mm=1.0), GREY, FACE)
    assert not evidence.measure()[0].judged


def test_a_camera_that_is_not_there_gives_no_cue() -> None:
    """One cue for each camera there was, in a fixed order; none before, and none after a wipe."""
    evidence = SideEvidence()
    assert evidence.measure() == ()
    evidence.add(SideFrames(), GREY, FACE)
    assert evidence.measure() == ()
    depth = measured(head, seed=1, noise_mm=1.0).depth_mm
    evidence.add(SideFrames(depth_mm=depth, infrared=GREY), GREY, FACE)
    assert [cue.kind for cue in evidence.measure()] == [CueKind.DEPTH, CueKind.INFRARED]
    evidence.wipe()
    assert evidence.measure() == ()


def test_who_was_alive_before_does_not_vouch() -> None:
    """After two dozen frames of a sheet nothing is left of the head before it."""
    evidence = SideEvidence()
    for count in range(48):
        shape = head if count < 24 else flat
        evidence.add(measured(shape, seed=count, noise_mm=1.0), GREY, FACE)
    assert evidence.measure()[0].score < LIVENESS_MIN


@pytest.mark.parametrize(
    ("depth_mm", "infrared"),
    [
        (np.zeros((4, 4), np.float32), None),
        (np.zeros((4, 4, 1), np.uint16), None),
        (None, np.zeros((4, 4), np.uint16)),
        (np.zeros((4, 4), np.uint16), np.zeros((4, 5), np.uint8)),
    ],
    ids=["metres", "a channel", "16-bit infrared", "two sizes"],
)
def test_odd_arrays_are_refused(
    depth_mm: NDArray[np.uint16] | None, infrared: NDArray[np.uint8] | None
) -> None:
    """An adapter's mistake is told where it is made."""
    with pytest.raises(ValueError, match=r"size|side frames"):
        SideFrames(depth_mm=depth_mm, infrared=infrared)


def test_side_frames_must_lie_over_the_picture() -> None:
    """A depth picture of another size is no picture of this face."""
    small = SideFrames(depth_mm=np.zeros((10, 10), np.uint16))
    with pytest.raises(ValueError, match="does not lie over"):
        SideEvidence().add(small, GREY, FACE)


@settings(max_examples=30, deadline=None)
@given(
    shift=st.tuples(st.floats(-400, 400), st.floats(-400, 400)),
    scale=st.floats(0.01, 20.0),
)
def test_no_place_or_size_of_a_face_breaks_it(shift: tuple[float, float], scale: float) -> None:
    """Off the picture there is nothing; a score stays from 0 to 1."""
    points = (scale * FACE.points + np.array(shift)).astype(np.float32)
    odd = DetectedFace(FACE.box, points, 0.9)
    side = SideFrames(depth_mm=measured(head, seed=1, noise_mm=1.0).depth_mm, infrared=GREY)
    evidence = SideEvidence()
    for _ in range(3):
        evidence.add(side, GREY, odd)
    for cue in evidence.measure():
        assert 0.0 <= cue.score <= 1.0
        assert np.isfinite(cue.measure)
