"""Measures of one face in one frame, in the manner of ISO/IEC 29794-5, and one number of them all.

They say how much a frame is worth to a template, so that the best ones are fused, and what the
person in front could do about it. They say nothing about the person. Mean brightness is not judged
on purpose: dark skin is no defect, and a dark picture is of use as long as it has shades (see
`QualityPolicy.dynamic_range_min`). With a tenth of the light in eight bits, faces are found in 641
of 679 pictures, and of those 4.5 % are not recognised instead of 0.9 % (measured as for `_RAMPS`).

What they can't see: noise looks like sharpness, and a pair of dark glasses like a face.
"""

from dataclasses import dataclass
from math import hypot
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.face.capture import Quality, Sight
from faregate.face.detect import DetectedFace
from faregate.face.pose import Pose, estimate_pose

_SIDE_PX: Final = 64
_INNER: Final = slice(10, 56)
"""The middle of the crop: without hair, ears and what is behind."""

_BRIGHT_MIN: Final = 247
"""Grey from which a pixel says nothing any more, as in ISO/IEC 29794-5's overexposure."""

_LOCAL_PX: Final = 8.0
_MID_GREY: Final = 128.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ramp:
    """Worth nothing up to `worst`, all from `best` on, evenly between; either may be larger."""

    worst: float
    best: float

    def at(self, value: float) -> float:
        return min(max((value - self.worst) / (self.best - self.worst), 0.0), 1.0)


_RAMPS: Final = {
    "sharpness": _Ramp(worst=0.03, best=0.18),
    "dynamic_range": _Ramp(worst=2.0, best=6.5),
    "overexposed": _Ramp(worst=0.9, best=0.2),
    "inter_eye_px": _Ramp(worst=15.0, best=45.0),
    "turn_deg": _Ramp(worst=60.0, best=15.0),
    "misfit": _Ramp(worst=0.12, best=0.03),
    "symmetry": _Ramp(worst=-0.1, best=0.4),
}
"""Chosen on development people of LFW-a, their pictures also blurred, smeared, darkened,
brightened, made coarse, noisy and covered: about where similarity to the person's other pictures
stops rising (best) and is mostly lost (worst). What the product is worth there is measured by
`scripts/measure_quality.py permissive-small MODELS LFW 0.443`: without the fifth of pictures that
score worst, 4.1 % are not recognised at a false match rate of 1e-4, instead of 11.7 % (1,868
pictures, 2026-11-24).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPolicy:
    """What a frame must have to be fused at all.

    The limits are loose, for the best frames are taken. Of the spoiled pictures of development
    people (see `_RAMPS`) that lie beyond, not recognised were 44 of 100 blurred ones, 37 of 59 too
    bright, 16 of 26 covered, 9 of 45 turned away, 3 of 7 too dark; of 679 unspoiled ones, 15 are
    turned away, 4 cut off, 2 covered, and nothing else is wrong with any.
    """

    sharpness_min: float = 0.06
    """Out of focus, or moved by a third of the distance between the eyes."""

    dynamic_range_min: float = 4.0
    """Bits: a twentieth of the usual contrast, and the noise that is left."""

    overexposed_max: float = 0.6
    """The greater part of the face is white."""

    yaw_max_deg: float = 35.0
    """An eye begins to hide behind the nose."""

    pitch_max_deg: float = 30.0
    """See `yaw_max_deg`."""

    misfit_max: float = 0.12
    """Of the unspoiled pictures beside `_RAMPS`, 99 in 100 have less than 0.076. Beyond, a part of
    the face is covered, or the points are guesses."""


def measure_quality(grey: NDArray[np.uint8], face: DetectedFace) -> Quality:
    """Measure one face in (H, W) uint8 `grey`. The crop is wiped."""
    pose, eyes = estimate_pose(face), face.inter_eye_px()
    left, top, right, bottom = (max(round(edge), 0) for edge in face.box)
    inside = grey[top:bottom, left:right]
    if inside.size == 0:
        inside = np.zeros((1, 1), np.uint8)
    size = (_SIDE_PX, _SIDE_PX)
    crop = cv2.resize(inside, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    to_crop = np.array([_SIDE_PX / inside.shape[1], _SIDE_PX / inside.shape[0]])
    parts = np.bincount(crop.reshape(-1), minlength=256) / crop.size
    seen = parts[parts > 0]
    measures = {
        "inter_eye_px": eyes,
        "sharpness": _sharpness(crop),
        "dynamic_range": float(-(seen * np.log2(seen)).sum()),
        "overexposed": float(parts[_BRIGHT_MIN:].sum()),
        "symmetry": _symmetry(crop, (face.eyes() - (left, top)) * to_crop),
    }
    quality = Quality(
        **measures,
        brightness=float(crop.mean()),
        pose=pose,
        score=_score(measures, pose),
    )
    crop[:] = 0
    return quality


def defect(
    quality: Quality, face: DetectedFace, *, width: int, height: int, policy: QualityPolicy
) -> Sight | None:
    """Say what speaks against fusing a frame of this size; None when nothing does."""
    left, top, right, bottom = face.box
    x, y = (left + right) / 2, (top + bottom) / 2
    margin = face.inter_eye_px()
    inside = margin <= x <= width - margin and margin <= y <= height - margin
    pose = quality.pose
    without_shades = quality.dynamic_range < policy.dynamic_range_min
    is_dark = quality.brightness < _MID_GREY
    checks = (
        (Sight.CUT_OFF, not inside),
        (Sight.COVERED, pose.misfit > policy.misfit_max),
        (
            Sight.TURNED_AWAY,
            abs(pose.yaw_deg) > policy.yaw_max_deg or abs(pose.pitch_deg) > policy.pitch_max_deg,
        ),
        (Sight.TOO_DARK, without_shades and is_dark),
        (Sight.TOO_BRIGHT, without_shades or quality.overexposed > policy.overexposed_max),
        (Sight.BLURRED, quality.sharpness < policy.sharpness_min),
    )
    return next((sight for sight, applies in checks if applies), None)


def _score(measures: dict[str, float], pose: Pose) -> float:
    """Multiply what each measure leaves: one bad defect spoils a frame, whatever else is fine."""
    judged = {
        **measures,
        "turn_deg": hypot(pose.yaw_deg, pose.pitch_deg),
        "misfit": pose.misfit,
    }
    score = 100.0
    for name, ramp in _RAMPS.items():
        score *= ramp.at(judged[name])
    return score


def _sharpness(crop: NDArray[np.uint8]) -> float:
    """Give the bend of grey in the softest of four directions, against the contrast of all.

    Standard deviations of the second difference (the Laplacian's parts) and of grey. The softest
    direction, because a moving head is smeared in one only; against contrast, because a dark
    picture is not a blurred one.
    """
    flat = crop.astype(np.float32)
    middle = 2 * flat[1:-1, 1:-1]
    bends = (
        flat[1:-1, 2:] + flat[1:-1, :-2] - middle,
        flat[2:, 1:-1] + flat[:-2, 1:-1] - middle,
        (flat[2:, 2:] + flat[:-2, :-2] - middle) / 2,  # neighbours at distance sqrt 2
        (flat[2:, :-2] + flat[:-2, 2:] - middle) / 2,
    )
    softest = min(float(bend[_INNER, _INNER].std()) for bend in bends)
    contrast = float(flat[_INNER, _INNER].std())
    for used in (flat, middle, *bends):
        used[:] = 0
    return softest / (contrast + 1.0)  # one grey level: that of the digits themselves


def _symmetry(crop: NDArray[np.uint8], eyes: NDArray[np.floating]) -> float:
    """Correlate a face with its mirror image, about the line between the eyes' middle; -1 to 1."""
    middle, along = eyes.mean(axis=0), eyes[1] - eyes[0]
    length = float(np.linalg.norm(along))
    if length == 0.0:
        return 0.0
    along = along / length
    # Reflection about the line through `middle` at right angles to `along`.
    mirror = np.eye(2) - 2 * np.outer(along, along)
    mirrored = cv2.warpAffine(
        crop,
        np.column_stack([mirror, middle - mirror @ middle]),
        (_SIDE_PX, _SIDE_PX),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.uint8, copy=False)
    one, other = _detail(crop), _detail(mirrored)
    scale = float(np.linalg.norm(one) * np.linalg.norm(other))
    alike = float((one * other).sum()) / scale if scale > 0.0 else 0.0
    for used in (mirrored, one, other):
        used[:] = 0
    return alike


def _detail(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Give what is left without slow changes of light."""
    flat = picture.astype(np.float32)
    detail: NDArray[np.float32] = flat - cv2.GaussianBlur(flat, (0, 0), _LOCAL_PX)
    flat[:] = 0
    return detail
