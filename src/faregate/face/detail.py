"""Liveness by detail: what was photographed, shown and photographed again has lost its finest part.

Print, display and the first camera each take some, and so does the lens: a phone must be held a
quarter as far away as a head to look as large, nearer than a gate's lens is sharp. What is compared
is the face with itself, fine detail with coarse, after the sensor's noise is taken off both: noise
is the same at all frequencies, and none of it was on the picture.

How sharp a living face is depends on the lens too. The boundary of the default policy is for lenses
that are sharp about an arm's length away; with a softer one, or one that was knocked out of focus,
it refuses living people, and a site sets its own. It can only refuse; that a picture is sharp says
little.
"""

from collections import deque
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.face.liveness import Cue, CueKind
from faregate.face.square import SIDE_PX, WINDOW

_FINE: Final = (0.18, 0.25)
"""Cycles a pixel. Higher, a face has less than the sensor's noise in most frames."""

_COARSE: Final = (0.08, 0.12)
_NOISE_FROM: Final = 0.42
"""Above it a lens leaves next to nothing: what is there is noise."""

_LEVEL_PX: Final = 8.0
_MEDIAN_TO_MEAN: Final = float(1 / np.log(2))  # of the power of noise: it is exponential
_FINE_MIN: Final = 0.02
"""Of the noise's power: below it the remainder of a subtraction says nothing."""

_FRAMES_MIN: Final = 6
_FRAMES_MAX: Final = 64

_axis = np.fft.fftfreq(SIDE_PX)
_radius = np.hypot(*np.meshgrid(_axis, _axis))
_IN_FINE: Final = (_radius >= _FINE[0]) & (_radius < _FINE[1])
_IN_COARSE: Final = (_radius >= _COARSE[0]) & (_radius < _COARSE[1])
_IN_NOISE: Final = _radius > _NOISE_FROM
_LIGHT: Final = np.array([0.299, 0.587, 0.114], np.float32)


class Detail:
    """How much fine detail one face has, over one approach. Keeps one number a frame.

    The cue's measure is the mean over frames of the natural logarithm of fine over coarse power.
    """

    def __init__(self) -> None:
        self._ratios: deque[float] = deque(maxlen=_FRAMES_MAX)

    def add(self, square: NDArray[np.float32]) -> None:
        """Take the square (S, S, 3) of one more frame. It is left as it is."""
        light = square @ _LIGHT
        light -= cv2.GaussianBlur(light, (0, 0), _LEVEL_PX)
        light *= WINDOW
        real, imaginary = cv2.split(cv2.dft(light, flags=cv2.DFT_COMPLEX_OUTPUT))
        power = real * real + imaginary * imaginary
        light[:] = 0
        noise = float(np.median(power[_IN_NOISE])) * _MEDIAN_TO_MEAN
        least = max(_FINE_MIN * noise, float(np.finfo(np.float32).tiny))
        fine = max(float(power[_IN_FINE].mean()) - noise, least)
        coarse = max(float(power[_IN_COARSE].mean()) - noise, least)
        self._ratios.append(float(np.log(fine / coarse)))

    def measure(self) -> Cue:
        """Give what was seen so far; its score is the policy's to give. Changes nothing."""
        judged = len(self._ratios) >= _FRAMES_MIN
        measure = float(np.mean(self._ratios)) if judged else 0.0
        return Cue(kind=CueKind.DETAIL, score=0.0, judged=judged, measure=measure)

    def wipe(self) -> None:
        """Forget the approach."""
        self._ratios.clear()
