"""The square of a face lies in the picture, pixel for pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.face.detect import DetectedFace
from faregate.face.square import SIDE_PX, fills_square, square_of

HEIGHT, WIDTH = 90, 120
NUMBERED = np.random.default_rng(2).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)


def face(x: float, y: float, eyes: float = 40.0) -> DetectedFace:
    """Make a face whose eyes are `eyes` apart around (x, y)."""
    half = eyes / 2
    points = [(x - half, y), (x + half, y), (x, y + half), (x - half, y + eyes), (x, y + eyes)]
    box = (x - eyes, y - eyes, x + eyes, y + 1.5 * eyes)
    return DetectedFace(box, np.array(points, np.float32), 1.0)


def test_it_is_cut_below_the_eyes() -> None:
    """In the middle of the cheeks: 0.45 eye distances down."""
    square = square_of(NUMBERED, face(60.0, 30.0))
    np.testing.assert_array_equal(square, NUMBERED[16 : 16 + SIDE_PX, 28 : 28 + SIDE_PX])
    assert square.dtype == np.float32


@given(x=st.floats(-500, 500), y=st.floats(-500, 500), eyes=st.floats(33, 300))
def test_wherever_the_face_is_the_square_is_in_the_picture(x: float, y: float, eyes: float) -> None:
    """Moved inside, never cut off."""
    there = face(x, y, eyes)
    assert fills_square(NUMBERED, there)
    assert square_of(NUMBERED, there).shape == (SIDE_PX, SIDE_PX, 3)


@pytest.mark.parametrize(
    ("height", "eyes", "fills"), [(90, 32.0, True), (90, 31.0, False), (63, 40.0, False)]
)
def test_small_faces_and_pictures_have_none(height: int, eyes: float, fills: object) -> None:
    """What is behind a small face is not the face."""
    assert fills_square(NUMBERED[:height], face(60.0, 30.0, eyes)) is fills


def test_the_picture_can_be_wiped_apart() -> None:
    """The square is a copy: wiping it leaves the frame as it is."""
    before = NUMBERED.copy()
    square_of(NUMBERED, face(60.0, 30.0))[:] = 0
    np.testing.assert_array_equal(NUMBERED, before)
