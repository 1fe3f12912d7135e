"""Make a picture small enough for a model, never larger."""

import cv2
import numpy as np
from numpy.typing import NDArray


def scaled_down(
    pixels: NDArray[np.uint8], *, width_max: int, height_max: int
) -> tuple[NDArray[np.uint8], float]:
    """Give (H, W, 3) pixels that fit, and the scale from 0 to 1 that was applied.

    Pixels that fit already are given back themselves.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, width_max / width, height_max / height)
    if scale == 1.0:
        return pixels, scale
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8), scale
