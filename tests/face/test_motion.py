"""What no plane could do is left over, and nothing else: made-up texture, moved by known maps."""

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace
from faregate.face.motion import EYES_PX, POINTS_MIN, FaceMotion, chip_of, likeness, seen_often

WIDTH: Final = 480
HEIGHT: Final = 360
MIDDLE: Final = np.array([240.0, 180.0])
INTER_EYE_PX: Final = 80.0
STEP_NS: Final = 66_666_667
TRACKED: Final = 0.1 / EYES_PX
"""A tenth of a chip's pixel: what a tracker may miss by."""

NOSE_PX: Final = 4.0
"""How far the tip of the made-up nose goes at the most, in pixels of the frame."""

ROWS, COLUMNS = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
NOWHERE: Final = np.eye(3)


def texture(seed: int = 1) -> NDArray[np.uint8]:
    """Make a picture (H, W) with corners everywhere and nothing finer than 3 pixels."""
    noise = np.random.default_rng(seed).standard_normal((HEIGHT, WIDTH))
    smooth = cv2.GaussianBlur(noise, (0, 0), 3.0)
    return np.asarray(np.clip(128 + 40 * smooth / smooth.std(), 0, 255), np.uint8)


def face(at: NDArray[np.float64] = MIDDLE, inter_eye_px: float = INTER_EYE_PX) -> DetectedFace:
    """Make a face whose box has its middle at a place (2,)."""
    points = np.array([(-0.5, -0.3), (0.5, -0.3), (0, 0.25), (-0.42, 0.65), (0.42, 0.65)])
    left, top, right, bottom = (*(at - inter_eye_px), *(at + inter_eye_px))
    found = (at + points * inter_eye_px).astype(np.float32)
    return DetectedFace((left, top, right, bottom), found, 1.0)


def nose(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give how far places (..., 2) of the frame stand out: 1 at the tip, nothing at the cheeks."""
    height: NDArray[np.float64] = np.exp(-0.5 * (((places - MIDDLE) / 20.0) ** 2).sum(axis=-1))
    return height


def moved(
    still: NDArray[np.uint8], plane: NDArray[np.float64], way: tuple[float, float] = (0.0, 0.0)
) -> NDArray[np.uint8]:
    """Give the picture after its nose went some way, and then all of it by a homography (3, 3)."""
    places = np.dstack([COLUMNS, ROWS])
    back = cv2.perspectiveTransform(places, np.linalg.inv(plane)).astype(np.float64)
    from_where = (back - nose(back)[:, :, None] * way).astype(np.float32)
    return cv2.remap(
        still, from_where[:, :, 0], from_where[:, :, 1], cv2.INTER_CUBIC, None, cv2.BORDER_REFLECT
    ).astype(np.uint8, copy=False)


def swayed(seed: int) -> Iterator[NDArray[np.float64]]:
    """Give homographies (3, 3) of something flat that is carried, turned and tilted by hand."""
    chance = np.random.default_rng(seed)
    to_middle = np.array([[1, 0, -MIDDLE[0]], [0, 1, -MIDDLE[1]], [0, 0, 1]])
    for _ in range(12):
        angle, scale = chance.normal(0, 0.05), 1 + chance.normal(0, 0.05)
        cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
        x, y = chance.normal(0, 4, 2)
        tilt_x, tilt_y = chance.normal(0, 0.0002, 2)
        carried = np.array([[cosine, -sine, x], [sine, cosine, y], [tilt_x, tilt_y, 1]])
        yield np.linalg.inv(to_middle) @ carried @ to_middle


def left_over(motion: FaceMotion) -> NDArray[np.float64]:
    """Give what was left over (T, N, 2)."""
    return np.stack(motion.residuals).astype(np.float64)


def deviation(residuals: NDArray[np.float64]) -> float:
    """Give the root mean square of what was seen."""
    return float(np.sqrt(np.nanmean(residuals**2)))


def expected(points: NDArray[np.float32], way: tuple[float, float]) -> NDArray[np.float64]:
    """Give what the nose's way leaves over at a chip's points (N, 2), by the best homography."""
    scale = EYES_PX / INTER_EYE_PX
    before = (points.astype(np.float64) - 64.0) / scale + MIDDLE
    after = before
    for _ in range(20):  # where a place goes is where it comes from, and its own way
        after = before + nose(after)[:, None] * way
    plane, _ = cv2.findHomography(before, after, 0)
    by_plane = cv2.perspectiveTransform(before[None], plane)[0]
    left: NDArray[np.float64] = (after - by_plane) / INTER_EYE_PX
    return left


@given(seed=st.integers(0, 1_000_000))
@settings(max_examples=15, deadline=None)
def test_no_motion_of_a_plane_leaves_anything(seed: int) -> None:
    """However a flat thing is carried, turned and tilted, less than a tracker's error is left."""
    still, motion = texture(seed % 7), FaceMotion()
    motion.add(still, face(), at_ns=0)
    for count, plane in enumerate(swayed(seed), start=1):
        motion.add(moved(still, plane), face(), at_ns=count * STEP_NS)
    assert len(motion.residuals) == 12
    assert deviation(left_over(motion)) < TRACKED


@pytest.mark.parametrize("way", [(NOSE_PX, 0.0), (0.0, -NOSE_PX), (-3.0, 3.0)])
def test_a_nose_leaves_what_it_stands_out_by(way: tuple[float, float]) -> None:
    """Each point's share is what arithmetic gives for it, whichever way the view turned."""
    still, motion = texture(), FaceMotion()
    motion.add(still, face(), at_ns=0)
    motion.add(moved(still, NOWHERE, way), face(), at_ns=STEP_NS)
    assert motion.reference is not None
    known = expected(motion.reference.points, way)
    [seen] = left_over(motion)
    assert np.isfinite(seen[:, 0]).sum() >= POINTS_MIN
    assert deviation(known) > 2.5 * TRACKED
    assert deviation(seen - known) < TRACKED


def test_a_nose_is_left_over_however_the_head_is_carried() -> None:
    """The plane's part of the motion changes nothing about the rest."""
    still, motion, way = texture(), FaceMotion(), (NOSE_PX, 0.0)
    motion.add(still, face(), at_ns=0)
    for count, plane in enumerate(swayed(5), start=1):
        motion.add(moved(still, plane, way), face(), at_ns=count * STEP_NS)
    assert motion.reference is not None
    known = expected(motion.reference.points, way)
    assert len(motion.residuals) == 12
    assert deviation(left_over(motion) - known) < TRACKED


def test_views_are_where_the_face_is_seen() -> None:
    """Sixty degrees are 480 pixels wide: seen 40 pixels to either side, the view turns by 0.096."""
    still, motion = texture(), FaceMotion()
    assert motion.baseline() == 0.0
    motion.add(still, face(), at_ns=0)
    for count, aside in enumerate((-40.0, 40.0), start=1):
        shift = np.array([[1, 0, aside], [0, 1, 0], [0, 0, 1]])
        motion.add(
            moved(still, shift), face(MIDDLE + np.array([aside, 0.0])), at_ns=count * STEP_NS
        )
    assert motion.baseline() == pytest.approx(40 / (0.87 * WIDTH))
    assert motion.views[1][0] - motion.views[0][0] == pytest.approx(80 / (0.87 * WIDTH))


def followed(frames: int = 4) -> FaceMotion:
    """Follow a face that does not move."""
    still, motion = texture(), FaceMotion()
    for count in range(frames):
        motion.add(still, face(), at_ns=count * STEP_NS)
    return motion


def test_another_face_is_lost_and_then_all_is_dropped() -> None:
    """For three frames it may have been a hand before it; with the fourth, all begins anew."""
    motion, other = followed(), texture(2)
    reference, kept = motion.reference, list(motion.residuals)
    for count in range(4, 7):
        motion.add(other, face(), at_ns=count * STEP_NS)
        assert (motion.lost, len(motion.residuals)) == (True, 3)
    motion.add(other, face(), at_ns=7 * STEP_NS)
    assert (motion.lost, len(motion.residuals)) == (False, 0)
    assert reference is not None
    assert not reference.chip.any()
    assert not any(residual.any() for residual in kept)
    motion.add(other, face(), at_ns=8 * STEP_NS)
    assert motion.reference is not reference
    assert len(motion.residuals) == 0


def test_a_face_that_comes_back_goes_on() -> None:
    """Hidden for a moment, it is followed from where it was."""
    motion = followed()
    motion.add(texture(2), face(), at_ns=4 * STEP_NS)
    assert (motion.lost, len(motion.residuals)) == (True, 3)
    motion.add(texture(), face(), at_ns=5 * STEP_NS)
    assert (motion.lost, len(motion.residuals)) == (False, 4)


def test_a_wipe_leaves_nothing() -> None:
    """Chips, points and residuals are overwritten in place, and it is as new."""
    motion = followed()
    reference, kept = motion.reference, list(motion.residuals)
    assert reference is not None
    assert len(kept) == 3
    motion.wipe()
    assert not reference.chip.any()
    assert not reference.half.any()
    assert not reference.points.any()
    assert not reference.landmarks.any()
    assert not any(residual.any() for residual in kept)
    assert (motion.reference, motion.lost, motion.baseline()) == (None, False, 0.0)
    assert (len(motion.residuals), len(motion.views)) == (0, 0)
    motion.add(texture(), face(), at_ns=0)  # time may begin anew
    assert motion.reference is not None


@pytest.mark.parametrize(
    ("seen", "often"), [(10, True), (7, True), (6, False), (0, False)], ids=str
)
def test_points_must_be_seen_often(seen: int, often: bool) -> None:  # noqa: FBT001 -- what is expected
    """In more than six frames of ten, wherever the gaps fall."""
    residuals = np.full((10, 1, 2), np.nan, np.float32)
    residuals[np.random.default_rng(1).permutation(10)[:seen]] = 0.0
    assert seen_often(residuals).tolist() == [often]


def test_chips_are_alike_in_any_light_and_size() -> None:
    """Half as large, darker and lit from a side, it is the same face; another one is not."""
    chip = chip_of(texture(), face())
    assert likeness(chip, chip) == pytest.approx(1.0)
    shade = np.linspace(0.4, 0.8, WIDTH)
    dark = (texture() * shade).astype(np.uint8)
    assert likeness(chip, chip_of(dark, face())) > 0.95
    small = cv2.resize(texture(), (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
    half = chip_of(small.astype(np.uint8, copy=False), face(MIDDLE / 2 - 0.25, INTER_EYE_PX / 2))
    assert likeness(chip, half) > 0.95
    assert abs(likeness(chip, chip_of(texture(2), face()))) < 0.3
