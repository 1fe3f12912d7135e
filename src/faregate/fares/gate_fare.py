"""What a journey between gates costs: also one of which a half was not read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, assert_never

from faregate.fares.journeys import Journey, JourneyStatus, Stretch, Tap
from faregate.fares.legs import Leg
from faregate.fares.price import FareQuote, FareUnknown, price
from faregate.fares.tariff import Tariff
from faregate.money import Money


class NoFare(StrEnum):
    """Why no fare is known. Ordered as the checks run."""

    STOP_UNKNOWN = "stop_unknown"
    NO_RULE = "no_rule"
    NO_PRODUCT = "no_product"  # a rule matches, but no product fits the medium and category


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFare:
    """The fare of a journey, and how it came about, line by line."""

    amount: Money
    explanation: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFareUnknown:
    """The tariff does not say. That is not free: nothing is charged, and staff are told."""

    reason: NoFare
    explanation: tuple[str, ...]


_Fare: TypeAlias = GateFare | GateFareUnknown


def gate_fare(journey: Journey, tariff: Tariff) -> GateFare | GateFareUnknown:
    """Price a journey by the tariff that was in force at its first tap.

    Where one end was not read, it costs the dearest known fare between the other end and any stop
    with gates; where gates stood open, the cheapest to one of those.
    """
    strange = sorted({tap.stop_id for tap in journey.taps} - tariff.gated_stop_ids)
    if strange:
        return GateFareUnknown(
            reason=NoFare.STOP_UNKNOWN,
            explanation=(f"no gate is known at {', '.join(map(repr, strange))}",),
        )
    fare = _by_status(journey, tariff)
    if isinstance(fare, GateFareUnknown):
        return fare
    if journey.lowest_fare:
        lowest = _of_ends(
            journey, tariff, tariff.gated_stop_ids, min, "fares were not checked: the lowest"
        )
        fare = min((fare, lowest), key=_minor) if isinstance(lowest, GateFare) else fare
    return _not_below_zero(fare)


def _not_below_zero(fare: GateFare) -> GateFare:
    # A feed's discounts may exceed its fares. A gate collects money; it never pays out.
    if fare.amount.minor >= 0:
        return fare
    return GateFare(
        amount=Money(0, fare.amount.currency),
        explanation=(*fare.explanation, "discounts exceed the fare: nothing is charged"),
    )


def _by_status(journey: Journey, tariff: Tariff) -> _Fare:
    gates = tariff.gated_stop_ids
    choose: Callable[..., GateFare] = max
    match journey.status:
        case JourneyStatus.COMPLETE:
            return _through(journey.stretches, tariff)
        case JourneyStatus.NOT_TRAVELLED:
            return GateFare(
                amount=Money(0, tariff.currency), explanation=("out where they came in: free",)
            )
        case JourneyStatus.EXIT_MISSING:
            why = "no exit was read: the dearest"
        case JourneyStatus.ENTRY_MISSING:
            why = "no entry was read: the dearest"
        case JourneyStatus.SAME_STATION_MAXIMUM:
            why = "out where they came in: the dearest"
        case JourneyStatus.SAME_STATION_MINIMUM:
            choose, why = min, "out where they came in: the cheapest"
        case JourneyStatus.EXIT_ASSUMED | JourneyStatus.ENTRY_ASSUMED:
            gates, choose, why = journey.open_stop_ids, min, "gates stood open: the cheapest"
        case _:
            assert_never(journey.status)
    return _of_ends(journey, tariff, gates, choose, why)


def _through(stretches: Sequence[Stretch], tariff: Tariff) -> _Fare:
    """Price a journey that was read from end to end.

    Where two networks lead from entry to exit and no reader stood between them, the rider is
    asked for the cheaper one.
    """
    legs = [
        min(
            (_leg(network_id, stretch.first, stretch.last) for network_id in stretch.network_ids),
            key=lambda leg: _rank(_told(tariff, (leg,))),
        )
        for stretch in stretches
    ]
    return _told(tariff, legs)


def _of_ends(
    journey: Journey,
    tariff: Tariff,
    stop_ids: Iterable[str],
    choose: Callable[..., GateFare],
    why: str,
) -> _Fare:
    """Give the cheapest or dearest fare between what was read of a journey and some stops.

    The half that was not read has no time of its own: the time of day is that of the one that was.
    """
    known: list[GateFare] = []
    unknown: list[GateFareUnknown] = []
    arrives = journey.status in (JourneyStatus.ENTRY_MISSING, JourneyStatus.ENTRY_ASSUMED)
    tap = journey.taps[0]
    for stop_id in sorted(stop_ids):
        from_stop_id, to_stop_id = (stop_id, tap.stop_id) if arrives else (tap.stop_id, stop_id)
        leg = Leg(
            from_stop_id=from_stop_id,
            to_stop_id=to_stop_id,
            departure=tap.at,
            arrival=tap.at,
            network_id=tap.network_id,
        )
        fare = _told(tariff, (leg,))
        match fare:
            case GateFare():
                known.append(fare)
            case GateFareUnknown():
                unknown.append(fare)
            case _:
                assert_never(fare)
    if not known:
        # A tariff has at least one gate, and a disruption at least one stop.
        return unknown[0]
    best = choose(known, key=_minor)
    end = "to" if arrives else "from"
    return GateFare(
        amount=best.amount,
        explanation=(f"{why} fare {end} {tap.stop_id}", *best.explanation),
    )


def _leg(network_id: str, first: Tap, last: Tap) -> Leg:
    return Leg(
        from_stop_id=first.stop_id,
        to_stop_id=last.stop_id,
        departure=first.at,
        arrival=last.at,
        network_id=network_id,
    )


def _told(tariff: Tariff, legs: Sequence[Leg]) -> _Fare:
    """Price legs, and put into words what was found."""
    fare = price(legs, tariff.table)
    match fare:
        case FareQuote():
            lines = [
                f"{_places(leg.legs)}: fare_leg_rules.txt line {leg.rule.line}, "
                f"{leg.product.fare_product_id}: {leg.amount.to_decimal()} {leg.amount.currency}"
                for leg in fare.legs
            ]
            return GateFare(amount=fare.total, explanation=tuple(lines))
        case FareUnknown():
            rules = ", ".join(str(rule.line) for rule in fare.rules)
            found = f"matched by line {rules}" if rules else "matched by no line"
            return GateFareUnknown(
                reason=NoFare(fare.reason.value),
                explanation=(f"{_places(fare.legs)}: {found} of fare_leg_rules.txt",),
            )
        case _:
            assert_never(fare)


def _places(legs: Sequence[Leg]) -> str:
    networks = ", ".join(dict.fromkeys(leg.network_id or "none" for leg in legs))
    return f"leg {legs[0].from_stop_id} to {legs[-1].to_stop_id}, network {networks}"


def _minor(fare: GateFare) -> int:
    return fare.amount.minor


def _rank(fare: _Fare) -> tuple[bool, int]:
    """Sort what is known before what is not, and then by amount."""
    return (False, fare.amount.minor) if isinstance(fare, GateFare) else (True, 0)
