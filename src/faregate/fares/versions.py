"""Tariffs and entitlements that change: which held when a journey began."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from faregate.errors import InvalidInputError
from faregate.fares.tariff import Tariff


@dataclass(frozen=True, slots=True)
class TariffVersion:
    """A tariff and the instant from which it is in force."""

    starts: datetime
    """Aware; this instant is the first."""
    tariff: Tariff


def _start(version: tuple[datetime, Tariff]) -> datetime:
    return version[0]


class TariffVersions:
    """Versions of a tariff that follow each other; the first holds for all that came before it."""

    def __init__(self, versions: Iterable[TariffVersion]) -> None:
        """Put versions in order. Raises `InvalidInputError` for none, or two at one instant."""
        # In UTC: times of one zone are compared by its wall clock, which jumps.
        by_start = sorted(
            ((one.starts.astimezone(UTC), one.tariff) for one in versions), key=_start
        )
        self._starts = [starts for starts, _ in by_start]
        self._tariffs = [tariff for _, tariff in by_start]
        if not self._starts or len(set(self._starts)) < len(self._starts):
            raise InvalidInputError(
                "tariff_versions",
                "There is no tariff version, or two begin at one instant.",
                remedy="Give each version an instant of its own.",
            )

    def at(self, instant: datetime) -> Tariff:
        """Give the tariff in force."""
        return self._tariffs[max(bisect_right(self._starts, instant.astimezone(UTC)) - 1, 0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """A rider category and the travel days on which a rider was in it, both included."""

    rider_category_id: str
    first_day: date
    last_day: date


def category_on(entitlements: Iterable[Entitlement], day: date, *, fallback: str) -> str:
    """Give a rider's category on a travel day; the one that began last, where several hold."""
    holding = [one for one in entitlements if one.first_day <= day <= one.last_day]
    return _latest(holding, fallback)


def category_even_if_over(entitlements: Iterable[Entitlement], day: date, *, fallback: str) -> str:
    """Give the category on a day when dates are not checked: one that is over still holds."""
    begun = [one for one in entitlements if one.first_day <= day]
    return _latest(begun, fallback)


def _latest(entitlements: Iterable[Entitlement], fallback: str) -> str:
    latest = max(
        entitlements,
        key=lambda one: (one.first_day, one.last_day, one.rider_category_id),
        default=None,
    )
    return fallback if latest is None else latest.rider_category_id
