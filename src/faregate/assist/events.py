"""What the watch tells: somebody needs help, still does, or no longer. Who it is, nobody knows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from faregate.assist.posture import Point, Posture
from faregate.assist.stance import Stance


class NeedKind(StrEnum):
    """Why somebody needs help. Ordered from the least to the most urgent."""

    STILL = "still"  # lies, and was not seen upright before
    FALLEN = "fallen"  # lies after having been upright
    TRACKS = "tracks"  # is on the tracks, in whatever posture


class Ending(StrEnum):
    """Why the watch no longer sees a need. Only staff close an incident."""

    RISEN = "risen"
    LEFT_TRACKS = "left_tracks"
    OUT_OF_SIGHT = "out_of_sight"  # not seen for long; nothing says that they are well


@dataclass(frozen=True, slots=True, kw_only=True)
class _Need:
    """One need as of one picture.

    `number` counts up within one camera's watch. The same number again means the same event: it
    is one incident, also where `kind` has become worse.
    """

    number: int
    kind: NeedKind
    since: datetime
    """When the person went down or onto the tracks."""
    at: datetime
    zone: str
    """The name of the zone; empty where the camera has none."""
    place: Point
    stance: Stance
    """As of now: UNKNOWN where the person is hidden."""
    posture: Posture
    """As last seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpNeeded(_Need):
    """Somebody needs help, or more urgently than was said: to be said at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillNeeded(_Need):
    """The need of that number goes on; said every ten seconds or so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """The watch sees no need of that number any more. A later need has another number."""

    number: int
    kind: NeedKind
    at: datetime
    ending: Ending


WatchEvent = HelpNeeded | StillNeeded | Over
