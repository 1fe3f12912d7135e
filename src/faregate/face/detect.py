"""Where faces are in a frame. Finding a face is not knowing whose it is."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from faregate.video.frame import Frame

_POINTS_SHAPE = (5, 2)


@dataclass(frozen=True, slots=True, eq=False)
class DetectedFace:
    """One face in one frame, in pixels of that frame.

    `box` is (left, top, right, bottom). `points` is (5, 2) float32, x then y, in this order as
    seen in the image: left eye, right eye, nose, left mouth corner, right mouth corner ("left"
    is left in the image). A detector without a mouth (dlib's 5 points) gives what its own order
    holds, see `Detector.points_kind`. `score` is the detector's own, not a probability.
    """

    box: tuple[float, float, float, float]
    points: NDArray[np.float32] = field(repr=False)
    score: float

    def __post_init__(self) -> None:
        if self.points.shape != _POINTS_SHAPE:
            raise ValueError(f"points must be (5, 2), got {self.points.shape}")


class Detector(Protocol):
    """Finds faces. Holds no state between frames."""

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the faces of a frame, largest first; empty where there is none."""
