"""Where in a picture somebody lying would be too small to be seen, told from people who stand.

On a level floor the height of somebody upright in the picture grows in a straight line with how
far their feet are below the horizon (pinhole geometry). Two people, one near and one far, give the
line. Somebody lying across is as long as they would be high; along the line of sight they look
shorter, which this does not tell.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import linear_regression
from typing import Final

from faregate.assist.movenet import Tiles
from faregate.assist.posture import ANKLES, Point, Posture
from faregate.assist.stance import Stance, middle, read_stance
from faregate.assist.zones import CameraZones
from faregate.errors import InvalidInputError

BODY_PX_MIN: Final = 70.0
"""Length of a lying body at the network's input from which MoveNet finds it; measured for the
project before this part was built, on three scenes at 320 px."""

_APART_MIN: Final = 0.05
"""Heights of the picture that the nearest and the farthest feet must be apart to give a line."""

_GRID: Final = 50
"""Points across and down at which the zones are asked."""

_TILINGS: Final = (
    Tiles(1, 1),
    Tiles(2, 1),
    Tiles(3, 1),
    Tiles(2, 2),
    Tiles(4, 1),
    Tiles(3, 2),
    Tiles(4, 2),
)
"""From the cheapest to the dearest."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody upright: where their feet are, and how high they are, in heights of the picture."""

    foot_y: float
    height: float


@dataclass(frozen=True, slots=True)
class Perspective:
    """Height of somebody upright whose feet are at `y`: `slope * (y - horizon_y)`."""

    slope: float
    horizon_y: float

    def height_at(self, y: float) -> float:
        """Give it in heights of the picture; nothing at and above the horizon."""
        return max(self.slope * (y - self.horizon_y), 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneCoverage:
    """One zone: the share of it, by area in the picture, where somebody lying is too small."""

    zone: str
    too_small: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What one way of looking covers."""

    tiles: Tiles
    too_small_above_y: float
    """Everybody lying above this line, in fractions of the picture's height, is too small."""
    zones: tuple[ZoneCoverage, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nobody is too small in any zone."""
        return all(zone.too_small == 0.0 for zone in self.zones)


def standing_people(postures: Iterable[Posture]) -> tuple[Standing, ...]:
    """Give those who stand and whose feet are seen; the others measure nothing."""
    return tuple(
        Standing(posture.box.foot.y, posture.box.height)
        for posture in postures
        if read_stance(posture, None) is Stance.UPRIGHT
        and middle(posture, ANKLES) is not None
        and posture.box.bottom < 1.0
    )


def perspective_of(people: Sequence[Standing]) -> Perspective:
    """Fit the line through people, by least squares. Raises `InvalidInputError` for too few."""
    ys = [person.foot_y for person in people]
    if not ys or max(ys) - min(ys) < _APART_MIN:
        raise InvalidInputError(
            "coverage_people",
            f"{len(people)} people stand in the picture, none much nearer than another.",
            remedy="Let two stand in it from head to foot, one near and one far.",
        )
    slope, intercept = linear_regression(ys, [person.height for person in people])
    if slope <= 0:
        raise InvalidInputError(
            "coverage_people",
            "Those farther away are not smaller: these are not people on one level floor.",
            remedy="Take another still.",
        )
    return Perspective(slope, -intercept / slope)


def cover(
    perspective: Perspective,
    zones: CameraZones,
    *,
    width: int,
    height: int,
    side: int,
    tiles: Tiles,
) -> Coverage:
    """Tell what somebody lying is seen as, with pictures of that size looked at in that way."""
    tile = tiles.boxes()[-1]
    # Pixels at the network's input for one height of the picture.
    scale = side / max(tile.width * width, tile.height * height) * height
    line = perspective.horizon_y + BODY_PX_MIN / (perspective.slope * scale)
    points = [
        Point((column + 0.5) / _GRID, (row + 0.5) / _GRID)
        for row in range(_GRID)
        for column in range(_GRID)
    ]
    found = []
    for zone in zones.zones:
        inside = [point for point in points if zone.contains(point)]
        small = sum(point.y < line for point in inside)
        found.append(ZoneCoverage(zone=zone.name, too_small=small / len(inside) if inside else 0.0))
    return Coverage(tiles=tiles, too_small_above_y=min(max(line, 0.0), 1.0), zones=tuple(found))


def advise(
    perspective: Perspective, zones: CameraZones, *, width: int, height: int, side: int
) -> tuple[Coverage, ...]:
    """Tell it for more and more tiles, up to the first that covers every zone."""
    told = []
    for tiles in _TILINGS:
        told.append(cover(perspective, zones, width=width, height=height, side=side, tiles=tiles))
        if told[-1].is_whole:
            break
    return tuple(told)
