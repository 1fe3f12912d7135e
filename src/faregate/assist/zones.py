"""Where things are in one camera's picture: platform, tracks, benches, escalators."""

import tomllib
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from faregate.assist.posture import Point
from faregate.errors import InvalidInputError
from faregate.ids import check_name

_CORNERS_MIN: Final = 3
_CORNERS_MAX: Final = 64
_ZONES_MAX: Final = 64
_CAMERAS_MAX: Final = 256
_BYTES_MAX: Final = 1 << 20


class ZoneKind(StrEnum):
    """What a zone is. Ordered by which one counts where several lie over each other."""

    TRACKS = "tracks"
    BENCH = "bench"
    ESCALATOR = "escalator"
    PLATFORM = "platform"


class BenchRule(StrEnum):
    """What lying on a bench means there."""

    LET_SLEEP = "let-sleep"
    """Whoever lies on it is left alone. The price: so is whoever collapses onto it."""
    AS_FLOOR = "as-floor"
    """As on the floor."""


Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Corner = tuple[Fraction, Fraction]


def _named(text: str) -> str:
    try:
        return check_name(text, what="zone or camera")
    except InvalidInputError as error:
        raise ValueError(error.message) from error


Name = Annotated[str, AfterValidator(_named)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Zone(_Strict):
    """A named polygon in fractions of the picture: x to the right, y downwards."""

    name: Name
    kind: ZoneKind
    corners: tuple[Corner, ...] = Field(min_length=_CORNERS_MIN, max_length=_CORNERS_MAX)
    bench: BenchRule = BenchRule.LET_SLEEP
    """For benches alone."""

    def contains(self, point: Point) -> bool:
        """Whether a point lies inside; by counting the edges to its right."""
        inside = False
        last_x, last_y = self.corners[-1]
        for x, y in self.corners:
            if (y > point.y) != (last_y > point.y):
                crossing = last_x + (point.y - last_y) / (y - last_y) * (x - last_x)
                inside ^= point.x < crossing
            last_x, last_y = x, y
        return inside


class CameraZones(_Strict):
    """The zones of one camera. Without any, all of the picture is platform."""

    camera: Name
    place: str = Field(min_length=1, max_length=120)
    """What staff call it, for example `Platform 2, north end`."""
    zones: tuple[Zone, ...] = Field(default=(), max_length=_ZONES_MAX)

    def at(self, point: Point) -> Zone | None:
        """Give the zone that counts at a point; None is outside of all."""
        order = list(ZoneKind)
        inside = [zone for zone in self.zones if zone.contains(point)]
        return min(inside, key=lambda zone: order.index(zone.kind), default=None)


class Zones(_Strict):
    """A station's cameras, from a TOML file of `[[cameras]]` with `[[cameras.zones]]`."""

    cameras: tuple[CameraZones, ...] = Field(min_length=1, max_length=_CAMERAS_MAX)


def parse_zones(text: str, *, origin: str) -> Zones:
    """Read zones. Unknown keys are refused; raises `InvalidInputError` naming the place."""
    if len(text) > _BYTES_MAX:
        raise InvalidInputError("zones", f"{origin} is too long.", remedy="Shorten it.")
    try:
        zones = Zones.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:  # arrays in arrays in arrays
        raise InvalidInputError(
            "zones_syntax", f"{origin} is not TOML: {error}.", remedy="Correct that line."
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InvalidInputError(
            "zones", f"{origin}: {place}: {first['msg']}.", remedy="Correct that key."
        ) from error
    names = [camera.camera for camera in zones.cameras]
    if len(set(names)) != len(names):
        raise InvalidInputError(
            "zones", f"{origin}: a camera is listed twice.", remedy="Put its zones together."
        )
    return zones
