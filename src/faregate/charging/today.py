"""What an account's open days would cost if they were closed now: for the rider and the console."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from faregate.charging.day_store import DayStore
from faregate.charging.policy import ChargingPolicy
from faregate.charging.rating import HoldState, Rating, hold_states, rate, total
from faregate.ids import AccountId
from faregate.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDays:
    """An account's passages that are not closed yet. Nothing here is posted anywhere."""

    rating: Rating
    amount: Money
    """What would be charged."""
    passages: Counter[HoldState]
    """How many are held, posted and voided."""


def open_days(
    connection: Connection, day_store: DayStore, account: AccountId, policy: ChargingPolicy
) -> OpenDays:
    """Rate the open days of one account. Raises `MachineError` without their day keys."""
    events = [one.event for one in day_store.events_of(connection, account)]
    rating = rate(events, policy.tariff, policy.places)
    return OpenDays(
        rating=rating,
        amount=total(rating.rides, policy.tariff.currency),
        passages=Counter(hold_states(events).values()),
    )
