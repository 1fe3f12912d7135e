"""Liveness by other cameras: depth and near infrared, where a site has them beside the colour one.

A driver hands in arrays that lie over the colour picture pixel by pixel; this file knows no camera.

Depth. The same question as in `faregate.face.relief`, asked of distances themselves: how high is a
nose over the smooth surface (third order in x and y) that fits the face best, as a part of an
average one's 20 mm? Paper and displays have none, however they are bent. The noise of structured
light grows with the square of the distance and reaches 4 cm at 5 m (Khoshelham and Elberink,
Sensors 2012): 1.6 mm at 1 m, and a few hundred points average it out; a time-of-flight camera may
have ten times as much. No such number is built in: the scatter around the fit is the noise, and
what it leaves unsure is not judged. Holes are tolerated, up to half of the face.

Near infrared (850 nm). A display sends none that looks like its picture, and the dyes of ink-jet
prints are clear. So the face must be there in infrared as well: both pictures, rid of local light
and contrast, must be alike. It does not stop prints made of carbon: toner and black pigment look in
infrared as they look to the eye. It needs a lamp; in the dark there is no face.

Both were measured on renderings only. Neither was connected to a real camera.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace
from faregate.face.liveness import Cue, CueKind
from faregate.face.motion import EYES_PX, chip_of, likeness
from faregate.face.relief import expected_relief, smooth_terms, straightened

_FRAMES_MIN: Final = 3
_FRAMES_MAX: Final = 24
"""Only the last ones count: whoever was alive before does not vouch for what is held up now."""

_INTER_EYE_MM: Final = 63.0
"""Mean over men and women (Zhuang and Bradtmiller, J. Occup. Environ. Hyg. 2005)."""

_REACH_MM: Final = 120.0
"""Further than this from the middle of the face is another thing, or an error."""
_SEEN_MIN: Final = 0.5
_OUTLIER: Final = 3.0  # standard deviations
_MAD_TO_DEVIATION: Final = 1.4826
_SHARED: Final = 2.0
"""Depth cameras smooth: along each axis about this many neighbouring samples share their noise."""

_NOSE_MIN: Final = 0.35
"""Seven millimetres. A tube of 6 cm radius leaves less than one over the third order."""
_ERROR_MAX: Final = 0.12
"""So that the boundary is three standard errors from a sheet's zero."""

_ALIKE_MIN: Final = 0.3
"""Two chips without anything in common correlate by chance as 1 over the root of the patches that
local normalisation leaves apart, about 60: 0.13. This is more than twice that."""
_BURNT: Final = 250
_BURNT_MAX: Final = 0.5

_GRID: Final = np.stack(
    np.meshgrid(np.arange(-0.8, 0.81, 1 / 12), np.arange(-0.6, 1.31, 1 / 12)), axis=-1
).reshape(-1, 2)
_OVAL: Final = _GRID[np.hypot(_GRID[:, 0] / 0.85, (_GRID[:, 1] - 0.35) / 1.0) < 1]
"""Where depth is sampled: (N, 2), in distances between the eyes from the middle between them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SideFrames:
    """What other cameras saw at the instant of a frame, pixel by pixel over the colour picture.

    `depth_mm` is (H, W) uint16, the distance along the optical axis, 0 where there is none;
    `infrared` is (H, W) uint8. None where the site has no such camera. Raises `ValueError` for
    arrays of another type, or where both differ in size.
    """

    depth_mm: NDArray[np.uint16] | None = field(default=None, repr=False)
    infrared: NDArray[np.uint8] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        given = [
            (picture, kind)
            for picture, kind in ((self.depth_mm, np.uint16), (self.infrared, np.uint8))
            if picture is not None
        ]
        for picture, kind in given:
            if picture.ndim != 2 or picture.dtype != kind:  # noqa: PLR2004 -- height and width
                raise ValueError(f"side frames are (H, W) {kind.__name__}, got {picture.shape}")
        if len({picture.shape for picture, _ in given}) > 1:
            raise ValueError("depth and infrared must have the size of the colour picture")


class SideEvidence:
    """What depth and infrared say about one face over one approach. Keeps numbers only."""

    def __init__(self) -> None:
        self._noses: deque[tuple[float, float]] = deque(maxlen=_FRAMES_MAX)
        self._alike: deque[float] = deque(maxlen=_FRAMES_MAX)
        self._had_depth = False
        self._had_infrared = False

    def add(self, side: SideFrames, grey: NDArray[np.uint8], face: DetectedFace) -> None:
        """Take what was seen beside one frame `grey` (H, W), with the face in it.

        Nothing of it is kept. Raises `ValueError` where the sizes differ.
        """
        for picture in (side.depth_mm, side.infrared):
            if picture is not None and picture.shape != grey.shape:
                raise ValueError(f"side frame {picture.shape} does not lie over {grey.shape}")
        if side.depth_mm is not None:
            self._had_depth = True
            height, error = nose_height(side.depth_mm, face)
            if np.isfinite(error):
                self._noses.append((height, error))
        if side.infrared is not None:
            self._had_infrared = True
            if _part_burnt(side.infrared, face) <= _BURNT_MAX:
                seen, lit = chip_of(grey, face), chip_of(side.infrared, face)
                self._alike.append(likeness(seen, lit))
                seen[:] = 0
                lit[:] = 0

    def measure(self) -> tuple[Cue, ...]:
        """Give a cue for each camera that there was; none for one that never gave a picture."""
        cues = []
        if self._had_depth:
            cues.append(self._depth())
        if self._had_infrared:
            alike = max(0.0, float(np.mean(self._alike))) if self._alike else 0.0
            enough = len(self._alike) >= _FRAMES_MIN
            cues.append(_cue(CueKind.INFRARED, alike, _ALIKE_MIN, judged=enough))
        return tuple(cues)

    def wipe(self) -> None:
        """Forget the approach."""
        self._noses.clear()
        self._alike.clear()
        self._had_depth = self._had_infrared = False

    def _depth(self) -> Cue:
        if len(self._noses) < _FRAMES_MIN:
            return _cue(CueKind.DEPTH, 0.0, _NOSE_MIN, judged=False)
        heights, errors = np.array(self._noses).T
        weights = 1 / np.maximum(errors, 1e-3) ** 2
        height = float((weights * heights).sum() / weights.sum())
        error = float(1 / np.sqrt(weights.sum()))
        return _cue(CueKind.DEPTH, max(0.0, height), _NOSE_MIN, judged=error <= _ERROR_MAX)


def nose_height(depth_mm: NDArray[np.uint16], face: DetectedFace) -> tuple[float, float]:
    """Give how much of an average nose and sockets stands out of a face, and its standard error.

    1 is average, 0 a smooth sheet. The error is infinite where too much of the face is missing.
    """
    nothing = 0.0, float("inf")
    height, width = depth_mm.shape
    eyes = face.eyes().astype(np.float64)
    points = eyes.mean(axis=0) + max(face.inter_eye_px(), 1.0) * _OVAL
    columns, rows = np.rint(points).T
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    millimetres = np.zeros(len(points))
    columns, rows = columns[inside].astype(int), rows[inside].astype(int)
    millimetres[inside] = depth_mm[rows, columns]
    there = millimetres > 0
    if there.any():
        there &= np.abs(millimetres - np.median(millimetres[there])) < _REACH_MM
    expected = expected_relief(points, np.vstack([eyes, face.nose()]).astype(np.float64))
    stands_out = -millimetres / _INTER_EYE_MM
    height_of_nose, error = nothing
    for _ in range(2):  # once more without the outliers of the first time
        if there.mean() < _SEEN_MIN:
            return nothing
        terms = smooth_terms(_OVAL[there] * EYES_PX)
        nose = straightened(expected[there], terms)
        left = straightened(stands_out[there], terms)
        power = float(nose @ nose)
        if power == 0.0:
            return nothing
        height_of_nose = float(nose @ left) / power
        rest = left - height_of_nose * nose
        scatter = _MAD_TO_DEVIATION * float(np.median(np.abs(rest)))
        error = _SHARED * scatter / float(np.sqrt(power))
        there[there] = np.abs(rest) <= max(_OUTLIER * scatter, 1e-6)
    return height_of_nose, error


def _cue(kind: CueKind, measure: float, boundary: float, *, judged: bool) -> Cue:
    if not judged:
        return Cue(kind=kind, score=0.0, judged=False, measure=0.0)
    return Cue(kind=kind, score=measure / (measure + boundary), judged=True, measure=measure)


def _part_burnt(infrared: NDArray[np.uint8], face: DetectedFace) -> float:
    """Give how much of a face's box is too bright to show anything; 0 for a box off the picture."""
    left, top, right, bottom = (round(max(0.0, edge)) for edge in face.box)
    part = infrared[top:bottom, left:right]
    return float((part >= _BURNT).mean()) if part.size else 0.0
