"""Read `caps.toml`: GTFS has adopted no caps yet, so ours stand beside the feed."""

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

from faregate.errors import InvalidInputError
from faregate.fares.caps import Cap, CapPeriod
from faregate.fares.tables import Feed
from faregate.money import Money

_BYTES_MAX: Final = 1024 * 1024
_AMOUNT: Final = re.compile(r"\d{1,15}(\.\d{1,9})?")
_PERCENT_MAX: Final = 99
_REQUIRED: Final = frozenset({"id", "period", "amount", "currency"})
_KEYS: Final = _REQUIRED | {"areas", "rider_categories", "percent_beyond", "maximum_fares"}
_MAXIMUM_FARES: Final = {"outside": False, "inside": True}


def read_caps(path: Path, feed: Feed) -> tuple[Cap, ...]:
    """Read the caps of a feed.

    Raises `InvalidInputError` that names cap and key: for anything unknown, so that a typing error
    never lifts a cap.
    """
    try:
        with path.open("rb") as file:
            tables = tomllib.loads(file.read(_BYTES_MAX).decode("utf-8"))
    except OSError as error:
        raise InvalidInputError(
            "caps_unreadable",
            f"The caps {path} cannot be read: {error.strerror}.",
            remedy="Check the path and its permissions.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            "caps_syntax",
            f"{path} is not TOML: {error}.",
            remedy="Mend that line; https://toml.io shows the format.",
        ) from error
    rows = tables.get("cap")
    if tables.keys() != {"cap"} or not isinstance(rows, list):
        raise InvalidInputError(
            "caps_syntax",
            f"{path} holds something else than [[cap]] tables.",
            remedy="Begin every cap with a line [[cap]], and write nothing outside.",
        )
    caps: dict[str, Cap] = {}
    for number, row in enumerate(rows, start=1):
        cap = _Row(row, number).cap(feed)
        if cap.cap_id in caps:
            raise _error(number, "id", f"repeats {cap.cap_id!r}.", "Give each cap its own id.")
        caps[cap.cap_id] = cap
    return tuple(caps.values())


class _Row:
    """One [[cap]] table, checked key by key."""

    def __init__(self, row: object, number: int) -> None:
        if not isinstance(row, dict):
            raise _error(number, "table", "is no table.", "Begin every cap with a line [[cap]].")
        self._row: Mapping[str, object] = row
        self._number = number
        for key in sorted(_REQUIRED - row.keys()):
            raise _error(number, key, "is missing.", f"A cap has {', '.join(sorted(_REQUIRED))}.")
        for key in sorted(row.keys() - _KEYS):
            raise _error(number, key, "is not a setting.", f"There is {', '.join(sorted(_KEYS))}.")

    def cap(self, feed: Feed) -> Cap:
        return Cap(
            cap_id=self._text("id"),
            period=CapPeriod(self._choice("period", [period.value for period in CapPeriod])),
            amount=self._amount(),
            area_ids=self._names("areas", feed.areas),
            rider_category_ids=self._names("rider_categories", feed.rider_categories),
            percent_beyond=self._percent(),
            counts_maximum_fares=_MAXIMUM_FARES[
                self._choice("maximum_fares", list(_MAXIMUM_FARES))
            ],
        )

    def _text(self, key: str) -> str:
        value = self._row[key]
        if not isinstance(value, str) or not value:
            raise _error(self._number, key, "is no text.", "Write it in quotation marks.")
        return value

    def _choice(self, key: str, allowed: list[str]) -> str:
        value = self._row.get(key, allowed[0])
        if value not in allowed:
            raise _error(self._number, key, f"{value!r} is none of its values.", f"Use {allowed}.")
        return str(value)

    def _amount(self) -> Money:
        text = self._text("amount")
        if _AMOUNT.fullmatch(text) is None:
            raise _error(self._number, "amount", f"{text!r} is no amount.", 'Write it like "8.50".')
        try:
            return Money.from_decimal(Decimal(text), self._text("currency"))
        except InvalidInputError as error:
            raise _error(
                self._number, "amount or currency", f"does not fit: {error.message}", error.remedy
            ) from error

    def _percent(self) -> int:
        value = self._row.get("percent_beyond", 0)
        # TOML's true is a Python int.
        if type(value) is not int or not 0 <= value <= _PERCENT_MAX:
            raise _error(
                self._number,
                "percent_beyond",
                f"{value!r} is no whole number from 0 to {_PERCENT_MAX}.",
                "0 makes rides beyond the cap free; 50 halves them.",
            )
        return value

    def _names(self, key: str, known: Mapping[str, object]) -> frozenset[str]:
        value = self._row.get(key, [])
        if not isinstance(value, list):
            raise _error(self._number, key, "is no list.", 'Write it like ["a", "b"].')
        for name in value:
            if not isinstance(name, str) or name not in known:
                raise _error(
                    self._number, key, f"names {name!r}, which the feed lacks.", "Correct it."
                )
        return frozenset(value)


def _error(number: int, key: str, what: str, remedy: str) -> InvalidInputError:
    return InvalidInputError("caps_value", f"Cap {number}, {key} {what}", remedy=remedy)
