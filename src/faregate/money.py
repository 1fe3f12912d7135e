"""Money in whole minor units. There is no float anywhere on the way."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

from faregate.errors import InvalidInputError

# ISO 4217 minor-unit exponents that differ from 2.
# Source: ISO 4217 list one, maintained by SIX; funds and metals codes left out.
_EXPONENTS: Final[dict[str, int]] = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_CODE_LENGTH: Final = 3


def exponent(currency: str) -> int:
    """Give the number of decimals of an ISO 4217 currency: 2 for EUR, 0 for JPY, 3 for KWD.

    >>> exponent("JPY"), exponent("EUR")
    (0, 2)
    """
    _check_code(currency)
    return _EXPONENTS.get(currency, 2)


def _check_code(currency: str) -> None:
    if len(currency) != _CODE_LENGTH or not (
        currency.isascii() and currency.isalpha() and currency.isupper()
    ):
        raise InvalidInputError(
            "currency_code",
            f"{currency!r} is not an ISO 4217 currency code.",
            remedy="Use three capital letters, for example EUR.",
        )


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's smallest unit, e.g. 275 cents."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        _check_code(self.currency)

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str) -> Self:
        """Convert a decimal amount exactly; refuse one finer than the currency's smallest unit.

        >>> Money.from_decimal(Decimal("2.75"), "EUR")
        Money(minor=275, currency='EUR')
        """
        if not amount.is_finite():
            raise InvalidInputError(
                "amount", f"{amount} is not an amount of money.", remedy="Give a finite number."
            )
        scaled = amount.scaleb(exponent(currency))
        if scaled != scaled.to_integral_value():
            raise InvalidInputError(
                "amount_too_fine",
                f"{amount} {currency} is finer than the currency's smallest unit.",
                remedy=f"Give at most {exponent(currency)} decimals.",
            )
        return cls(int(scaled), currency)

    def to_decimal(self) -> Decimal:
        """Give the amount in main units, with exactly the currency's number of decimals.

        >>> str(Money(600, "EUR").to_decimal())
        '6.00'
        """
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, other: Self) -> Self:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return type(self)(self.minor + other.minor, self.currency)
