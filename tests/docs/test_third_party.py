"""THIRD_PARTY.md names exactly what an installation brings along."""

import importlib.metadata
import re
import tomllib
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROW: Final = re.compile(r"^\| ([a-z0-9-]+)(?: \([^)]*\))? \| ([^|]+) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def listed(repository: Path) -> dict[str, str]:
    """Give the packages of the first two tables, with their licences."""
    page = (repository / "THIRD_PARTY.md").read_text("utf-8")
    return {name: licence for name, licence in ROW.findall(page) if name not in {"pack", "package"}}


def _brought_along(package: str, extras: frozenset[str]) -> set[str]:
    """Walk the requirements that the installed packages state for this machine."""
    found: set[str] = set()
    waiting = [(package, extras)]
    while waiting:
        name, wanted = waiting.pop()
        for text in importlib.metadata.requires(name) or ():
            requirement = Requirement(text)
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in wanted | {""}):
                continue
            if canonicalize_name(requirement.name) not in found or requirement.extras:
                found.add(canonicalize_name(requirement.name))
                waiting.append((requirement.name, frozenset(requirement.extras)))
    return found


def test_every_package_that_is_installed_is_listed(listed: dict[str, str]) -> None:
    """Nothing is brought along that the page does not own up to."""
    assert _brought_along("faregate", frozenset({"demo"})) - set(listed) == set()


def test_every_package_that_is_listed_is_locked(repository: Path, listed: dict[str, str]) -> None:
    """The page names nothing that no machine would install."""
    lock = tomllib.loads((repository / "uv.lock").read_text("utf-8"))
    assert set(listed) - {package["name"] for package in lock["package"]} == set()


@pytest.mark.parametrize("copyleft", ["GPL", "AGPL", "SSPL"])
def test_copyleft_is_owned_up_to(listed: dict[str, str], copyleft: str) -> None:
    """Only libraries bundled inside wheels are copyleft, and the row says so."""
    rows = [licence for licence in listed.values() if copyleft in licence]
    assert all("wheels bundle" in row for row in rows)
