"""Lids that blink and lips that speak, as a shift of which part of the texture is seen.

A closing lid pulls down the skin above the eye; an opening mouth pulls the lower lip down. Nothing
of it leaves the plane of the texture: it is motion that no rigid head makes, of about the size that
people make, and no more than that.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from faregate.scenes.person import metres_per_pixel
from faregate.scenes.portraits import Portrait
from faregate.scenes.walkup import Wander

_BLINKS_PER_S: Final = 0.28
"""17 a minute at rest (Bentivoglio et al., Movement Disorders 1997)."""

_BLINK_S: Final = 0.25
_LID_M: Final = (0.017, 0.0055, 0.010)  # half a lid's width, half its height, how far it comes down
_LIP_M: Final = (0.024, 0.010)
_SPEAKS: Final = 0.3

Warp = Callable[[NDArray[np.float32]], None]
"""Shifts, in place, which part of a texture (h, w, 2) is seen, as fractions of its size."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Expression:
    """When somebody blinks and how the lips move; places and sizes are fractions of the texture."""

    eyes: NDArray[np.float64] = field(repr=False)
    mouth: NDArray[np.float64] = field(repr=False)
    metre: NDArray[np.float64] = field(repr=False)
    blinks_s: tuple[float, ...]
    opening_m: float
    speech: Wander

    @classmethod
    def drawn(
        cls, portrait: Portrait, chance: np.random.Generator, *, seconds: float, part: float
    ) -> Self:
        """Draw one; `part` 0 keeps the face still."""
        count = int(chance.poisson(_BLINKS_PER_S * (seconds + 1)))
        blinks = sorted(chance.uniform(-0.5, seconds, count))
        speaks = float(chance.random() < _SPEAKS) * part
        opening = chance.uniform(0.001, 0.004) * speaks
        height, width = portrait.pixels.shape[:2]
        size = np.array([width, max(height, 1)], np.float64)
        return cls(
            eyes=portrait.points[:2] / size,
            mouth=portrait.points[3:].mean(axis=0) / size,
            metre=1 / (metres_per_pixel(portrait) * size),
            blinks_s=tuple(map(float, blinks)) if part else (),
            opening_m=opening,
            speech=Wander.drawn(chance, deviation=0.6, speed=8.0),
        )

    def at(self, t_s: float) -> Warp:
        """Give the shift at an instant."""
        closed = max((self._closed(t_s - start) for start in self.blinks_s), default=0.0)
        opened = self.opening_m * float(np.clip(self.speech.at(t_s) + 0.3, 0, 1))

        def warp(where: NDArray[np.float32]) -> None:
            if closed:
                wide, high, way = _LID_M
                for eye in self.eyes:
                    _pull(where, eye, self.metre, (wide, high, closed * way))
            if opened:
                below = self.mouth + np.array([0, 0.008]) * self.metre
                _pull(where, below, self.metre, (*_LIP_M, opened))

        return warp

    @staticmethod
    def _closed(since_s: float) -> float:
        """How far a lid is down, 0 to 1: quickly down, more slowly up."""
        part = since_s / _BLINK_S
        return float(np.interp(part, [0.0, 0.35, 0.5, 1.0], [0.0, 1.0, 1.0, 0.0]))


def _pull(
    where: NDArray[np.float32],
    place: NDArray[np.float64],
    metre: NDArray[np.float64],
    size: tuple[float, float, float],
) -> None:
    """Let what lies above come down over a spot (half width, half height, way), all in metres."""
    wide, high, way = size
    reach = np.array([wide, 2.5 * high]) * metre
    near = np.abs(where[:, :, 1] - place[1]) < reach[1]
    rows = np.flatnonzero(near.any(axis=1))
    columns = np.flatnonzero((np.abs(where[:, :, 0] - place[0]) < reach[0]).any(axis=0))
    if not (rows.size and columns.size):
        return
    part = where[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    x = (part[:, :, 0] - place[0]) / (wide * metre[0])
    y = (part[:, :, 1] - place[1]) / (high * metre[1])
    bump = np.exp(-2 * (x**4 + (y / 1.3) ** 4))
    part[:, :, 1] -= np.float32(way * metre[1]) * bump.astype(np.float32)
