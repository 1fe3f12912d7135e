"""What a network of gates decides about journeys: longest times, ways on foot, open gates.

Every rule is off by default. Instants are aware, and those of taps in UTC; a time of day is
that of the stop.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from faregate.fares.travel_day import travel_day

_SATURDAY: Final = 5
_SUNDAY: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LongestStay:
    """The longest journey by the kind of day on which it begins; exactly that long is in time."""

    weekday: timedelta
    evening_or_saturday: timedelta
    sunday_or_holiday: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyTimes:
    """Longest journeys by the zones that lie between entry and exit, both ends included."""

    zone_of: Mapping[str, int]
    """By stop_id. Zones are numbered from the centre outwards."""
    by_zones: Mapping[tuple[int, int], LongestStay] = field(default_factory=dict)
    """By innermost and outermost zone. Goes before `by_zone_count`."""
    by_zone_count: Mapping[int, LongestStay] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    evening_begins: time = time(19)

    def longest(
        self, from_stop_id: str, to_stop_id: str, *, begins: datetime, zone: ZoneInfo
    ) -> timedelta | None:
        """Give the longest journey between two stops, or None where no row says it."""
        ends = (self.zone_of.get(from_stop_id), self.zone_of.get(to_stop_id))
        if ends[0] is None or ends[1] is None:
            return None
        low, high = min(ends[0], ends[1]), max(ends[0], ends[1])
        row = self.by_zones.get((low, high)) or self.by_zone_count.get(high - low + 1)
        return None if row is None else self._of_day(row, begins, zone)

    def _of_day(self, row: LongestStay, begins: datetime, zone: ZoneInfo) -> timedelta:
        day = travel_day(begins, zone)
        local = begins.astimezone(zone)
        if day in self.holidays or day.weekday() == _SUNDAY:
            return row.sunday_or_holiday
        after_midnight = local.date() != day
        if day.weekday() == _SATURDAY or after_midnight or local.time() >= self.evening_begins:
            return row.evening_or_saturday
        return row.weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchange:
    """Out at one stop and in at the other within this time: the journey goes on.

    It holds in this direction only; the way back is a row of its own.
    """

    from_stop_id: str
    to_stop_id: str
    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyInterchange:
    """Set live by a control centre: between any two of these stops, also the same one again."""

    stop_ids: frozenset[str]
    starts: datetime
    ends: datetime
    within: timedelta

    def links(self, from_stop_id: str, to_stop_id: str, *, left: datetime, back: datetime) -> bool:
        """Tell whether a rider who left and came back goes on with the journey.

        It must be live when they left or when they came back: they may have heard of it at either.
        """
        live = any(self.starts <= at < self.ends for at in (left, back))
        return live and {from_stop_id, to_stop_id} <= self.stop_ids and back - left <= self.within


@dataclass(frozen=True, slots=True, kw_only=True)
class ReEntry:
    """Out and in again at the same station and network: the journey goes on."""

    within: timedelta
    times: int = 1
    """In one journey."""


class SameStationCharge(StrEnum):
    """What leaving where one came in costs."""

    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    FREE = "free"
    TWO_MAXIMUM = "two_maximum"


@dataclass(frozen=True, slots=True, kw_only=True)
class SameStationBand:
    """Holds for a stay shorter than `below` that no earlier band holds for."""

    below: timedelta
    charge: SameStationCharge


class DegradedMode(StrEnum):
    """What gates let pass while something is broken; the usual six of fare systems."""

    ENTRY_FREE = "entry_free"  # riders came in unread
    EXIT_FREE = "exit_free"  # riders went out unread
    TIME_FREE = "time_free"  # no journey is too long
    DATE_FREE = "date_free"  # an entitlement that has run out still counts
    FARE_FREE = "fare_free"  # nobody pays more than the lowest fare
    EMERGENCY = "emergency"  # all gates open, both ways; who leaves where they came in rides free


@dataclass(frozen=True, slots=True, kw_only=True)
class Disruption:
    """A degraded mode at some stops, from `starts` until before `ends`."""

    mode: DegradedMode
    stop_ids: frozenset[str]
    starts: datetime
    ends: datetime

    def covers(self, stop_id: str, at: datetime) -> bool:
        """Tell whether it held at a stop at an instant."""
        return stop_id in self.stop_ids and self.starts <= at < self.ends

    def overlaps(self, first: datetime, last: datetime) -> bool:
        """Tell whether it held at any instant from `first` to `last`."""
        return self.starts <= last and first < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyRules:
    """All of it. The default knows entries, exits and one longest journey, and nothing else."""

    times: JourneyTimes | None = None
    """Where it has no row, the tariff's `journey_max` holds."""
    interchanges: tuple[Interchange, ...] = ()
    emergencies: tuple[EmergencyInterchange, ...] = ()
    re_entry: ReEntry | None = None
    same_station: tuple[SameStationBand, ...] = ()
    """Shortest first. A stay that is in none of them is priced as any other leg."""
    disruptions: tuple[Disruption, ...] = ()
    transfer_within: timedelta | None = None
    """An entry this soon after an exit is a further leg of one journey, for transfer rules."""

    def held(self, mode: DegradedMode, stop_id: str, at: datetime) -> bool:
        """Tell whether a degraded mode held at a stop at an instant."""
        return any(one.mode is mode and one.covers(stop_id, at) for one in self.disruptions)
