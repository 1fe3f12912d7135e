"""A square of the camera's own pixels in the middle of a face: for cues about the finest pattern.

Never rescaled: rescaling makes and destroys moire, and takes away noise.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace

SIDE_PX: Final = 64
"""A face with 40 pixels between the eyes fills it; a window leaves the middle half of it."""

_INTER_EYE_MIN_PX: Final = 32.0
"""Of a smaller face the square is mostly what is behind it."""

_BELOW_EYES: Final = 0.45  # of the distance between the eyes: the middle of cheeks and nose

WINDOW: Final = np.outer(np.hanning(SIDE_PX), np.hanning(SIDE_PX)).astype(np.float32)
"""Fades the square out to its edges, which would be lines in the spectrum."""


def fills_square(pixels: NDArray[np.uint8], face: DetectedFace) -> bool:
    """Say whether a face in (H, W, 3) uint8 is large enough, and the picture too."""
    return face.inter_eye_px() >= _INTER_EYE_MIN_PX and min(pixels.shape[:2]) >= SIDE_PX


def square_of(pixels: NDArray[np.uint8], face: DetectedFace) -> NDArray[np.float32]:
    """Give the square (S, S, 3) float32 of a face that fills it, moved into the picture.

    It is the caller's, to wipe.
    """
    height, width = pixels.shape[:2]
    x, y = face.eyes().mean(axis=0)
    below = y + _BELOW_EYES * face.inter_eye_px()
    left = int(np.clip(x - SIDE_PX / 2, 0, width - SIDE_PX))
    top = int(np.clip(below - SIDE_PX / 2, 0, height - SIDE_PX))
    return pixels[top : top + SIDE_PX, left : left + SIDE_PX].astype(np.float32)
