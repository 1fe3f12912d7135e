"""What the watch remembers of one person: where, how they hold themselves, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from faregate.assist.events import NeedKind
from faregate.assist.posture import HIPS, Box, Point, Posture
from faregate.assist.stance import Stance, middle, reaches_up, read_stance
from faregate.assist.tracker import body_lengths

_AGREEING: Final = 2
"""Pictures in a row that must say the same before a person's stance changes, and pictures that must
show somebody on the tracks."""

_MOVED_MIN: Final = 0.5
"""Body lengths from which somebody who lies has moved away: more than turning over."""

_SEEN_GAP_MAX: Final = timedelta(seconds=2)
"""Two looks at the lowest rate, one a second."""

_SAME_PLACE: Final = 1.0
"""Body lengths within which the height of when last carried still compares: under a station
camera, one stature nearer or farther at 8 m changes the height in the picture by a fifth."""


@dataclass(slots=True)
class OpenNeed:
    """A need that was told and is not over."""

    number: int
    kind: NeedKind
    since: datetime
    told_at: datetime


@dataclass(slots=True)
class Stay:
    """How long somebody has been on the tracks, and how well that was seen."""

    since: datetime
    pictures: int = 1
    off_since: datetime | None = None
    """Seen beside them since then."""

    @property
    def is_proven(self) -> bool:
        """Whether enough pictures showed it: one alone may misplace a foot."""
        return self.pictures >= _AGREEING

    @property
    def goes_on(self) -> bool:
        """Whether it is proven, and they were not seen beside the tracks since."""
        return self.is_proven and self.off_since is None


class Person:
    """One person of one camera, as `DownWatch` sees them. Mutable; owned by the watch."""

    def __init__(self, posture: Posture, at: datetime) -> None:
        self.posture = posture
        self.seen_at = at
        self.stance = Stance.UNKNOWN
        self.down_since = at
        self.moved_at = at
        self.tracks: Stay | None = None
        self.need: OpenNeed | None = None
        self._lay_at = posture
        self._carried: Box | None = None
        self._was_up = False
        self._said = Stance.UNKNOWN
        self._said_since = at
        self._said_times = 0
        self._seen_down = timedelta(0)
        self._last_down_at: datetime | None = None

    @property
    def was_up(self) -> bool:
        """Whether two pictures in a row showed them carried by their legs, or seated."""
        return self._was_up

    @property
    def seen_down(self) -> timedelta:
        """Since they went down, the time between pictures that both show them down.

        Pictures that are farther apart than two looks count as those do.
        """
        return self._seen_down

    @property
    def is_down(self) -> bool:
        """Whether they went down and were not seen up again for long."""
        return self.stance is Stance.DOWN

    @property
    def seems_up(self) -> bool:
        """Whether the last picture says that somebody who went down is up."""
        return self.is_down and self._said in {Stance.UPRIGHT, Stance.LOW}

    @property
    def place(self) -> Point:
        """Where they are: between the hips, else the middle of the box."""
        return middle(self.posture, HIPS) or self.posture.box.centre

    def reads_down(self, posture: Posture) -> bool:
        """Whether that posture, were it theirs, would be down."""
        return read_stance(posture, self._carried) is Stance.DOWN

    def see(self, posture: Posture, at: datetime, *, risen_after: timedelta) -> None:
        """Take what one picture shows of them."""
        self.posture, self.seen_at = posture, at
        said = read_stance(posture, self._carried_near(posture))
        if said is Stance.UNKNOWN:
            return
        self._count(said, at)
        if said is Stance.DOWN:
            self._see_down(posture, at)
        else:
            self._last_down_at = None
            self._see_up(posture, at, risen_after)

    def _count(self, said: Stance, at: datetime) -> None:
        if (said is Stance.DOWN) is not (self._said is Stance.DOWN) or self._said_times == 0:
            self._said_since, self._said_times = at, 0
        self._said = said
        self._said_times += 1

    def _see_down(self, posture: Posture, at: datetime) -> None:
        if self._last_down_at is not None and self.is_down:
            self._seen_down += min(at - self._last_down_at, _SEEN_GAP_MAX)
        self._last_down_at = at
        if self.is_down:
            if body_lengths(self._lay_at, posture) > _MOVED_MIN:
                self._lay_at, self.moved_at = posture, at
        elif self._said_times >= _AGREEING:
            self.stance = Stance.DOWN
            self.down_since = self.moved_at = self._said_since
            self._seen_down = at - self._said_since
            self._lay_at = posture

    def _see_up(self, posture: Posture, at: datetime, risen_after: timedelta) -> None:
        if self.is_down and (self._said_times <= _AGREEING or at - self._said_since < risen_after):
            return
        if self._said_times >= _AGREEING:
            self.stance, self._was_up = self._said, True
        if not reaches_up(posture):
            self._carried = self._tallest(posture.box)

    def _tallest(self, box: Box) -> Box:
        """Keep the greatest height of a place: the latest may be of somebody who falls already."""
        if self._carried is None or box.height >= self._carried.height:
            return box
        return self._carried

    def _carried_near(self, posture: Posture) -> Box | None:
        """Forget the height of a place that they have left."""
        if self._carried is not None:
            box, before = posture.box, self._carried
            aside = abs(box.foot.x - before.foot.x) * posture.aspect
            if max(aside, abs(box.bottom - before.bottom)) > _SAME_PLACE * before.height:
                self._carried = None
        return self._carried
