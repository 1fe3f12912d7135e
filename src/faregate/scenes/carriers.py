"""What shows a face: sheets of paper, flat, bent or cut out, and displays.

A carrier's own axes begin in the middle between the shown eyes: x right, y down, z away from the
camera. Only `Flat.raised` and `Bent.raised` know its shape.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.looks import Tones
from faregate.scenes.person import BETWEEN_PUPILS_M
from faregate.scenes.portraits import Portrait, Still
from faregate.scenes.surface import Surface, Texture
from faregate.scenes.walkup import Wander

_PAPERS_M: Final = ((0.210, 0.297), (0.297, 0.420), (0.200, 0.250))
"""ISO 216 A4 and A3, and an 8 x 10 inch photograph."""

_PAPER_PX_PER_M: Final = 1600
_DISPLAY_PX_PER_M: Final = 3000
_MARGIN_M: Final = 0.005
_ROWS: Final = 33
_COLUMNS: Final = 65
_EYES_FROM_TOP: Final = 0.42
_PAPER_WHITE: Final = (246, 246, 242)
_STEEPEST: Final = 0.92
"""Radians. Paper bent further goes on straight: held at its edges it does, and nothing of it hides
the rest within 20 degrees of turn."""

_NECK_M: Final = 0.150
_SCISSORS_M: Final = 0.003


class Shape(Protocol):
    """How a carrier's surface lies in space."""

    def raised(self, flat: NDArray[np.float32], t_s: float) -> NDArray[np.float32]:
        """Give where points (..., 2) of the unrolled surface are (..., 3), at an instant."""


@dataclass(frozen=True, slots=True)
class Flat:
    """A plane."""

    def raised(self, flat: NDArray[np.float32], t_s: float) -> NDArray[np.float32]:
        """Give where points (..., 2) are: where they were, at z 0."""
        del t_s
        raised = np.zeros((*flat.shape[:-1], 3), np.float32)
        raised[..., :2] = flat
        return raised


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bent:
    """A cylinder of radius `radius_m` that bulges to the camera, straight beyond the steepest part.

    Its axis runs through (`middle_m`, 0), `slant` radians from the vertical. The radius trembles.
    """

    radius_m: float
    slant: float
    middle_m: float
    trembling: Wander

    @classmethod
    def drawn(cls, chance: np.random.Generator, *, motion: float) -> Self:
        """Draw a radius between 6 cm, tighter than a head, and 25 cm, hardly bent."""
        slanted = float(chance.choice([0.0, 1.0]))
        return cls(
            radius_m=float(np.exp(chance.uniform(np.log(0.06), np.log(0.25)))),
            slant=float(np.radians(chance.normal(0, 2) + slanted * chance.uniform(-25, 25))),
            middle_m=chance.uniform(-0.015, 0.015),
            trembling=Wander.drawn(chance, deviation=0.04 * motion + 1e-9, speed=4.0),
        )

    def raised(self, flat: NDArray[np.float32], t_s: float) -> NDArray[np.float32]:
        """Give where points (..., 2) of the unrolled sheet are (..., 3); the apex is at z 0."""
        radius = self.radius_m * (1 + float(np.clip(self.trembling.at(t_s), -0.15, 0.15)))
        cosine, sine = np.cos(self.slant), np.sin(self.slant)
        x, y = flat[..., 0] - self.middle_m, flat[..., 1]
        around, along = cosine * x + sine * y, cosine * y - sine * x
        angle = np.clip(around / radius, -_STEEPEST, _STEEPEST)
        straight = around - radius * angle
        across = radius * np.sin(angle) + straight * np.cos(angle)
        behind = radius * (1 - np.cos(angle)) + straight * np.sin(angle)
        raised = np.empty((*flat.shape[:-1], 3), np.float32)
        raised[..., 0] = cosine * across - sine * along + self.middle_m
        raised[..., 1] = sine * across + cosine * along
        raised[..., 2] = behind
        return raised


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Carrier:
    """Something with a face on it.

    `flat` (R, C, 2) are its vertices unrolled. `edges` is (left, top, right, bottom) of its body,
    `window` the same of the part that shows the picture, all in metres. `magnified` is the size of
    the shown face over that of the person.
    """

    texture: Texture
    flat: NDArray[np.float32] = field(repr=False)
    shape: Shape
    edges: tuple[float, float, float, float]
    window: tuple[float, float, float, float]
    magnified: float

    def surface(self, t_s: float) -> Surface:
        """Give its surface in its own axes at an instant."""
        return Surface(texture=self.texture, vertices=self.shape.raised(self.flat, t_s))


def sheet(
    portrait: Portrait,
    chance: np.random.Generator,
    shape: Shape,
    *,
    tones: Tones,
    border: float,
    grain: float,
) -> Carrier:
    """Print a portrait about life-size, on a paper that chance picks."""
    width_m, height_m = _PAPERS_M[chance.integers(len(_PAPERS_M))]
    magnified = chance.uniform(0.85, 1.15)
    border_m = border * chance.uniform(0.004, 0.015)
    paper, edges = _paper(portrait.as_still(), (width_m, height_m), magnified)
    paper = _printed(paper, chance, tones, grain)
    thick = round(border_m * _PAPER_PX_PER_M)
    if thick:
        last = (paper.shape[1] - 1, paper.shape[0] - 1)
        cv2.rectangle(paper, (0, 0), last, _PAPER_WHITE, 2 * thick)
    alpha = np.full(paper.shape[:2], 255, np.uint8)
    return _carrier(paper, alpha, _PAPER_PX_PER_M, edges, shape, magnified)


def cut_out(
    portrait: Portrait, chance: np.random.Generator, *, tones: Tones, grain: float
) -> Carrier:
    """Print a portrait and cut the head out, with scissors, down to the neck."""
    magnified = chance.uniform(0.9, 1.15)
    still = portrait.as_still()
    size_m = (0.28 * magnified, 0.34 * magnified)
    paper, edges = _paper(still, size_m, magnified)
    paper = _printed(paper, chance, tones, grain)
    # The outline is the portrait's; its eyes give the map to the paper.
    own = portrait.points[:2].mean(axis=0)
    scale = BETWEEN_PUPILS_M / float(np.linalg.norm(portrait.points[1] - portrait.points[0]))
    outline_m = (portrait.outline - own) * scale * magnified
    outline_m = outline_m[outline_m[:, 1] < _NECK_M * magnified * 1.05]
    outline_m = outline_m + chance.normal(0, _SCISSORS_M / 2, outline_m.shape)
    # Scissors leave or take a rim, and go straight for a while.
    outline_m *= 1 + chance.uniform(-0.03, 0.05)
    corners = ((outline_m - edges[:2]) * _PAPER_PX_PER_M).astype(np.float32)
    corners = cv2.approxPolyDP(corners[:, None], _SCISSORS_M * _PAPER_PX_PER_M, closed=True)
    alpha = np.zeros(paper.shape[:2], np.uint8)
    cv2.fillPoly(alpha, [np.rint(corners).astype(np.int32)], 255)
    left, top = outline_m.min(axis=0)
    right, bottom = outline_m.max(axis=0)
    carrier = _carrier(paper, alpha, _PAPER_PX_PER_M, edges, Flat(), magnified)
    return Carrier(
        texture=carrier.texture,
        flat=carrier.flat,
        shape=carrier.shape,
        edges=(float(left), float(top), float(right), float(bottom)),
        window=carrier.window,
        magnified=magnified,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A phone or tablet: body and window (width, height) in metres, and its pixels' pitch."""

    body_m: tuple[float, float]
    window_m: tuple[float, float]
    corner_m: float
    pitch_m: float
    black: tuple[int, int, int]

    @classmethod
    def drawn(cls, chance: np.random.Generator) -> Self:
        """Draw a phone of about 7 x 15 cm or a 10-inch tablet, upright."""
        shade = int(chance.integers(6, 40))
        black = (shade, shade, shade + int(chance.integers(0, 6)))
        if chance.random() < 0.5:  # noqa: PLR2004 -- as many phones as tablets
            width, height = chance.uniform(0.068, 0.078), chance.uniform(0.142, 0.164)
            side, end = chance.uniform(0.002, 0.005), chance.uniform(0.003, 0.012)
            pitch, corner = chance.uniform(0.000050, 0.000070), chance.uniform(0.004, 0.011)
        else:
            width, height = chance.uniform(0.150, 0.178), chance.uniform(0.232, 0.252)
            side, end = chance.uniform(0.006, 0.012), chance.uniform(0.006, 0.020)
            pitch, corner = chance.uniform(0.000085, 0.000120), chance.uniform(0.006, 0.014)
        return cls(
            body_m=(width, height),
            window_m=(width - 2 * side, height - 2 * end),
            corner_m=corner,
            pitch_m=pitch,
            black=black,
        )

    def picture(
        self, still: Still, *, magnified: float, eyes: tuple[float, float]
    ) -> NDArray[np.uint8]:
        """Give what is in the window (h, w, 3): the picture, black beside it.

        Its eyes are at a place given as parts of the window.
        """
        width, height = (round(side * _DISPLAY_PX_PER_M) for side in self.window_m)
        middle = (width * eyes[0], height * eyes[1])
        return _scaled(still, (width, height), middle, magnified * _DISPLAY_PX_PER_M, (0, 0, 0))

    def around(
        self, window: NDArray[np.uint8], *, magnified: float, eyes: tuple[float, float]
    ) -> Carrier:
        """Put the body round a picture (h, w, 3) that fills the window; any size of pixels."""
        width = window.shape[1]
        per_m = width / self.window_m[0]
        side = round((self.body_m[0] - self.window_m[0]) / 2 * per_m)
        end = round((self.body_m[1] - self.window_m[1]) / 2 * per_m)
        around = (end, end, side, side)
        body = cv2.copyMakeBorder(window, *around, cv2.BORDER_CONSTANT, value=self.black)
        alpha = np.zeros(body.shape[:2], np.uint8)
        _round_box(alpha, max(1, round(self.corner_m * per_m)))
        left, top = -eyes[0] * self.window_m[0], -eyes[1] * self.window_m[1]
        window_m = (left, top, left + self.window_m[0], top + self.window_m[1])
        edges = (left - side / per_m, top - end / per_m)
        whole = np.asarray(body, np.uint8)
        carrier = _carrier(whole, alpha, per_m, (*edges, 0, 0), Flat(), magnified)
        return Carrier(
            texture=carrier.texture,
            flat=carrier.flat,
            shape=carrier.shape,
            edges=carrier.edges,
            window=window_m,
            magnified=magnified,
        )


def _round_box(alpha: NDArray[np.uint8], corner: int) -> None:
    height, width = alpha.shape
    cv2.rectangle(alpha, (corner, 0), (width - 1 - corner, height - 1), 255, -1)
    cv2.rectangle(alpha, (0, corner), (width - 1, height - 1 - corner), 255, -1)
    for x in (corner, width - 1 - corner):
        for y in (corner, height - 1 - corner):
            cv2.circle(alpha, (x, y), corner, 255, -1)


def _scaled(
    still: Still,
    size: tuple[int, int],
    middle: tuple[float, float],
    per_m: float,
    beside: tuple[int, int, int],
) -> NDArray[np.uint8]:
    """Give a still with its eyes about `middle`, `per_m` pixels for a metre of the person."""
    distance = float(np.linalg.norm(still.points[1] - still.points[0]))
    scale = distance / (BETWEEN_PUPILS_M * per_m)  # pixels of the still for one of the result
    eyes = still.points[:2].mean(axis=0)
    crop = np.array(
        [[scale, 0, eyes[0] - scale * middle[0]], [0, scale, eyes[1] - scale * middle[1]]]
    )
    way = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    return cv2.warpAffine(
        still.pixels,
        crop,
        size,
        flags=way | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=beside,
    ).astype(np.uint8, copy=False)


def _paper(
    still: Still, size_m: tuple[float, float], magnified: float
) -> tuple[NDArray[np.uint8], tuple[float, float, float, float]]:
    width, height = (round(side * _PAPER_PX_PER_M) for side in size_m)
    middle = (width / 2, height * _EYES_FROM_TOP)
    paper = _scaled(still, (width, height), middle, magnified * _PAPER_PX_PER_M, _PAPER_WHITE)
    left, top = -middle[0] / _PAPER_PX_PER_M, -middle[1] / _PAPER_PX_PER_M
    return paper, (left, top, left + size_m[0], top + size_m[1])


def _printed(
    paper: NDArray[np.uint8], chance: np.random.Generator, tones: Tones, grain: float
) -> NDArray[np.uint8]:
    uneven = grain * chance.uniform(1, 7)
    noise = chance.standard_normal((*paper.shape[:2], 1), np.float32) * np.float32(uneven)
    return np.clip(tones.rendered(paper) + noise, 0, 255).astype(np.uint8)


def _carrier(
    pixels: NDArray[np.uint8],
    alpha: NDArray[np.uint8],
    per_m: float,
    edges: tuple[float, float, float, float],
    shape: Shape,
    magnified: float,
) -> Carrier:
    """Add a transparent margin, so that the edge is smooth, and the vertices."""
    margin = max(2, round(_MARGIN_M * per_m))
    around = (margin,) * 4
    height, width = alpha.shape
    left, top = edges[:2]
    wide = cv2.copyMakeBorder(pixels, *around, cv2.BORDER_REPLICATE)
    clear = cv2.copyMakeBorder(alpha, *around, cv2.BORDER_CONSTANT)
    x = np.linspace(left - margin / per_m, left + (width - 1 + margin) / per_m, _COLUMNS)
    y = np.linspace(top - margin / per_m, top + (height - 1 + margin) / per_m, _ROWS)
    whole = (left, top, left + width / per_m, top + height / per_m)
    return Carrier(
        texture=Texture.cut_out(np.asarray(wide, np.uint8), np.asarray(clear, np.uint8)),
        flat=np.dstack(np.meshgrid(x, y)).astype(np.float32),
        shape=shape,
        edges=whole,
        window=whole,
        magnified=magnified,
    )
