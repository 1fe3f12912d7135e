"""How a person holds themselves in one picture: upright, low or down, from body proportions.

Lengths of the body are fractions of the stature S, after Drillis and Contini, "Body Segment
Parameters" (New York University, 1966), as Winter, "Biomechanics and Motor Control of Human
Movement", gives them: shoulders at 0.818 S, hips 0.530 S, knees 0.285 S, ankles 0.039 S; sitting
height 0.520 S. No number here was chosen on recordings.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from faregate.assist.posture import (
    ANKLES,
    HEAD,
    HIPS,
    KNEES,
    SHOULDERS,
    WRISTS,
    Box,
    Keypoint,
    Point,
    Posture,
)

POINT_SCORE_MIN: Final = 0.15
"""The score from which MoveNet's point counts: the same low threshold as for people, at which all
lying people of three scenes were found. What is wrong in one picture is mended over time."""

_LEAN_DOWN_MIN_DEG: Final = 45.0
"""A straight body that leans further has its weight, at about 0.55 S, more than half a body
length beside its feet: nobody stands so. Verticals lean up to about 25 degrees at the edge of a
wide lens."""

_STRAIGHT_MIN_DEG: Final = 120.0
"""Hip angle from which a body counts as straight. Standing and bent to the ground it is 90 or
less, seated at most 110 (a deck chair); stretched out it is 150 to 180."""

_TRUNK_LEVEL_MIN_DEG: Final = 60.0
"""From here on a trunk is nearer to lying than to sitting, even of one who slouches (30 to 40)."""

_CARRIED_MIN: Final = 0.6
"""Height of the hips over the lowest visible part, in trunk lengths (0.288 S), from which legs
carry a bent body. Lying, it is half the body's breadth, 0.13 S or 0.45; seated or kneeling, the
hips are at least 0.25 S over the ground, which a camera that looks down by 45 degrees shows as
0.61."""

_SUNK_MAX: Final = 0.4
"""Height in the picture, against that of the same person when last carried, at which somebody lies,
whichever way they point. Lying with the knees drawn up is 0.28 S high; sitting on the ground,
0.52 S. It holds for cameras that look down by up to about 15 degrees; under steeper ones someone
lying along the line of sight, head away, looks taller, and only leaning tells."""

_DROPPED_MIN: Final = 0.4
"""How far the top of the body must come down, in heights of when last carried: half of the way to
the ground of one who sits. Without it a hidden lower half would look like sinking."""

_UPRIGHT_MIN: Final = 0.85
"""Standing is 1; seated on a chair, 0.520 S + 0.25 S = 0.77 S."""

_KNEE_DROP_MIN: Final = 0.5
"""Hips over knees in trunk lengths: standing 0.245 / 0.288 = 0.85, seated about 0."""


class Stance(StrEnum):
    """What one picture, or several, tell of a person. A lost pose is UNKNOWN, never upright."""

    UPRIGHT = "upright"
    LOW = "low"  # sits, crouches, kneels or bends
    DOWN = "down"  # lies
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Vector:
    """In heights of the picture, so that angles are true."""

    x: float
    y: float

    @property
    def length(self) -> float:
        return math.hypot(self.x, self.y)

    @property
    def lean_deg(self) -> float:
        """Angle to straight up: 0 up, 90 level, 180 head first."""
        return math.degrees(math.atan2(abs(self.x), -self.y))


def read_stance(posture: Posture, carried: Box | None) -> Stance:
    """Tell how a person holds themselves.

    `carried` is the same person's box when their legs last carried them at about this place, if
    there was one.
    """
    upper, hips = _upper(posture), middle(posture, HIPS)
    if hips is None or hips.y > 1.0:
        # Whoever walks out below the picture, or down some stairs, sinks as well: hips first.
        return Stance.UNKNOWN
    if carried is not None and _has_sunk(posture.box, carried):
        return Stance.DOWN
    if upper is None:
        return Stance.UNKNOWN
    trunk = _between(hips, upper, posture)
    if trunk.length == 0.0:
        return Stance.UNKNOWN
    knees = middle(posture, KNEES)
    if _lies(posture, trunk, hips, middle(posture, ANKLES) or knees):
        return Stance.DOWN
    bent = trunk.lean_deg >= _LEAN_DOWN_MIN_DEG
    short = carried is not None and posture.box.height < _UPRIGHT_MIN * carried.height
    seated = knees is not None and knees.y - hips.y < _KNEE_DROP_MIN * trunk.length
    return Stance.LOW if bent or short or seated else Stance.UPRIGHT


def middle(posture: Posture, parts: Sequence[Keypoint]) -> Point | None:
    """Give the middle of those points that are seen; None if none is."""
    seen = [posture.points[part] for part in parts if posture.points[part, 2] >= POINT_SCORE_MIN]
    if not seen:
        return None
    return Point(
        float(sum(point[0] for point in seen)) / len(seen),
        float(sum(point[1] for point in seen)) / len(seen),
    )


def reaches_up(posture: Posture) -> bool:
    """Whether a hand is above the head, so that the box is higher than the body."""
    hands, head = middle(posture, WRISTS), middle(posture, HEAD)
    return hands is not None and head is not None and hands.y < head.y


def _upper(posture: Posture) -> Point | None:
    """Give the shoulders; hidden, the head stands in for them."""
    return middle(posture, SHOULDERS) or middle(posture, HEAD)


def _between(start: Point, end: Point, posture: Posture) -> _Vector:
    return _Vector((end.x - start.x) * posture.aspect, end.y - start.y)


def _has_sunk(box: Box, carried: Box) -> bool:
    return (
        box.height <= _SUNK_MAX * carried.height
        and box.top - carried.top >= _DROPPED_MIN * carried.height
    )


def _lies(posture: Posture, trunk: _Vector, hips: Point, legs: Point | None) -> bool:
    if legs is not None:
        leg = _between(hips, legs, posture)
        whole = _Vector(trunk.x - leg.x, trunk.y - leg.y)
        straight = _angle_deg(trunk, leg) >= _STRAIGHT_MIN_DEG
        if straight and whole.lean_deg >= _LEAN_DOWN_MIN_DEG:
            return True
    hip_height = posture.box.bottom - hips.y
    return trunk.lean_deg >= _TRUNK_LEVEL_MIN_DEG and hip_height < _CARRIED_MIN * trunk.length


def _angle_deg(one: _Vector, other: _Vector) -> float:
    lengths = one.length * other.length
    if lengths == 0.0:
        return 0.0
    cosine = (one.x * other.x + one.y * other.y) / lengths
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
