"""Pictures of nobody: drawn from ellipses, gradients and noise, the same on every machine."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

WIDTH, HEIGHT = 640, 480


def gradient() -> Picture:
    """Draw a slope of colours."""
    across = np.linspace(0, 255, WIDTH)[None, :].repeat(HEIGHT, axis=0)
    down = np.linspace(0, 255, HEIGHT)[:, None].repeat(WIDTH, axis=1)
    return np.stack([across, down, 255 - across], axis=2).astype(np.uint8)


def noise() -> Picture:
    """Draw what has no structure at all."""
    return np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def doll(skin: tuple[int, int, int], *, x: int = 320, y: int = 230, size: float = 1.0) -> Picture:
    """Draw a doll's face: an oval, two eyes with brows, a nose, a mouth, hair and shoulders."""
    pixels = np.full((HEIGHT, WIDTH, 3), (150, 165, 175), np.uint8)

    def oval(dx: float, dy: float, wide: float, high: float, colour: tuple[int, int, int]) -> None:
        middle = (round(x + dx * size), round(y + dy * size))
        axes = (max(1, round(wide * size)), max(1, round(high * size)))
        cv2.ellipse(pixels, middle, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    dark = (50, 35, 30)
    shade = (skin[0] * 3 // 4, skin[1] * 3 // 4, skin[2] * 3 // 4)
    oval(0, 230, 150, 90, (60, 70, 110))
    oval(0, 125, 38, 50, shade)
    oval(0, -20, 92, 118, dark)
    oval(0, 0, 78, 105, skin)
    for side in (-1, 1):
        oval(side * 80, 5, 10, 22, shade)
        oval(side * 32, -38, 20, 5, dark)
        oval(side * 32, -18, 17, 9, (245, 245, 245))
        oval(side * 32, -18, 8, 8, dark)
        oval(side * 9, 26, 6, 4, shade)
    oval(0, 5, 7, 22, (min(skin[0] + 20, 255), min(skin[1] + 20, 255), min(skin[2] + 20, 255)))
    oval(0, 56, 28, 9, (165, 70, 75))
    oval(0, 54, 26, 2, (95, 40, 45))
    return cv2.GaussianBlur(pixels, (0, 0), 1.5).astype(np.uint8)
