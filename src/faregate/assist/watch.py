"""Who lies, since when, and who needs help: one camera's people over time. Pure.

A person is upright, low, down or UNKNOWN. What one picture says may be wrong, so that two in a row
are needed to call somebody down, and some seconds of the contrary to call them up again. What no
picture shows changes nothing: somebody down who is hidden is still down, and the clock goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from faregate.assist.events import Ending, HelpNeeded, NeedKind, Over, StillNeeded, WatchEvent
from faregate.assist.person import OpenNeed, Person, Stay
from faregate.assist.policy import WatchPolicy
from faregate.assist.posture import ANKLES, Point, Posture
from faregate.assist.stance import Stance, middle
from faregate.assist.tracker import Tracked, body_lengths
from faregate.assist.zones import BenchRule, CameraZones, Zone, ZoneKind

_SAME_LYING: Final = 0.75
"""Body lengths within which somebody found lying is the one who lay there before."""

_SAME_ON_TRACKS: Final = 2.0
"""Body lengths within which somebody found on the tracks is who was lost there: hidden for five
seconds or more, and walking on sleepers."""

_STILL_SEEN_MIN: Final = 0.5
"""Share of the time that somebody must have been seen lying who was never seen upright. At the low
threshold that finds lying people, bags and dogs are people now and then; few are so for long."""

_LOST_MAX: Final = 200
"""People out of sight that are remembered; without a need, the longest unseen goes first."""

WHOLE_PICTURE: Final = Zone(
    name="picture", kind=ZoneKind.PLATFORM, corners=((0, 0), (1, 0), (1, 1), (0, 1))
)
"""The zone of a camera without any."""

_Told = TypeVar("_Told", HelpNeeded, StillNeeded)


@dataclass(frozen=True, slots=True)
class Watched:
    """One person as of the last picture."""

    stance: Stance
    """UNKNOWN while hidden, or where too little of them shows."""
    down: bool
    """Whether they count as down, seen or hidden."""


class DownWatch:
    """The people of one camera. One per camera; fed with what its tracker says."""

    def __init__(self, policy: WatchPolicy, zones: CameraZones) -> None:
        self._policy = policy
        self._zones = zones
        self._in_view: dict[int, Person] = {}
        self._lost: list[Person] = []
        self._numbers = 0
        self._at: datetime | None = None

    def update(self, tracked: Sequence[Tracked], at: datetime) -> tuple[WatchEvent, ...]:
        """Take what the tracker says of one picture, and tell what follows.

        Call it for each picture that was looked at, empty ones too. Raises `ValueError` for a time
        before the last.
        """
        if self._at is not None and at < self._at:
            raise ValueError(f"time does not go back: {at} is before {self._at}")
        self._at = at
        self._see(tracked, at)
        events = [
            event
            for person in (*self._in_view.values(), *self._lost)
            for event in self._tell(person, at)
        ]
        self._lost = [person for person in self._lost if self._is_kept(person, at)]
        return tuple(events)

    @property
    def people(self) -> tuple[Watched, ...]:
        """Everybody followed, in view or hidden."""
        return tuple(
            Watched(self._stance_now(person), person.is_down)
            for person in (*self._in_view.values(), *self._lost)
        )

    @property
    def is_anxious(self) -> bool:
        """Whether anybody may be down or on the tracks: a reason to look more often."""
        return any(
            person.is_down or person.tracks is not None or person.reads_down(person.posture)
            for person in (*self._in_view.values(), *self._lost)
        )

    def _see(self, tracked: Sequence[Tracked], at: datetime) -> None:
        numbers = {track.number for track in tracked}
        for number in [number for number in self._in_view if number not in numbers]:
            self._lose(self._in_view.pop(number))
        for track in tracked:
            if track.number not in self._in_view:
                self._in_view[track.number] = self._found_again(track) or Person(
                    track.posture, track.seen_at
                )
            if track.seen_at == at:
                person = self._in_view[track.number]
                person.see(track.posture, at, risen_after=self._policy.risen_after)
                self._see_on_tracks(person, at)

    def _lose(self, person: Person) -> None:
        self._lost.append(person)
        if len(self._lost) > _LOST_MAX:
            self._lost.remove(min(self._lost, key=lambda one: (one.need is not None, one.seen_at)))

    def _found_again(self, track: Tracked) -> Person | None:
        """Somebody found lying where somebody lay who was lost is that person.

        So is somebody found on the tracks near to where somebody was lost there.
        """
        near = [
            (apart, order)
            for order, person in enumerate(self._lost)
            if (apart := body_lengths(person.posture, track.posture)) <= _SAME_ON_TRACKS
            and (
                (apart <= _SAME_LYING and person.reads_down(track.posture))
                or (person.tracks is not None and self._stands_on_tracks(track.posture))
            )
        ]
        return self._lost.pop(min(near)[1]) if near else None

    def _see_on_tracks(self, person: Person, at: datetime) -> None:
        lying = person.is_down and not person.seems_up
        on_tracks = (
            self._is_tracks(person.place) if lying else self._stands_on_tracks(person.posture)
        )
        stay = person.tracks
        if stay is None:
            person.tracks = Stay(at) if on_tracks else None
        elif on_tracks:
            stay.pictures, stay.off_since = stay.pictures + 1, None
        elif not stay.is_proven:
            person.tracks = None
        elif stay.off_since is None:
            stay.off_since = at
        elif at - stay.off_since >= self._policy.risen_after:
            person.tracks = None

    def _stands_on_tracks(self, posture: Posture) -> bool:
        return self._is_tracks(middle(posture, ANKLES) or posture.box.foot)

    def _is_tracks(self, place: Point) -> bool:
        zone = self._zones.at(place)
        return zone is not None and zone.kind is ZoneKind.TRACKS

    def _zone(self, person: Person) -> Zone | None:
        """Give the zone somebody lies in; None outside of all, where nobody is watched."""
        if not self._zones.zones:
            return WHOLE_PICTURE
        box = person.posture.box
        found = (self._zones.at(point) for point in (person.place, box.centre, box.foot))
        return next((zone for zone in found if zone is not None), None)

    def _tell(self, person: Person, at: datetime) -> tuple[WatchEvent, ...]:
        if person.need is None:
            return self._tell_new(person, at)
        if (ending := self._ending(person, at)) is not None:
            over = Over(number=person.need.number, kind=person.need.kind, at=at, ending=ending)
            person.need = None
            return (over,)
        if person.need.kind is not NeedKind.TRACKS and self._due(person, at) is NeedKind.TRACKS:
            person.need.kind = NeedKind.TRACKS
            person.need.told_at = at
            return (self._told(HelpNeeded, person, person.need, at),)
        if at - person.need.told_at >= self._policy.told_every:
            person.need.told_at = at
            return (self._told(StillNeeded, person, person.need, at),)
        return ()

    def _tell_new(self, person: Person, at: datetime) -> tuple[WatchEvent, ...]:
        kind = self._due(person, at)
        if kind is None:
            return ()
        self._numbers += 1
        stay = person.tracks if kind is NeedKind.TRACKS else None
        since = person.down_since if stay is None else stay.since
        person.need = OpenNeed(number=self._numbers, kind=kind, since=since, told_at=at)
        return (self._told(HelpNeeded, person, person.need, at),)

    def _due(self, person: Person, at: datetime) -> NeedKind | None:
        """Say what somebody needs by now, if anything."""
        stay, policy = person.tracks, self._policy
        if stay is not None and stay.goes_on and at - stay.since >= policy.tracks_after:
            return NeedKind.TRACKS
        if not person.is_down or person.seems_up or person.seen_down < policy.seen_down_min:
            return None
        zone = self._zone(person)
        if zone is None or (zone.kind is ZoneKind.BENCH and zone.bench is BenchRule.LET_SLEEP):
            return None
        return self._due_lying(person, at, zone.kind)

    def _due_lying(self, person: Person, at: datetime, kind: ZoneKind) -> NeedKind | None:
        policy, lain = self._policy, at - person.down_since
        need = NeedKind.FALLEN if person.was_up else NeedKind.STILL
        if kind is ZoneKind.ESCALATOR and lain >= policy.escalator_after:
            return need
        if person.was_up and lain >= policy.fallen_after:
            return need
        if not person.was_up and person.seen_down < _STILL_SEEN_MIN * lain:
            return None
        if at - person.moved_at >= policy.still_after or lain >= policy.restless_after:
            return need
        return None

    def _ending(self, person: Person, at: datetime) -> Ending | None:
        if at - person.seen_at >= self._policy.forgotten_after:
            return Ending.OUT_OF_SIGHT
        if person.is_down or person.tracks is not None:
            return None
        assert person.need is not None
        return Ending.LEFT_TRACKS if person.need.kind is NeedKind.TRACKS else Ending.RISEN

    def _is_kept(self, person: Person, at: datetime) -> bool:
        """Whether somebody out of sight may need help, now or soon."""
        if at - person.seen_at >= self._policy.forgotten_after:
            return False
        on_tracks = person.tracks is not None and person.tracks.goes_on
        down = person.is_down and person.seen_down >= self._policy.seen_down_min
        return person.need is not None or on_tracks or (down and not person.seems_up)

    def _stance_now(self, person: Person) -> Stance:
        return person.stance if person.seen_at == self._at else Stance.UNKNOWN

    def _told(self, kind: type[_Told], person: Person, need: OpenNeed, at: datetime) -> _Told:
        zone = self._zone(person)
        return kind(
            number=need.number,
            kind=need.kind,
            since=need.since,
            at=at,
            zone="" if zone is None else zone.name,
            place=_clipped(person.place),
            stance=self._stance_now(person),
            posture=person.posture,
        )


def _clipped(point: Point) -> Point:
    """Keep a place in the picture: a model may put a hidden hip beside it."""
    return Point(min(max(point.x, 0.0), 1.0), min(max(point.y, 0.0), 1.0))
