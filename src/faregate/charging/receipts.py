"""Receipts: what a rider keeps of a day, and the office does not (message 9)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from typing import Final, assert_never

from faregate.charging.policy import ChargingPolicy
from faregate.charging.rating import Ride
from faregate.consent.locked import random_bytes
from faregate.fares.journeys import JourneyStatus, Tap
from faregate.wire.canonical import b64
from faregate.wire.messages import Receipt, ReceiptBundle

_RIDES_MAX: Final = 64
"""In one bundle: with the longest names this stays below the largest legal document."""
_STOP_NAME_MAX: Final = 50
_RECEIPT_ID_SIZE: Final = 16
_NOT_READ: Final = "?"


def receipt_bundles(
    rides: Sequence[Ride], *, day: date, policy: ChargingPolicy
) -> Iterator[ReceiptBundle]:
    """Make the bundles of one account and closed day, at most 64 rides each, oldest first."""
    for start in range(0, len(rides), _RIDES_MAX):
        yield ReceiptBundle(
            deployment=policy.deployment,
            day=day.isoformat(),
            currency=policy.tariff.currency,
            rides=[_receipt(ride, policy) for ride in rides[start : start + _RIDES_MAX]],
            tariff_version=policy.tariff.version,
        )


def _receipt(ride: Ride, policy: ChargingPolicy) -> Receipt:
    begins = ride.journey.taps[0].at.astimezone(UTC)
    return Receipt(
        receipt_id=b64(random_bytes(_RECEIPT_ID_SIZE)),
        place=_place(ride, policy),
        minute=int((begins - timedelta(seconds=begins.second)).timestamp()),
        fare=ride.fare.amount.minor,
        cap=0,
    )


def _place(ride: Ride, policy: ChargingPolicy) -> str:
    first, last = ride.journey.taps[0], ride.journey.taps[-1]
    match ride.journey.status:
        case JourneyStatus.EXIT_MISSING | JourneyStatus.EXIT_ASSUMED:
            return f"{_stop_name(first, policy)} - {_NOT_READ}"
        case JourneyStatus.ENTRY_MISSING | JourneyStatus.ENTRY_ASSUMED:
            return f"{_NOT_READ} - {_stop_name(last, policy)}"
        case (
            JourneyStatus.COMPLETE
            | JourneyStatus.SAME_STATION_MAXIMUM
            | JourneyStatus.SAME_STATION_MINIMUM
            | JourneyStatus.NOT_TRAVELLED
        ):
            return f"{_stop_name(first, policy)} - {_stop_name(last, policy)}"
        case _:
            assert_never(ride.journey.status)


def _stop_name(tap: Tap, policy: ChargingPolicy) -> str:
    stop = policy.tariff.feed.stops[tap.stop_id]  # a ride with a fare is between known stops
    return (stop.stop_name or stop.stop_id)[:_STOP_NAME_MAX]
