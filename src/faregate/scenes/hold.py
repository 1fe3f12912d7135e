"""How a carrier is held: tilted, never quite still, by somebody whose hands hide a part of it."""

from dataclasses import dataclass, field
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole, turned
from faregate.scenes.carriers import Carrier
from faregate.scenes.walkup import Wander

_SKINS: Final = ((214, 172, 148), (196, 152, 128), (160, 116, 92), (112, 78, 62))
_THICK_M: Final = 0.017
_CHIN_M: Final = 0.118
_TILT_MAX: Final = np.radians(25)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hold:
    """One way to hold something.

    Postural tremor is 8 to 12 Hz and a fraction of a millimetre (Elble and Koller, Tremor, 1990).
    Some also shake what they hold, at 2 to 5 Hz, to make a picture look alive.
    """

    rest: tuple[float, float, float]
    turns: tuple[Wander, Wander, Wander]
    shifts: tuple[Wander, Wander, Wander]
    tremor_m: NDArray[np.float64] = field(repr=False)
    tremor_hz: float
    shake: NDArray[np.float64] = field(repr=False)
    shake_hz: float
    shake_at_s: float

    @classmethod
    def drawn(cls, chance: np.random.Generator, *, seconds: float, part: float) -> Self:
        """Draw one way; `part` 0 holds it still and straight."""
        rest = np.clip(np.radians(chance.normal(0, (9.0, 8.0, 4.0))), -_TILT_MAX, _TILT_MAX) * part
        turn, shift = np.radians(chance.uniform(1.0, 6.0)), chance.uniform(0.003, 0.014)
        shakes = float(chance.random() < 0.3) * part  # noqa: PLR2004 -- some do, most don't
        deviations = np.array([turn, turn, turn / 2, shift, shift, shift]) * part + 1e-9
        ways = [Wander.drawn(chance, deviation=float(d), speed=2.5) for d in deviations]
        return cls(
            rest=(float(rest[0]), float(rest[1]), float(rest[2])),
            turns=(ways[0], ways[1], ways[2]),
            shifts=(ways[3], ways[4], ways[5]),
            tremor_m=chance.normal(0, chance.uniform(0.0001, 0.0008), 3) * part,
            tremor_hz=chance.uniform(8, 12),
            shake=chance.normal(0, (0.004, 0.004, 0.003, 0.03, 0.03, 0.02)) * shakes,
            shake_hz=chance.uniform(2, 5),
            shake_at_s=chance.uniform(0, seconds),
        )

    def rotation(self, t_s: float) -> NDArray[np.float32]:
        """Give how the carrier is turned (3, 3) at an instant."""
        yaw, pitch, roll = (
            rest + turn.at(t_s) + shake
            for rest, turn, shake in zip(self.rest, self.turns, self._shaken(t_s)[3:], strict=True)
        )
        return turned(float(yaw), float(pitch), float(roll))

    def shift(self, t_s: float) -> NDArray[np.float64]:
        """Give how far it is from where it should be held (3,), in metres."""
        trembling = self.tremor_m * np.sin(2 * np.pi * self.tremor_hz * t_s)
        wandering = np.array([way.at(t_s) for way in self.shifts])
        shift: NDArray[np.float64] = trembling + wandering + self._shaken(t_s)[:3]
        return shift

    def _shaken(self, t_s: float) -> NDArray[np.float64]:
        for_a_while = np.exp(-0.5 * ((t_s - self.shake_at_s) / 0.4) ** 2)
        shaken: NDArray[np.float64] = (
            self.shake * for_a_while * np.sin(2 * np.pi * self.shake_hz * t_s)
        )
        return shaken


Stroke = tuple[NDArray[np.float32], float, tuple[int, int, int]]
"""A limb on the carrier: joints (N, 3) in its own axes, thickness in metres, colour."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Holder:
    """Who holds the carrier, `reach_m` behind it, and where the fingers are."""

    coat: tuple[int, int, int]
    hood: tuple[int, int, int]
    skin: tuple[int, int, int]
    reach_m: float
    low_m: float
    """How far below the shown eyes the thumbs are."""

    one_hand: int
    """-1 or 1: held by the left or right edge; 0: by both."""

    @classmethod
    def drawn(cls, chance: np.random.Generator, carrier: Carrier) -> Self:
        """Draw one; what is small is mostly held in one hand."""
        shades = chance.integers(25, 120, 3)
        coat = (int(shades[0]), int(shades[1]), int(shades[2]))
        dark = chance.uniform(0.4, 0.9)
        one = carrier.edges[2] - carrier.edges[0] < 0.12 and chance.random() < 0.8  # noqa: PLR2004 -- a hand's span
        return cls(
            coat=coat,
            hood=(int(coat[0] * dark), int(coat[1] * dark), int(coat[2] * dark)),
            skin=_SKINS[chance.integers(len(_SKINS))],
            reach_m=chance.uniform(0.30, 0.55),
            low_m=_below_the_chin(carrier, chance.uniform(0.0, 0.8)),
            one_hand=int(chance.choice([-1, 1])) if one else 0,
        )

    def paint_behind(
        self, frame: NDArray[np.uint8], camera: Pinhole, at: NDArray[np.float64]
    ) -> None:
        """Paint a hooded coat behind a carrier that is held `at` (3,); no face of its own."""
        behind = at + np.array([0.0, 0.03, self.reach_m])
        middle = camera.project(behind.astype(np.float32))
        metre = camera.focal_px / float(behind[2])
        hood = (round(float(middle[0])), round(float(middle[1])))
        axes = (round(0.088 * metre), round(0.125 * metre))
        shape = ((0.06, 0.10), (0.20, 0.19), (0.25, 0.45), (0.27, 1.5))
        right = np.array(shape)
        coat = np.vstack([right, right[::-1] * (-1, 1)]) * metre + middle
        cv2.fillPoly(frame, [np.rint(coat).astype(np.int32)], self.coat, cv2.LINE_AA)
        cv2.ellipse(frame, hood, axes, 0, 0, 360, self.hood, -1, cv2.LINE_AA)

    def arms(self, carrier: Carrier) -> list[Stroke]:
        """Give the sleeves, from the hands down and back."""
        left, right, low = carrier.edges[0], carrier.edges[2], self.low_m
        strokes: list[Stroke] = []
        for side, edge in self._sides(left, right):
            hand = (edge + side * 0.012, low + 0.02, 0.02)
            elbow = (edge + side * 0.10, low + 0.30, 0.75 * self.reach_m)
            strokes.append((np.array([hand, elbow], np.float32), 0.075, self.coat))
            palm = (edge + side * 0.004, low + 0.015, 0.012)
            strokes.append((np.array([palm, hand], np.float32), 0.05, self._shaded(0.75)))
        return strokes

    def fingers(self, carrier: Carrier) -> list[Stroke]:
        """Give what lies over the edge: a thumb on each side, or one and four fingertips."""
        left, right, low = carrier.edges[0], carrier.edges[2], self.low_m
        strokes: list[Stroke] = []
        for side, edge in self._sides(left, right):
            strokes += self._finger(edge, side, low + 0.02, low - 0.004, 0.024)
        if self.one_hand:
            other = left if self.one_hand > 0 else right
            for number in range(4):
                y = low - 0.012 + 0.019 * number
                strokes += self._finger(other, -self.one_hand, y, y - 0.002, 0.008)
        return strokes

    def _sides(self, left: float, right: float) -> list[tuple[int, float]]:
        both = [(-1, left), (1, right)]
        return [(side, edge) for side, edge in both if self.one_hand in {0, side}]

    def _finger(
        self, edge: float, side: int, from_y: float, to_y: float, over_m: float
    ) -> list[Stroke]:
        joints = [
            (edge + side * 0.008, from_y, 0.004),
            (edge, (from_y + to_y) / 2, -0.004),
            (edge - side * over_m, to_y, -0.005),
        ]
        path = np.array(joints, np.float32)
        nail = path[1:] * np.float32(1) + np.array([0, -0.001, -0.001], np.float32)
        return [
            (path, _THICK_M, self._shaded(0.72)),
            (nail, _THICK_M * 0.72, self.skin),
        ]

    def _shaded(self, part: float) -> tuple[int, int, int]:
        red, green, blue = self.skin
        return (int(red * part), int(green * part), int(blue * part))


def _below_the_chin(carrier: Carrier, part: float) -> float:
    """Give where the thumbs go: below what must be seen, if there is room, or at the lower end."""
    lowest = carrier.edges[3] - _THICK_M
    chin = min(_CHIN_M * carrier.magnified + _THICK_M, lowest)
    return chin + part * (lowest - chin)


def paint_strokes(
    frame: NDArray[np.uint8],
    camera: Pinhole,
    strokes: list[Stroke],
    turn: NDArray[np.float32],
    at: NDArray[np.float64],
) -> None:
    """Paint limbs that move with a carrier turned by `turn` (3, 3) and held `at` (3,)."""
    for joints, thick_m, colour in strokes:
        placed = joints @ turn.T + at.astype(np.float32)
        width = max(1, round(thick_m * camera.focal_px / max(float(placed[:, 2].mean()), 0.1)))
        path = [np.rint(camera.project(placed) * 4).astype(np.int32)]
        cv2.polylines(frame, path, False, colour, min(width, 255), cv2.LINE_AA, 2)  # noqa: FBT003 -- open
