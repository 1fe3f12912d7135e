"""Money is whole minor units, exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.errors import InvalidInputError
from faregate.money import Money, exponent

CURRENCIES = ["EUR", "JPY", "KWD", "CLF"]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("2.75", "EUR", 275),
        ("2.750", "EUR", 275),
        ("300", "JPY", 300),
        ("0.250", "KWD", 250),
        ("1.2345", "CLF", 12345),
        ("-1.00", "EUR", -100),
    ],
)
def test_converts_decimal_amounts_exactly(text: str, currency: str, minor: int) -> None:
    """An amount becomes minor units by the currency's own number of decimals."""
    assert Money.from_decimal(Decimal(text), currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("2.755", "EUR", "amount_too_fine"),
        ("0.5", "JPY", "amount_too_fine"),
        ("NaN", "EUR", "amount"),
        ("Infinity", "EUR", "amount"),
        ("1.00", "eur", "currency_code"),
        ("1.00", "EURO", "currency_code"),
        ("1.00", "ÄÖÜ", "currency_code"),
    ],
)
def test_refuses_what_is_no_amount(text: str, currency: str, code: str) -> None:
    """What can't be exact is refused with a code and a remedy, never rounded."""
    with pytest.raises(InvalidInputError) as refused:
        Money.from_decimal(Decimal(text), currency)
    assert refused.value.code == code
    assert refused.value.remedy


def test_adds_one_currency_only() -> None:
    """Amounts of two currencies have no sum."""
    assert Money(275, "EUR") + Money(25, "EUR") == Money(300, "EUR")
    with pytest.raises(ValueError, match="cannot add JPY to EUR"):
        _ = Money(1, "EUR") + Money(1, "JPY")


@given(minor=st.integers(-(10**15), 10**15), currency=st.sampled_from(CURRENCIES))
def test_decimal_round_trip(minor: int, currency: str) -> None:
    """Minor units to decimal and back is the same amount, with the currency's decimals."""
    amount = Money(minor, currency).to_decimal()
    assert Money.from_decimal(amount, currency) == Money(minor, currency)
    assert -int(amount.as_tuple().exponent) == exponent(currency)
