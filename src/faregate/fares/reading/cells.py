"""Read one cell of a feed, or say what is wrong with it and give a harmless value instead."""

import re
from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from functools import cache, lru_cache
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from faregate.errors import InvalidInputError
from faregate.fares.findings import Findings, Place
from faregate.money import Money, exponent

_Value = TypeVar("_Value", bound=IntEnum)

_AMOUNT: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,9}", re.ASCII)
_DATE: Final = re.compile(r"\d{8}", re.ASCII)
_TIME: Final = re.compile(r"(\d?\d):([0-5]\d):([0-5]\d)", re.ASCII)
DAY_SECONDS: Final = 86400
_REMEMBERED: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that other tables refer to."""

    name: str
    known: Container[str]
    present: bool
    """False if the feed lacks the file: its ids are then taken as they are used, which changes no
    fare, and only the validator complains."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Reads the cells of one feed. Every method reports to `findings` and then goes on."""

    findings: Findings

    def require(self, at: Place, **cells: str) -> bool:
        """Tell whether all of these required cells are filled."""
        for field, value in cells.items():
            if not value:
                self.findings.fatal(at, field, "feed_field_missing", "is empty.", "Fill it in.")
        return all(cells.values())

    def refer(self, at: Place, field: str, value: str, table: Table) -> bool:
        """Tell whether a cell is empty or names a row of `table`, which a fare depends on."""
        found = not value or value in table.known
        if not found:
            report = self.findings.fatal if table.present else self.findings.error
            report(at, field, "feed_reference", *_dangling(value, table))
        return found or not table.present

    def mention(self, at: Place, field: str, value: str, table: Table) -> bool:
        """Do as `refer` for a cell without which the row can be left out, and no fare changes."""
        found = not value or value in table.known
        if not found:
            self.findings.error(at, field, "feed_reference", *_dangling(value, table))
        return found

    def first(self, at: Place, field: str, key: object, seen: Container[object]) -> bool:
        """Tell whether a primary key is new."""
        if key in seen:
            text = ", ".join(key) if isinstance(key, tuple) else key
            self.findings.fatal(at, field, "feed_duplicate", f"repeats {text}.", "Keep one row.")
            return False
        return True

    def timezone(self, at: Place, field: str, value: str) -> str:
        """Read the name of a time zone, or nothing."""
        if value and not _is_timezone(value):
            self.findings.fatal(
                at,
                field,
                "feed_timezone",
                f"names {value!r}, which is no time zone.",
                "Use a name of the IANA list, for example Europe/Berlin.",
            )
            return ""
        return value

    def amount(self, at: Place, amount: str, currency: str) -> Money | None:
        """Read an exact amount of money; None if it cannot be read."""
        if _AMOUNT.fullmatch(amount) is None:
            what = f"{amount!r} is no decimal amount."
            self.findings.fatal(at, "amount", "feed_amount", what, "Write it like 2.75.")
            return None
        try:
            money, decimals = _money(amount, currency)
        except InvalidInputError as error:
            if error.code == "currency_code":
                self.findings.fatal(at, "currency", error.code, error.message, error.remedy)
            else:
                self.findings.fatal(at, "amount", "feed_amount", error.message, error.remedy)
            return None
        if decimals != exponent(currency):
            self.findings.warning(
                at,
                "amount",
                "feed_amount_decimals",
                f"{amount!r} has not the {exponent(currency)} decimals of {currency}.",
                f"Write {money.to_decimal()}.",
            )
        return money

    def number(self, at: Place, field: str, value: str, *, at_least: int) -> int | None:
        """Read a whole number; None for an empty cell, or one that is no such number."""
        if not value:
            return None
        number = _whole(value)
        if number is None or number < at_least:
            what = f"{value!r} is no whole number of at least {at_least}."
            self.findings.fatal(at, field, "feed_number", what, "Correct it, or leave it empty.")
            return None
        return number

    def choice(self, at: Place, field: str, value: str, values: type[_Value]) -> _Value | None:
        """Read an enumerated value that a fare depends on; None for an empty cell."""
        chosen = _options(values).get(value)
        if value and chosen is None:
            self.findings.fatal(at, field, "feed_enum", *_no_option(value, values))
        return chosen

    def choice_or(self, at: Place, field: str, value: str, default: _Value) -> _Value:
        """Read an enumerated value that fares can do without; `default` for an empty cell."""
        values = type(default)
        chosen = _options(values).get(value)
        if value and chosen is None:
            self.findings.error(at, field, "feed_enum", *_no_option(value, values))
        return default if chosen is None else chosen

    def time(self, at: Place, field: str, value: str, *, empty: int) -> int:
        """Read a local time as seconds since midnight, 0 to 86400; `empty` for an empty cell."""
        if not value:
            return empty
        if written := _TIME.fullmatch(value):
            hours, minutes, seconds = map(int, written.groups())
            since_midnight = (hours * 60 + minutes) * 60 + seconds
            if since_midnight <= DAY_SECONDS:
                return since_midnight
        what = f"{value!r} is no time of a day."
        self.findings.fatal(at, field, "feed_time", what, "Write HH:MM:SS, at most 24:00:00.")
        return empty

    def day(self, at: Place, field: str, value: str) -> date | None:
        """Read a date; None if it cannot be read."""
        day = _date(value)
        if day is None:
            what = f"{value!r} is no date."
            self.findings.fatal(at, field, "feed_date", what, "Write YYYYMMDD.")
        return day


def _dangling(value: str, table: Table) -> tuple[str, str]:
    what = f"names {value!r}, which {table.name} does not have."
    return what, f"Add it to {table.name}, or correct the name."


def _no_option(value: str, values: type[IntEnum]) -> tuple[str, str]:
    options = ", ".join(str(option.value) for option in values)
    return f"{value!r} is none of {options}.", "Use one of them."


# A large feed holds few different amounts and numbers: each is read once.
@lru_cache(maxsize=_REMEMBERED)
def _money(amount: str, currency: str) -> tuple[Money, int]:
    """Give a well-formed amount, and how many decimals it is written with."""
    return Money.from_decimal(Decimal(amount), currency), len(amount.partition(".")[2])


@lru_cache(maxsize=_REMEMBERED)
def _whole(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None


@cache
def _options(values: type[_Value]) -> dict[str, _Value]:
    return {str(option.value): option for option in values}


@cache
def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder
        return False
    return True


@cache
def _date(text: str) -> date | None:
    if _DATE.fullmatch(text) is None:
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
