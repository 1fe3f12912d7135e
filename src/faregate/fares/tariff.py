"""A feed together with what a network of gates decides about it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, Self

from faregate.errors import InvalidInputError
from faregate.fares.caps import Cap
from faregate.fares.journey_rules import JourneyRules
from faregate.fares.price import FareTable
from faregate.fares.tables import FareProduct, Feed


class TariffInTime(Protocol):
    """A tariff, or versions of one that follow each other."""

    def at(self, instant: datetime) -> "Tariff":
        """Give the tariff in force. A journey has the one of its first tap to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """What riders with one fare medium pay between gates.

    Raises `InvalidInputError` when made of things that the feed does not have, or of products in
    several currencies.
    """

    version: str
    feed: Feed
    fare_media_id: str
    gated_stop_ids: frozenset[str]
    """Stops with gates: whoever went in and was not read going out left at one of them."""
    journey_max: timedelta
    """A longer stay is two journeys, each without its other half."""
    rider_category_id: str = ""
    rules: JourneyRules = field(default_factory=JourneyRules)
    """What links taps to journeys, and what happens while gates stand open."""
    caps: tuple[Cap, ...] = ()
    """What a rider pays at most, from `read_caps`."""
    table: FareTable = field(init=False, repr=False, compare=False)
    """The feed's fares for this medium and category."""
    _of_category: "dict[str, Tariff]" = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for what, value, known in (
            # A feed without media sells products that every medium holds.
            ("fare_media_id", self.fare_media_id, self.feed.fare_media or {""}),
            ("rider_category_id", self.rider_category_id, {"", *self.feed.rider_categories}),
            *(("gated stop", stop_id, self.feed.stops) for stop_id in self.gated_stop_ids),
        ):
            if value not in known:
                raise InvalidInputError(
                    "tariff_unknown_id",
                    f"The feed has no {what} {value!r}.",
                    remedy="Correct the name, or add it to the feed.",
                )
        table = FareTable(
            self.feed,
            rider_category_ids=[name for name in (self.rider_category_id,) if name],
            fare_media_ids=[name for name in (self.fare_media_id,) if name],
        )
        object.__setattr__(self, "table", table)  # derived, so the tariff stays what it was
        currencies = {product.amount.currency for product in self.products()}
        if len(currencies) != 1:
            raise InvalidInputError(
                "tariff_currency",
                f"The fare products of {self.fare_media_id!r} have"
                f" {len(currencies)} currencies: {', '.join(sorted(currencies)) or 'none'}.",
                remedy="Give this fare medium products in exactly one currency.",
            )
        for cap in self.caps:
            if cap.amount.currency not in currencies:
                raise InvalidInputError(
                    "cap_currency",
                    f"Cap {cap.cap_id!r} is in {cap.amount.currency}, the fares are not.",
                    remedy="Give it in the currency of the fares.",
                )

    def at(self, _instant: datetime) -> Self:
        """Give itself: one tariff alone is always in force."""
        return self

    @property
    def currency(self) -> str:
        """The one currency of this tariff."""
        return self.products()[0].amount.currency

    def for_category(self, rider_category_id: str) -> "Tariff":
        """Give the tariff for riders of a category. Raises `InvalidInputError` for no such one."""
        if rider_category_id == self.rider_category_id:
            return self
        if rider_category_id not in self._of_category:
            other = replace(self, rider_category_id=rider_category_id)
            self._of_category[rider_category_id] = other
        return self._of_category[rider_category_id]

    def products(self) -> tuple[FareProduct, ...]:
        """Give what this medium and category may pay; an empty id fits any."""
        return tuple(
            product
            for product in self.feed.fare_products
            if product.fare_media_id in ("", self.fare_media_id)
            and product.rider_category_id in ("", *self.table.rider.category_ids)
        )
