"""The reference pages are what the code says."""

import runpy
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest


@pytest.mark.parametrize("name", ["cli.md", "configuration.md", "fares.md"])
def test_reference_pages_are_up_to_date(repository: Path, name: str) -> None:
    """Each page is, byte for byte, what scripts/write_reference.py writes."""
    pages: Mapping[str, Callable[[], str]] = runpy.run_path(
        str(repository / "scripts" / "write_reference.py")
    )["PAGES"]
    committed = (repository / "docs" / "reference" / name).read_text("utf-8")
    assert committed == pages[name](), "run: uv run scripts/write_reference.py"
