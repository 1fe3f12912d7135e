"""Draw a textured surface, flat or with relief, through a pinhole camera.

The surface is a grid of vertices over its texture. Each frame moves the vertices, projects them,
and turns that map from texture to image round by fixed-point iteration, so that every pixel is
sampled once and nothing tears. That holds as long as no part of the surface hides another, so
reliefs are kept from being too steep. Print and head go through the same code: nothing but their
shape tells them apart.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Self, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole

_Sample = TypeVar("_Sample", np.uint8, np.float32)

_LEVELS: Final = (2.0, 1.41, 1.0, 0.71, 0.5, 0.35, 0.25, 0.18)
_DENSITY_MIN: Final = 1.1
"""Texture pixels per image pixel: fewer would blur, many more would alias."""

_COARSE: Final = 2
"""The turned-round map is made at every second pixel; it is smooth, so halves are filled in."""

_ITERATIONS: Final = 10
"""Each at least halves the error at the steepest relief and 20 degrees of turn."""

_EDGE_PX: Final = 0.8
_BLUR_MIN_PX: Final = 0.7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Texture:
    """A picture with transparency, at several sizes. The levels are RGBA, colour times alpha."""

    width: int
    height: int
    levels: tuple[tuple[float, NDArray[np.uint8]], ...] = field(repr=False)

    @classmethod
    def cut_out(cls, pixels: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> Self:
        """Make one of pixels (H, W, 3) and alpha (H, W); softens the edge."""
        soft = cv2.GaussianBlur(alpha, (0, 0), _EDGE_PX)
        coloured = cv2.multiply(pixels, cv2.merge([soft] * 3), scale=1 / 255)
        whole = np.dstack([coloured, soft]).astype(np.uint8)
        height, width = alpha.shape
        levels = []
        for scale in _LEVELS:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
            levels.append((scale, cv2.resize(whole, size, interpolation=way).astype(np.uint8)))
        return cls(width=width, height=height, levels=tuple(levels))

    def level_for(self, density: float) -> NDArray[np.uint8]:
        """Give the smallest level that is fine enough at `density` texture pixels per pixel."""
        for scale, pixels in reversed(self.levels):
            if density * scale >= _DENSITY_MIN:
                return pixels
        return self.levels[0][1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surface:
    """A texture on a grid of vertices, at rest.

    `vertices` (R, C, 3) float32 in metres, in the thing's own axes; the grid spans the texture from
    the centre of its first pixel to the centre of its last.
    """

    texture: Texture
    vertices: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """What one surface adds to an image, within `left`, `top` and the pixels' size.

    `pixels` is (h, w, 4) uint8, colour times alpha. `where` is (h, w, 2) float32: which part of the
    texture is seen, as fractions of its width and height.
    """

    left: int
    top: int
    pixels: NDArray[np.uint8] = field(repr=False)
    where: NDArray[np.float32] = field(repr=False)

    def smeared(self, way_px: NDArray[np.float32]) -> Self:
        """Blur along its way (x, y) during the exposure."""
        if float(np.linalg.norm(way_px)) < _BLUR_MIN_PX or self.pixels.size == 0:
            return self
        blurred = cv2.filter2D(self.pixels, -1, _streak(way_px))
        return replace(self, pixels=blurred.astype(np.uint8, copy=False))

    def on_grid(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Read values (R, C) or (R, C, N) that belong to the vertices, at each pixel (h, w)."""
        rows, columns = values.shape[:2]
        last = np.array([columns - 1, rows - 1], np.float32)
        return _sampled(values, self.where * last, border=cv2.BORDER_REPLICATE)

    def over(self, image: NDArray[np.uint8]) -> None:
        """Lay it over an image (H, W, 3), in place."""
        if self.pixels.size == 0:
            return
        height, width = self.pixels.shape[:2]
        part = image[self.top : self.top + height, self.left : self.left + width]
        clear = cv2.bitwise_not(self.pixels[:, :, 3])
        behind = cv2.multiply(part, cv2.merge([clear] * 3), scale=1 / 255)
        part[:] = cv2.add(behind, np.ascontiguousarray(self.pixels[:, :, :3]))


def drawn(
    surface: Surface,
    placed: NDArray[np.float32],
    camera: Pinhole,
    warp: Callable[[NDArray[np.float32]], None] | None = None,
) -> Layer:
    """Draw a surface whose vertices (R, C, 3) are now `placed` in the camera's world.

    `warp` may shift `Layer.where` in place before the texture is read there.
    """
    projected = camera.project(placed)
    left, top, right, bottom = _seen(projected, camera)
    if left >= right or top >= bottom:
        empty = np.zeros((0, 0, 4), np.uint8)
        return Layer(left=0, top=0, pixels=empty, where=np.zeros((0, 0, 2), np.float32))
    where = _turned_round(projected, left=left, top=top, right=right, bottom=bottom)
    if warp is not None:
        warp(where)
    width, height = surface.texture.width, surface.texture.height
    level = surface.texture.level_for(_density(projected, surface.texture))
    scale = np.array([level.shape[1] / width, level.shape[0] / height], np.float32)
    size = np.array([width - 1, height - 1], np.float32)
    at: NDArray[np.float32] = (where * size + np.float32(0.5)) * scale - np.float32(0.5)
    pixels = _sampled(level, at, border=cv2.BORDER_CONSTANT)
    return Layer(left=left, top=top, pixels=pixels, where=where)


def _seen(projected: NDArray[np.float32], camera: Pinhole) -> tuple[int, int, int, int]:
    # One coordinate at a time: NumPy is slow to reduce all but a short last axis.
    x, y = projected[..., 0], projected[..., 1]
    low = np.floor((x.min(), y.min())) - 1
    high = np.ceil((x.max(), y.max())) + 2
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    return left, top, min(camera.width, int(high[0])), min(camera.height, int(high[1]))


def _density(projected: NDArray[np.float32], texture: Texture) -> float:
    """Texture pixels per image pixel along the middle row."""
    middle = projected[len(projected) // 2]
    return texture.width / max(float(np.linalg.norm(middle[-1] - middle[0])), 1.0)


def _turned_round(
    projected: NDArray[np.float32], *, left: int, top: int, right: int, bottom: int
) -> NDArray[np.float32]:
    """Give which fraction of the grid (h, w, 2) each pixel of the rectangle sees."""
    rows, columns = projected.shape[:2]
    # Coarse samples lie in the middle of 2 x 2 pixels, as `cv2.resize` has it; one more all round.
    middle = (_COARSE - 1) / 2 - _COARSE
    xs = np.arange(left + middle, right + _COARSE, _COARSE, dtype=np.float32)
    ys = np.arange(top + middle, bottom + _COARSE, _COARSE, dtype=np.float32)
    wanted = np.dstack(np.meshgrid(xs, ys))
    slope, offset = _fitted(projected)
    at = wanted @ slope + offset
    for _ in range(_ITERATIONS):
        at += (wanted - _sampled(projected, at, border=cv2.BORDER_REPLICATE)) @ slope
    at /= np.array([columns - 1, rows - 1], np.float32)
    fine = cv2.resize(at, None, fx=_COARSE, fy=_COARSE, interpolation=cv2.INTER_LINEAR)
    fine = fine[_COARSE : _COARSE + bottom - top, _COARSE : _COARSE + right - left]
    return fine.astype(np.float32, copy=False)


def _sampled(
    picture: NDArray[_Sample], at: NDArray[np.float32], *, border: int
) -> NDArray[_Sample]:
    """Read a picture at fractional places (h, w, 2), x then y."""
    # The stubs want a second map, but OpenCV 5 reads nothing where an empty one is given.
    sampled: NDArray[_Sample] = cv2.remap(  # type: ignore[call-overload]
        picture, at, None, cv2.INTER_LINEAR, borderMode=border
    )
    return sampled


def _fitted(projected: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give the affine map, slope (2, 2) and offset (2,), from pixels to the grid that fits best."""
    rows, columns = projected.shape[:2]
    some = np.mgrid[: rows : max(1, rows // 16), : columns : max(1, columns // 16)].reshape(2, -1)
    pixels = projected[some[0], some[1]]
    known = np.column_stack([pixels, np.ones(len(pixels))])
    affine = np.linalg.lstsq(known, some[::-1].T, rcond=None)[0].astype(np.float32)
    return np.ascontiguousarray(affine[:2]), affine[2]


def _streak(way: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give a filter that averages along a way (x, y) in pixels, sampled finely."""
    reach = int(np.ceil(np.abs(way).max() / 2)) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
    for part in np.linspace(-0.5, 0.5, 9):
        x, y = reach + part * way
        column, row = int(x), int(y)
        right, down = x - column, y - row
        kernel[row, column] += (1 - right) * (1 - down)
        kernel[row, column + 1] += right * (1 - down)
        kernel[row + 1, column] += (1 - right) * down
        kernel[row + 1, column + 1] += right * down
    averaging: NDArray[np.float32] = kernel / kernel.sum()
    return averaging
