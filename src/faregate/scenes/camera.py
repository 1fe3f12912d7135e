"""A pinhole camera over a fare gate. Metres; x to the right, y down, z into the scene."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

NEAR_M: Final = 0.05
"""Nothing nearer is projected: behind the camera a pinhole turns the world over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinhole:
    """A camera without distortion, `height_m` over the floor, looking up by `tilt` radians.

    The world's origin is the camera's middle; its z axis is level and points along the lane.
    The image's middle is ((width - 1) / 2, (height - 1) / 2): pixel centres are whole numbers.
    """

    width: int
    height: int
    focal_px: float
    height_m: float
    tilt: float

    @classmethod
    def with_field(
        cls, size: tuple[int, int], *, field: float, height_m: float, tilt: float
    ) -> Self:
        """Make the camera of a size (width, height) that sees `field` radians from side to side."""
        width, height = size
        focal_px = width / 2 / float(np.tan(field / 2))
        return cls(width=width, height=height, focal_px=focal_px, height_m=height_m, tilt=tilt)

    def project(self, world: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the pixels (..., 2) float32, x then y, of points (..., 3) in the world."""
        sine, cosine = np.float32(np.sin(self.tilt)), np.float32(np.cos(self.tilt))
        x, y, z = world[..., 0], world[..., 1], world[..., 2]
        depth = np.maximum(cosine * z - sine * y, np.float32(NEAR_M))
        scale = np.float32(self.focal_px) / depth
        pixels = np.empty((*world.shape[:-1], 2), np.float32)
        pixels[..., 0] = x * scale + np.float32((self.width - 1) / 2)
        pixels[..., 1] = (cosine * y + sine * z) * scale + np.float32((self.height - 1) / 2)
        return pixels

    def depth(self, world: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give how far along the camera's axis points (..., 3) lie, (...) in metres."""
        sine, cosine = np.float32(np.sin(self.tilt)), np.float32(np.cos(self.tilt))
        along: NDArray[np.float32] = cosine * world[..., 2] - sine * world[..., 1]
        return along

    def rays(self) -> NDArray[np.float32]:
        """Give the world's direction (H, W, 3) that each pixel sees, one metre deep."""
        x = (np.arange(self.width, dtype=np.float32) - (self.width - 1) / 2) / self.focal_px
        y = (np.arange(self.height, dtype=np.float32) - (self.height - 1) / 2) / self.focal_px
        across, down = np.meshgrid(x, y)
        sine, cosine = np.sin(self.tilt), np.cos(self.tilt)
        rays = np.dstack([across, cosine * down - sine, cosine + sine * down])
        return rays.astype(np.float32)


def turned(yaw: float, pitch: float, roll: float) -> NDArray[np.float32]:
    """Give the rotation (3, 3) about y, x and z, roll first. Radians.

    Of a face that looks at the camera, positive yaw turns it to the image's left, and positive
    pitch down.
    """
    sin_y, cos_y = np.sin(yaw), np.cos(yaw)
    sin_p, cos_p = np.sin(pitch), np.cos(pitch)
    sin_r, cos_r = np.sin(roll), np.cos(roll)
    about_y = np.array([[cos_y, 0, sin_y], [0, 1, 0], [-sin_y, 0, cos_y]])
    about_x = np.array([[1, 0, 0], [0, cos_p, -sin_p], [0, sin_p, cos_p]])
    about_z = np.array([[cos_r, -sin_r, 0], [sin_r, cos_r, 0], [0, 0, 1]])
    rotation: NDArray[np.float32] = (about_y @ about_x @ about_z).astype(np.float32)
    return rotation
