"""Follow the points of one face over an approach, and take out what any plane could do.

Between any two views of a plane lies a homography, whatever the camera's focal length and however
the plane was carried, tilted or shaken (Hartley and Zisserman, Multiple View Geometry, chapter 13).
So: fit the best homography to the motion of the face. What it leaves over is what parallax and
relief judge, and it is a fraction of a pixel, so most of the care goes into noise:

* Light changes and blur are taken out before tracking, by local normalisation at one scale.
* The picture is first brought over the reference by a homography, then tracked again: what is
  measured is small, and for a print nearly nothing.
* Only the inside of the face counts. A cut-out in front of a far background stays a plane.

The detector's five points are followed with the same sub-pixel tracking, not by where the detector
puts them next: its own scatter, 1 to 2 pixels, is ten times the effect.

A camera with strong uncorrected distortion bends straight things by itself and must be corrected
first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace

_CHIP_PX: Final = 128
EYES_PX: Final = 40.0
"""Faces are compared at this distance between the eyes: between a far one and a near one."""

_INTER_EYE_MIN_PX: Final = 24.0
"""Smaller faces are mostly noise once brought to `EYES_PX`."""

_SPACING_NS: Final = 45_000_000
"""Frames nearer in time are passed over: cameras repeat frames, and a repeated frame repeats its
noise, which would look like depth."""

_FRAMES_MAX: Final = 64
_POINTS_MAX: Final = 90
POINTS_MIN: Final = 20
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

_FOCAL: Final = 0.87
"""Focal length over image width at 60 degrees. It enters the views alone, never the residual."""

_EDGE_TO_EYES: Final = 0.7  # half a face is about this many eye distances wide

_HALVED: Final = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
"""From a chip's pixels to those of its half. Pixel centres are whole numbers."""

_RETURNED_PX: Final = 0.5
"""Followed there and back, a point must come back to within this of where it was."""

_down, _across = np.mgrid[:_CHIP_PX, :_CHIP_PX] - _CHIP_PX / 2
_CORNERS: Final = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64) * _CHIP_PX
_INSIDE: Final = (
    (np.hypot(_across / (0.85 * EYES_PX), _down / (1.1 * EYES_PX)) <= 1) * 255
).astype(np.uint8)
"""The face without ears, hair and silhouette: nothing behind the head can be seen in it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """The first good sight of a face, from which it is followed.

    `chip` (S, S) uint8 is normalised, and `half` (S/2, S/2) the same at half the size; `points`
    (N, 2) and `landmarks` (3, 2), the detector's eyes and nose, are in its pixels.
    """

    chip: NDArray[np.uint8] = field(repr=False)
    half: NDArray[np.uint8] = field(repr=False)
    points: NDArray[np.float32] = field(repr=False)
    landmarks: NDArray[np.float32] = field(repr=False)


def seen_often(residuals: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which points (N,) were followed in enough of the frames (T, N, 2)."""
    often: NDArray[np.bool_] = np.isfinite(residuals[:, :, 0]).mean(axis=0) > _SEEN_MIN
    return often


@dataclass(frozen=True, slots=True, eq=False)
class _Aim:
    """Where the face was in the last frame: by the detector, and by following it. Both (3, 3)."""

    detected: NDArray[np.float64]
    followed: NDArray[np.float64]


class FaceMotion:
    """One face over one approach. Keeps a few small chips and what moved in them, until wiped.

    What it holds is about the face in the last frame: all is dropped as soon as the face can't be
    followed any more, so that nobody can start with a head and go on with a picture.
    """

    def __init__(self) -> None:
        self._reference: Reference | None = None
        self._residuals: list[NDArray[np.float32]] = []
        self._views: list[NDArray[np.float64]] = []
        self._aim: _Aim | None = None
        self._last_ns: int | None = None
        self._lost = 0

    @property
    def reference(self) -> Reference | None:
        """What the face is followed from; None before there is one. Lent, like the rest."""
        return self._reference

    @property
    def residuals(self) -> Sequence[NDArray[np.float32]]:
        """For each frame, the motion (N, 2) of each point that the best homography leaves over.

        In distances between the eyes, oldest first; NaN for points that could not be followed.
        """
        return self._residuals

    @property
    def views(self) -> Sequence[NDArray[np.float64]]:
        """For each frame, where the face was seen (3,): two angles, and its edge's, in radians."""
        return self._views

    @property
    def lost(self) -> bool:
        """Whether the face could not be followed in the last frame."""
        return self._lost > 0

    def baseline(self) -> float:
        """Give how much the view is known to have changed, in radians: a deviation over time."""
        return float(np.sqrt(np.var(np.stack(self._views), axis=0).sum())) if self._views else 0.0

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
        residual, followed = _left_over(self._reference, grey, self._aimed(face))
        if np.isfinite(residual[:, 0]).sum() < POINTS_MIN:
            self._aim = None
            self._lost += 1
            if self._lost > _LOST_MAX:
                self.wipe()
            return
        self._aim = _Aim(_to_chip(face), followed)
        self._lost = 0
        self._residuals.append(residual)
        self._views.append(_view(face, grey.shape[1]))
        if len(self._residuals) > _FRAMES_MAX:
            self._residuals.pop(0)[:] = 0
            self._views.pop(0)

    def wipe(self) -> None:
        """Overwrite what was kept of the face in place and forget the approach."""
        if self._reference is not None:
            self._reference.chip[:] = 0
            self._reference.half[:] = 0
            self._reference.points[:] = 0
            self._reference.landmarks[:] = 0
        for residual in self._residuals:
            residual[:] = 0
        self._reference = None
        self._residuals.clear()
        self._views.clear()
        self._aim = None
        self._last_ns = None
        self._lost = 0

    def _aimed(self, face: DetectedFace) -> NDArray[np.float64]:
        """Guess the map (3, 3) to the reference: as it was, moved on as the detector says."""
        detected = _to_chip(face)
        if self._aim is None:
            return detected
        return self._aim.followed @ np.linalg.inv(self._aim.detected) @ detected

    def _begin(self, grey: NDArray[np.uint8], face: DetectedFace) -> None:
        to_chip = _to_chip(face)
        chip = _chip(grey, to_chip, size=_CHIP_PX)
        corners = cv2.goodFeaturesToTrack(chip, _POINTS_MAX, 0.01, 4, mask=_INSIDE, blockSize=5)
        if np.size(corners) < 2 * POINTS_MIN:  # None where there is none
            chip[:] = 0
            return
        five = _mapped(face.points, to_chip)
        places = np.rint(five).astype(int).clip(0, _CHIP_PX - 1)
        own = five[_INSIDE[places[:, 1], places[:, 0]] > 0]
        landmarks = _mapped(np.vstack([face.eyes(), face.nose()]), to_chip)
        self._reference = Reference(
            chip=chip,
            half=_chip(grey, _HALVED @ to_chip, size=_CHIP_PX // 2),
            points=np.vstack([corners[:, 0], own]).astype(np.float32),
            landmarks=landmarks.astype(np.float32),
        )
        self._aim = _Aim(to_chip, to_chip)


def _left_over(
    reference: Reference, grey: NDArray[np.uint8], aim: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Give each point's motion (N, 2) that the best homography does not explain, and the map.

    In distances between the eyes; NaN for points that could not be followed, and everywhere where
    the face is not the same. The map (3, 3) is from frame to reference.
    """
    points = reference.points
    left_over = np.full(points.shape, np.nan, np.float32)
    # The first look only has to come within a pixel: half the size, and not every point.
    half = _chip(grey, _HALVED @ aim, size=_CHIP_PX // 2)
    some = points[:: max(1, len(points) // (2 * POINTS_MIN))]
    start = _mapped(some, _HALVED).astype(np.float32)
    found, sure = _followed(reference.half, half, start, start=start)
    half[:] = 0
    rough, fits = _plane(some, _mapped(found, np.linalg.inv(_HALVED)), sure)
    if not fits.any():
        return left_over, aim
    # The second look is through the first homography: a plane then lies still.
    to_chip = np.linalg.inv(rough) @ aim
    chip = _chip(grey, to_chip, size=_CHIP_PX)
    found, forth = _followed(reference.chip, chip, points, start=points)
    returned, back = _followed(chip, reference.chip, found, start=points)
    alike = _correlation(reference.chip, chip)
    chip[:] = 0
    sure = forth & back & (np.linalg.norm(returned - points, axis=1) < _RETURNED_PX)
    plane, sure = _plane(points, found, sure)
    if not sure.any() or alike < _ALIKE_MIN:
        return left_over, aim
    fitted, _ = cv2.findHomography(points[sure], found[sure], 0)
    left_over[sure] = (found[sure] - _mapped(points[sure], fitted)) / EYES_PX
    return left_over, np.linalg.inv(plane) @ to_chip


def _plane(
    points: NDArray[np.float32], found: NDArray[np.floating], sure: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give the homography (3, 3) that fits best, and which of the points (N,) fit: none if none."""
    nothing = np.eye(3), np.zeros_like(sure)
    if sure.sum() < POINTS_MIN:
        return nothing
    plane, inliers = cv2.findHomography(
        points[sure], found[sure], cv2.USAC_MAGSAC, _GROSS_PX, maxIters=300, confidence=0.99
    )
    # None where none fits.
    if np.size(plane) != nothing[0].size or np.sum(inliers) < POINTS_MIN:
        return nothing
    fitted = plane.astype(np.float64, copy=False)
    if not _plausible(fitted):
        return nothing
    fits = np.zeros_like(sure)
    fits[sure] = inliers[:, 0] > 0
    return fitted, fits


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
        maxLevel=1,
        criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.01),
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    return found.astype(np.float32, copy=False), status[:, 0] == 1


def _to_chip(face: DetectedFace) -> NDArray[np.float64]:
    """Give the map (3, 3) that brings a face's box to the middle of the chip, `EYES_PX` large."""
    scale = EYES_PX / face.inter_eye_px()
    left, top, right, bottom = face.box
    x, y = (left + right) / 2, (top + bottom) / 2
    half = _CHIP_PX / 2
    return np.array([[scale, 0, half - scale * x], [0, scale, half - scale * y], [0, 0, 1]])


def _chip(grey: NDArray[np.uint8], to_chip: NDArray[np.float64], *, size: int) -> NDArray[np.uint8]:
    """Cut out a face (size, size), smoothed where it shrinks, rid of local light and contrast."""
    height, width = grey.shape
    seen = _mapped(_CORNERS * (size / _CHIP_PX), np.linalg.inv(to_chip))
    left, top = np.floor(seen.min(axis=0)).clip(0, (width - 1, height - 1)).astype(int)
    right, bottom = np.ceil(seen.max(axis=0)).clip((left + 1, top + 1), (width, height)).astype(int)
    part = grey[top:bottom, left:right]
    scale = size / max(float(np.linalg.norm(seen[1] - seen[0])), 1.0)
    if scale < 1.0:
        part = cv2.GaussianBlur(part, (0, 0), 0.45 / scale).astype(np.uint8, copy=False)
    shift = np.array([[1.0, 0, left], [0, 1, top], [0, 0, 1]])
    flat = cv2.warpPerspective(
        part,
        to_chip @ shift,
        (size, size),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32)
    local = _LOCAL_PX * size / _CHIP_PX
    detail = flat - cv2.GaussianBlur(flat, (0, 0), local)
    contrast = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), local))
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
