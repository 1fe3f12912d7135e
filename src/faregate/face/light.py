"""Liveness by light: on a sheet or a glass, all of the light moves at once.

A lamp mirrored in gloss or glass slides over the whole picture when the hand turns by a degree or
two, and a sheet that is bent brightens on one side. A head turns less than a hand does, is round,
and most of its skin is dull: its light hardly moves from one step to the next. So: lay each frame's
face over the first one's, leave out how bright the whole is (lamps, exposure), and fit to what is
left a slope, across and down. What counts is how much the slope changes.

Under one strong lamp, or a low sun, the light moves over living faces too: there the boundary of
the default policy refuses living people, and a site sets its own. It can only refuse; even light
says little.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace
from faregate.face.liveness import Cue, CueKind

_CELLS: Final = 24
_HALF_WIDTH: Final = 0.9  # of the distance between the eyes, about the face's middle
_BELOW_EYES: Final = 0.4
_INTER_EYE_MIN_PX: Final = 24.0
"""As in parallax: smaller faces have fewer pixels than cells."""

_SMOOTH_PART: Final = 0.5
"""The smoother half of the cells: where a brow is one pixel off, it is no change of light."""

_DARK: Final = 16.0
"""Grey levels added before the logarithm, so that noise in the dark is not a change of light."""

_LEAST: Final = 1e-4
_FRAMES_MIN: Final = 8
_FRAMES_MAX: Final = 64

_down, _across = np.mgrid[:_CELLS, :_CELLS] / _CELLS - 0.5
_FACE: Final = np.hypot(_across / 0.42, _down / 0.48) < 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Reference:
    """The first frame's face: its light (C,) in the cells used, and how a slope (2, C) is fitted.

    `used` (S, S) are those cells.
    """

    light: NDArray[np.float32] = field(repr=False)
    used: NDArray[np.bool_] = field(repr=False)
    fit: NDArray[np.float64] = field(repr=False)


class MovingLight:
    """How the light moves over one face, over one approach. Keeps one tiny picture of it.

    The cue's measure is minus the natural logarithm of how much the slope of the light changes: its
    standard deviation over time, as a share of the light, from one side of the face to the other.
    """

    def __init__(self) -> None:
        self._reference: _Reference | None = None
        self._slopes: deque[NDArray[np.float64]] = deque(maxlen=_FRAMES_MAX)

    def add(self, grey: NDArray[np.uint8], face: DetectedFace) -> None:
        """Take one more frame (H, W) uint8 and where the face is in it."""
        if face.inter_eye_px() < _INTER_EYE_MIN_PX:
            return
        light = _light(grey, face)
        if self._reference is None:
            self._reference = _begun(light)
        else:
            reference = self._reference
            self._slopes.append(reference.fit @ (light[reference.used] - reference.light))
        light[:] = 0

    def measure(self) -> Cue:
        """Give what was seen so far; its score is the policy's to give. Changes nothing."""
        judged = len(self._slopes) >= _FRAMES_MIN
        measure = 0.0
        if judged:
            changes = np.std(np.stack(self._slopes), axis=0).mean()
            measure = -float(np.log(changes + _LEAST))
        return Cue(kind=CueKind.LIGHT, score=0.0, judged=judged, measure=measure)

    def wipe(self) -> None:
        """Overwrite what was kept of the face in place and forget the approach."""
        if self._reference is not None:
            self._reference.light[:] = 0
            self._reference.used[:] = False
            self._reference.fit[:] = 0
        self._reference = None
        self._slopes.clear()


def _begun(light: NDArray[np.float32]) -> _Reference:
    down, across = np.gradient(light)
    steep = np.hypot(across, down)
    used = _FACE & (steep <= np.quantile(steep[_FACE], _SMOOTH_PART))
    slope = np.stack([np.ones(int(used.sum())), _across[used], _down[used]], axis=1)
    return _Reference(light=light[used], used=used, fit=np.linalg.pinv(slope)[1:])


def _light(grey: NDArray[np.uint8], face: DetectedFace) -> NDArray[np.float32]:
    """Give the logarithm of the light on a face, (S, S) float32, each cell averaged."""
    height, width = grey.shape
    distance = face.inter_eye_px()
    x, y = (float(place) for place in face.eyes().mean(axis=0))
    y += _BELOW_EYES * distance
    half = _HALF_WIDTH * distance
    left, right = (int(np.clip(edge, 0, width - 1)) for edge in (x - half - 2, x + half + 2))
    top, bottom = (int(np.clip(edge, 0, height - 1)) for edge in (y - half - 2, y + half + 2))
    scale = _CELLS / (2 * half)
    cell = max(1, round(1 / scale))
    smooth = cv2.blur(grey[top : bottom + 1, left : right + 1], (cell, cell))
    # The middle of the face to the middle of the cells, whose centres are at whole numbers.
    shift_x, shift_y = _CELLS / 2 - scale * (x - left), _CELLS / 2 - scale * (y - top)
    to_cells = np.array([[scale, 0, shift_x], [0, scale, shift_y]])
    cells = cv2.warpAffine(
        smooth, to_cells, (_CELLS, _CELLS), borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)
    smooth[:] = 0
    light: NDArray[np.float32] = np.log(cells + np.float32(_DARK))
    return light
