"""What light and the camera's sensor do to a clean picture."""

from dataclasses import dataclass, field
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.walkup import WalkUp, Wander

_NOISE_MARGIN: Final = 64
_LENS_PX: Final = 0.5
_CHANGE_OF_LIGHT: Final = 0.3
"""Part of the clips in which a lamp goes on or off, or a train's light comes in."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensor:
    """One clip's exposure, light and noise. Each frame draws its own noise from `chance`."""

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
        deviation = chance.uniform(1.5, 3.0)
        return cls(
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
        through_lens = cv2.GaussianBlur(cv2.LUT(clean, table), (3, 3), _LENS_PX)
        height, width = clean.shape[:2]
        down, right = self.chance.integers(0, _NOISE_MARGIN, 2)
        noise = self.noise[down : down + height, right : right + width]
        return cv2.add(through_lens, noise, dtype=cv2.CV_8U).astype(np.uint8, copy=False)
