"""Which of an account's rides a day close books, and which rows it may then forget. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from faregate.charging.day_store import StoredEvent
from faregate.charging.policy import ChargingPolicy
from faregate.charging.rating import (
    HoldState,
    PassageEvent,
    Ride,
    UnpricedRide,
    hold_states,
    rate,
)
from faregate.fares.journeys import ONE_END
from faregate.ids import LineId


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBooked:
    """A ride or passage that is closed without being charged, and why, for staff."""

    line: LineId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClose:
    """What closing a day means for one account."""

    booked: tuple[Ride, ...]
    not_booked: tuple[NotBooked, ...]
    passed: tuple[PassageEvent, ...]
    """One event for each passage that somebody went through: to be counted, then forgotten."""
    forgotten: tuple[StoredEvent, ...]

    def line_of(self, ride: Ride) -> LineId:
        """Give the line at which a booked ride begins."""
        first = ride.journey.taps[0].passage_id
        return next(event.line for event in self.passed if event.passage_id == first)

    def written_off(self) -> "AccountClose":
        """Give the same close with nothing charged: every passage is written off."""
        return replace(
            self,
            booked=(),
            not_booked=tuple(NotBooked(line=one.line, why="written_off") for one in self.passed),
        )


def close_account(
    stored: Sequence[StoredEvent],
    *,
    day: date,
    policy: ChargingPolicy,
    was_charged: Callable[[date], bool],
) -> AccountClose:
    """Close `day` for one account, given its events of all open days.

    `was_charged` tells whether the close of a former day charged this account.

    A journey is closed as a whole with the first of its events, also a half that lies in a later
    store: so no later close can take that half for a journey of its own.
    """
    events = [one.event for one in stored]
    closing = {one.event.passage_id for one in stored if one.day == day}
    rating = rate(events, policy.tariff, policy.places)
    booked: list[Ride] = []
    not_booked: list[NotBooked] = []
    line_of = {event.passage_id: event.line for event in events}
    rides: tuple[Ride | UnpricedRide, ...] = (*rating.rides, *rating.unpriced)
    for ride in rides:
        passages = {tap.passage_id for tap in ride.journey.taps}
        if passages.isdisjoint(closing):
            continue
        closing |= passages
        why = _why_not_booked(ride, day, was_charged)
        if isinstance(ride, Ride) and not why:
            booked.append(ride)
        else:
            line = line_of[ride.journey.taps[0].passage_id]
            not_booked.append(NotBooked(line=line, why=why))
    states = hold_states(events)
    passed = {
        event.passage_id: event
        for event in events
        if event.passage_id in closing and states[event.passage_id] is HoldState.POSTED
    }
    return AccountClose(
        booked=tuple(booked),
        not_booked=tuple(not_booked),
        passed=tuple(passed.values()),
        forgotten=tuple(one for one in stored if one.day == day or one.event.passage_id in closing),
    )


def _why_not_booked(
    ride: Ride | UnpricedRide, day: date, was_charged: Callable[[date], bool]
) -> str:
    if isinstance(ride, UnpricedRide):
        return f"fare_unknown:{ride.fare.reason}"
    journey = ride.journey
    if journey.travel_day >= day:
        return ""
    if journey.status in ONE_END:
        # The other half may have been charged when its own day was closed: never twice.
        return "late_half"
    if was_charged(journey.travel_day):
        # Its entry and its exit may be the late halves of two rides that were charged then.
        return "late_ride"
    return ""
