"""Which timeframes an instant is in, by the wall clock of the stop where it happens."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from faregate.fares.tables import Feed

_DAYS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Day:
    """One date, cut where the set of timeframe groups changes."""

    starts: tuple[int, ...]
    groups: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Timeframes:
    """The timeframes of a feed, made ready to be asked often."""

    feed: Feed
    _zones: dict[str, ZoneInfo] = field(default_factory=dict, repr=False, compare=False)
    _days: dict[date, _Day] = field(default_factory=dict, repr=False, compare=False)

    def groups_at(self, stop_id: str, instant: datetime) -> frozenset[str]:
        """Give the timeframe groups that an event at a stop is in. `instant` is aware.

        A timeframe includes its start and not its end. The day is the calendar day of the wall
        clock there, whatever the service day of a trip.
        """
        zone = self._zones.get(stop_id)
        if zone is None:
            zone = self.feed.timezone_of(stop_id)
            if stop_id in self.feed.stops:
                self._zones[stop_id] = zone
        local = instant.astimezone(zone)
        day = self._day(local.date())
        second = local.hour * 3600 + local.minute * 60 + local.second
        return day.groups[bisect_right(day.starts, second) - 1]

    def _day(self, day: date) -> _Day:
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= _DAYS_MAX:
                self._days.clear()
            known = self._days[day] = self._cut(day)
        return known

    def _cut(self, day: date) -> _Day:
        running = [
            frame
            for frames in self.feed.timeframes.values()
            for frame in frames
            if frame.service_id in self.feed.services
            and self.feed.services[frame.service_id].runs_on(day)
        ]
        starts = sorted(
            {0, *(frame.start_time for frame in running), *(f.end_time for f in running)}
        )
        return _Day(
            starts=tuple(starts),
            groups=tuple(
                frozenset(
                    frame.timeframe_group_id
                    for frame in running
                    if frame.start_time <= start < frame.end_time
                )
                for start in starts
            ),
        )
