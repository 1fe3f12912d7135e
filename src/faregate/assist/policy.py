"""When lying becomes a need for help: the times of one site, with their reasons."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from faregate.errors import ConfigurationError

_LONGEST: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPolicy:
    """Times of `DownWatch`. They come from what stations need, not from recordings."""

    tracks_after: timedelta = timedelta(seconds=1.5)
    """Within 1 to 2 s: a train that brakes from 80 km/h needs about 250 m. Not at once, since one
    picture may misplace a foot at the edge."""
    escalator_after: timedelta = timedelta(seconds=3)
    """Lying on a moving escalator: it carries whoever lies on it into its comb."""
    fallen_after: timedelta = timedelta(seconds=5)
    """Whoever trips gets up within that time, or is helped by those beside them."""
    still_after: timedelta = timedelta(seconds=12)
    """Lying still, not seen falling: within 10 to 15 s."""
    restless_after: timedelta = timedelta(seconds=30)
    """Lying and moving about, not seen falling."""
    seen_down_min: timedelta = timedelta(seconds=1)
    """How long somebody must have been seen lying before time hidden counts as lying, too."""
    risen_after: timedelta = timedelta(seconds=2)
    """How long they must be seen up again to count as risen: one odd picture is not enough."""
    told_every: timedelta = timedelta(seconds=10)
    """Between updates of one need."""
    forgotten_after: timedelta = timedelta(minutes=10)
    """How long a need of somebody out of sight is kept: longer than a train and its crowd stay."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not timedelta(0) < getattr(self, name) <= _LONGEST:
                raise ConfigurationError(
                    "watch_policy",
                    f"{name} is not between 0 s and an hour.",
                    remedy="Set it to some seconds.",
                )
