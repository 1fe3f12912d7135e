"""Liveness by pattern: skin has no screen, a print has dots and a display has pixels.

Dots and pixels are far finer than a gate's camera resolves, but they beat with its own pixels, and
what is left of the beat (moire) is a regular pattern: a narrow peak in the spectrum of the face,
where skin, hair and cloth have smooth slopes and edges have lines. The pattern changes with every
step towards the camera, so each frame is judged for itself and the frames' verdicts are averaged.

How much is left depends on the lens: a sharp one shows moire of a poor print or a large display, a
soft one shows nothing, and a phone's display is too fine for most. So the cue can only refuse. That
it finds no pattern says little.
"""

from collections import deque
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.face.liveness import Cue, CueKind
from faregate.face.square import SIDE_PX, WINDOW

_DETAIL_PX: Final = 2.0
_LOCAL_PX: Final = 6.0
_CONTRAST_MIN: Final = 1.0
"""Grey levels. What is weaker is not made stronger: a camera's rounding to whole levels."""

_FREQUENCY_MIN: Final = 0.11
"""Cycles a pixel. Below are the features of the face itself."""

_ALONG_AXIS_MAX: Final = 0.42
"""Of light. Nearer to every second pixel, a sensor's rows and a demosaicer leave lines."""

_COLOUR_MAX: Final = 0.33
"""Of colour: video has half as many pixels of it, and drawing them out to all mirrors the face's
own colours to frequencies beyond."""

_LIGHT_BLOCK_PX: Final = 8
_COLOUR_BLOCK_PX: Final = 16
"""Cameras and encoders compress in blocks of 8 pixels, whatever is in front of them; of colours
16, for the same reason."""

_BLOCK_WIDTH: Final = 0.02
_EXCESS_FROM: Final = 1.7
"""Natural logarithm. In squares of noise the highest peak stands out by 1.5 on average, with a
standard deviation of 0.17 (`tests/face/test_moire.py` has both): what is beyond one deviation of
that counts."""

_FRAMES_MIN: Final = 6
_FRAMES_MAX: Final = 64

_axis = np.fft.fftshift(np.fft.fftfreq(SIDE_PX))
_down, _across = np.meshgrid(np.abs(_axis), np.abs(_axis), indexing="ij")


_radius = np.hypot(_down, _across)


def _of_blocks(block_px: int) -> NDArray[np.bool_]:
    """Give the frequencies at which blocks alone make peaks: harmonics along either axis."""

    def near(frequency: NDArray[np.float64]) -> NDArray[np.bool_]:
        off = np.abs(frequency * block_px - np.rint(frequency * block_px)) / block_px
        return np.asarray(off < _BLOCK_WIDTH)

    return (near(_across) & (_down < _BLOCK_WIDTH)) | (near(_down) & (_across < _BLOCK_WIDTH))


def _mask(patterns: NDArray[np.bool_]) -> NDArray[np.uint8]:
    mask: NDArray[np.bool_] = patterns & (_radius >= _FREQUENCY_MIN) & (_radius <= 1 / 2)
    return mask.astype(np.uint8)


_CHEQUERED: Final = (-1) ** (np.add.outer(np.arange(SIDE_PX), np.arange(SIDE_PX)) % 2)
"""Moves the spectrum's zero to its middle."""

_WINDOW: Final = WINDOW * _CHEQUERED.astype(np.float32)
_IN_LIGHT: Final = _mask(
    (np.maximum(_down, _across) <= _ALONG_AXIS_MAX) & ~_of_blocks(_LIGHT_BLOCK_PX)
)
_IN_COLOUR: Final = _mask((_radius <= _COLOUR_MAX) & ~_of_blocks(_COLOUR_BLOCK_PX))
_PATTERNS: Final = (_IN_LIGHT, _IN_COLOUR, _IN_COLOUR)
_OPPONENTS: Final = np.array(
    [(0.299, 0.587, 0.114), (1.0, 0.0, -1.0), (-0.5, 1.0, -0.5)], np.float32
)
"""Light, red against blue, green against both."""

_PEAK: Final = 3
"""Frequencies that the window spreads a peak over, each way."""

_AROUND: Final = 9


class Moire:
    """How regular the finest pattern on one face is, over one approach. Keeps one number a frame.

    The cue's measure is minus the mean over frames of how far the highest peak in the spectrum
    stands out (natural logarithm), beyond `_EXCESS_FROM`, summed over light and two colours: the
    dots of a display's colours lie side by side, so that their beats do too.
    """

    def __init__(self) -> None:
        self._excess: deque[float] = deque(maxlen=_FRAMES_MAX)

    def add(self, square: NDArray[np.float32]) -> None:
        """Take the square (S, S, 3) of one more frame. It is left as it is."""
        planes = np.moveaxis(square @ _OPPONENTS.T, 2, 0).copy()
        peaks = [peak(plane, mask) for plane, mask in zip(planes, _PATTERNS, strict=True)]
        self._excess.append(sum(max(0.0, height - _EXCESS_FROM) for height in peaks))
        planes[:] = 0

    def measure(self) -> Cue:
        """Give what was seen so far; its score is the policy's to give. Changes nothing."""
        judged = len(self._excess) >= _FRAMES_MIN
        measure = -float(np.mean(self._excess)) if judged else 0.0
        return Cue(kind=CueKind.MOIRE, score=0.0, judged=judged, measure=measure)

    def wipe(self) -> None:
        """Forget the approach."""
        self._excess.clear()


def peak(square: NDArray[np.float32], mask: NDArray[np.uint8] = _IN_LIGHT) -> float:
    """Give how far the highest peak in the spectrum of a square (S, S) stands out, as a logarithm.

    The mean of 3 x 3 frequencies over that of those around them, where `mask` (S, S) allows. The
    square is overwritten.
    """
    square -= cv2.GaussianBlur(square, (0, 0), _DETAIL_PX)
    # An eye or a collar must not outweigh all else.
    contrast = cv2.sqrt(cv2.GaussianBlur(square * square, (0, 0), _LOCAL_PX))
    square *= _WINDOW / (contrast + np.float32(_CONTRAST_MIN))
    real, imaginary = cv2.split(cv2.dft(square, flags=cv2.DFT_COMPLEX_OUTPUT))
    power = real * real + imaginary * imaginary
    high = cv2.boxFilter(power, -1, (_PEAK, _PEAK), normalize=False)
    wide = cv2.boxFilter(power, -1, (_AROUND, _AROUND), normalize=False)
    low = (wide - high) * np.float32(_PEAK**2 / (_AROUND**2 - _PEAK**2))
    stands_out = high / np.maximum(low, np.finfo(np.float32).tiny)
    _, highest, _, _ = cv2.minMaxLoc(stands_out, mask=mask)
    return float(np.log(max(highest, 1.0)))
