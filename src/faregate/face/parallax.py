"""Liveness by parallax: a flat picture of a face moves as a plane does, a head does not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faregate.face.detect import DetectedFace


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallax:
    """How unlike a plane one face moved.

    `score` is in 0..1; 0.5 or more means that the face had depth. `judged` is false, and the score
    0, where the view changed too little to tell: that is never a sign of life.
    """

    residual: float
    baseline: float
    frames: int
    judged: bool
    score: float


class ParallaxTrack:
    """One face over one approach. Keeps small grey patches until it is wiped."""

    def __init__(self) -> None:
        self._patches: list[NDArray[np.uint8]] = []

    def add(self, grey: NDArray[np.uint8], face: DetectedFace, *, at_ns: int) -> None:
        """Take one more frame (H, W) uint8 and where the face is in it; `at_ns` never goes back."""
        del at_ns
        left, top, right, bottom = (round(edge) for edge in face.box)
        self._patches.append(grey[max(top, 0) : bottom, max(left, 0) : right].copy())

    def measure(self) -> Parallax:
        """Judge what was seen so far."""
        return Parallax(
            residual=0.0, baseline=0.0, frames=len(self._patches), judged=False, score=0.0
        )

    def wipe(self) -> None:
        """Overwrite the kept patches in place and forget the approach."""
        for patch in self._patches:
            patch[:] = 0
        self._patches.clear()
