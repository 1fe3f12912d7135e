"""One person in one picture as 17 points, and no more: no face, no clothing, no pixel."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

KEYPOINTS: Final = 17
_COLUMNS: Final = 3


class Keypoint(IntEnum):
    """The points of a person in the order of the COCO data set; left is the person's left."""

    NOSE = 0
    LEFT_EYE = 1
    RIGHT_EYE = 2
    LEFT_EAR = 3
    RIGHT_EAR = 4
    LEFT_SHOULDER = 5
    RIGHT_SHOULDER = 6
    LEFT_ELBOW = 7
    RIGHT_ELBOW = 8
    LEFT_WRIST = 9
    RIGHT_WRIST = 10
    LEFT_HIP = 11
    RIGHT_HIP = 12
    LEFT_KNEE = 13
    RIGHT_KNEE = 14
    LEFT_ANKLE = 15
    RIGHT_ANKLE = 16


HEAD: Final = (
    Keypoint.NOSE,
    Keypoint.LEFT_EYE,
    Keypoint.RIGHT_EYE,
    Keypoint.LEFT_EAR,
    Keypoint.RIGHT_EAR,
)
SHOULDERS: Final = (Keypoint.LEFT_SHOULDER, Keypoint.RIGHT_SHOULDER)
WRISTS: Final = (Keypoint.LEFT_WRIST, Keypoint.RIGHT_WRIST)
HIPS: Final = (Keypoint.LEFT_HIP, Keypoint.RIGHT_HIP)
KNEES: Final = (Keypoint.LEFT_KNEE, Keypoint.RIGHT_KNEE)
ANKLES: Final = (Keypoint.LEFT_ANKLE, Keypoint.RIGHT_ANKLE)


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the picture: fractions of its width (to the right) and height (downwards)."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in fractions of the picture. `top` is less than `bottom`."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """In fractions of the picture's width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """In fractions of the picture's height."""
        return self.bottom - self.top

    @property
    def centre(self) -> Point:
        """The middle."""
        return Point((self.left + self.right) / 2, (self.top + self.bottom) / 2)

    @property
    def foot(self) -> Point:
        """The middle of the lower edge: where somebody upright stands."""
        return Point((self.left + self.right) / 2, self.bottom)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0 to 1."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.width * one.height + other.width * other.height - shared)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posture:
    """One person in one picture.

    `points` is (17, 3) float32, read-only: x, y in fractions of the picture, score 0 to 1; rows
    are `Keypoint`. `aspect` is the picture's width over its height, which angles need.
    `score` is the model's for the person, 0 to 1; it is no probability.
    """

    points: NDArray[np.float32] = field(repr=False)
    box: Box
    score: float
    aspect: float

    def __post_init__(self) -> None:
        if self.points.shape != (KEYPOINTS, _COLUMNS):
            raise ValueError(f"a posture has (17, 3) points, got {self.points.shape}")
        self.points.flags.writeable = False
