"""The total is the lowest that the rules allow, by every type of transfer and every medium."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.fare_network import TRANSFERS, rides, small_feed, total
from faregate.errors import InvalidInputError
from faregate.fares.effective_legs import EffectiveLeg
from faregate.fares.offers import Offer
from faregate.fares.price import FareQuote, FareTable, price
from faregate.fares.tables import DurationLimitType, FareTransferRule, FareTransferType, Feed
from faregate.fares.transfers import Chain, Span, TransferRules
from faregate.money import Money

MEDIA: Final = "fare_media_id,fare_media_name,fare_media_type\ncash,Cash,0\ncard,Card,2\n"


@pytest.mark.parametrize(
    ("rules", "routes", "expected"),
    [
        ("M,B,,,,0,change\n", "m1 b1", "3.50 = 3.00 0.50"),
        ("M,B,,,,1,change\n", "m1 b1", "5.50 = 3.00 2.50"),
        ("M,B,,,,1,rebate\n", "m1 b1", "4.50 = 3.00 1.50"),
        ("M,B,,,,2,change\n", "m1 b1", "0.50 = 0.00 0.50"),
        ("M,B,,,,2,\n", "m1 b1", "0.00 = 0.00 0.00"),
        ("M,B,,,,0,bus\n", "m1 b1", "5.00 = 3.00 2.00"),
        ("M,B,,,,0,metro\n", "m1 b1", "6.00 = 3.00 3.00"),
        ("M,M,-1,,,0,change\n", "m1 m1 m1", "4.00 = 3.00 0.50 0.50"),
        ("M,M,-1,,,1,change\n", "m1 m1 m1", "10.00 = 3.00 3.50 3.50"),
        ("M,M,-1,,,2,change\n", "m1 m1 m1", "1.00 = 0.00 0.50 0.50"),
        ("M,M,-1,,,0,change\nM,B,,,,2,change\n", "m1 m1 b1", "4.00 = 3.00 0.50 0.50"),
        ("M,M,-1,,,1,change\nM,B,,,,2,change\n", "m1 m1 b1", "7.00 = 3.00 3.50 0.50"),
        ("M,M,1,,,2,change\n", "m1 m1 m1 m1", "1.00 = 0.00 0.50 0.00 0.50"),
        ("M,B,,,,0,change\nM,B,,,,1,rebate\n", "m1 b1", "3.50 = 3.00 0.50"),
    ],
    ids=[
        "A + AB",
        "A + AB + B",
        "A + AB + B with a discount",
        "AB",
        "AB that is free",
        "as dear as the leg",
        "dearer than the leg: it applies all the same",
        "A + AB + BC",
        "A + AB + B + BC + C",
        "AB + BC",
        "S + BC after A + AB",
        "S + BC after A + AB + B",
        "a second chain by AB",
        "two rules: the cheaper",
    ],
)
def test_what_a_transfer_costs(rules: str, routes: str, expected: str, tmp_path: Path) -> None:
    """Repeated transfers are each charged; the legs' shares add up to the total."""
    feed = small_feed(tmp_path, fare_transfer_rules=TRANSFERS + rules)
    fare = price(rides(feed, routes), FareTable(feed))
    assert isinstance(fare, FareQuote)
    shares = " ".join(str(leg.amount.to_decimal()) for leg in fare.legs)
    assert f"{fare.total.to_decimal()} = {shares}" == expected


def paid(feed: Feed, routes: str) -> tuple[str, dict[str, str]]:
    """Price legs; give the total and the lowest with each medium."""
    fare = price(rides(feed, routes), FareTable(feed))
    assert isinstance(fare, FareQuote)
    by_medium = {medium: str(money.to_decimal()) for medium, money in fare.by_medium.items()}
    return str(fare.total.to_decimal()), by_medium


@pytest.mark.parametrize(
    ("products", "expected"),
    [
        (
            "metro,cash,3.00,EUR\nmetro,card,2.00,EUR\nbus,cash,2.00,EUR\nbus,card,4.00,EUR\n",
            ("2.50", {"cash": "3.50", "card": "2.50"}),
        ),
        (
            "metro,cash,3.00,EUR\nmetro,card,2.00,EUR\nbus,cash,0.10,EUR\n",
            ("2.10", {"cash": "3.50"}),
        ),
        ("metro,card,2.00,EUR\nbus,cash,2.00,EUR\n", ("4.00", {})),
        ("metro,,3.00,EUR\nbus,card,2.00,EUR\n", ("3.50", {"card": "3.50"})),
    ],
    ids=["one medium each", "two media are cheaper", "no medium pays all", "any medium"],
)
def test_media(products: str, expected: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    """Legs may be paid with different media; a transfer stays within one."""
    feed = small_feed(
        tmp_path,
        fare_media=MEDIA,
        fare_products=(
            f"fare_product_id,fare_media_id,amount,currency\n{products}change,,0.50,EUR\n"
        ),
        fare_transfer_rules=TRANSFERS + "M,B,,,,0,change\n",
    )
    assert paid(feed, "m1 b1") == expected


def test_looks_ahead(tmp_path: Path) -> None:
    """A dearer product for the first leg may open the cheaper transfer."""
    feed = small_feed(
        tmp_path,
        fare_leg_rules=(
            "leg_group_id,network_id,fare_product_id\nS,metro,bus\nM,metro,metro\nB,bus,bus\n"
        ),
        fare_transfer_rules=TRANSFERS + "M,B,,,,0,change\n",
    )
    assert total(rides(feed, "m1"), feed) == "2.00"
    assert total(rides(feed, "m1 b1"), feed) == "3.50"


def test_43_a_transfer_in_another_currency_is_an_error(tmp_path: Path) -> None:
    """Even if legs in one currency could be paid without it."""
    feed = small_feed(
        tmp_path,
        fare_products=(
            "fare_product_id,amount,currency\nmetro,3.00,EUR\nbus,2.00,EUR\nchange,0.50,CHF\n"
        ),
        fare_transfer_rules=TRANSFERS + "M,B,,,,0,change\n",
    )
    with pytest.raises(InvalidInputError) as error:
        paid(feed, "m1 b1")
    assert error.value.code == "mixed_currencies"
    assert paid(feed, "m1 m1") == ("6.00", {"": "6.00"})


def test_many_legs_stay_cheap_to_price(tmp_path: Path) -> None:
    """What is remembered on the way grows with the legs, not with the ways to pay them."""
    feed = small_feed(
        tmp_path,
        fare_media=MEDIA,
        fare_transfer_rules=TRANSFERS + "M,M,-1,1800,1,0,\nM,B,,,,1,\nB,M,,,,0,\n",
    )
    legs = rides(feed, " ".join(["m1 m2 b1"] * 16))
    fare = price(legs, FareTable(feed))
    assert isinstance(fare, FareQuote)
    assert sum((leg.amount for leg in fare.legs), start=Money(0, "EUR")) == fare.total


# --- The same, found the long way: every choice is tried, nothing is forgotten on the way --------


def _every_total(
    legs: list[EffectiveLeg], offers: list[tuple[Offer, ...]], rules: TransferRules
) -> list[int]:
    """Price every combination of offers and transfers, as the reference's table does."""

    def onward(number: int, taken: Offer, chain: Chain, paid: int, alone: int | None) -> list[int]:
        # `paid`: S. `alone`: what the last leg cost by itself, if it begins the chain.
        if number == len(legs):
            return [paid]
        found: list[int] = []
        for offer in offers[number]:
            groups = (taken.leg_group_id, offer.leg_group_id)
            transfers = rules.applying(
                groups,
                fare_media_id=offer.fare_media_id,
                chain=chain,
                spans=[Span.of(leg) for leg in legs],
                from_leg=number - 1,
            )
            if taken.fare_media_id != offer.fare_media_id or not transfers:
                found += onward(
                    number + 1, offer, Chain(start=number), paid + offer.minor, offer.minor
                )
                continue
            for transfer in transfers:
                total = {
                    0: paid + transfer.minor,
                    1: paid + transfer.minor + offer.minor,
                    2: paid - (alone or 0) + transfer.minor,
                }[transfer.rule.fare_transfer_type]
                longer = chain.after(transfer.rule, number - 1)
                found += onward(number + 1, offer, longer, total, None)
        return found

    return [
        total
        for offer in offers[0]
        for total in onward(1, offer, Chain(start=0), offer.minor, offer.minor)
    ]


RULE = st.builds(
    ",".join,
    st.tuples(
        st.sampled_from(["M", "B", "S", ""]),
        st.sampled_from(["M", "B", "S", ""]),
        st.sampled_from(["1", "2", "-1"]),
        st.sampled_from([",", "900,1", "1500,0", "1200,2", "1800,3"]),
        st.sampled_from(["0", "1", "2"]),
        st.sampled_from(["change", "rebate", "bus", ""]),
    ),
)


@given(
    rows=st.lists(RULE, max_size=6, unique=True),
    routes=st.lists(st.sampled_from(["m1", "b1", "f1"]), min_size=2, max_size=5),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_cheaper(rows: list[str], routes: list[str], tmp_path: Path) -> None:
    """Whatever the rules, the total is the lowest of all combinations."""
    feed = small_feed(
        tmp_path,
        fare_media=MEDIA,
        fare_products=(
            "fare_product_id,fare_media_id,amount,currency\nmetro,cash,3.00,EUR\n"
            "metro,card,2.50,EUR\nbus,,2.00,EUR\nchange,card,0.50,EUR\nrebate,,-0.50,EUR\n"
        ),
        fare_leg_rules=(
            "leg_group_id,network_id,fare_product_id\n"
            "M,metro,metro\nS,metro,bus\nB,bus,bus\nS,,metro\n"
        ),
    )
    rules = tuple(_rule(line, row) for line, row in enumerate(rows, start=2))
    table = FareTable(replace(feed, fare_transfer_rules=rules))
    legs = rides(feed, " ".join(routes))
    fare = price(legs, table)
    assert isinstance(fare, FareQuote)
    effective = [EffectiveLeg((leg,)) for leg in legs]
    offers = [table.offers(leg).offers for leg in effective]
    assert fare.total.minor == min(_every_total(effective, offers, table.transfer_rules))
    assert sum(leg.amount.minor for leg in fare.legs) == fare.total.minor
    for medium, amount in fare.by_medium.items():
        of_medium = [
            tuple(offer for offer in of_leg if offer.fare_media_id == medium) for of_leg in offers
        ]
        assert amount.minor == min(_every_total(effective, of_medium, table.transfer_rules))


def _rule(line: int, row: str) -> FareTransferRule:
    from_group, to_group, count, seconds, kind, cost, product = row.split(",")
    return FareTransferRule(
        line=line,
        from_leg_group_id=from_group,
        to_leg_group_id=to_group,
        transfer_count=int(count),
        duration_limit=int(seconds) if seconds else None,
        duration_limit_type=DurationLimitType(int(kind)) if kind else None,
        fare_transfer_type=FareTransferType(int(cost)),
        fare_product_id=product,
    )
