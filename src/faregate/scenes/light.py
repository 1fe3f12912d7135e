"""What light does on the way: lamps that shade and mirror, a lens sharp at one distance."""

from dataclasses import dataclass, field, replace
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole
from faregate.scenes.surface import Layer
from faregate.scenes.walkup import WalkUp

_LAMPS: Final = 4
_COARSE: Final = 4
_USUAL: Final = 0.45
"""What a face turned to the gate has of the lamps' light on average; it stays as bright as it was
in its still."""

_SHARP_AT_M: Final = 0.8
_SIGMA: Final = 0.3  # of a Gaussian about as wide as a disc of diameter 1
_BLUR_MIN: Final = 0.35


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lamps:
    """Lamps over one lane, (N, 3) in the camera's world, and what part of the light is theirs."""

    places: NDArray[np.float32] = field(repr=False)
    weights: NDArray[np.float32] = field(repr=False)
    share: float

    @classmethod
    def drawn(cls, walk: WalkUp, *, part: float) -> Self:
        """Draw the lamps of a lane."""
        chance = walk.light_chance()
        low, high = (-2.0, -1.7, -0.8), (2.0, -0.9, 2.6)
        weights = chance.uniform(0.2, 1.0, _LAMPS).astype(np.float32)
        return cls(
            places=chance.uniform(low, high, (_LAMPS, 3)).astype(np.float32),
            weights=weights / weights.sum(),
            share=chance.uniform(0.15, 0.6) * part,
        )

    def gain(self, placed: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give how much brighter than usual each vertex (R, C, 3) is, (R, C)."""
        normals = outward(placed)
        lit = np.zeros(placed.shape[:2], np.float32)
        for place, weight in zip(self.places, self.weights, strict=True):
            ray = place - placed
            ray /= np.linalg.norm(ray, axis=2, keepdims=True)
            lit += weight * np.maximum((normals * ray).sum(axis=2), 0)
        gain: NDArray[np.float32] = np.float32(1) + np.float32(self.share) * (lit - _USUAL)
        return gain


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shine:
    """A mirrored lamp: where it hangs (3,), how bright, how wide a surface spreads it (rad)."""

    place: NDArray[np.float64]
    strength: float
    spread: float

    def on(self, placed: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give how much of the lamp each vertex (R, C, 3) mirrors to the camera, (R, C)."""
        normals = outward(placed)
        sight = -placed / np.linalg.norm(placed, axis=2, keepdims=True)
        mirrored = 2 * (normals * sight).sum(axis=2, keepdims=True) * normals - sight
        ray = self.place.astype(np.float32) - placed
        ray /= np.linalg.norm(ray, axis=2, keepdims=True)
        apart = 2 * (1 - (mirrored * ray).sum(axis=2))  # squared angle, where it is small
        shine: NDArray[np.float32] = np.float32(self.strength) * np.exp(
            -0.5 * apart / np.float32(self.spread**2)
        )
        return shine


def outward(placed: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the normals (R, C, 3) of a grid of vertices, towards its front."""
    down, across = np.gradient(placed, axis=(0, 1))
    normals = np.cross(down, across)
    length = np.linalg.norm(normals, axis=2, keepdims=True)
    unit: NDArray[np.float32] = (normals / np.maximum(length, 1e-12)).astype(np.float32)
    return unit


def brightened(layer: Layer, placed: NDArray[np.float32], lamps: Lamps) -> None:
    """Shade a layer, in place, by where its vertices (R, C, 3) stand to the lamps."""
    if lamps.share == 0.0 or layer.pixels.size == 0:
        return
    coarse = replace(layer, where=layer.where[::_COARSE, ::_COARSE])
    gain = coarse.on_grid(lamps.gain(placed))
    size = (layer.pixels.shape[1], layer.pixels.shape[0])
    fine = cv2.resize(gain, size, interpolation=cv2.INTER_LINEAR)
    whole = cv2.merge([fine, fine, fine, np.ones_like(fine)])
    layer.pixels[:] = cv2.multiply(layer.pixels, whole, dtype=cv2.CV_8U)


def glaring(layer: Layer, placed: NDArray[np.float32], shine: Shine) -> None:
    """Add a mirrored lamp to a layer, in place."""
    if shine.strength == 0.0 or layer.pixels.size == 0:
        return
    added = layer.on_grid(shine.on(placed))
    alpha = layer.pixels[:, :, 3].astype(np.float32)
    white = cv2.multiply(added, alpha)
    bright = cv2.add(layer.pixels[:, :, :3], cv2.merge([white] * 3), dtype=cv2.CV_8U)
    # Colour times alpha stays within alpha.
    layer.pixels[:, :, :3] = cv2.min(bright, cv2.merge([layer.pixels[:, :, 3]] * 3))


def defocused(layer: Layer, distance_m: float, camera: Pinhole, aperture_m: float) -> Layer:
    """Blur a layer by its distance from where the lens is sharp."""
    out_of_focus = abs(1 / max(distance_m, 0.1) - 1 / _SHARP_AT_M)
    sigma = _SIGMA * camera.focal_px * aperture_m * out_of_focus
    if sigma < _BLUR_MIN or layer.pixels.size == 0:
        return layer
    blurred = cv2.GaussianBlur(layer.pixels, (0, 0), sigma).astype(np.uint8, copy=False)
    return replace(layer, pixels=blurred)
