"""Which tariff and category hold when a journey begins."""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from fakes.gate_network import TARIFF, at
from faregate.errors import InvalidInputError
from faregate.fares.tariff import Tariff
from faregate.fares.versions import (
    Entitlement,
    TariffVersion,
    TariffVersions,
    category_even_if_over,
    category_on,
)

OLD: Final = TARIFF
NEW: Final = replace(TARIFF, version="2")
CHILD: Final = Entitlement(
    rider_category_id="child", first_day=date(2026, 3, 2), last_day=date(2026, 3, 4)
)
STAFF: Final = Entitlement(
    rider_category_id="staff", first_day=date(2026, 3, 4), last_day=date(2026, 3, 9)
)


@pytest.mark.parametrize(
    ("clock", "tariff"),
    [("07:59:59", OLD), ("08:59:59", OLD), ("09:00", NEW), ("23:00", NEW)],
)
def test_36_the_version_in_force(clock: str, tariff: Tariff) -> None:
    """36: a version holds from its start, and the first also before it."""
    versions = TariffVersions([TariffVersion(at("09:00"), NEW), TariffVersion(at("08:00"), OLD)])
    assert versions.at(at(clock)) is tariff


@pytest.mark.parametrize(
    "versions",
    [(), (TariffVersion(at("08:00"), OLD), TariffVersion(at("08:00"), NEW))],
    ids=["none", "two at once"],
)
def test_refuses_versions(versions: tuple[TariffVersion, ...]) -> None:
    """It must be certain which version holds."""
    with pytest.raises(InvalidInputError):
        TariffVersions(versions)


@pytest.mark.parametrize(
    ("day", "category", "even_if_over"),
    [(1, "adult", "adult"), (2, "child", "child"), (4, "staff", "staff"), (10, "adult", "staff")],
)
def test_category(day: int, category: str, even_if_over: str) -> None:
    """41: the category of the day; the later of two; nobody's where all are over."""
    entitled = (STAFF, CHILD)
    when = date(2026, 3, day)
    assert category_on(entitled, when, fallback="adult") == category
    assert category_even_if_over(entitled, when, fallback="adult") == even_if_over
