"""What an account owes, recomputed from all its passages: pure, and blind to order of arrival.

Nothing is added up as events come in. Late, repeated and reordered passages take the same path:
they change the input, and the whole is computed again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from faregate.fares.gate_fare import GateFare, GateFareUnknown, gate_fare
from faregate.fares.journeys import Direction, Journey, Tap, pair
from faregate.fares.tariff import Tariff
from faregate.ids import LineId, PassageId
from faregate.money import Money


class Outcome(StrEnum):
    """What an event says about a passage."""

    AUTHORISED = "authorised"
    PASSED = "passed"
    TIMED_OUT = "timed_out"


class HoldState(StrEnum):
    """What has become of an authorised passage."""

    HELD = "held"  # the gate opened; whether somebody passed is not known yet
    POSTED = "posted"  # somebody passed
    VOIDED = "voided"  # nobody passed: nothing is charged


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageEvent:
    """One event of a passage, as far as its price depends on it."""

    event_id: PassageId
    passage_id: PassageId
    """The authorisation that it is about: for that event itself, its own id."""
    line: LineId
    direction: Direction
    opened_at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a line stands, in the tariff's words."""

    stop_id: str
    network_id: str


@dataclass(frozen=True, slots=True)
class Ride:
    """A journey and its fare."""

    journey: Journey
    fare: GateFare


@dataclass(frozen=True, slots=True)
class UnpricedRide:
    """A journey that the tariff has no fare for. It is not charged; staff are told."""

    journey: Journey
    fare: GateFareUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """All journeys of one account, oldest first."""

    rides: tuple[Ride, ...]
    unpriced: tuple[UnpricedRide, ...]


def hold_states(events: Iterable[PassageEvent]) -> dict[PassageId, HoldState]:
    """Tell the state of every passage. Order and repetition of the events do not matter.

    A gate concludes a passage once; should it ever contradict itself, its first word counts.
    """
    return {
        passage_id: _state(concerning) for passage_id, concerning in _by_passage(events).items()
    }


def rate(events: Iterable[PassageEvent], tariff: Tariff, places: Mapping[LineId, Place]) -> Rating:
    """Rate all passages of one account: who passed is charged, journey by journey."""
    taps = [
        _tap(concerning[0], places)
        for concerning in _by_passage(events).values()
        if _state(concerning) is HoldState.POSTED
    ]
    rides: list[Ride] = []
    unpriced: list[UnpricedRide] = []
    for journey in pair(taps, tariff):
        fare = gate_fare(journey, tariff)
        if isinstance(fare, GateFare):
            rides.append(Ride(journey, fare))
        else:
            unpriced.append(UnpricedRide(journey, fare))
    return Rating(rides=tuple(rides), unpriced=tuple(unpriced))


def total(rides: Iterable[Ride], currency: str) -> Money:
    """Add up fares. Raises `ValueError` for a ride in another currency."""
    return sum((ride.fare.amount for ride in rides), start=Money(0, currency))


def _by_passage(events: Iterable[PassageEvent]) -> dict[PassageId, list[PassageEvent]]:
    """Group events by passage, each group in the order in which the device made them."""
    grouped: dict[PassageId, list[PassageEvent]] = {}
    for event in sorted(set(events), key=lambda event: event.event_id):
        grouped.setdefault(event.passage_id, []).append(event)
    return grouped


def _state(concerning: Iterable[PassageEvent]) -> HoldState:
    for event in concerning:
        if event.outcome is Outcome.PASSED:
            return HoldState.POSTED
        if event.outcome is Outcome.TIMED_OUT:
            return HoldState.VOIDED
    return HoldState.HELD


def _tap(event: PassageEvent, places: Mapping[LineId, Place]) -> Tap:
    # A line without a place has a stop that no tariff knows: its fare is unknown, not 0.
    place = places.get(event.line, Place(stop_id="", network_id=""))
    return Tap(
        passage_id=event.passage_id,
        direction=event.direction,
        network_id=place.network_id,
        stop_id=place.stop_id,
        at=event.opened_at,
    )
