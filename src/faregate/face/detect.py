"""Where faces are in a frame. Finding a face is not knowing whose it is."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from faregate.video.frame import Frame

_POINTS_SHAPE = (5, 2)


class PointsKind(StrEnum):
    """What the five points of a face are. "Left" is left in the image."""

    EYES_NOSE_MOUTH = "eyes_nose_mouth"
    """Left eye, right eye, nose tip, left mouth corner, right mouth corner (YuNet)."""

    EYE_CORNERS_NOSE = "eye_corners_nose"
    """Left eye outer, left eye inner, right eye inner, right eye outer, nose base (dlib)."""


_EYES: Final = {
    PointsKind.EYES_NOSE_MOUTH: (slice(0, 1), slice(1, 2)),
    PointsKind.EYE_CORNERS_NOSE: (slice(0, 2), slice(2, 4)),
}
_NOSE: Final = {PointsKind.EYES_NOSE_MOUTH: 2, PointsKind.EYE_CORNERS_NOSE: 4}


@dataclass(frozen=True, slots=True, eq=False)
class DetectedFace:
    """One face in one frame, in pixels of that frame.

    `box` is (left, top, right, bottom). `points` is (5, 2) float32, x then y, in the order that
    `points_kind` names. `score` is the detector's own, not a probability.
    """

    box: tuple[float, float, float, float]
    points: NDArray[np.float32] = field(repr=False)
    score: float
    points_kind: PointsKind = PointsKind.EYES_NOSE_MOUTH

    def __post_init__(self) -> None:
        if self.points.shape != _POINTS_SHAPE:
            raise ValueError(f"points must be (5, 2), got {self.points.shape}")

    def eyes(self) -> NDArray[np.float32]:
        """Give the two eye centres, (2, 2) float32: left in the image, then right."""
        groups = _EYES[self.points_kind]
        return np.stack([self.points[group].mean(axis=0) for group in groups])

    def nose(self) -> NDArray[np.float32]:
        """Give the nose point, (2,) float32: its tip or its base."""
        nose: NDArray[np.float32] = self.points[_NOSE[self.points_kind]]
        return nose

    def inter_eye_px(self) -> float:
        """Give the distance between the eye centres: the measure of how near a face is."""
        left, right = self.eyes()
        return float(np.linalg.norm(right - left))


class Detector(Protocol):
    """Finds faces. Holds no state between frames."""

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the faces of a frame, nearest (widest between the eyes) first."""

    def look_again(self, frame: Frame, face: DetectedFace) -> tuple[DetectedFace, ...]:
        """Find one face anew, from other samplings of its surroundings.

        The points of each are a little differently wrong. None where the detector can't, or
        doesn't find the face again.
        """
