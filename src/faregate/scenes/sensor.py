"""What light and the camera's sensor do to a clean picture."""

from dataclasses import dataclass, field
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.walkup import Pace, WalkUp, Wander

_NOISE_MARGIN: Final = 64
_LENS_PX: Final = 0.5
_CHANGE_OF_LIGHT: Final = 0.3
"""Part of the clips in which a lamp goes on or off, or a train's light comes in."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rendering:
    """How one gate's camera renders: colours (256, 1, 3) uint8, sharpness, and how noisy it is.

    Cameras differ in white balance, contrast and lens as prints and displays do: without that, any
    cast would give away an attack.
    """

    colours: NDArray[np.uint8] = field(repr=False)
    lens_px: float
    noise: float

    @classmethod
    def of(cls, walk: WalkUp) -> Self:
        """Draw that of a gate; at the usual pace all have the same plain one."""
        levels = np.arange(256) / 255
        if walk.pace is Pace.USUAL:
            plain = np.rint(np.dstack([levels * 255] * 3)[0]).astype(np.uint8)
            return cls(colours=plain[:, None], lens_px=_LENS_PX, noise=1.0)
        chance = walk.rendering_chance()
        curve = levels[:, None] ** chance.uniform(0.85, 1.2)
        black, white = chance.uniform(0.0, 0.08), chance.uniform(0.85, 1.05)
        gains = 1 + chance.normal(0, (0.05, 0.02, 0.08))
        colours = np.clip(255 * (black + (white - black) * curve * gains), 0, 255)
        return cls(
            colours=np.rint(colours).astype(np.uint8)[:, None],
            lens_px=chance.uniform(0.35, 0.75),
            noise=chance.uniform(0.5, 1.8),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensor:
    """One clip's exposure, light and noise. Each frame draws its own noise from `chance`."""

    rendering: Rendering
    exposure_s: float
    flicker: Wander
    step_at_s: float
    step: float
    noise: NDArray[np.int16] = field(repr=False)
    chance: np.random.Generator = field(repr=False)

    @classmethod
    def drawn(cls, walk: WalkUp) -> Self:
        """Draw the sensor of one clip."""
        chance = walk.sensor_chance()
        width, height = walk.size
        changes = chance.random() < _CHANGE_OF_LIGHT
        shape = (height + _NOISE_MARGIN, width + _NOISE_MARGIN, 3)
        rendering = Rendering.of(walk)
        deviation = chance.uniform(1.5, 3.0) * rendering.noise
        return cls(
            rendering=rendering,
            exposure_s=chance.uniform(1 / 120, 1 / 60),
            flicker=Wander.drawn(chance, deviation=0.015, speed=2.0),
            step_at_s=chance.uniform(0, walk.seconds),
            step=chance.uniform(-0.15, 0.15) if changes else 0.0,
            noise=np.rint(chance.standard_normal(shape, np.float32) * deviation).astype(np.int16),
            chance=chance,
        )

    def exposed(self, clean: NDArray[np.uint8], t_s: float) -> NDArray[np.uint8]:
        """Turn a clean image (H, W, 3) into the frame that the camera gives."""
        gain = 1.0 + self.flicker.at(t_s) + (self.step if t_s >= self.step_at_s else 0.0)
        table = np.clip(np.arange(256) * gain, 0, 255).astype(np.uint8)
        rendered = cv2.LUT(clean, self.rendering.colours[table])
        through_lens = cv2.GaussianBlur(rendered, (3, 3), self.rendering.lens_px)
        height, width = clean.shape[:2]
        down, right = self.chance.integers(0, _NOISE_MARGIN, 2)
        noise = self.noise[down : down + height, right : right + width]
        return cv2.add(through_lens, noise, dtype=cv2.CV_8U).astype(np.uint8, copy=False)
