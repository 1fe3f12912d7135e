"""A frame checks its pixels, and nobody can draw into it."""

from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.ids import CameraId
from faregate.video.frame import Frame

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_pixels_are_read_only_and_not_shown() -> None:
    """A frame can't be changed after the fact, and its picture is in no log line."""
    frame = Frame(CameraId("lane-1"), NOON, 0, np.full((4, 6, 3), 77, np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        frame.pixels[0, 0, 0] = 1
    assert "77" not in repr(frame)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 6), np.uint8),
        np.zeros((4, 6, 4), np.uint8),
        np.zeros((4, 6, 3), np.float32),
    ],
    ids=["grey", "alpha", "float"],
)
def test_refuses_other_pixels(pixels: NDArray[np.uint8]) -> None:
    """Only RGB in bytes is a frame."""
    with pytest.raises(ValueError, match="pixels must be"):
        Frame(CameraId("lane-1"), NOON, 0, pixels)
