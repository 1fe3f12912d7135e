"""Liveness by parallax: a flat picture of a face moves as a plane does, a head does not.

Between any two views of a plane lies a homography, whatever the camera's focal length and however
the plane was carried, tilted or shaken (Hartley and Zisserman, Multiple View Geometry, chapter 13).
A nose 2 cm before the cheeks leaves it as soon as the view turns by a degree or two, which walking
up to a camera does by itself. So: fit the best homography to the motion of the face, and look at
what it leaves over.

What is left over is a fraction of a pixel, so most of the care goes into noise:

* Light changes and blur are taken out before tracking, by local normalisation at one scale.
* The picture is first brought over the reference by the homography, then tracked again: what is
  measured is small, and for a print nearly nothing.
* Only the inside of the face counts. A cut-out in front of a far background stays a plane.
* The power of the residual is the product of residuals two frames apart: tracking noise of
  different frames is independent and averages to zero there, depth does not. The reference's own
  noise is the same in all frames and falls out with the mean over time.
* The median over the points of the face: a finger, a lamp's reflection or a few bad corners cannot
  make depth, and a head has it everywhere. What two of its standard errors could explain does not
  count: the points' scatter knows moire, compression and a poor camera without being told.

The detector's five points are followed with the same sub-pixel tracking, not by where the detector
puts them next: its own scatter, 1 to 2 pixels, is ten times the effect.

What it stops: flat, rigid pictures, on paper or on a screen. What it does not: a bent or folded
print, a mask, a bust, a head-sized screen that shows a film of a head turning. A camera with strong
uncorrected distortion bends straight things by itself and must be corrected first. It is one cue of
several, and certifies nothing.
"""

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace

_CHIP_PX: Final = 128
_EYES_PX: Final = 40.0
"""Faces are compared at this distance between the eyes: between a far one and a near one."""

_INTER_EYE_MIN_PX: Final = 24.0
"""Smaller faces are mostly noise once brought to `_EYES_PX`."""

_SPACING_NS: Final = 45_000_000
"""Frames nearer in time are passed over: cameras repeat frames, and a repeated frame repeats its
noise, which would look like depth."""

_FRAMES_MAX: Final = 64
_POINTS_MAX: Final = 90
_POINTS_MIN: Final = 20
_LOST_MAX: Final = 3
_LOCAL_PX: Final = 6.0
_SEEN_MIN: Final = 0.6
"""In this part of the frames a point must have been followed; at 0.6 some frames two apart share
it, however the gaps fall."""

_GROSS_PX: Final = 2.5
"""Further from the homography is a mistake, no relief: a 2 cm nose is 2.2 px from the plane of the
eyes after a turn of 10 degrees, and less from the plane that fits best."""

_ALIKE_MIN: Final = 0.5
"""Correlation with the reference. Below it, this is no longer the face that was followed."""

_LAG: Final = 2
"""Frames between the two residuals of a product. Not 1: a camera or encoder that repeats a frame
repeats its noise."""

_FLOOR: Final = 0.05 / _EYES_PX
"""A residual that a plane may well show: a twentieth of a pixel, about what pyramidal Lucas-Kanade
reaches at best on real texture. Half of the points of a face stand a tenth of the eye distance
(6 mm) or more off its best plane: where the view turns by 2 degrees, they move three times this."""

_STANDARD_ERRORS: Final = 2.0
_MAD_TO_DEVIATION: Final = 1.4826  # of a normal distribution
_MEDIAN_ERROR: Final = 1.2533  # the same: standard error of the median over that of the mean
_POINTS_PER_WINDOW: Final = 3.0
"""Tracking windows overlap, so that about this many points share their noise."""

_FRAMES_TO_PASS: Final = 8
_FRAMES_TO_REFUSE: Final = 22
_VIEW_TO_REFUSE: Final = 0.02
"""Radians. At this much change of view a head shows 1.6 times the floor. One that turns along to
keep looking at the camera shows less, and needs the frames up to `_FRAMES_TO_REFUSE`."""

_FOCAL: Final = 0.87
"""Focal length over image width at 60 degrees. It enters the baseline alone, never the residual."""

_EDGE_TO_EYES: Final = 0.7  # half a face is about this many eye distances wide

_down, _across = np.mgrid[:_CHIP_PX, :_CHIP_PX] - _CHIP_PX / 2
_CORNERS: Final = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64) * _CHIP_PX
_INSIDE: Final = (
    (np.hypot(_across / (0.85 * _EYES_PX), _down / (1.1 * _EYES_PX)) <= 1) * 255
).astype(np.uint8)
"""The face without ears, hair and silhouette: nothing behind the head can be seen in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallax:
    """How unlike a plane one face moved.

    `residual` is the coherent motion that no homography explains, and `baseline` (radians) how much
    the view is known to have changed; both are standard deviations over time, `residual` as a
    fraction of the distance between the eyes. `frames` were compared. `score` is in 0..1; 0.5 or
    more means that the face has depth. `judged` is false, and the score 0, where there was too
    little to tell or the face was lost from sight: that is never a sign of life.
    """

    residual: float
    baseline: float
    frames: int
    judged: bool
    score: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Reference:
    """The first good sight of a face: normalised chip (S, S) uint8 and points in it (N, 2)."""

    chip: NDArray[np.uint8] = field(repr=False)
    points: NDArray[np.float32] = field(repr=False)


class ParallaxTrack:
    """One face over one approach. Keeps one small chip and what moved in it, until wiped.

    What `measure` says is about the face in the last frame: evidence is dropped as soon as the face
    can't be followed any more, so that nobody can start with a head and go on with a picture.
    """

    def __init__(self) -> None:
        self._reference: _Reference | None = None
        self._residuals: list[NDArray[np.float32]] = []
        self._views: list[NDArray[np.float64]] = []
        self._last_ns: int | None = None
        self._lost = 0

    def add(self, grey: NDArray[np.uint8], face: DetectedFace, *, at_ns: int) -> None:
        """Take one more frame (H, W) uint8 and where the face is in it.

        Raises `ValueError` if `at_ns` goes back.
        """
        if self._last_ns is not None:
            if at_ns < self._last_ns:
                raise ValueError(f"time goes back from {self._last_ns} to {at_ns}")
            if at_ns - self._last_ns < _SPACING_NS:
                return
        if face.inter_eye_px() < _INTER_EYE_MIN_PX:
            return
        self._last_ns = at_ns
        if self._reference is None:
            self._begin(grey, face)
            return
        residual = _left_over(self._reference, grey, face)
        if np.isfinite(residual[:, 0]).sum() < _POINTS_MIN:
            self._lost += 1
            if self._lost > _LOST_MAX:
                self.wipe()
            return
        self._lost = 0
        self._residuals.append(residual)
        self._views.append(_view(face, grey.shape[1]))
        if len(self._residuals) > _FRAMES_MAX:
            self._residuals.pop(0)[:] = 0
            self._views.pop(0)

    def measure(self) -> Parallax:
        """Judge what was seen so far. Costs a fraction of a millisecond; changes nothing."""
        frames = len(self._residuals)
        if frames < _FRAMES_TO_PASS or self._lost:
            return Parallax(residual=0.0, baseline=0.0, frames=frames, judged=False, score=0.0)
        power, error = _coherent(np.stack(self._residuals))
        boundary = _FLOOR**2 + _STANDARD_ERRORS * error
        baseline = float(np.sqrt(np.var(np.stack(self._views), axis=0).sum()))
        enough = frames >= _FRAMES_TO_REFUSE and baseline >= _VIEW_TO_REFUSE
        judged = power >= boundary or enough
        return Parallax(
            residual=float(np.sqrt(power)),
            baseline=baseline,
            frames=frames,
            judged=judged,
            score=power / (power + boundary) if judged else 0.0,
        )

    def wipe(self) -> None:
        """Overwrite what was kept of the face in place and forget the approach."""
        if self._reference is not None:
            self._reference.chip[:] = 0
            self._reference.points[:] = 0
        for residual in self._residuals:
            residual[:] = 0
        self._reference = None
        self._residuals.clear()
        self._views.clear()
        self._last_ns = None
        self._lost = 0

    def _begin(self, grey: NDArray[np.uint8], face: DetectedFace) -> None:
        to_chip = _to_chip(face)
        chip = _chip(grey, to_chip)
        corners = cv2.goodFeaturesToTrack(chip, _POINTS_MAX, 0.01, 4, mask=_INSIDE, blockSize=5)
        if np.size(corners) < 2 * _POINTS_MIN:  # None where there is none
            chip[:] = 0
            return
        own = _mapped(face.points, to_chip)
        places = np.rint(own).astype(int).clip(0, _CHIP_PX - 1)
        own = own[_INSIDE[places[:, 1], places[:, 0]] > 0]
        points = np.vstack([corners[:, 0], own]).astype(np.float32)
        self._reference = _Reference(chip=chip, points=points)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Match:
    """A frame laid over the reference through `to_chip` (3, 3), which maps frame to chip.

    `found` (N, 2) is where the points are, `sure` (N,) which of them to believe, `plane` (3, 3) the
    homography from reference to chip that fits these, `alike` the chips' correlation from -1 to 1.
    """

    to_chip: NDArray[np.float64]
    found: NDArray[np.float32]
    sure: NDArray[np.bool_]
    plane: NDArray[np.float64]
    alike: float


def _left_over(
    reference: _Reference, grey: NDArray[np.uint8], face: DetectedFace
) -> NDArray[np.float32]:
    """Give each point's motion (N, 2) that the best homography does not explain.

    In distances between the eyes; NaN for points that could not be followed, and everywhere where
    the face is not the same.
    """
    rough = _matched(reference, grey, _to_chip(face), tolerance_px=1.0)
    # The second look is through the first homography: a plane then lies still.
    to_chip = np.linalg.inv(rough.plane) @ rough.to_chip
    match = _matched(reference, grey, to_chip, tolerance_px=0.5) if rough.sure.any() else rough
    sure = match.sure
    left_over = np.full(reference.points.shape, np.nan, np.float32)
    if sure.any() and match.alike >= _ALIKE_MIN:
        fitted, _ = cv2.findHomography(reference.points[sure], match.found[sure], 0)
        left_over[sure] = (match.found[sure] - _mapped(reference.points[sure], fitted)) / _EYES_PX
    return left_over


def _matched(
    reference: _Reference,
    grey: NDArray[np.uint8],
    to_chip: NDArray[np.float64],
    *,
    tolerance_px: float,
) -> _Match:
    """Lay a frame over the reference. Points must come back to within the tolerance."""
    chip = _chip(grey, to_chip)
    points = reference.points
    found, forth = _followed(reference.chip, chip, points, start=points)
    returned, back = _followed(chip, reference.chip, found, start=points)
    alike = _correlation(reference.chip, chip)
    chip[:] = 0
    sure = forth & back & (np.linalg.norm(returned - points, axis=1) < tolerance_px)
    nothing = np.zeros_like(sure)
    lost = _Match(to_chip=to_chip, found=found, sure=nothing, plane=np.eye(3), alike=alike)
    if sure.sum() < _POINTS_MIN:
        return lost
    plane, inliers = cv2.findHomography(
        points[sure], found[sure], cv2.USAC_MAGSAC, _GROSS_PX, maxIters=300, confidence=0.99
    )
    if np.size(plane) != lost.plane.size or np.sum(inliers) < _POINTS_MIN:  # None where none fits
        return lost
    sure[sure] = inliers[:, 0] > 0
    plane = plane.astype(np.float64)
    if not _plausible(plane):
        return lost
    return _Match(to_chip=to_chip, found=found, sure=sure, plane=plane, alike=alike)


def _plausible(plane: NDArray[np.float64]) -> bool:
    """Whether a homography could be a face that moved a little: neither folded nor far away."""
    corners = _mapped(_CORNERS, plane)
    if not (np.abs(corners - _CHIP_PX / 2) < 2 * _CHIP_PX).all():
        return False
    area = cv2.contourArea(corners.astype(np.float32), oriented=True) / _CHIP_PX**2
    return 1 / 4 < area < 4  # noqa: PLR2004 -- half and twice the detector's size


def _followed(
    one: NDArray[np.uint8],
    other: NDArray[np.uint8],
    points: NDArray[np.float32],
    *,
    start: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Follow points (N, 2) from one chip to the other: where they are, and which were found."""
    found, status, _ = cv2.calcOpticalFlowPyrLK(
        one,
        other,
        points,
        start.copy(),
        winSize=(15, 15),
        maxLevel=2,
        criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.01),
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    return found.astype(np.float32, copy=False), status[:, 0] == 1


def _coherent(residuals: NDArray[np.float32]) -> tuple[float, float]:
    """Give the power of the residuals (T, N, 2) that frames agree on, and its standard error.

    Where too few points were seen often enough the power is 0 and its error infinite.
    """
    kept = np.isfinite(residuals[:, :, 0]).mean(axis=0) > _SEEN_MIN
    if kept.sum() < _POINTS_MIN:
        return 0.0, float("inf")
    moved = residuals[:, kept] - np.nanmean(residuals[:, kept], axis=0)
    products = np.nanmean((moved[_LAG:] * moved[:-_LAG]).sum(axis=2), axis=0)
    power = max(0.0, float(np.median(products)))
    # Noise scatters the products of the points; the median's standard error follows from that.
    scatter = _MAD_TO_DEVIATION * float(np.median(np.abs(products - np.median(products))))
    return power, _MEDIAN_ERROR * scatter / float(np.sqrt(kept.sum() / _POINTS_PER_WINDOW))


def _to_chip(face: DetectedFace) -> NDArray[np.float64]:
    """Give the map (3, 3) that brings a face's box to the middle of the chip, `_EYES_PX` large."""
    scale = _EYES_PX / face.inter_eye_px()
    left, top, right, bottom = face.box
    x, y = (left + right) / 2, (top + bottom) / 2
    half = _CHIP_PX / 2
    return np.array([[scale, 0, half - scale * x], [0, scale, half - scale * y], [0, 0, 1]])


def _chip(grey: NDArray[np.uint8], to_chip: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Cut out a face (S, S), smoothed where it gets smaller, rid of local light and contrast."""
    height, width = grey.shape
    seen = _mapped(_CORNERS, np.linalg.inv(to_chip))
    left, top = np.floor(seen.min(axis=0)).clip(0, (width - 1, height - 1)).astype(int)
    right, bottom = np.ceil(seen.max(axis=0)).clip((left + 1, top + 1), (width, height)).astype(int)
    part = grey[top:bottom, left:right]
    scale = _CHIP_PX / max(float(np.linalg.norm(seen[1] - seen[0])), 1.0)
    if scale < 1.0:
        part = cv2.GaussianBlur(part, (0, 0), 0.45 / scale).astype(np.uint8, copy=False)
    shift = np.array([[1.0, 0, left], [0, 1, top], [0, 0, 1]])
    flat = cv2.warpPerspective(
        part,
        to_chip @ shift,
        (_CHIP_PX, _CHIP_PX),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32)
    detail = flat - cv2.GaussianBlur(flat, (0, 0), _LOCAL_PX)
    contrast = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), _LOCAL_PX))
    flat[:] = 0
    chip: NDArray[np.uint8] = np.clip(128 + 45 * detail / (contrast + 4), 0, 255).astype(np.uint8)
    return chip


def _mapped(points: NDArray[np.floating], homography: MatLike) -> NDArray[np.float64]:
    """Move points (N, 2) by a homography (3, 3)."""
    moved: NDArray[np.float64] = cv2.perspectiveTransform(
        points[None].astype(np.float64), homography
    )[0].astype(np.float64, copy=False)
    return moved


def _correlation(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Give how alike two chips are inside the face, from -1 to 1."""
    inside = _INSIDE > 0
    a, b = one[inside].astype(np.float32), other[inside].astype(np.float32)
    a, b = a - a.mean(), b - b.mean()
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-6))


def _view(face: DetectedFace, width: int) -> NDArray[np.float64]:
    """Give where the face is seen (3,): two angles, and how obliquely its edge, in radians."""
    left, top, right, bottom = face.box
    sight = ((left + right) / 2, (top + bottom) / 2, _EDGE_TO_EYES * face.inter_eye_px())
    return np.array(sight) / (_FOCAL * width)
