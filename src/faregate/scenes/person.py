"""A person with depth, made from one portrait.

The relief is a smooth head of the portrait's build, fitted to its eyes, nose and mouth. It is there
to move as a head moves, not to look like one from the side: beyond about 25 degrees of turn it is
no longer drawn rightly. Sizes are means over men and women, from the head-and-face survey of Zhuang
and Bradtmiller (J. Occup. Environ. Hyg. 2005): between the pupils 63 mm, cheekbones 140 mm apart,
nose protrusion 20 mm, nasal root to chin 118 mm, head 192 mm long and 150 mm wide.
"""

from dataclasses import dataclass, field
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.build import AVERAGE, Build
from faregate.scenes.portraits import Portrait
from faregate.scenes.surface import Surface, Texture

BETWEEN_PUPILS_M: Final = 0.063

_HALF_WIDTH_M: Final = 0.075
_HALF_LENGTH_M: Final = 0.096
_CROWN_M: Final = 0.130  # from the eyes up, and as much again as a face is longer, down
_JAW_M: Final = 0.195
_STEEPEST: Final = 0.776
"""The radius at which the ellipsoid's slope reaches 1.5 (34 degrees from edge-on): it goes on
straight from there, so that nothing hides behind a cheek within 25 degrees of turn."""

_DEEPEST_M: Final = 0.085
_NECK_M: Final = 0.068
_CHIN_M: Final = 0.118
_COLLAR_M: Final = 0.200
_BODY_BELOW_EYES_M: Final = 0.85
_GRID_M: Final = 0.004

_PIVOT_M: Final = (0.0, 0.09, 0.07)
"""The upper neck, seen from the middle between the eyes: what a head turns about."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Person:
    """A portrait with depth. The axes of `body` begin in the middle between the eyes.

    `follows` (R, C, 1) float32 is how far each vertex turns with the head: 1 on the head, 0 on the
    body.
    """

    body: Surface
    follows: NDArray[np.float32] = field(repr=False)

    @classmethod
    def of(cls, portrait: Portrait) -> Self:
        """Raise a portrait into relief."""
        pixels, outline = _lengthened(portrait)
        height, width = pixels.shape[:2]
        alpha = np.zeros((height, width), np.uint8)
        cv2.fillPoly(alpha, [np.rint(outline).astype(np.int32)], 255)
        inner = cv2.erode(alpha, np.ones((3, 3), np.uint8)).astype(np.uint8, copy=False)
        scale = metres_per_pixel(portrait)
        columns, rows = int(width * scale / _GRID_M) + 2, int(height * scale / _GRID_M) + 2
        across, down = np.linspace(0, width - 1, columns), np.linspace(0, height - 1, rows)
        u, v = np.meshgrid(across, down)
        middle = portrait.points[:2].mean(axis=0)
        x, y = (u - middle[0]) * scale, (v - middle[1]) * scale
        z = -relief(x, y, _landmarks(portrait), portrait.build)
        vertices = np.dstack([x, y, z]).astype(np.float32)
        return cls(
            body=Surface(texture=Texture.cut_out(pixels, inner), vertices=vertices),
            follows=(1 - _rise(y, _CHIN_M + 0.007, _COLLAR_M)).astype(np.float32)[:, :, None],
        )

    def placed(
        self, at: NDArray[np.float64], head: NDArray[np.float32], body: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Give the vertices in the world, the eyes at rest `at`, turned by two rotations."""
        pivot = np.array(_PIVOT_M, np.float32)
        from_pivot = self.body.vertices - pivot
        with_body = from_pivot @ body.T
        with_head = from_pivot @ head.T
        moved = with_body + self.follows * (with_head - with_body)
        return (moved + (pivot + at)).astype(np.float32)


def metres_per_pixel(portrait: Portrait) -> float:
    """Give the size of a portrait's pixel on the person."""
    eyes = portrait.points[:2]
    return BETWEEN_PUPILS_M / float(np.linalg.norm(eyes[1] - eyes[0]))


def relief(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    landmarks: NDArray[np.float64],
    build: Build = AVERAGE,
) -> NDArray[np.float64]:
    """Give how far the person stands out of the plane of the eyes at (x, y), in metres.

    `landmarks` (5, 2) are the portrait's points in metres from the middle between the eyes.
    """
    nose, mouth = landmarks[2], landmarks[3:].mean(axis=0)
    across = x - np.interp(y, [0.0, nose[1], mouth[1]], [0.0, nose[0], mouth[0]])
    radius = np.hypot(
        across / (_HALF_WIDTH_M * build.width), np.where(y < 0, y / _CROWN_M, y / _JAW_M)
    )
    steep = _STEEPEST / np.sqrt(1 - _STEEPEST**2)
    round_part = np.sqrt(1 - np.minimum(radius, _STEEPEST) ** 2) - 1
    ball = _HALF_LENGTH_M * build.length * (round_part - steep * np.maximum(radius - _STEEPEST, 0))
    skull = -_DEEPEST_M * np.tanh(-ball / _DEEPEST_M)
    face = skull + _nose(across, y, float(nose[1]), build.nose_m)
    for eye in landmarks[:2]:
        face -= 0.007 * build.sockets * _bump(x - eye[0], y - eye[1], 0.015, 0.010)
    face += 0.004 * build.lips * _bump(across, y - mouth[1], 0.022, 0.009)
    face += 0.008 * build.chin * _bump(across, y - mouth[1] - 0.036, 0.018, 0.012)
    chest = -_NECK_M + 0.045 * _rise(y, _COLLAR_M, 0.36) - 0.9 * np.minimum(np.abs(x), 0.3) ** 2
    below = _rise(y, _CHIN_M - 0.012, _CHIN_M + 0.042)
    whole: NDArray[np.float64] = face + below * (chest - face)
    return whole


def _lengthened(portrait: Portrait) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Let the clothes go on below a picture that ends too soon; give pixels and outline."""
    height = portrait.pixels.shape[0]
    eyes = float(portrait.points[:2, 1].mean())
    wanted = round(eyes + _BODY_BELOW_EYES_M / metres_per_pixel(portrait))
    below = max(0, wanted - height)
    cloth = np.median(portrait.pixels[-1], axis=0).tolist()
    border = cv2.BORDER_CONSTANT
    pixels = cv2.copyMakeBorder(portrait.pixels, 0, below, 0, 0, border, value=cloth)
    outline = portrait.outline.copy()
    outline[outline[:, 1] >= height - 1, 1] += below
    return pixels.astype(np.uint8, copy=False), outline


def _landmarks(portrait: Portrait) -> NDArray[np.float64]:
    middle = portrait.points[:2].mean(axis=0)
    landmarks: NDArray[np.float64] = (portrait.points - middle) * metres_per_pixel(portrait)
    return landmarks.astype(np.float64)


def _nose(
    across: NDArray[np.float64], y: NDArray[np.float64], tip_y: float, high_m: float
) -> NDArray[np.float64]:
    """Raise a ridge from the nasal root to the tip; it widens, and ends below."""
    along = y / tip_y
    rising = np.clip(0.25 + 0.75 * along, 0, 1) * _rise(along, -0.5, 0.3)
    ending = 1 - _rise(along, 1.0, 1.5)
    width = 0.008 + 0.004 * np.clip(along, 0, 1)
    return high_m * rising * ending * np.exp(-0.5 * (across / width) ** 2)


def _bump(
    x: NDArray[np.float64], y: NDArray[np.float64], wide: float, high: float
) -> NDArray[np.float64]:
    bump: NDArray[np.float64] = np.exp(-0.5 * ((x / wide) ** 2 + (y / high) ** 2))
    return bump


def _rise(value: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Rise from 0 at `low` to 1 at `high`, level at both ends."""
    part = np.clip((value - low) / (high - low), 0, 1)
    risen: NDArray[np.float64] = part * part * (3 - 2 * part)
    return risen
