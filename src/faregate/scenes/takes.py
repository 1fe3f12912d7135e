"""A take: an actor in front of a gate's camera, with or without a depth and an infrared camera.

The depth camera is like a small time-of-flight or structured-light one: a few millimetres of noise
that grow with the square of distance, nothing where an edge falls on a pixel, nothing beyond 4 m.
The infrared camera sits beside a lamp of 850 nm, so that light falls off with the square of
distance and a surface that looks at the camera is brightest. Both see what the colour camera sees,
pixel by pixel: the real ones are registered to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole
from faregate.scenes.crowd import Passer, crowd
from faregate.scenes.light import outward
from faregate.scenes.sensor import Sensor
from faregate.scenes.station import station, station_depth
from faregate.scenes.surface import Layer
from faregate.scenes.walkup import WalkUp

_REACH_M: Final = 4.0
_DEPTH_NOISE_M: Final = (0.001, 0.006)
"""Standard deviation: this much, and this much more times the square of the distance in metres."""

_HOLES: Final = 0.004
_LAMP: Final = 0.40
"""A white wall 1 m away shows this part of full scale; a face at 0.6 m about half of it."""

_INFRARED_NOISE: Final = 3.0
_SOLID: Final = 250


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beside:
    """What depth and infrared cameras see before noise, (H, W) float32: metres, and 0 to 1."""

    camera: Pinhole
    depth_m: NDArray[np.float32] = field(repr=False)
    infrared: NDArray[np.float32] = field(repr=False)

    def add(
        self, layer: Layer, placed: NDArray[np.float32], reflected: NDArray[np.float32]
    ) -> None:
        """Lay a surface over it; `reflected` (h, w) is its share of infrared sent back, 0 to 1."""
        if layer.pixels.size == 0:
            return
        height, width = layer.pixels.shape[:2]
        part = np.s_[layer.top : layer.top + height, layer.left : layer.left + width]
        facing = outward(placed) * (-placed / np.linalg.norm(placed, axis=2, keepdims=True))
        seen = np.dstack([self.camera.depth(placed), np.maximum(facing.sum(axis=2), 0)])
        on_pixels = layer.on_grid(seen.astype(np.float32))
        alpha = layer.pixels[:, :, 3]
        metres = np.maximum(on_pixels[:, :, 0], 0.05)
        lit = reflected * on_pixels[:, :, 1] / metres**2
        # Where a pixel sees two distances, a depth camera gives neither.
        self.depth_m[part][alpha > 0] = 0
        np.copyto(self.depth_m[part], metres, where=alpha >= _SOLID)
        share = alpha.astype(np.float32) / 255
        self.infrared[part] += share * (lit - self.infrared[part])


class Actor(Protocol):
    """What moves in front of the camera."""

    def paint(self, frame: NDArray[np.uint8], t_s: float, exposure_s: float) -> None:
        """Paint it over a frame (H, W, 3) as it is at an instant."""

    def beside(self, t_s: float, into: Beside) -> None:
        """Lay it over what the depth and infrared cameras see at an instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideShot:
    """One frame (H, W, 3) uint8 RGB, depth (H, W) uint16 in mm, infrared (H, W) uint8.

    A depth of 0 means that the depth camera gives none.
    """

    frame: NDArray[np.uint8] = field(repr=False)
    depth_mm: NDArray[np.uint16] = field(repr=False)
    infrared: NDArray[np.uint8] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Take:
    """One clip that can be filmed once: the noise goes on from frame to frame."""

    walk: WalkUp
    actor: Actor
    hall: NDArray[np.uint8] = field(repr=False)
    passers: tuple[Passer, ...]
    sensor: Sensor

    @classmethod
    def of(cls, walk: WalkUp, actor: Actor, *, crowd_part: float) -> Self:
        """Set up camera, hall and people behind."""
        return cls(
            walk=walk,
            actor=actor,
            hall=station(walk, walk.camera()),
            passers=crowd(walk, part=crowd_part),
            sensor=Sensor.drawn(walk),
        )

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """Give the frames (H, W, 3) uint8 RGB."""
        for t_s in map(float, self.walk.times_s()):
            yield self.sensor.exposed(self.clean(t_s), t_s)

    def clean(self, t_s: float) -> NDArray[np.uint8]:
        """Give what is in front of the sensor at an instant, (H, W, 3) uint8 RGB."""
        frame, camera = self.hall.copy(), self.walk.camera()
        for passer in self.passers:
            passer.paint(frame, camera, t_s)
        self.actor.paint(frame, t_s, self.sensor.exposure_s)
        return frame

    def with_side_frames(self) -> Iterator[SideShot]:
        """Give the frames with what a depth and an infrared camera beside it see."""
        camera = self.walk.camera()
        behind_m = station_depth(camera)
        chance = np.random.default_rng([self.walk.seed, self.walk.lane])
        for t_s, frame in zip(map(float, self.walk.times_s()), self.frames(), strict=True):
            wall = (0.5 / np.maximum(behind_m, 0.5) ** 2).astype(np.float32)
            beside = Beside(camera=camera, depth_m=behind_m.copy(), infrared=wall)
            self.actor.beside(t_s, beside)
            yield SideShot(
                frame=frame,
                depth_mm=_measured(beside.depth_m, chance),
                infrared=_lit(beside.infrared, chance),
            )


def _measured(depth_m: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.uint16]:
    least, more = _DEPTH_NOISE_M
    # Neighbours share part of their noise: the cameras smooth.
    noise = cv2.GaussianBlur(chance.standard_normal(depth_m.shape, np.float32), (3, 3), 0.6)
    noisy = depth_m + noise * (least + more * depth_m**2)
    nothing = (depth_m <= 0) | (depth_m > _REACH_M) | (chance.random(depth_m.shape) < _HOLES)
    noisy[nothing] = 0
    return np.rint(noisy * 1000).clip(0, np.iinfo(np.uint16).max).astype(np.uint16)


def _lit(infrared: NDArray[np.float32], chance: np.random.Generator) -> NDArray[np.uint8]:
    noise = chance.standard_normal(infrared.shape, np.float32) * _INFRARED_NOISE
    return np.clip(infrared * (_LAMP * 255) + noise, 0, 255).astype(np.uint8)
