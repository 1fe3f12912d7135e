"""A tariff is made only of what its feed has, and knows its riders' categories."""

from dataclasses import replace

import pytest

from fakes.gate_network import FEED, TARIFF, at
from faregate.errors import InvalidInputError


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"fare_media_id": "card"}, "no fare_media_id 'card'"),
        ({"rider_category_id": "horse"}, "no rider_category_id 'horse'"),
        ({"gated_stop_ids": frozenset({"sea"})}, "no gated stop 'sea'"),
        ({"feed": replace(FEED, fare_products=())}, "0 currencies: none"),
    ],
)
def test_refuses(changed: dict[str, object], told: str) -> None:
    """Each name that the feed does not have is told, and nothing is priced with it."""
    with pytest.raises(InvalidInputError, match=told):
        replace(TARIFF, **changed)  # type: ignore[arg-type]  # a table of changes


def test_a_feed_without_media_has_a_tariff() -> None:
    """What it sells can be held by every medium; the empty name stands for any."""
    products = tuple(replace(one, fare_media_id="") for one in FEED.fare_products)
    feed = replace(FEED, fare_media={}, fare_products=products)
    tariff = replace(TARIFF, feed=feed, fare_media_id="", caps=())
    assert tariff.currency == "EUR"
    with pytest.raises(InvalidInputError, match="no fare_media_id 'card'"):
        replace(tariff, fare_media_id="card")


def test_one_tariff_is_always_in_force() -> None:
    """Where there are no versions, the tariff holds at every instant."""
    assert TARIFF.at(at("00:00")) is TARIFF
    assert TARIFF.currency == "EUR"


def test_a_tariff_for_each_category() -> None:
    """Made once, and refused for a category that does not exist."""
    child = TARIFF.for_category("child")
    assert child.rider_category_id == "child"
    assert TARIFF.for_category("child") is child
    assert TARIFF.for_category("adult") is TARIFF
    with pytest.raises(InvalidInputError):
        TARIFF.for_category("horse")
