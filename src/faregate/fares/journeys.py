"""From taps at gates to journeys: which exit belongs to which entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import assert_never

from faregate.fares.tariff import Tariff
from faregate.fares.travel_day import travel_day
from faregate.ids import PassageId


class Direction(StrEnum):
    """Which way a rider passed a gate."""

    ENTRY = "entry"
    EXIT = "exit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """One passage of one rider through a gate."""

    passage_id: PassageId
    direction: Direction
    network_id: str
    stop_id: str
    at: datetime
    """Aware. The gate's own time: arrival at the office says nothing about the journey."""


class JourneyStatus(StrEnum):
    """Whether both halves of a journey were read."""

    COMPLETE = "complete"
    EXIT_MISSING = "exit_missing"
    ENTRY_MISSING = "entry_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One stay inside the gates: one leg for the tariff, in the order in which it was travelled."""

    status: JourneyStatus
    taps: tuple[Tap, ...]
    """Entry and exit; or the one that was read."""
    travel_day: date
    """The day of the first tap, even if the journey ends on the next."""


def pair(taps: Iterable[Tap], tariff: Tariff) -> tuple[Journey, ...]:
    """Pair the taps of one rider into journeys, oldest first.

    The order and repetition of `taps` do not matter: two taps with one id are one. An exit belongs
    to the last entry before it unless that lies further back than `tariff.journey_max`.
    """
    distinct = {tap.passage_id: tap for tap in taps}
    journeys: list[Journey] = []
    inside: Tap | None = None
    for tap in sorted(distinct.values(), key=lambda tap: (tap.at, tap.passage_id)):
        match tap.direction:
            case Direction.ENTRY:
                if inside is not None:
                    journeys.append(_journey(tariff, JourneyStatus.EXIT_MISSING, inside))
                inside = tap
            case Direction.EXIT:
                if inside is None:
                    journeys.append(_journey(tariff, JourneyStatus.ENTRY_MISSING, tap))
                elif _elapsed(inside, tap) > tariff.journey_max:
                    journeys.append(_journey(tariff, JourneyStatus.EXIT_MISSING, inside))
                    journeys.append(_journey(tariff, JourneyStatus.ENTRY_MISSING, tap))
                else:
                    journeys.append(_journey(tariff, JourneyStatus.COMPLETE, inside, tap))
                inside = None
            case _:
                assert_never(tap.direction)
    if inside is not None:
        journeys.append(_journey(tariff, JourneyStatus.EXIT_MISSING, inside))
    return tuple(journeys)


def _elapsed(entry: Tap, leaving: Tap) -> timedelta:
    return leaving.at - entry.at


def _journey(tariff: Tariff, status: JourneyStatus, *taps: Tap) -> Journey:
    zone = tariff.feed.timezone_of(taps[0].stop_id)
    return Journey(status=status, taps=taps, travel_day=travel_day(taps[0].at, zone))
