"""Make a person out of one still and five points: outline, clothes and, for grey ones, colour.

A press still ends at the collar and has somebody else's wall behind the head. So the head is cut
out along its strongest edge near an average outline, and neck, shoulders and clothes are generic.
What is behind the head in the still comes along only where that edge is missed, as a rim of
millimetres. An attacker prints or shows the still itself, wall and all.

Grey stills are coloured. A colour camera never sees a grey person, and a live face left grey would
be told from a display by its colour alone. The map keeps the luminance of each pixel, so that
nothing which recognises faces by light and dark is changed, and it is the same for the live clip
and for all attacks with the still: no colour says which of them it is. Complexion follows the
face's own brightness and the seed; it is drawn from a range, never classified.
"""

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

PUPILS_M: Final = 0.063

_EYES_PX: Final = (45.0, 80.0)
"""Distance between the eyes that is kept. At the gate a face has 50 to 80 px: finer detail would
never be seen, and coarser stills are enlarged."""

_HALF_WIDE_M: Final = 0.30
_ABOVE_M: Final = 0.21
_BELOW_M: Final = 0.88

# An average head's outline about a point 2 cm below the eyes, hair included: half its width, up to
# the crown and down to the chin (means of Zhuang and Bradtmiller 2005, plus about 8 mm of hair).
_CENTRE_M: Final = 0.020
_SIDE_M: Final = 0.083
_CROWN_M: Final = 0.140
_CHIN_M: Final = 0.103
_ANGLES: Final = 96
_FROM_BELOW: Final = np.radians(38.0)
"""The outline runs from this far below the horizontal, over the crown, to the same on the other
side; the neck closes it."""

_SHARES: Final = np.linspace(0.86, 1.26, 41)
"""Where the head's edge is looked for, in parts of the average outline."""

_STIFF: Final = 5.0
_KEEPS_AVERAGE: Final = 9.0
_GREY_MAX: Final = 3.0
"""Mean spread of the channels below which a still counts as grey: JPEG leaves a little in
grey ones."""

_NECK_HALF_M: Final = 0.057
_COLLAR_M: Final = 0.150
_SHOULDERS_M: Final = ((0.075, 0.165), (0.13, 0.185), (0.175, 0.215), (0.195, 0.28), (0.205, 0.5))
_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)
_COMPLEXIONS: Final = np.array(
    [
        (1.0, 0.66, 0.50),  # dark
        (1.0, 0.70, 0.54),
        (1.0, 0.74, 0.59),
        (1.0, 0.79, 0.67),
        (1.0, 0.83, 0.74),  # light
    ],
    np.float32,
)
"""Red, green and blue of skin in neutral light, as ratios: plausible values over the range of
complexions, of the order that skin swatches have; not a survey."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Figure:
    """A person cut out of a still, upright: `pixels` (H, W, 3), `points` (5, 2), `outline` (N, 2).

    `shown` (h, w, 3) and `shown_points` (5, 2) are the still itself, coloured where it was grey.
    """

    pixels: NDArray[np.uint8] = field(repr=False)
    points: NDArray[np.float32] = field(repr=False)
    outline: NDArray[np.float32] = field(repr=False)
    shown: NDArray[np.uint8] = field(repr=False)
    shown_points: NDArray[np.float32] = field(repr=False)


def figure(pixels: NDArray[np.uint8], points: NDArray[np.float32], *, seed: int) -> Figure:
    """Cut a person out of a still (H, W) or (H, W, 3) with five points (5, 2)."""
    chance = np.random.default_rng(seed)
    shown = pixels if pixels.ndim == 3 else cv2.merge([pixels] * 3)  # noqa: PLR2004 -- H, W, 3
    shown, shown_points = _no_finer_than_needed(np.asarray(shown, np.uint8), points)
    tint = _Tint.drawn(chance)
    if _is_grey(shown):
        shown = tint.coloured(shown, shown_points)
    upright, to_metres = _upright(shown_points)
    size = (round(2 * _HALF_WIDE_M / to_metres), round((_ABOVE_M + _BELOW_M) / to_metres))
    person = cv2.warpAffine(
        shown, upright, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8, copy=False)
    stood = cv2.transform(shown_points[None], upright)[0].astype(np.float32)
    outline_m = _outline(person, stood, to_metres)
    origin = np.array([_HALF_WIDE_M, _ABOVE_M], np.float32) / to_metres
    outline = (outline_m / to_metres + origin).astype(np.float32)
    outline[outline_m[:, 1] >= _BELOW_M - 1e-6, 1] = size[1] - 1
    _dress(person, to_metres, tint)
    return Figure(
        pixels=person, points=stood, outline=outline, shown=shown, shown_points=shown_points
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tint:
    """The colours that chance gives to a still: skin, hair, the wall behind, the clothes."""

    complexion: float
    hair: float
    wall: tuple[float, float]
    cloth: tuple[int, int, int]

    @classmethod
    def drawn(cls, chance: np.random.Generator) -> "_Tint":
        """Draw one."""
        red, green, blue = (int(value) for value in chance.integers(28, 200, 3))
        return cls(
            complexion=chance.uniform(-0.9, 0.9),
            hair=chance.uniform(0.0, 0.5),
            wall=(chance.uniform(-3, 3), chance.uniform(-3, 3)),
            cloth=(red, green, blue),
        )

    def coloured(self, grey: NDArray[np.uint8], points: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Colour a grey still; every pixel keeps its luminance up to clipping."""
        luma = grey @ _LUMA
        height, width = luma.shape
        x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
        unit = max(float(np.linalg.norm(points[1] - points[0])), 1.0)
        middle = (eyes + mouth) / 2
        face = np.hypot((x - middle[0]) / (1.25 * unit), (y - middle[1]) / (1.75 * unit))
        inside = luma[face < 0.6]  # noqa: PLR2004 -- cheeks, nose and forehead
        typical = float(np.median(inside)) if inside.size else 128.0
        place = np.clip((typical - 60) / 150 * (len(_COMPLEXIONS) - 1) + self.complexion, 0, 4)
        low = min(int(place), len(_COMPLEXIONS) - 2)
        part = place - low
        skin = (1 - part) * _COMPLEXIONS[low] + part * _COMPLEXIONS[low + 1]
        skin = skin / float(skin @ _LUMA)
        # Hair and brows, much darker than the skin, are browner and less red than it.
        dark = np.clip((luma / max(typical, 1.0) - 0.25) / 0.35, 0, 1)
        hair = 1 + self.hair * (np.array([1.16, 0.97, 0.75], np.float32) - 1)
        on_head = _fading(face, 0.85, 1.15)[:, :, None]
        head = dark[:, :, None] * skin + (1 - dark[:, :, None]) * hair
        # Where light mirrors in the skin it keeps the lamp's colour.
        shine = np.clip((luma - 215) / 40, 0, 1)[:, :, None] * 0.7
        head = head * (1 - shine) + shine
        lips = _spot(x - mouth[0], y - mouth[1], 0.42 * unit, 0.14 * unit)[:, :, None]
        head = head * (1 + lips * np.array([0.05, -0.03, 0.0], np.float32))
        for eye in points[:2]:
            white = _spot(x - eye[0], y - eye[1], 0.20 * unit, 0.09 * unit)[:, :, None]
            head = head * (1 - 0.6 * white) + 0.6 * white
        red, blue = self.wall
        wall = np.array([1 + red / 100, 1.0, 1 + blue / 100], np.float32)
        ratio = on_head * head + (1 - on_head) * wall
        ratio /= (ratio @ _LUMA)[:, :, None]
        coloured: NDArray[np.uint8] = np.clip(luma[:, :, None] * ratio + 0.5, 0, 255).astype(
            np.uint8
        )
        return coloured


def _is_grey(pixels: NDArray[np.uint8]) -> bool:
    spread = pixels.max(axis=2).astype(np.int16) - pixels.min(axis=2)
    return float(spread.mean()) < _GREY_MAX


def _no_finer_than_needed(
    pixels: NDArray[np.uint8], points: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    scale = _EYES_PX[1] / float(np.linalg.norm(points[1] - points[0]))
    if scale >= 1:
        return pixels, points.astype(np.float32)
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    smaller = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    return smaller, ((points + 0.5) * scale - 0.5).astype(np.float32)


def _upright(points: NDArray[np.float32]) -> tuple[NDArray[np.float64], float]:
    """Give the map (2, 3) from the still to an upright canvas, and metres per pixel of that."""
    along = (points[1] - points[0]).astype(np.float64)
    distance = float(np.linalg.norm(along))
    kept = float(np.clip(distance, *_EYES_PX))
    cosine, sine = along / distance * (kept / distance)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    to_metres = PUPILS_M / kept
    origin = np.array([_HALF_WIDE_M, _ABOVE_M]) / to_metres
    middle = points[:2].mean(axis=0)
    return np.column_stack([turn, origin - turn @ middle]), to_metres


def _outline(
    person: NDArray[np.uint8], points: NDArray[np.float32], to_metres: float
) -> NDArray[np.float64]:
    """Give the silhouette (N, 2) in metres from the middle between the eyes, y down."""
    # A turned head's middle lies behind its eyes: the nose says which way, and about how far.
    nose = float(points[2, 0] - points[:2, 0].mean()) * to_metres
    centre = np.array([np.clip(-1.5 * nose, -0.03, 0.03), _CENTRE_M])
    angles = np.linspace(-_FROM_BELOW, np.pi + _FROM_BELOW, _ANGLES)
    ways = np.column_stack([np.cos(angles), -np.sin(angles)])
    high = np.where(ways[:, 1] < 0, _CROWN_M, _CHIN_M)
    average = ways / np.hypot(ways[:, 0] / _SIDE_M, ways[:, 1] / high)[:, None]
    share = _edge_along(person, average, centre, to_metres)
    head = centre + average * share[:, None]
    left = [(-x, y) for x, y in reversed(_SHOULDERS_M)]
    neck_right = (min(_NECK_HALF_M, head[0, 0] - 0.004), _COLLAR_M)
    neck_left = (max(-_NECK_HALF_M, head[-1, 0] + 0.004), _COLLAR_M)
    body = [neck_left, *left[::-1], (-0.205, _BELOW_M), (0.205, _BELOW_M)]
    return np.vstack([head, body, _SHOULDERS_M[::-1], neck_right])


def _edge_along(
    person: NDArray[np.uint8],
    average: NDArray[np.float64],
    centre: NDArray[np.float64],
    to_metres: float,
) -> NDArray[np.float64]:
    """Give at which part of the average outline (N,) the head's edge runs.

    The path of the strongest change of brightness that bends little and stays near the average.
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(person, cv2.COLOR_RGB2GRAY), (0, 0), 1.5)
    origin = np.array([_HALF_WIDE_M, _ABOVE_M])
    places = (centre + average[:, None] * _SHARES[None, :, None] + origin) / to_metres
    along = cv2.remap(
        grey,
        places.astype(np.float32),
        None,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,  # type: ignore[call-overload]
    ).astype(np.float32)
    change = np.abs(np.gradient(along, axis=1))
    cost = -change / (change.max(axis=1, keepdims=True) + 4)
    cost += _KEEPS_AVERAGE * (_SHARES - 1.0) ** 2
    total, came_from = cost[0], []
    step = _STIFF * (_SHARES[:, None] - _SHARES[None]) ** 2 * len(_SHARES)
    for row in cost[1:]:
        ways = total[None] + step
        best = ways.argmin(axis=1)
        came_from.append(best)
        total = row + ways[np.arange(len(best)), best]
    path = [int(total.argmin())]
    for best in reversed(came_from):
        path.append(int(best[path[-1]]))
    share = _SHARES[np.array(path[::-1])]
    smooth: NDArray[np.float64] = cv2.GaussianBlur(
        share[None], (0, 0), 1.5, borderType=cv2.BORDER_REPLICATE
    )[0].astype(np.float64)
    return smooth


def _dress(person: NDArray[np.uint8], to_metres: float, tint: _Tint) -> None:
    """Paint clothes from the collar down, in place: folds, a seam, softer light to the sides."""
    height, width = person.shape[:2]
    x = (np.arange(width, dtype=np.float32) * to_metres - _HALF_WIDE_M)[None]
    y = (np.arange(height, dtype=np.float32) * to_metres - _ABOVE_M)[:, None]
    collar = _COLLAR_M + 0.03 * np.exp(-0.5 * (x / 0.035) ** 2) - 0.012
    covered = np.clip((y - collar) / (2 * to_metres), 0, 1)[:, :, None]
    folds = 0.03 * np.sin(38 * x + 3 * np.sin(7 * y)) * np.clip((y - 0.2) / 0.1, 0, 1)
    light = 1.0 + folds - 1.6 * x**2 - 0.25 * np.exp(-0.5 * ((y - collar) / 0.006) ** 2)
    seam = 1 - 0.3 * np.exp(-0.5 * (x / 0.0025) ** 2)
    cloth = (light * seam)[:, :, None] * np.array(tint.cloth, np.float32)
    person[:] = np.clip(person * (1 - covered) + cloth * covered, 0, 255).astype(np.uint8)


def _fading(value: NDArray[np.float32], low: float, high: float) -> NDArray[np.float32]:
    """Fall from 1 at `low` to 0 at `high`."""
    part = np.clip((high - value) / (high - low), 0, 1)
    faded: NDArray[np.float32] = (part * part * (3 - 2 * part)).astype(np.float32)
    return faded


def _spot(
    x: NDArray[np.float32], y: NDArray[np.float32], wide: float, high: float
) -> NDArray[np.float32]:
    spot: NDArray[np.float32] = np.exp(-2 * ((x / wide) ** 2 + (y / high) ** 2)).astype(np.float32)
    return spot
