"""Plain measures of one face in one frame, to decide which frames are worth fusing."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.face.capture import Quality, Sight
from faregate.face.detect import DetectedFace

_SIDE_PX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPolicy:
    """What a frame must have to be fused."""

    sharpness_min: float = 6.0
    """99 % of the pictures of LFW-a (half, by person) have at least 11.9; blurred by 4 px at 45 px
    between the eyes, 9 in 10 have less than 6.6 (2026-11-23)."""

    brightness_min: float = 40.0
    """LFW-a spans 55 to 182; wider by a margin for the darker and lighter skins it lacks."""

    brightness_max: float = 225.0
    """See `brightness_min`."""

    turn_max: float = 0.35
    """97 % of LFW-a, which has few profiles, are below (2026-11-23)."""


def measure_quality(grey: NDArray[np.uint8], face: DetectedFace) -> Quality:
    """Measure one face in (H, W) uint8 `grey`. The crop is wiped."""
    left, top, right, bottom = (max(round(edge), 0) for edge in face.box)
    inside = grey[top:bottom, left:right]
    if inside.size == 0:
        return Quality(inter_eye_px=face.inter_eye_px(), sharpness=0.0, brightness=0.0, turn=1.0)
    crop = cv2.resize(inside, (_SIDE_PX, _SIDE_PX), interpolation=cv2.INTER_AREA)
    quality = Quality(
        inter_eye_px=face.inter_eye_px(),
        sharpness=float(cv2.Laplacian(crop, cv2.CV_32F).std()),
        brightness=float(crop.mean()),
        turn=_turn(face),
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
    if not (margin <= x <= width - margin and margin <= y <= height - margin):
        return Sight.CUT_OFF
    if quality.turn > policy.turn_max:
        return Sight.TURNED_AWAY
    if quality.brightness < policy.brightness_min:
        return Sight.TOO_DARK
    if quality.brightness > policy.brightness_max:
        return Sight.TOO_BRIGHT
    if quality.sharpness < policy.sharpness_min:
        return Sight.BLURRED
    return None


def _turn(face: DetectedFace) -> float:
    left, right = face.eyes()
    along = right - left
    length = float(np.linalg.norm(along))
    if length == 0.0:
        return 1.0
    return abs(float((face.nose() - (left + right) / 2) @ along)) / length**2
