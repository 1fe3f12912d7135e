"""What a journey costs by GTFS-Fares v2, for a rider of some categories and media."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from faregate.errors import InvalidInputError
from faregate.fares.cheapest import Step, cheapest_steps
from faregate.fares.effective_legs import EffectiveLeg, join_legs
from faregate.fares.legs import Leg
from faregate.fares.match import LegRules, Surroundings, in_time, of_highest_priority
from faregate.fares.offers import LegOffers, Rider, Shelf
from faregate.fares.tables import FareLegRule, FareProduct, Feed
from faregate.fares.timeframes import Timeframes
from faregate.fares.transfers import Transfer, TransferRules, mixed_currencies
from faregate.money import Money

_NO_GROUPS: Final[frozenset[str]] = frozenset()
_KNOWN_MAX: Final = 200_000


class UnknownReason(StrEnum):
    """Why no fare is known. Ordered as the checks run."""

    NO_RULE = "no_rule"
    NO_PRODUCT = "no_product"  # a rule matches, but no product fits the media and categories


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLeg:
    """What one leg, or several that are joined, add to the fare."""

    legs: tuple[Leg, ...]
    rule: FareLegRule
    """The row that prices the leg."""
    product: FareProduct
    """What the rule asks for; not bought where a transfer covers it."""
    fare_media_id: str
    """Empty where the feed defines no media."""
    amount: Money
    """The leg's share of the total: its product, the transfer to it, or both."""
    transfer: Transfer | None
    """How the leg is reached from the one before, where a transfer rule applies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FareQuote:
    """The fare of a journey, and how it came about."""

    total: Money
    """The lowest of all; legs may be paid with different media."""
    by_medium: Mapping[str, Money]
    """The lowest with one medium, for each that can pay the whole journey."""
    legs: tuple[PricedLeg, ...]
    """How `total` came about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FareUnknown:
    """The tariff does not say. That is not free: nothing is charged, and staff are told."""

    reason: UnknownReason
    legs: tuple[Leg, ...]
    """The first leg without a fare, or several that are joined."""
    rules: tuple[FareLegRule, ...]
    """The rules that matched it, if any."""


@dataclass(slots=True)
class _Place:
    """The rules of one pair of places and network, and what they came to at times of day."""

    rules: tuple[FareLegRule, ...]
    timed_from: bool
    timed_to: bool
    offers: dict[tuple[frozenset[str], frozenset[str]], LegOffers]


class FareTable:
    """A feed's fares for one kind of rider, indexed once so that many journeys are priced fast.

    It remembers what it found: the same question has the same answer, sooner. Raises
    `InvalidInputError` for a category or medium that the feed does not have.
    """

    def __init__(
        self,
        feed: Feed,
        *,
        rider_category_ids: Collection[str] = (),
        fare_media_ids: Collection[str] = (),
    ) -> None:
        self.feed = feed
        self.rider = Rider.of(
            feed, rider_category_ids=rider_category_ids, fare_media_ids=fare_media_ids
        )
        self._shelf = Shelf(feed, self.rider)
        self.leg_rules = LegRules.of(feed)
        self.transfer_rules = TransferRules(feed, self._shelf)
        self.timeframes = Timeframes(feed)
        self._areas: dict[str, frozenset[str]] = {}
        self._places: dict[tuple[frozenset[str], frozenset[str], frozenset[str]], _Place] = {}

    @property
    def remembered(self) -> int:
        """How many pairs of places and networks have been asked for and are known."""
        return len(self._places)

    def forget(self) -> None:
        """Forget what was found, to measure without it."""
        self._places.clear()
        self._areas.clear()
        self.timeframes = Timeframes(self.feed)

    def surroundings(self, leg: EffectiveLeg) -> Surroundings:
        """Give the networks and areas of a leg."""
        return Surroundings(
            leg.network_ids, self._areas_of(leg.from_stop_id), self._areas_of(leg.to_stop_id)
        )

    def offers(self, leg: EffectiveLeg) -> LegOffers:
        """Tell which rules price a leg, and what may be bought for it."""
        key = (leg.network_ids, self._areas_of(leg.from_stop_id), self._areas_of(leg.to_stop_id))
        place = self._places.get(key)
        if place is None:
            place = self._place(Surroundings(*key))
            if len(self._places) >= _KNOWN_MAX:
                self._places.clear()
            self._places[key] = place
        groups_at = self.timeframes.groups_at
        groups = (
            groups_at(leg.from_stop_id, leg.departure) if place.timed_from else _NO_GROUPS,
            groups_at(leg.to_stop_id, leg.arrival) if place.timed_to else _NO_GROUPS,
        )
        known = place.offers.get(groups)
        if known is None:
            rules = of_highest_priority(in_time(place.rules, *groups))
            known = place.offers[groups] = self._shelf.offers(rules)
        return known

    def _place(self, surroundings: Surroundings) -> _Place:
        rules = self.leg_rules.candidates(surroundings)
        return _Place(
            rules=rules,
            timed_from=any(rule.from_timeframe_group_id for rule in rules),
            timed_to=any(rule.to_timeframe_group_id for rule in rules),
            offers={},
        )

    def _areas_of(self, stop_id: str) -> frozenset[str]:
        areas = self._areas.get(stop_id)
        if areas is None:
            if stop_id not in self.feed.stops:
                return frozenset()
            areas = self._areas[stop_id] = self.feed.areas_of(stop_id)
        return areas


def price(legs: Sequence[Leg], table: FareTable) -> FareQuote | FareUnknown:
    """Price a journey: its legs in the order of travel.

    One leg without a fare makes the whole journey's unknown. Raises `InvalidInputError` for no
    legs, and where the products to choose from have several currencies.
    """
    if not legs:
        raise InvalidInputError(
            "no_legs", "The journey has no legs.", remedy="Give at least one leg."
        )
    effective = join_legs(legs, table.feed)
    offered = [table.offers(leg) for leg in effective]
    for leg, offers in zip(effective, offered, strict=True):
        if not offers.offers:
            reason = UnknownReason.NO_PRODUCT if offers.rules else UnknownReason.NO_RULE
            return FareUnknown(reason=reason, legs=leg.legs, rules=offers.rules)
    currencies = frozenset[str]().union(*(offers.currencies for offers in offered))
    if len(currencies) > 1:
        raise mixed_currencies(set(currencies))
    (currency,) = currencies
    if len(effective) == 1:
        return _single(effective[0], offered[0])
    return _several(effective, offered, table, currency)


def _single(leg: EffectiveLeg, offered: LegOffers) -> FareQuote:
    cheapest = offered.offers[0]
    return FareQuote(
        total=cheapest.product.amount,
        by_medium=offered.by_medium,
        legs=(
            PricedLeg(
                legs=leg.legs,
                rule=cheapest.rule,
                product=cheapest.product,
                fare_media_id=cheapest.fare_media_id,
                amount=cheapest.product.amount,
                transfer=None,
            ),
        ),
    )


def _several(
    legs: Sequence[EffectiveLeg], offered: Sequence[LegOffers], table: FareTable, currency: str
) -> FareQuote:
    steps = cheapest_steps(legs, [of_leg.offers for of_leg in offered], table.transfer_rules)
    by_medium: dict[str, Money] = {}
    for medium in table.rider.media_ids:
        offers = [
            [offer for offer in of_leg.offers if offer.fare_media_id == medium]
            for of_leg in offered
        ]
        if all(offers):
            alone = len(table.rider.media_ids) == 1
            cheapest = steps if alone else cheapest_steps(legs, offers, table.transfer_rules)
            by_medium[medium] = _total(cheapest, currency)
    return FareQuote(
        total=_total(steps, currency),
        by_medium=by_medium,
        legs=tuple(
            PricedLeg(
                legs=leg.legs,
                rule=step.offer.rule,
                product=step.offer.product,
                fare_media_id=step.offer.fare_media_id,
                amount=Money(step.minor, currency),
                transfer=step.transfer,
            )
            for leg, step in zip(legs, steps, strict=True)
        ),
    )


def _total(steps: Sequence[Step], currency: str) -> Money:
    return Money(sum(step.minor for step in steps), currency)
