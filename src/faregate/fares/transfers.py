"""Which rows of fare_transfer_rules.txt a transfer may use, and for how much."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, assert_never

from faregate.errors import InvalidInputError
from faregate.fares.effective_legs import EffectiveLeg
from faregate.fares.offers import Shelf
from faregate.fares.tables import DurationLimitType, FareProduct, FareTransferRule, Feed

_NO_LIMIT: Final = -1
_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """When a leg is travelled, as time since a fixed instant.

    Not as two times of day: between instants of one zone, Python would subtract the wall clocks.
    """

    departure: timedelta
    arrival: timedelta

    @classmethod
    def of(cls, leg: EffectiveLeg) -> "Span":
        """Give the span of a leg."""
        return cls(leg.departure - _EPOCH, leg.arrival - _EPOCH)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer rule that applies, and the product that it costs."""

    rule: FareTransferRule
    product: FareProduct | None
    """None: the transfer costs nothing."""

    @property
    def minor(self) -> int:
        """The price of the transfer itself, in minor units; negative for a discount."""
        return 0 if self.product is None else self.product.amount.minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Consecutive transfers so far, of which the next may be one more. Numbers count legs from 0.

    "When a transfer rule with the same from_leg_group_id and to_leg_group_id is matched multiple
    times consecutively, the limit is measured from the first matched leg": such a run has a start
    and a length of its own within the chain.
    """

    start: int
    run: tuple[str, str] | None = None
    """The group cells of the rules of the run, if the last transfer was of one."""
    run_start: int = 0
    run_length: int = 0

    def after(self, rule: FareTransferRule, from_leg: int) -> "Chain":
        """Give the chain with one more transfer, away from `from_leg`, by a rule."""
        if not repeats(rule):
            return Chain(start=self.start)
        cells = group_cells(rule)
        again = self.run == cells
        return Chain(
            start=self.start,
            run=cells,
            run_start=self.run_start if again else from_leg,
            run_length=self.run_length + 1 if again else 1,
        )


def group_cells(rule: FareTransferRule) -> tuple[str, str]:
    """Give the two groups of a rule; an empty cell is an empty string."""
    return rule.from_leg_group_id, rule.to_leg_group_id


def repeats(rule: FareTransferRule) -> bool:
    """Tell whether a rule can match again and again; only then has it a count."""
    return rule.from_leg_group_id == rule.to_leg_group_id


class TransferRules:
    """The transfer rules of a feed, for what a rider may buy."""

    def __init__(self, feed: Feed, shelf: Shelf) -> None:
        self._shelf = shelf
        self._by_groups: dict[tuple[str, str], list[FareTransferRule]] = {}
        for rule in feed.fare_transfer_rules:
            if not rule.proposed_condition:
                self._by_groups.setdefault(group_cells(rule), []).append(rule)
        self._listed_from = frozenset(rule.from_leg_group_id for rule in feed.fare_transfer_rules)
        self._listed_to = frozenset(rule.to_leg_group_id for rule in feed.fare_transfer_rules)

    def between(self, from_group: str, to_group: str) -> Iterator[FareTransferRule]:
        """Give the rules for a transfer between two leg groups, whenever it happens.

        An empty cell stands for all groups that no row lists in its column. Legs without a group
        have no transfers.
        """
        if from_group and to_group:
            from_cell = from_group if from_group in self._listed_from else ""
            to_cell = to_group if to_group in self._listed_to else ""
            yield from self._by_groups.get((from_cell, to_cell), ())

    def applying(
        self,
        groups: tuple[str, str],
        *,
        fare_media_id: str,
        chain: Chain,
        spans: Sequence[Span],
        from_leg: int,
    ) -> list[Transfer]:
        """Give the transfers from one leg to the next that a rider has with one medium.

        Several mean a choice. None: the legs are separate.
        """
        found: list[tuple[float, Transfer]] = []
        for rule in self.between(*groups):
            onward = chain.after(rule, from_leg)
            count = count_left(rule, onward)
            if count is not None and within_limit(rule, spans, onward, from_leg):
                found += [
                    (count, Transfer(rule, product))
                    for product in self._products(rule, fare_media_id)
                ]
        lowest = min((count for count, _ in found), default=0)
        return [transfer for count, transfer in found if count == lowest]

    def _products(self, rule: FareTransferRule, fare_media_id: str) -> list[FareProduct | None]:
        if not rule.fare_product_id:
            return [None]
        rows = self._shelf.rows(rule.fare_product_id, fare_media_id)
        currencies = {row.amount.currency for row in rows}
        if len(currencies) > 1:
            raise mixed_currencies(currencies)
        return [*rows[:1]]


def count_left(rule: FareTransferRule, chain: Chain) -> float | None:
    """Give the transfer_count of a rule that may be used for a transfer; None where it may not.

    `chain` includes the transfer. No limit is infinite. A count between different groups is
    forbidden, yet met in the wild; such a rule cannot match twice in a row, so it limits nothing.
    """
    if not repeats(rule) or rule.transfer_count in (None, _NO_LIMIT):
        return float("inf")
    return rule.transfer_count if chain.run_length <= rule.transfer_count else None


def within_limit(
    rule: FareTransferRule, spans: Sequence[Span], chain: Chain, from_leg: int
) -> bool:
    """Tell whether a transfer is within the duration limit of its rule, which is included.

    `chain` includes the transfer. The limit runs from the first leg of the chain; for a rule that
    repeats, from the first leg that it matched.
    """
    if rule.duration_limit is None:
        return True
    first = spans[chain.start if chain.run is None else chain.run_start]
    begin, end = _measured(rule.duration_limit_type, first, spans[from_leg + 1])
    return end - begin <= timedelta(seconds=rule.duration_limit)


def _measured(
    kind: DurationLimitType | None, first: Span, last: Span
) -> tuple[timedelta, timedelta]:
    match kind:
        case None | DurationLimitType.DEPARTURE_TO_ARRIVAL:
            # The type is required with a limit. Where it is missing, the strictest is taken.
            return first.departure, last.arrival
        case DurationLimitType.DEPARTURE_TO_DEPARTURE:
            return first.departure, last.departure
        case DurationLimitType.ARRIVAL_TO_DEPARTURE:
            return first.arrival, last.departure
        case DurationLimitType.ARRIVAL_TO_ARRIVAL:
            return first.arrival, last.arrival
        case _:
            assert_never(kind)


def mixed_currencies(currencies: set[str]) -> InvalidInputError:
    """Make the error for a journey that would be paid in several currencies."""
    return InvalidInputError(
        "mixed_currencies",
        f"The journey would be paid in several currencies: {', '.join(sorted(currencies))}.",
        remedy="Give the fare products of one network in one currency.",
    )
