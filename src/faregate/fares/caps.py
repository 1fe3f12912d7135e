"""Caps: what a rider pays at most in a day or week. Computed from all rides anew, never added up.

A ride counts towards every cap that it falls under, and costs what the tightest of them leaves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import assert_never

from faregate.ids import PassageId
from faregate.money import Money

_PERCENT = 100


class CapPeriod(StrEnum):
    """How long a cap adds up."""

    DAY = "day"  # a travel day, from 04:30
    WEEK = "week"  # Monday to Sunday, in travel days


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """One row of `caps.toml`."""

    cap_id: str
    period: CapPeriod
    amount: Money
    area_ids: frozenset[str] = frozenset()
    """Counts rides that stay within these areas; empty: all rides."""
    rider_category_ids: frozenset[str] = frozenset()
    """Counts rides of riders in one of these categories; empty: of all."""
    percent_beyond: int = 0
    """What a ride costs once the cap is reached: 0 is free, 50 is half price."""
    counts_maximum_fares: bool = False
    """Whether incomplete journeys count and are capped; usually they stay outside."""

    def begins(self, day: date) -> date:
        """Give the first day of the period that a travel day lies in."""
        match self.period:
            case CapPeriod.DAY:
                return day
            case CapPeriod.WEEK:
                return day - timedelta(days=day.weekday())
            case _:
                assert_never(self.period)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedRide:
    """A ride as caps see it."""

    ride_id: PassageId
    """Its first tap."""
    travel_day: date
    fare: Money
    caps: tuple[Cap, ...]
    """Those in force; it counts towards the ones that it falls under."""
    area_ids: tuple[frozenset[str], ...]
    """The areas of each stop at which it was read."""
    rider_category_id: str = ""
    maximum_fare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CappedRide:
    """What a ride costs in the end."""

    ride: PricedRide
    charge: Money
    cap_id: str
    """The cap that lowered it; empty if none did."""

    @property
    def saved(self) -> Money:
        """What the caps took off."""
        return Money(self.ride.fare.minor - self.charge.minor, self.charge.currency)


@dataclass(frozen=True, slots=True, order=True)
class CapSpent:
    """What one account has paid towards one cap: all that is kept of closed days."""

    cap_id: str
    begins: date
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capped:
    """The rides in the order in which they were given, and what to carry."""

    rides: tuple[CappedRide, ...]
    spent: tuple[CapSpent, ...]
    """Carries of before included, sorted. Hand it in with the rides that come after these."""


def apply_caps(rides: Iterable[PricedRide], carried: Iterable[CapSpent] = ()) -> Capped:
    """Charge rides in the order given, oldest first, each at what its caps leave.

    Raises `ValueError` for a ride in another currency than a cap that it counts towards.
    """
    spent = {(one.cap_id, one.begins): one.minor for one in carried}
    charged: list[CappedRide] = []
    for ride in rides:
        counting = [cap for cap in ride.caps if _counts(cap, ride)]
        charge, cap_id = ride.fare.minor, ""
        for cap in counting:
            left = _left(cap, ride, spent)
            if left < charge:
                charge, cap_id = left, cap.cap_id
        for cap in counting:
            key = (cap.cap_id, cap.begins(ride.travel_day))
            spent[key] = spent.get(key, 0) + charge
        money = Money(charge, ride.fare.currency)
        charged.append(CappedRide(ride=ride, charge=money, cap_id=cap_id))
    return Capped(
        rides=tuple(charged),
        spent=tuple(sorted(CapSpent(*key, minor) for key, minor in spent.items())),
    )


def still_needed(spent: Iterable[CapSpent], caps: Iterable[Cap], *, day: date) -> list[CapSpent]:
    """Drop what no ride of `day` or later can count towards: its period is over."""
    by_id = {cap.cap_id: cap for cap in caps}
    return [
        one for one in spent if one.cap_id in by_id and one.begins >= by_id[one.cap_id].begins(day)
    ]


def _counts(cap: Cap, ride: PricedRide) -> bool:
    if ride.fare.minor <= 0 or (ride.maximum_fare and not cap.counts_maximum_fares):
        return False
    if cap.rider_category_ids and ride.rider_category_id not in cap.rider_category_ids:
        return False
    return not cap.area_ids or all(areas & cap.area_ids for areas in ride.area_ids)


def _left(cap: Cap, ride: PricedRide, spent: Mapping[tuple[str, date], int]) -> int:
    """Give what a ride costs under one cap: whole up to it, and its percentage beyond."""
    if cap.amount.currency != ride.fare.currency:
        raise ValueError(f"cap {cap.cap_id} is in {cap.amount.currency}, not {ride.fare.currency}")
    room = max(0, cap.amount.minor - spent.get((cap.cap_id, cap.begins(ride.travel_day)), 0))
    within = min(ride.fare.minor, room)
    # Rounded down: the odd cent is the rider's.
    return within + (ride.fare.minor - within) * cap.percent_beyond // _PERCENT
