"""Which person of this picture is which of the last one: by place and shape, never by looks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from faregate.assist.posture import Posture, overlap

_PEOPLE_MAX: Final = 200
"""Tracks at a time; of more people, those of the lowest score are left out."""

_STEP_MAX: Final = 0.5
"""Body lengths that a box's middle moves between two pictures without the person walking: a fall
moves it by up to 0.6 in half a second, of which walking speed below allows the rest."""

_SPEED_MAX: Final = 0.8
"""Body lengths a second: brisk walking, 1.4 m/s, of somebody 1.75 m tall."""

_REACH_MAX: Final = 2.0
"""Body lengths from which two boxes are never the same person, however long ago."""

_HIDDEN_REACH: Final = 0.75
"""Body lengths from where somebody was hidden within which they may appear again. Less than for
those in view, so that a passer-by does not take a hidden person's place."""

_SHRINK_MAX: Final = 3.0
"""How much the longer side of a box may change: to a third when somebody falls along the line of
sight, lying being about 0.3 of the stature high."""

_SHAPE_WEIGHT: Final = 0.5
"""Body lengths that a change of height by a factor of e costs: somebody who stands before somebody
who lies is nearer in shape to who stood there a moment ago. It only ranks; it forbids nothing."""

_KEPT: Final = timedelta(seconds=5)
"""How long somebody hidden keeps their number: a walker leaves the place within that time."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """One person over time. `number` counts up and means nothing beyond this tracker."""

    number: int
    posture: Posture
    """As last seen."""
    seen_at: datetime
    """When; earlier than now means hidden now."""


class Tracker:
    """People in one camera's pictures. It remembers boxes, for 5 s, and nothing else."""

    def __init__(self) -> None:
        self._tracks: tuple[Tracked, ...] = ()
        self._numbers = 0
        self._last_at: datetime | None = None

    def update(self, postures: Sequence[Posture], at: datetime) -> tuple[Tracked, ...]:
        """Take one picture's people; give all that are followed, in view or hidden for a while.

        Whoever was in view last time chooses first, so that a passer-by keeps their own number
        while they hide somebody. Raises `ValueError` for a time before the last.
        """
        if self._last_at is not None and at < self._last_at:
            raise ValueError(f"time does not go back: {at} is before {self._last_at}")
        free = sorted(postures, key=lambda posture: -posture.score)[:_PEOPLE_MAX]
        in_view = [track for track in self._tracks if track.seen_at == self._last_at]
        hidden = [track for track in self._tracks if track.seen_at != self._last_at]
        step = timedelta(0) if self._last_at is None else at - self._last_at
        found = _matched(in_view, free, at, reach=_reach(step))
        found += _matched(hidden, free, at, reach=_HIDDEN_REACH)
        for posture in free:
            self._numbers += 1
            found.append(Tracked(self._numbers, posture, at))
        numbers = {track.number for track in found}
        kept = (
            track
            for track in self._tracks
            if track.number not in numbers and at - track.seen_at <= _KEPT
        )
        followed = sorted((*found, *kept), key=lambda track: track.seen_at, reverse=True)
        self._tracks = tuple(sorted(followed[:_PEOPLE_MAX], key=lambda track: track.number))
        self._last_at = at
        return self._tracks


def body_lengths(one: Posture, other: Posture) -> float:
    """Distance between the middles of two boxes, in the longer side of the larger."""
    first, second = one.box.centre, other.box.centre
    apart = math.hypot((first.x - second.x) * one.aspect, first.y - second.y)
    return apart / max(_long_side(one), _long_side(other))


def _matched(
    tracks: Sequence[Tracked], free: list[Posture], at: datetime, *, reach: float
) -> list[Tracked]:
    """Pair the nearest first, and take the paired out of `free`."""
    pairs = [
        (track, posture)
        for track in tracks
        for posture in free
        if _same_size(track.posture, posture) and body_lengths(track.posture, posture) <= reach
    ]
    pairs.sort(key=lambda pair: _cost(pair[0].posture, pair[1]))
    taken: dict[int, Tracked] = {}
    for track, posture in pairs:
        if track.number not in taken and posture in free:
            taken[track.number] = Tracked(track.number, posture, at)
            free.remove(posture)
    return list(taken.values())


def _cost(before: Posture, now: Posture) -> float:
    shape = abs(math.log(now.box.height / before.box.height))
    return body_lengths(before, now) - overlap(before.box, now.box) + _SHAPE_WEIGHT * shape


def _same_size(before: Posture, now: Posture) -> bool:
    one, other = _long_side(before), _long_side(now)
    return max(one, other) <= _SHRINK_MAX * min(one, other)


def _reach(step: timedelta) -> float:
    return min(_STEP_MAX + _SPEED_MAX * step.total_seconds(), _REACH_MAX)


def _long_side(posture: Posture) -> float:
    """In heights of the picture; never nothing."""
    return max(posture.box.width * posture.aspect, posture.box.height, 1e-6)
