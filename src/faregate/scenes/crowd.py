"""People who cross the hall behind: coarse silhouettes, without faces."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole
from faregate.scenes.walkup import WalkUp

_MAX: Final = 4
_SHIFT: Final = 4
"""Polygons are drawn with 1/16 pixel, so that edges do not snap."""

# Half a silhouette in metres from the middle of the head: right of the middle, and down.
_HALF: Final = (
    (0.055, 0.10),
    (0.065, 0.16),
    (0.20, 0.24),
    (0.25, 0.45),
    (0.27, 0.85),
    (0.20, 0.88),
    (0.17, 1.55),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passer:
    """One person far behind: where at first, and how fast across, in metres and seconds."""

    x_m: float
    z_m: float
    speed: float
    tall_m: float
    coat: tuple[int, int, int]
    head: tuple[int, int, int]

    def paint(self, image: NDArray[np.uint8], camera: Pinhole, t_s: float) -> None:
        """Paint them where they are at an instant."""
        x = self.x_m + self.speed * t_s
        bob = 0.02 * np.sin(2 * np.pi * 1.8 * t_s + self.x_m)
        middle = np.array([x, camera.height_m - self.tall_m + 0.12 + bob, self.z_m], np.float32)
        right = np.array(_HALF, np.float32)
        left = right[::-1] * (-1, 1)
        corners = np.vstack([right, left])
        there = np.column_stack([corners, np.zeros(len(corners))]) + middle
        pixels = camera.project(there.astype(np.float32))
        fixed = np.rint(pixels * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(image, [fixed], self.coat, cv2.LINE_AA, _SHIFT)
        centre = np.rint(camera.project(middle) * (1 << _SHIFT)).astype(int)
        metre = camera.focal_px / self.z_m * (1 << _SHIFT)
        axes = (round(0.08 * metre), round(0.12 * metre))
        cv2.ellipse(
            image, tuple(map(int, centre)), axes, 0, 0, 360, self.head, -1, cv2.LINE_AA, _SHIFT
        )


def crowd(walk: WalkUp, *, part: float) -> tuple[Passer, ...]:
    """Draw who is behind during a clip, farthest first; nobody where `part` is 0."""
    chance = walk.crowd_chance()
    count = round(part * int(chance.integers(0, _MAX + 1)))
    found = []
    for _ in range(count):
        coat = chance.integers(25, 150, 3)
        pale = chance.uniform(0.4, 1.0)
        found.append(
            Passer(
                x_m=chance.uniform(-2.5, 2.5),
                z_m=chance.uniform(3.2, 8.0),
                speed=chance.choice([-1.0, 0.0, 1.0]) * chance.uniform(0.4, 1.5),
                tall_m=chance.uniform(1.5, 1.9),
                coat=(int(coat[0]), int(coat[1]), int(coat[2])),
                head=(int(200 * pale), int(150 * pale), int(125 * pale)),
            )
        )
    return tuple(sorted(found, key=lambda passer: -passer.z_m))
