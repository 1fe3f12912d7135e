"""What a rider may buy depends on their categories and media, and on nothing else."""

from pathlib import Path
from typing import Final

import pytest

from fakes.fare_network import ride, small_feed
from faregate.errors import InvalidInputError
from faregate.fares.offers import Rider
from faregate.fares.price import FareQuote, FareTable, price

MEDIA: Final = "fare_media_id,fare_media_name,fare_media_type\ncash,Cash,0\ncard,Card,2\n"
CATEGORIES: Final = (
    "rider_category_id,rider_category_name,is_default_fare_category\n"
    "adult,Adult,1\nchild,Child,0\nsenior,Senior,\n"
)
HEADER: Final = "fare_product_id,fare_media_id,rider_category_id,amount,currency\n"


def by_medium(
    folder: Path, products: str, categories: tuple[str, ...], media: tuple[str, ...]
) -> dict[str, str] | None:
    """Price one leg for the product `one`; None for an unknown fare."""
    feed = small_feed(
        folder,
        fare_media=MEDIA,
        rider_categories=CATEGORIES,
        fare_products=HEADER + products,
        fare_leg_rules="fare_product_id\none\n",
    )
    table = FareTable(feed, rider_category_ids=categories, fare_media_ids=media)
    fare = price([ride(feed, "m1", "harbour museum", "10:00 10:20")], table)
    if not isinstance(fare, FareQuote):
        return None
    amounts = {medium: str(money.to_decimal()) for medium, money in fare.by_medium.items()}
    assert str(fare.total.to_decimal()) == min(amounts.values())
    return amounts


@pytest.mark.parametrize(
    ("products", "categories", "media", "expected"),
    [
        ("one,cash,,2.00,EUR\none,card,,1.50,EUR\n", (), (), {"cash": "2.00", "card": "1.50"}),
        ("one,cash,,2.00,EUR\none,card,,1.50,EUR\n", (), ("cash",), {"cash": "2.00"}),
        ("one,cash,,2.00,EUR\n", (), ("card",), None),
        ("one,,,2.00,EUR\none,card,,1.50,EUR\n", (), (), {"cash": "2.00", "card": "1.50"}),
        ("one,,,2.00,EUR\n", (), ("card",), {"card": "2.00"}),
        ("one,cash,child,1.00,EUR\none,cash,adult,2.00,EUR\n", (), (), {"cash": "2.00"}),
        ("one,cash,child,1.00,EUR\none,cash,adult,2.00,EUR\n", ("child",), (), {"cash": "1.00"}),
        ("one,cash,child,1.00,EUR\n", (), (), None),
        ("one,cash,child,1.00,EUR\n", ("senior",), (), None),
        ("one,cash,,2.00,EUR\n", ("senior",), (), {"cash": "2.00"}),
        (
            "one,cash,child,1.00,EUR\none,cash,senior,1.20,EUR\none,card,senior,0.90,EUR\n",
            ("child", "senior"),
            (),
            {"cash": "1.00", "card": "0.90"},
        ),
        ("one,cash,,0.00,EUR\n", (), (), {"cash": "0.00"}),
        ("one,cash,,-1.00,EUR\none,cash,adult,1.50,EUR\n", (), (), {"cash": "1.50"}),
        ("one,cash,,-1.00,EUR\n", (), (), None),
        ("one,cash,,150,JPY\n", (), (), {"cash": "150"}),
        ("one,cash,,1.500,KWD\n", (), (), {"cash": "1.500"}),
    ],
    ids=[
        "each medium",
        "one medium",
        "not this medium",
        "no medium named: every medium",
        "no medium named: this medium",
        "default category",
        "own category",
        "50 only for others",
        "50 not for this one",
        "no category named: everybody",
        "several categories: the cheapest",
        "44 zero is a fare",
        "44 negative is no fare",
        "44 only negative",
        "42 yen",
        "42 three decimals",
    ],
)
def test_what_may_be_bought(
    products: str,
    categories: tuple[str, ...],
    media: tuple[str, ...],
    expected: dict[str, str] | None,
    tmp_path: Path,
) -> None:
    """The cheapest row with each medium that fits; without one, the fare is unknown."""
    assert by_medium(tmp_path, products, categories, media) == expected


def test_without_a_default_any_category_will_do(tmp_path: Path) -> None:
    """A feed that marks none as default gives no way to tell whom a stranger counts as."""
    feed = small_feed(tmp_path, rider_categories=CATEGORIES.replace(",1", ",0"))
    assert Rider.of(feed).category_ids == ("adult", "child", "senior")


def test_a_feed_without_media_has_the_empty_one(tmp_path: Path) -> None:
    """The answer then has one key, the empty string."""
    assert Rider.of(small_feed(tmp_path)).media_ids == ("",)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"rider_category_ids": ("child", "dog")}, "unknown_rider_category"),
        ({"fare_media_ids": ("shells",)}, "unknown_fare_media"),
    ],
    ids=["category", "medium"],
)
def test_refuses_what_the_feed_does_not_have(
    settings: dict[str, tuple[str, ...]], code: str, tmp_path: Path
) -> None:
    """The error names what there is."""
    feed = small_feed(tmp_path, fare_media=MEDIA, rider_categories=CATEGORIES)
    with pytest.raises(InvalidInputError, match=r"adult, child|cash, card") as error:
        Rider.of(feed, **settings)
    assert error.value.code == code
