"""From taps at gates to journeys: what belongs together, and what was not read.

Taps become stays between an entry and an exit; stays that interchanges and re-entries link become
journeys. All of it depends on the set of taps alone, never on the order in which they came.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final, assert_never

from faregate.fares.journey_rules import DegradedMode, SameStationCharge
from faregate.fares.tariff import TariffInTime
from faregate.fares.travel_day import travel_day
from faregate.ids import PassageId


class Direction(StrEnum):
    """Which way a rider passed a reader."""

    ENTRY = "entry"
    EXIT = "exit"
    INTERMEDIATE = "intermediate"  # a reader on the way, which says by which way they went


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """One passage of one rider through a gate."""

    passage_id: PassageId
    direction: Direction
    network_id: str
    stop_id: str
    at: datetime
    """The gate's own time: arrival at the office says nothing about the journey. Kept in UTC."""
    companion: int = 0
    """0 is the rider; whoever else they pay for has a number of their own, and own journeys."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for a time without an offset."""
        if self.at.utcoffset() is None:
            raise ValueError(f"the time of tap {self.passage_id} has no offset")
        # Two times of one zone are subtracted and compared by its wall clock, which jumps.
        object.__setattr__(self, "at", self.at.astimezone(UTC))


class JourneyStatus(StrEnum):
    """What was read of a journey, and so how it is priced."""

    COMPLETE = "complete"
    EXIT_MISSING = "exit_missing"
    ENTRY_MISSING = "entry_missing"
    EXIT_ASSUMED = "exit_assumed"  # gates stood open: out by the one that costs least
    ENTRY_ASSUMED = "entry_assumed"
    SAME_STATION_MAXIMUM = "same_station_maximum"
    SAME_STATION_MINIMUM = "same_station_minimum"
    NOT_TRAVELLED = "not_travelled"  # out where they came in, and that is free


INCOMPLETE: Final = frozenset(
    {JourneyStatus.EXIT_MISSING, JourneyStatus.ENTRY_MISSING, JourneyStatus.SAME_STATION_MAXIMUM}
)
"""Whoever has one of these pays the maximum fare, until it is corrected."""
ONE_END: Final = frozenset(
    {
        JourneyStatus.EXIT_MISSING,
        JourneyStatus.ENTRY_MISSING,
        JourneyStatus.EXIT_ASSUMED,
        JourneyStatus.ENTRY_ASSUMED,
    }
)
"""Only an entry or only an exit was read: the other may still come."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one leg rule prices: from a stop to a stop, by one of these networks."""

    first: Tap
    last: Tap
    network_ids: tuple[str, ...]
    """More than one where nothing was read on the way: the rider pays the cheapest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What is priced as a whole, in the order in which it was travelled."""

    status: JourneyStatus
    taps: tuple[Tap, ...]
    """All that were read, oldest first."""
    travel_day: date
    """The day of the first tap, even if the journey ends on the next."""
    stretches: tuple[Stretch, ...] = ()
    """None if only one end was read."""
    open_stop_ids: frozenset[str] = frozenset()
    """Where gates stood open, if an end is assumed."""
    lowest_fare: bool = False
    """Nobody checked fares where it ended: it costs the lowest from where it began, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stay:
    """From one tap of entry to one of exit, or what was read of that."""

    taps: tuple[Tap, ...]
    status: JourneyStatus


def pair(taps: Iterable[Tap], tariffs: TariffInTime) -> tuple[Journey, ...]:
    """Turn the taps of one rider into journeys, oldest first.

    The order and repetition of `taps` do not matter: two taps with one id are one. An exit belongs
    to the last entry before it, unless that was longer ago than the longest journey.
    """
    distinct = {tap.passage_id: tap for tap in taps}
    by_person: dict[int, list[Tap]] = {}
    for tap in sorted(distinct.values(), key=_by_time):
        by_person.setdefault(tap.companion, []).append(tap)
    found = [
        journey
        for person in by_person.values()
        for journeys in _by_transfers(_by_links(list(_stays(person, tariffs)), tariffs), tariffs)
        for journey in _finish(journeys, tariffs)
    ]
    return tuple(sorted(found, key=lambda journey: _by_time(journey.taps[0])))


def _by_time(tap: Tap) -> tuple[datetime, PassageId]:
    return tap.at, tap.passage_id


def _stays(taps: Iterable[Tap], tariffs: TariffInTime) -> Iterator[_Stay]:
    inside: list[Tap] = []
    for tap in taps:
        match tap.direction:
            case Direction.ENTRY:
                if inside:
                    yield _Stay(taps=tuple(inside), status=JourneyStatus.EXIT_MISSING)
                inside = [tap]
            case Direction.INTERMEDIATE:
                if inside:  # whoever is not inside by any gate's word says nothing with it
                    inside.append(tap)
            case Direction.EXIT:
                if inside and _in_time(inside[0], tap, tariffs):
                    yield _Stay(taps=(*inside, tap), status=JourneyStatus.COMPLETE)
                else:
                    if inside:
                        yield _Stay(taps=tuple(inside), status=JourneyStatus.EXIT_MISSING)
                    yield _Stay(taps=(tap,), status=JourneyStatus.ENTRY_MISSING)
                inside = []
            case _:
                assert_never(tap.direction)
    if inside:
        yield _Stay(taps=tuple(inside), status=JourneyStatus.EXIT_MISSING)


def _in_time(first: Tap, last: Tap, tariffs: TariffInTime) -> bool:
    """Tell whether one journey may reach from `first` to `last`."""
    tariff = tariffs.at(first.at)
    rules, mode = tariff.rules, DegradedMode.TIME_FREE
    if any(rules.held(mode, tap.stop_id, tap.at) for tap in (first, last)):
        return True
    row = None
    if rules.times is not None:
        zone = tariff.feed.timezone_of(first.stop_id)
        row = rules.times.longest(first.stop_id, last.stop_id, begins=first.at, zone=zone)
    return last.at - first.at <= (tariff.journey_max if row is None else row)


def _by_links(stays: Sequence[_Stay], tariffs: TariffInTime) -> list[_Stay]:
    """Make one stay of those that an interchange or a re-entry links."""
    linked: list[_Stay] = []
    returns = 0
    for stay in stays:
        before = linked[-1] if linked else None
        if before is None or not _may_link(before, stay, tariffs):
            linked.append(stay)
            returns = 0
            continue
        left, back = before.taps[-1], stay.taps[0]
        if not _interchanges(left, back, tariffs):
            if not _re_enters(left, back, tariffs, returns):
                linked.append(stay)
                returns = 0
                continue
            returns += 1
        linked[-1] = _Stay(taps=before.taps + stay.taps, status=stay.status)
    return linked


def _may_link(before: _Stay, after: _Stay, tariffs: TariffInTime) -> bool:
    # Together they must not take longer than a journey may: else each is one of its own.
    return (
        before.status is JourneyStatus.COMPLETE
        and after.status is not JourneyStatus.ENTRY_MISSING
        and _in_time(before.taps[0], after.taps[-1], tariffs)
    )


def _interchanges(left: Tap, back: Tap, tariffs: TariffInTime) -> bool:
    rules, gap = tariffs.at(left.at).rules, back.at - left.at
    return any(
        (row.from_stop_id, row.to_stop_id) == (left.stop_id, back.stop_id) and gap <= row.within
        for row in rules.interchanges
    ) or any(
        one.links(left.stop_id, back.stop_id, left=left.at, back=back.at)
        for one in rules.emergencies
    )


def _re_enters(left: Tap, back: Tap, tariffs: TariffInTime, returns: int) -> bool:
    rule = tariffs.at(left.at).rules.re_entry
    return (
        rule is not None
        and returns < rule.times
        and back.at - left.at <= rule.within
        and back.network_id == left.network_id
        and _at_one_station(left, back, tariffs)
    )


def _by_transfers(stays: Sequence[_Stay], tariffs: TariffInTime) -> list[list[_Stay]]:
    """Group complete stays that follow each other closely enough to be legs of one journey."""
    groups = [[stay] for stay in stays[:1]]
    for before, after in pairwise(stays):
        within = tariffs.at(before.taps[-1].at).rules.transfer_within
        complete = before.status is after.status is JourneyStatus.COMPLETE
        soon = within is not None and after.taps[0].at - before.taps[-1].at <= within
        if complete and soon:
            groups[-1].append(after)
        else:
            groups.append([after])
    return groups


def _finish(stays: Sequence[_Stay], tariffs: TariffInTime) -> Iterator[Journey]:
    """Say of one journey's stays how they are to be priced."""
    first, last = stays[0].taps[0], stays[-1].taps[-1]
    if len(stays) > 1:
        taps = tuple(tap for stay in stays for tap in stay.taps)
        stretches = tuple(one for stay in stays for one in _stretches(stay))
        yield _journey(tariffs, JourneyStatus.COMPLETE, taps, stretches=stretches)
        return
    (stay,) = stays
    match stay.status:
        case JourneyStatus.EXIT_MISSING:
            yield _without_exit(tariffs, stay.taps)
        case JourneyStatus.ENTRY_MISSING:
            yield _without_entry(tariffs, stay.taps)
        case _ if _at_one_station(first, last, tariffs):
            yield from _same_station(tariffs, stay)
        case _:
            yield _journey(
                tariffs, JourneyStatus.COMPLETE, stay.taps, stretches=tuple(_stretches(stay))
            )


def _same_station(tariffs: TariffInTime, stay: _Stay) -> Iterator[Journey]:
    first, last = stay.taps[0], stay.taps[-1]
    rules = tariffs.at(first.at).rules
    if rules.held(DegradedMode.EMERGENCY, last.stop_id, last.at):
        yield _journey(tariffs, JourneyStatus.NOT_TRAVELLED, stay.taps)
        return
    charge = next(
        (band.charge for band in rules.same_station if last.at - first.at < band.below),
        None,
    )
    match charge:
        case SameStationCharge.MAXIMUM:
            yield _journey(tariffs, JourneyStatus.SAME_STATION_MAXIMUM, stay.taps)
        case SameStationCharge.MINIMUM:
            yield _journey(tariffs, JourneyStatus.SAME_STATION_MINIMUM, stay.taps)
        case SameStationCharge.FREE:
            yield _journey(tariffs, JourneyStatus.NOT_TRAVELLED, stay.taps)
        case SameStationCharge.TWO_MAXIMUM:
            yield _journey(tariffs, JourneyStatus.EXIT_MISSING, stay.taps[:-1])
            yield _journey(tariffs, JourneyStatus.ENTRY_MISSING, stay.taps[-1:])
        case None:
            stretches = tuple(_stretches(stay))
            yield _journey(tariffs, JourneyStatus.COMPLETE, stay.taps, stretches=stretches)
        case _:
            assert_never(charge)


def _without_exit(tariffs: TariffInTime, taps: tuple[Tap, ...]) -> Journey:
    begins, longest = taps[0].at, tariffs.at(taps[0].at).journey_max
    modes = (DegradedMode.EXIT_FREE, DegradedMode.EMERGENCY)
    stops = _open_stops(tariffs, modes, begins, begins + longest)
    status = JourneyStatus.EXIT_ASSUMED if stops else JourneyStatus.EXIT_MISSING
    return _journey(tariffs, status, taps, open_stop_ids=stops)


def _without_entry(tariffs: TariffInTime, taps: tuple[Tap, ...]) -> Journey:
    ends, longest = taps[0].at, tariffs.at(taps[0].at).journey_max
    modes = (DegradedMode.ENTRY_FREE, DegradedMode.EMERGENCY)
    stops = _open_stops(tariffs, modes, ends - longest, ends)
    status = JourneyStatus.ENTRY_ASSUMED if stops else JourneyStatus.ENTRY_MISSING
    return _journey(tariffs, status, taps, open_stop_ids=stops)


def _open_stops(
    tariffs: TariffInTime, modes: tuple[DegradedMode, ...], first: datetime, last: datetime
) -> frozenset[str]:
    return frozenset(
        stop_id
        for one in tariffs.at(last).rules.disruptions
        if one.mode in modes and one.overlaps(first, last)
        for stop_id in one.stop_ids
    )


def _stretches(stay: _Stay) -> Iterator[Stretch]:
    """Cut a complete stay at the readers on its way. Where it was left and entered again, not."""
    first, last = stay.taps[0], stay.taps[-1]
    ends = [
        first,
        *(tap for tap in stay.taps if tap.direction is Direction.INTERMEDIATE),
        last,
    ]
    for begin, end in pairwise(ends):
        networks = (begin.network_id, end.network_id) if end is last else (begin.network_id,)
        yield Stretch(begin, end, tuple(dict.fromkeys(networks)))


def _at_one_station(one: Tap, other: Tap, tariffs: TariffInTime) -> bool:
    feed = tariffs.at(one.at).feed
    # Two gates at places that the feed does not know are at one place by no one's word.
    known = {one.stop_id, other.stop_id} <= feed.stops.keys()
    return known and feed.station_of(one.stop_id) == feed.station_of(other.stop_id)


def _journey(
    tariffs: TariffInTime,
    status: JourneyStatus,
    taps: tuple[Tap, ...],
    *,
    stretches: tuple[Stretch, ...] = (),
    open_stop_ids: frozenset[str] = frozenset(),
) -> Journey:
    tariff, last = tariffs.at(taps[0].at), taps[-1]
    zone = tariff.feed.timezone_of(taps[0].stop_id)
    return Journey(
        status=status,
        taps=taps,
        travel_day=travel_day(taps[0].at, zone),
        stretches=stretches,
        open_stop_ids=open_stop_ids,
        lowest_fare=tariff.rules.held(DegradedMode.FARE_FREE, last.stop_id, last.at),
    )
