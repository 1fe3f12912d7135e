"""What a rider may buy for a leg: the products of its rules, for their categories and media."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import product

from faregate.errors import InvalidInputError
from faregate.fares.tables import FareLegRule, FareProduct, Feed
from faregate.money import Money


@dataclass(frozen=True, slots=True)
class Rider:
    """What a rider may use. Raises `InvalidInputError` for what the feed does not have.

    Made by `Rider.of`; ids in the order of the feed.
    """

    category_ids: tuple[str, ...]
    media_ids: tuple[str, ...]
    """`("",)` where the feed defines no media."""

    @classmethod
    def of(
        cls,
        feed: Feed,
        *,
        rider_category_ids: Collection[str] = (),
        fare_media_ids: Collection[str] = (),
    ) -> "Rider":
        """Make a rider of some categories and media.

        No media: any of the feed's. No category: the feed's default, for whom nothing has to be
        proven; where the feed marks none as default, any.
        """
        for what, ids, known in (
            ("rider_category", rider_category_ids, feed.rider_categories),
            ("fare_media", fare_media_ids, feed.fare_media),
        ):
            for name in ids:
                if name not in known:
                    raise InvalidInputError(
                        f"unknown_{what}",
                        f"The feed has no {what}_id {name!r}.",
                        remedy=f"Name one of: {', '.join(known) or 'none is defined'}.",
                    )
        defaults = [
            category.rider_category_id
            for category in feed.rider_categories.values()
            if category.is_default_fare_category
        ]
        wanted = rider_category_ids or defaults or feed.rider_categories
        return cls(
            category_ids=tuple(name for name in feed.rider_categories if name in wanted),
            media_ids=tuple(
                name for name in feed.fare_media if not fare_media_ids or name in fare_media_ids
            )
            or ("",),
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """The cheapest product with which one rule group and one fare medium allow a leg."""

    rule: FareLegRule
    product: FareProduct
    fare_media_id: str

    @property
    def leg_group_id(self) -> str:
        """The group by which transfer rules know the leg."""
        return self.rule.leg_group_id

    @property
    def minor(self) -> int:
        """The price, in minor units."""
        return self.product.amount.minor


@dataclass(frozen=True, slots=True)
class LegOffers:
    """All that may be bought for one leg."""

    rules: tuple[FareLegRule, ...]
    """The rules that price the leg; none: its fare is unknown."""
    offers: tuple[Offer, ...]
    """One for each group and medium, cheapest first."""
    by_medium: Mapping[str, Money]
    """The lowest price with each medium."""
    currencies: frozenset[str]


class Shelf:
    """The products that a rider may buy, by id and medium."""

    def __init__(self, feed: Feed, rider: Rider) -> None:
        self._media_ids = rider.media_ids
        categories = {"", *rider.category_ids}
        self._products: dict[str, list[FareProduct]] = {}
        for row in feed.fare_products:
            if row.rider_category_id in categories:
                self._products.setdefault(row.fare_product_id, []).append(row)

    def rows(self, fare_product_id: str, fare_media_id: str) -> list[FareProduct]:
        """Give the rows of a product that the medium can be used for, cheapest first.

        A row that names no medium can be paid with every medium.
        """
        return sorted(
            (
                row
                for row in self._products.get(fare_product_id, ())
                if row.fare_media_id in ("", fare_media_id)
            ),
            key=lambda row: row.amount.minor,
        )

    def offers(self, rules: tuple[FareLegRule, ...]) -> LegOffers:
        """Tell what may be bought for a leg that these rules price.

        A negative product is a discount on a transfer and never the fare of a leg.
        """
        cheapest: dict[tuple[str, str], Offer] = {}
        currencies: set[str] = set()
        for rule, medium in product(rules, self._media_ids):
            rows = [row for row in self.rows(rule.fare_product_id, medium) if row.amount.minor >= 0]
            currencies.update(row.amount.currency for row in rows)
            if rows:
                offer = Offer(rule, rows[0], medium)
                known = cheapest.setdefault((rule.leg_group_id, medium), offer)
                if offer.minor < known.minor:
                    cheapest[rule.leg_group_id, medium] = offer
        ordered = sorted(cheapest.values(), key=lambda offer: offer.minor)
        return LegOffers(
            rules=rules,
            offers=tuple(ordered),
            by_medium={offer.fare_media_id: offer.product.amount for offer in reversed(ordered)},
            currencies=frozenset(currencies),
        )
