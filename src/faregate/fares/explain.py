"""Why a journey costs what it costs, in lines that a support person can read out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from faregate.fares.effective_legs import EffectiveLeg, join_legs, joining_rule
from faregate.fares.legs import Leg
from faregate.fares.match import cells_of
from faregate.fares.price import FareQuote, FareTable, PricedLeg, price
from faregate.fares.tables import FareLegRule, FareTransferRule, FareTransferType
from faregate.fares.transfers import Chain, Span, count_left, within_limit
from faregate.money import Money

_SHOWN_MAX: Final = 12
_COLUMNS: Final = ("network_id", "from_area_id", "to_area_id")
_COSTS: Final = {
    FareTransferType.FROM_LEG_PLUS_TRANSFER: "what was paid before, plus the transfer",
    FareTransferType.BOTH_LEGS_PLUS_TRANSFER: "what was paid before, plus transfer and this leg",
    FareTransferType.TRANSFER_ONLY: "the transfer, instead of the legs",
}


def explain(legs: Sequence[Leg], table: FareTable) -> tuple[str, ...]:
    """Price a journey, and tell which rule priced which leg, and why the others did not.

    Raises what `price` raises.
    """
    fare = price(legs, table)
    effective = join_legs(legs, table.feed)
    lines: list[str] = []
    number = 1
    chain = Chain(start=0)
    for index, leg in enumerate(effective):
        lines += _leg_lines(leg, number, table)
        number += len(leg.legs)
        if isinstance(fare, FareQuote):
            if index:
                lines += _transfer_lines(fare.legs, effective, index, table, chain)
                transfer = fare.legs[index].transfer
                chain = (
                    Chain(start=index)
                    if transfer is None
                    else chain.after(transfer.rule, index - 1)
                )
            lines.append(f"  adds {_money(fare.legs[index].amount)}")
    if isinstance(fare, FareQuote):
        lines.append(f"Total: {_money(fare.total)}")
        lines += [
            f"  with {_named(medium, 'any medium')} throughout: {_money(amount)}"
            for medium, amount in fare.by_medium.items()
        ]
    else:
        lines.append("The fare is unknown: nothing is charged.")
    return tuple(lines)


def _leg_lines(leg: EffectiveLeg, number: int, table: FareTable) -> Iterator[str]:
    last = number + len(leg.legs) - 1
    which = f"Leg {number}" if last == number else f"Legs {number} to {last}, joined"
    surroundings = table.surroundings(leg)
    yield (
        f"{which}: {leg.from_stop_id} (areas {_listed(surroundings.from_areas)})"
        f" to {leg.to_stop_id} (areas {_listed(surroundings.to_areas)}),"
        f" network {_listed(surroundings.network_ids)},"
        f" {leg.departure.isoformat()} to {leg.arrival.isoformat()}"
    )
    for before, after in pairwise(leg.legs):
        join = joining_rule(before, after, table.feed)
        assert join is not None
        yield f"  joined at {before.to_stop_id} by fare_leg_join_rules.txt line {join.line}"
    offers = table.offers(leg)
    for rule in offers.rules:
        yield f"  matches: fare_leg_rules.txt line {rule.line}, product {rule.fare_product_id}"
    if not offers.rules:
        yield "  no row of fare_leg_rules.txt matches"
    elif not offers.offers:
        yield "  none of these products is for the rider's media and categories"
    for offer in offers.offers:
        yield (
            f"  on offer: {offer.product.fare_product_id}"
            f" for {_named(offer.product.rider_category_id, 'any category')}"
            f" with {_named(offer.fare_media_id, 'any medium')}: {_money(offer.product.amount)}"
        )
    yield from _passed_over(leg, offers.rules, table)


def _passed_over(
    leg: EffectiveLeg, matched: tuple[FareLegRule, ...], table: FareTable
) -> Iterator[str]:
    """Tell of each rule that did not match why: the near misses in full, the others counted."""
    chosen = {rule.line for rule in matched}
    reasons = [
        (rule, why_not(rule, leg, table))
        for rule in table.feed.fare_leg_rules
        if rule.line not in chosen
    ]
    reasons.sort(key=lambda pair: len(pair[1]))
    for rule, why in reasons[:_SHOWN_MAX]:
        yield f"  passed over: line {rule.line}, {rule.fare_product_id}: {'; '.join(why)}"
    counted = Counter(why[0].partition(" ")[0] for _, why in reasons[_SHOWN_MAX:])
    for field, count in sorted(counted.items()):
        yield f"  passed over: {count} more by their {field}"


def why_not(rule: FareLegRule, leg: EffectiveLeg, table: FareTable) -> list[str]:
    """Give every reason why a rule does not price a leg, each beginning with the field's name.

    Only a rule of too low a priority matches in all else.
    """
    around = table.surroundings(leg)
    of_leg = (around.network_ids, around.from_areas, around.to_areas)
    found: list[str] = []
    if rule.proposed_condition:
        found.append(f"{rule.proposed_condition} is a condition that GTFS has not adopted")
    empty_matches = table.leg_rules.empty_matches(of_leg)
    for field, cell, names, empty in zip(
        _COLUMNS, cells_of(rule), of_leg, empty_matches, strict=True
    ):
        if cell and (cell not in names or (field == "network_id" and len(names) > 1)):
            found.append(f"{field} is {cell}, the leg's is {_listed(names)}")
        elif not cell and not empty:
            found.append(f"{field} is empty, and other rows list the leg's {_listed(names)}")
    for field, group, groups in (
        (
            "from_timeframe_group_id",
            rule.from_timeframe_group_id,
            table.timeframes.groups_at(leg.from_stop_id, leg.departure),
        ),
        (
            "to_timeframe_group_id",
            rule.to_timeframe_group_id,
            table.timeframes.groups_at(leg.to_stop_id, leg.arrival),
        ),
    ):
        if group and group not in groups:
            found.append(f"{field} is {group}, and it is then {_listed(groups)}")
    return found or [f"rule_priority {rule.rule_priority or 0} is lower"]


def _transfer_lines(
    priced: Sequence[PricedLeg],
    legs: Sequence[EffectiveLeg],
    index: int,
    table: FareTable,
    chain: Chain,
) -> Iterator[str]:
    before, after = priced[index - 1], priced[index]
    if after.transfer is not None:
        rule = after.transfer.rule
        cost = Money(after.transfer.minor, after.amount.currency)
        yield (
            f"  reached by fare_transfer_rules.txt line {rule.line}:"
            f" {_COSTS[rule.fare_transfer_type]}; the transfer costs {_money(cost)}"
        )
    elif before.fare_media_id != after.fare_media_id:
        yield (
            f"  no transfer: paid with {after.fare_media_id}, the leg before with"
            f" {before.fare_media_id}"
        )
        return
    else:
        yield "  no transfer rule applies: paid by itself"
    groups = (before.rule.leg_group_id, after.rule.leg_group_id)
    for rule in table.transfer_rules.between(*groups):
        if after.transfer is None or rule.line != after.transfer.rule.line:
            why = _why_no_transfer(rule, legs, index, chain)
            yield f"  passed over: fare_transfer_rules.txt line {rule.line}: {why}"


def _why_no_transfer(
    rule: FareTransferRule, legs: Sequence[EffectiveLeg], index: int, chain: Chain
) -> str:
    onward = chain.after(rule, index - 1)
    if not within_limit(rule, [Span.of(leg) for leg in legs], onward, index - 1):
        return f"longer than {rule.duration_limit} s"
    if count_left(rule, onward) is None:
        return f"more than {rule.transfer_count} transfers"
    return "its product is not for this medium and category, or another row goes before it"


def _money(amount: Money) -> str:
    return f"{amount.to_decimal()} {amount.currency}"


def _named(name: str, otherwise: str) -> str:
    return name or otherwise


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(name for name in names if name)) or "none"
