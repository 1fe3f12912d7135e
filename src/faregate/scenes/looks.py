"""What besides its geometry could give an attack away, each on a switch of its own.

A look says how much of each flaw there is, from 0 (none) to 1 (as much as carriers have). How much
that is in one clip is drawn from the clip's seed, in ranges that are meant to be as wide as the
real ones; they are estimates, each with its reason, not measurements of real carriers.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray


class AttackKind(StrEnum):
    """What is held up instead of a face."""

    PRINT = "print"  # flat paper
    BENT_PRINT = "bent_print"  # paper bent round like a face
    CUT_OUT = "cut_out"  # a head cut out of flat paper
    SCREEN = "screen"  # a still on a phone or tablet
    REPLAY = "replay"  # a film of the person alive on a phone or tablet

    @property
    def is_display(self) -> bool:
        """Whether it shines by itself."""
        return self in {AttackKind.SCREEN, AttackKind.REPLAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackLook:
    """How much of each flaw there is; 0 switches it off."""

    border: float = 1.0
    """White paper around a print. A display always has a bezel: it is part of its shape."""

    moire: float = 1.0
    """The halftone's or display's grid against the sensor's."""

    grain: float = 1.0
    """Unevenness of ink. It moves with the paper."""

    glare: float = 1.0
    """A lamp mirrored in gloss or glass. It moves over the carrier."""

    tones: float = 1.0
    """Cast, contrast and black of paper and ink, or of a display."""

    banding: float = 1.0
    """Bands that a display's refresh leaves in the frames of a rolling shutter."""

    hands: float = 1.0
    """Fingers over the carrier's edge, arms, and who stands behind."""

    motion: float = 1.0
    """Tilts, tremor and shakes of the hand; at 0 the carrier is carried as a head is."""

    defocus: float = 1.0
    """The lens has one distance at which it is sharp, and small displays are held nearer."""

    lamps: float = 1.0
    """The hall's lamps are passed underneath; only paper shows it."""

    crowd: float = 1.0
    """People cross the hall behind."""

    film: float = 1.0
    """What the film's own camera adds to a replay: blur and noise."""


BARE: Final = AttackLook(
    border=0.0,
    moire=0.0,
    grain=0.0,
    glare=0.0,
    tones=0.0,
    banding=0.0,
    hands=0.0,
    motion=0.0,
    defocus=0.0,
    lamps=0.0,
    crowd=0.0,
    film=0.0,
)
"""An attack without any flaw: only its geometry is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tones:
    """How a carrier renders colours: what black and white become, casts, and how colourful."""

    black: float
    white: float
    gains: tuple[float, float, float]
    saturation: float
    gamma: float

    @classmethod
    def of_paper(cls, chance: np.random.Generator, part: float) -> Self:
        """Draw those of ink on paper: it reflects 3 to 20 % where black, 75 to 95 % where white."""
        red, green, blue = 1 + part * chance.normal(0, (0.05, 0.03, 0.07))
        return cls(
            black=part * chance.uniform(0.04, 0.20),
            white=1 - part * chance.uniform(0.03, 0.22),
            gains=(red, green, blue),
            saturation=1 + part * chance.uniform(-0.4, 0.1),
            gamma=1.0,
        )

    @classmethod
    def of_display(cls, chance: np.random.Generator, part: float) -> Self:
        """Draw those of a display: its glass mirrors the hall, its brightness is not the hall's."""
        warm = chance.normal(0, 0.06)
        return cls(
            black=part * chance.uniform(0.01, 0.10),
            white=1 + part * chance.uniform(-0.25, 0.20),
            gains=(1 + part * warm, 1.0, 1 - part * warm * 1.5),
            saturation=1 + part * chance.uniform(-0.15, 0.30),
            gamma=1 + part * chance.uniform(-0.15, 0.25),
        )

    def rendered(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Give the picture (H, W, 3) as the carrier shows it."""
        levels = np.linspace(0, 1, 256) ** self.gamma * 255
        curve = np.clip(levels + 0.5, 0, 255).astype(np.uint8)
        mixed = self.saturation * np.eye(3) + (1 - self.saturation) / 3
        scaled = (self.white - self.black) * mixed * np.array(self.gains)[:, None]
        matrix = np.column_stack([scaled, np.full(3, 255 * self.black)])
        return cv2.transform(cv2.LUT(pixels, curve), matrix).astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A carrier's dots and how they beat against the sensor's.

    A pixel that averages over its own footprint w keeps 1 / (pi w / p) of a grid of pitch p at
    most, and a lens takes most of that. A camera that skips lines to make small frames averages
    over less: that is where most moire of real video comes from.
    """

    pitch_m: float
    depth: float
    skips: float
    apart: float
    """How far the colours' grids lie apart, in pitches: a third for a display's stripes."""

    @classmethod
    def of_paper(cls, chance: np.random.Generator, part: float) -> Self:
        """Draw a printing screen: 100 to 150 lines an inch, or an ink-jet's coarser clusters."""
        return cls(
            pitch_m=chance.uniform(0.00017, 0.00035),
            depth=part * chance.uniform(0.05, 0.4),
            skips=chance.uniform(1, 3),
            apart=chance.uniform(0, 0.5),
        )

    @classmethod
    def of_display(cls, chance: np.random.Generator, part: float, pitch_m: float) -> Self:
        """Draw a display's grid."""
        return cls(
            pitch_m=pitch_m,
            depth=part * chance.uniform(0.15, 0.8),
            skips=chance.uniform(1, 3),
            apart=1 / 3,
        )

    def kept(self, pixel_m: float) -> float:
        """Give the amplitude that is left where a pixel sees this much of the carrier."""
        widths = pixel_m / self.skips / self.pitch_m
        return self.depth * min(0.6, 1 / (np.pi * max(widths, 0.1)))
