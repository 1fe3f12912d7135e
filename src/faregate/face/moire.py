"""Liveness by pattern: skin has no screen, a print has dots and a display has pixels.

Dots and pixels are far finer than a gate's camera resolves, but they beat with its own pixels, and
what is left of the beat (moire) is a regular pattern: a narrow peak in the spectrum of the face,
where skin, hair and cloth have smooth slopes and edges have lines. The pattern changes with every
step towards the camera, so each frame is judged for itself and the frames' verdicts are averaged.

How much is left depends on the lens: a sharp one shows moire of a poor print or a large display, a
soft one shows nothing, and a phone's display is too fine for most. So the cue can only refuse. That
it finds no pattern says little.

Judged on squares of the camera's own pixels, never rescaled: rescaling makes and destroys moire.
"""

from collections import deque
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace
from faregate.face.liveness import Cue, CueKind

_SIDE_PX: Final = 64
"""A face with 40 pixels between the eyes fills it; the window leaves the middle half of it."""

_INTER_EYE_MIN_PX: Final = 28.0
"""Of a smaller face the square is mostly what is behind it."""

_BELOW_EYES: Final = 0.45  # of the distance between the eyes: the middle of cheeks and nose

_DETAIL_PX: Final = 2.0
_LOCAL_PX: Final = 6.0
_CONTRAST_MIN: Final = 1.0
"""Grey levels. What is weaker is not made stronger: a camera's rounding to whole levels."""

_FREQUENCY_MIN: Final = 0.11
"""Cycles a pixel. Below are the features of the face itself."""

_BLOCK_PX: Final = 8
"""Cameras and encoders compress in blocks of 8 pixels, whatever is in front of them."""

_BLOCK_WIDTH: Final = 0.012
_FRAMES_MIN: Final = 6
_FRAMES_MAX: Final = 64

_axis = np.fft.fftshift(np.fft.fftfreq(_SIDE_PX))
_down, _across = np.meshgrid(np.abs(_axis), np.abs(_axis), indexing="ij")


def _of_blocks() -> NDArray[np.bool_]:
    """Give the frequencies at which blocks alone make peaks: harmonics along either axis."""

    def near(frequency: NDArray[np.float64]) -> NDArray[np.bool_]:
        off = np.abs(frequency * _BLOCK_PX - np.rint(frequency * _BLOCK_PX)) / _BLOCK_PX
        return np.asarray(off < _BLOCK_WIDTH)

    return (near(_across) & (_down < _BLOCK_WIDTH)) | (near(_down) & (_across < _BLOCK_WIDTH))


_WINDOW: Final = np.outer(np.hanning(_SIDE_PX), np.hanning(_SIDE_PX)).astype(np.float32)
_PATTERNS: Final[NDArray[np.bool_]] = (
    (np.hypot(_down, _across) >= _FREQUENCY_MIN)
    & (np.hypot(_down, _across) <= 1 / 2)
    & ~_of_blocks()
)
_AROUND: Final = np.pad(np.zeros((3, 3), np.float32), 3, constant_values=1 / 72)
"""The mean of a 9 x 9 square without its middle: the window spreads a peak over 3 x 3."""


class Moire:
    """How regular the finest pattern on one face is, over one approach. Keeps one number a frame.

    The cue's measure is minus the mean over frames of the natural logarithm of the highest peak
    over its surroundings in the spectrum.
    """

    def __init__(self) -> None:
        self._peaks: deque[float] = deque(maxlen=_FRAMES_MAX)

    def add(self, grey: NDArray[np.uint8], face: DetectedFace) -> None:
        """Take one more frame (H, W) uint8 and where the face is in it. Its crop is wiped."""
        if face.inter_eye_px() < _INTER_EYE_MIN_PX or min(grey.shape) < _SIDE_PX:
            return
        height, width = grey.shape
        x, y = face.eyes().mean(axis=0)
        left = int(np.clip(x - _SIDE_PX / 2, 0, width - _SIDE_PX))
        below = y + _BELOW_EYES * face.inter_eye_px()
        top = int(np.clip(below - _SIDE_PX / 2, 0, height - _SIDE_PX))
        crop = grey[top : top + _SIDE_PX, left : left + _SIDE_PX].astype(np.float32)
        self._peaks.append(peak(crop))
        crop[:] = 0

    def measure(self) -> Cue:
        """Give what was seen so far; its score is the policy's to give. Changes nothing."""
        judged = len(self._peaks) >= _FRAMES_MIN
        measure = -float(np.mean(self._peaks)) if judged else 0.0
        return Cue(kind=CueKind.MOIRE, score=0.0, judged=judged, measure=measure)

    def wipe(self) -> None:
        """Forget the approach."""
        self._peaks.clear()


def peak(square: NDArray[np.float32]) -> float:
    """Give how far the highest peak in the spectrum of a square (S, S) stands out, as a logarithm.

    The mean of 3 x 3 frequencies over that of those around them. The square is overwritten.
    """
    square -= cv2.GaussianBlur(square, (0, 0), _DETAIL_PX)
    # An eye or a collar must not outweigh all else.
    contrast = cv2.sqrt(cv2.GaussianBlur(square * square, (0, 0), _LOCAL_PX))
    square *= _WINDOW / (contrast + np.float32(_CONTRAST_MIN))
    spectrum = cv2.dft(square, flags=cv2.DFT_COMPLEX_OUTPUT)
    power = np.fft.fftshift(np.square(spectrum).sum(axis=2))
    high = cv2.blur(power, (3, 3))
    around = cv2.filter2D(power, -1, _AROUND)
    stands_out = high[_PATTERNS] / np.maximum(around[_PATTERNS], np.finfo(np.float32).tiny)
    return float(np.log(max(float(stands_out.max()), 1.0)))
