"""The still background: a station hall, drawn from a few planes. Nothing in it is a photograph."""

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole
from faregate.scenes.sensor import Sensor
from faregate.scenes.walkup import WalkUp

_HALL_HALF_M: Final = 3.6
_WALL_M: Final = 9.0
_CEILING_M: Final = 1.5
_TILE_M: Final = 0.6
_NEAREST_M: Final = 0.4
_SHIFT: Final = 4
"""Polygons are drawn with 1/16 pixel, so that edges do not snap."""

_SMOOTH_PX: Final = 0.9

_Quad = tuple[tuple[float, float, float], ...]


def station(walk: WalkUp, camera: Pinhole) -> NDArray[np.uint8]:
    """Draw the empty hall behind a gate, (H, W, 3) uint8 RGB."""
    chance = walk.lane_chance()
    wall = chance.integers(130, 180) + chance.integers(-14, 15, 3)
    image = np.empty((camera.height, camera.width, 3), np.uint8)
    image[:] = wall
    floor = camera.height_m
    for side in (-1, 1):
        _paint_flank(image, camera, side * _HALL_HALF_M, tuple(int(value) for value in wall - 22))
    _paint_floor(image, camera, floor, int(chance.integers(95, 135)))
    _paint_ceiling(image, camera)
    _paint_wall(image, camera, floor, chance)
    for side in (-1, 1):
        _paint_pillars(image, camera, side=side, floor=floor, chance=chance)
    grain = chance.normal(0, 2.0, (camera.height // 4, camera.width // 4, 1)).astype(np.float32)
    coarse = cv2.resize(grain, (camera.width, camera.height), interpolation=cv2.INTER_CUBIC)
    uneven = np.clip(image + coarse[:, :, None], 0, 255).astype(np.uint8)
    smooth: NDArray[np.uint8] = cv2.GaussianBlur(uneven, (0, 0), _SMOOTH_PX).astype(np.uint8)
    return smooth


def station_depth(camera: Pinhole) -> NDArray[np.float32]:
    """Give how far along the camera's axis wall, flanks, floor or ceiling are, (H, W) metres."""
    x, y, z = np.moveaxis(camera.rays(), 2, 0)
    tiny = np.float32(1e-6)
    wall = _WALL_M / np.maximum(z, tiny)
    flank = _HALL_HALF_M / np.maximum(np.abs(x), tiny)
    floor = np.where(y > 0, camera.height_m, _CEILING_M) / np.maximum(np.abs(y), tiny)
    nearest: NDArray[np.float32] = np.minimum(np.minimum(wall, flank), floor).astype(np.float32)
    return nearest


def empty_lane(walk: WalkUp) -> Iterator[NDArray[np.uint8]]:
    """Give the frames (H, W, 3) uint8 RGB of a lane that nobody is in."""
    hall = station(walk, walk.camera())
    sensor = Sensor.drawn(walk)
    for t_s in walk.times_s():
        yield sensor.exposed(hall, float(t_s))


def _paint_floor(image: NDArray[np.uint8], camera: Pinhole, floor: float, grey: int) -> None:
    reach = round(_HALL_HALF_M / _TILE_M)
    for row in range(int(_WALL_M / _TILE_M)):
        for column in range(-reach, reach):
            near, left = max(row * _TILE_M, _NEAREST_M), column * _TILE_M
            far, right = (row + 1) * _TILE_M, left + _TILE_M
            shade = grey + (14 if (row + column) % 2 else 0) + 2 * row
            corners = ((left, floor, near), (right, floor, near), (right, floor, far))
            _paint(image, camera, (*corners, (left, floor, far)), (shade, shade, shade - 4))
    # The strip of raised tiles that leads people with a cane to the gate.
    strip = ((-0.2, floor, _NEAREST_M), (0.2, floor, _NEAREST_M), (0.2, floor, _WALL_M))
    _paint(image, camera, (*strip, (-0.2, floor, _WALL_M)), (196, 170, 70))


def _paint_flank(
    image: NDArray[np.uint8], camera: Pinhole, at_m: float, colour: tuple[int, ...]
) -> None:
    """Paint one of the walls that run along the hall."""
    top, floor = -_CEILING_M, camera.height_m
    corners = ((at_m, top, _NEAREST_M), (at_m, top, _WALL_M), (at_m, floor, _WALL_M))
    _paint(image, camera, (*corners, (at_m, floor, _NEAREST_M)), colour)


def _paint_ceiling(image: NDArray[np.uint8], camera: Pinhole) -> None:
    top, half = -_CEILING_M, _HALL_HALF_M
    corners = ((-half, top, _NEAREST_M), (half, top, _NEAREST_M), (half, top, _WALL_M))
    _paint(image, camera, (*corners, (-half, top, _WALL_M)), (150, 152, 156))
    for row in range(1, 8):
        near, far = row * 1.2, row * 1.2 + 0.25
        for left in (-2.4, -0.6, 1.2):
            lamp = ((left, top, near), (left + 1.2, top, near), (left + 1.2, top, far))
            _paint(image, camera, (*lamp, (left, top, far)), (244, 244, 236))


def _paint_wall(
    image: NDArray[np.uint8], camera: Pinhole, floor: float, chance: np.random.Generator
) -> None:
    band = tuple(int(value) for value in chance.integers(30, 140, 3))
    _paint(image, camera, _upright(-_HALL_HALF_M, _HALL_HALF_M, -1.0, -0.6), band)
    left = -_HALL_HALF_M
    while left < _HALL_HALF_M:
        width = chance.uniform(0.5, 1.1)
        colour = tuple(int(value) for value in chance.integers(70, 215, 3))
        if chance.random() < 0.6:  # noqa: PLR2004 -- a little more than half the wall is posters
            top, bottom = chance.uniform(-0.5, -0.1), chance.uniform(0.5, 1.0)
            _paint(image, camera, _upright(left, left + width, top, bottom), colour)
            pale = tuple(min(255, value + 30) for value in colour)
            _paint(image, camera, _upright(left + 0.1, left + width - 0.1, top + 0.1, 0.2), pale)
        left += width + chance.uniform(0.1, 0.4)
    _paint(image, camera, _upright(-_HALL_HALF_M, _HALL_HALF_M, floor - 0.12, floor), (70, 70, 74))


def _paint_pillars(
    image: NDArray[np.uint8],
    camera: Pinhole,
    *,
    side: int,
    floor: float,
    chance: np.random.Generator,
) -> None:
    grey = int(chance.integers(90, 150))
    for at_m in (7.0, 5.2, 3.6):
        inner = side * chance.uniform(1.3, 1.6)
        outer = inner + side * 0.45
        front = ((inner, -_CEILING_M, at_m), (outer, -_CEILING_M, at_m), (outer, floor, at_m))
        _paint(image, camera, (*front, (inner, floor, at_m)), (grey, grey, grey + 6))
        back = at_m + 0.45
        flank = ((inner, -_CEILING_M, at_m), (inner, -_CEILING_M, back), (inner, floor, back))
        _paint(image, camera, (*flank, (inner, floor, at_m)), (grey - 30, grey - 30, grey - 26))


def _upright(left: float, right: float, top: float, bottom: float) -> _Quad:
    """Give a rectangle on the far wall."""
    return (
        (left, top, _WALL_M),
        (right, top, _WALL_M),
        (right, bottom, _WALL_M),
        (left, bottom, _WALL_M),
    )


def _paint(
    image: NDArray[np.uint8], camera: Pinhole, corners: _Quad, colour: tuple[int, ...]
) -> None:
    pixels = camera.project(np.array(corners, np.float32))
    fixed = np.rint(pixels * (1 << _SHIFT)).astype(np.int32)
    cv2.fillConvexPoly(image, fixed, colour, cv2.LINE_AA, _SHIFT)
