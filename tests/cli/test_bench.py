"""`faregate bench fares` from outside: tables for people, JSON for programs."""

import json
from pathlib import Path
from typing import Final

from typer.testing import CliRunner

from faregate import demo
from faregate.cli.app import app

FEED: Final = str(Path(demo.__path__[0]) / "feed")
RUN: Final = ["bench", "fares", FEED, "--journeys", "5"]


def test_shows_tables() -> None:
    """A person sees every feed and how speed grows."""
    result = CliRunner().invoke(app, RUN)
    assert result.exit_code == 0
    assert "One core" in result.stdout
    assert "leg rules" in result.stdout


def test_prints_json() -> None:
    """A program gets every figure by name."""
    result = CliRunner().invoke(app, [*RUN, "--json"])
    found = json.loads(result.stdout)
    assert [one["journeys"] for one in found["feeds"][0]["speeds"]] == [5, 5]
    assert found["by_rules"][0]["size"] == 100


def test_help() -> None:
    """The group tells what can be measured."""
    result = CliRunner().invoke(app, ["bench", "--help"])
    assert "Measure how fast fares are priced" in result.stdout
