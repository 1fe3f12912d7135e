"""What a journey costs, and why: fare_leg_rules.txt applied as the reference says."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from faregate.fares.journeys import Journey, JourneyStatus
from faregate.fares.tables import FareLegRule, FareProduct, Feed
from faregate.fares.tariff import Tariff
from faregate.money import Money


class UnknownReason(StrEnum):
    """Why no fare is known. Ordered as the checks run."""

    STOP_UNKNOWN = "stop_unknown"
    NETWORKS_DIFFER = "networks_differ"
    NO_RULE = "no_rule"
    NO_PRODUCT = "no_product"  # a rule matches, but no product fits the medium and category


@dataclass(frozen=True, slots=True, kw_only=True)
class FareQuote:
    """The fare of a journey, and how it came about, line by line."""

    amount: Money
    fare_product_id: str
    explanation: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FareUnknown:
    """The tariff does not say. That is not free: nothing is charged, and staff are told."""

    reason: UnknownReason
    explanation: tuple[str, ...]


def price(journey: Journey, tariff: Tariff) -> FareQuote | FareUnknown:
    """Price a journey.

    A journey of which only one half was read is completed by the tariff: it costs the dearest
    known fare between that stop and any stop with gates. Where several products would do, the
    cheapest is taken.
    """
    first, last = journey.taps[0], journey.taps[-1]
    if not {first.stop_id, last.stop_id} <= tariff.gated_stop_ids:
        return FareUnknown(
            reason=UnknownReason.STOP_UNKNOWN,
            explanation=(f"no gate is known at {first.stop_id} or {last.stop_id}",),
        )
    if first.network_id != last.network_id:
        return FareUnknown(
            reason=UnknownReason.NETWORKS_DIFFER,
            explanation=(f"into {first.network_id}, out of {last.network_id}",),
        )
    network_id = first.network_id
    gates = sorted(tariff.gated_stop_ids)
    match journey.status:
        case JourneyStatus.COMPLETE:
            return _price_leg(tariff, network_id, first.stop_id, last.stop_id)
        case JourneyStatus.EXIT_MISSING:
            return _dearest(
                f"no exit was read: the dearest fare from {first.stop_id}",
                (_price_leg(tariff, network_id, first.stop_id, gate) for gate in gates),
            )
        case JourneyStatus.ENTRY_MISSING:
            return _dearest(
                f"no entry was read: the dearest fare to {last.stop_id}",
                (_price_leg(tariff, network_id, gate, last.stop_id) for gate in gates),
            )
        case _:
            assert_never(journey.status)


def _dearest(why: str, fares: Iterable[FareQuote | FareUnknown]) -> FareQuote | FareUnknown:
    known: list[FareQuote] = []
    unknown: list[FareUnknown] = []
    for fare in fares:
        match fare:
            case FareQuote():
                known.append(fare)
            case FareUnknown():
                unknown.append(fare)
            case _:
                assert_never(fare)
    if not known:
        # The legs asked for start or end at a gate, so there was at least one.
        return unknown[0]
    best = max(known, key=lambda quote: quote.amount.minor)
    return FareQuote(
        amount=best.amount,
        fare_product_id=best.fare_product_id,
        explanation=(why, *best.explanation),
    )


def _price_leg(
    tariff: Tariff, network_id: str, from_stop_id: str, to_stop_id: str
) -> FareQuote | FareUnknown:
    leg = f"leg {from_stop_id} to {to_stop_id}, network {network_id or 'none'}"
    rules = matching_rules(
        tariff.feed,
        network_id=network_id,
        from_areas=tariff.feed.areas_of(from_stop_id),
        to_areas=tariff.feed.areas_of(to_stop_id),
    )
    if not rules:
        return FareUnknown(
            reason=UnknownReason.NO_RULE,
            explanation=(leg, "no row of fare_leg_rules.txt matches"),
        )
    matched = f"fare_leg_rules.txt line {', '.join(str(rule.line) for rule in rules)}"
    names = {rule.fare_product_id for rule in rules}
    products = [
        product for product in tariff.eligible_products() if product.fare_product_id in names
    ]
    if not products:
        return FareUnknown(
            reason=UnknownReason.NO_PRODUCT,
            explanation=(
                leg,
                matched,
                f"{', '.join(sorted(names))}: not for {tariff.fare_media_id}",
            ),
        )
    cheapest = min(products, key=_cheapest_first)
    amount = cheapest.amount
    return FareQuote(
        amount=amount,
        fare_product_id=cheapest.fare_product_id,
        explanation=(
            leg,
            matched,
            f"{cheapest.fare_product_id}: {amount.to_decimal()} {amount.currency}",
        ),
    )


def _cheapest_first(product: FareProduct) -> tuple[int, str]:
    return product.amount.minor, product.fare_product_id


def matching_rules(
    feed: Feed, *, network_id: str, from_areas: frozenset[str], to_areas: frozenset[str]
) -> tuple[FareLegRule, ...]:
    """Give the rows of fare_leg_rules.txt that price a leg; several mean a choice of products.

    Empty cells: if any row has a `rule_priority`, an empty cell constrains nothing and the highest
    priority wins; else it stands for all that no row lists. The column alone decides nothing: a
    published feed has it, and no value in it.
    """
    legs = (frozenset({network_id} - {""}), from_areas, to_areas)
    rules = feed.fare_leg_rules
    if any(rule.rule_priority is not None for rule in rules):
        matching = [rule for rule in rules if all(map(_unconstrained_or_in, _cells(rule), legs))]
        highest = max((_priority(rule) for rule in matching), default=0)
        return tuple(rule for rule in matching if _priority(rule) == highest)
    listed = tuple(frozenset(column) - {""} for column in zip(*map(_cells, rules), strict=True))
    return tuple(rule for rule in rules if all(map(_unlisted_or_in, _cells(rule), legs, listed)))


def _cells(rule: FareLegRule) -> tuple[str, str, str]:
    return rule.network_id, rule.from_area_id, rule.to_area_id


def _priority(rule: FareLegRule) -> int:
    return rule.rule_priority or 0


def _unconstrained_or_in(cell: str, leg: frozenset[str]) -> bool:
    return not cell or cell in leg


def _unlisted_or_in(cell: str, leg: frozenset[str], listed: frozenset[str]) -> bool:
    return cell in leg if cell else leg.isdisjoint(listed)
