"""caps.toml: one good file, spoiled one way at a time."""

from pathlib import Path
from typing import Final

import pytest

from fakes.gate_network import FEED
from faregate.errors import InvalidInputError
from faregate.fares.caps import Cap, CapPeriod
from faregate.fares.read_caps import read_caps
from faregate.money import Money

GOOD: Final = """
[[cap]]
id = "day"
period = "day"
amount = "8.50"
currency = "EUR"

[[cap]]
id = "week-inner"
period = "week"
amount = "30"
currency = "EUR"
areas = ["inner"]
rider_categories = ["adult"]
percent_beyond = 50
maximum_fares = "inside"
"""


def write(folder: Path, text: str) -> Path:
    """Write a file of caps."""
    path = folder / "caps.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_caps(tmp_path: Path) -> None:
    """Every key, and the default of every key that may be left out."""
    assert read_caps(write(tmp_path, GOOD), FEED) == (
        Cap(cap_id="day", period=CapPeriod.DAY, amount=Money(850, "EUR")),
        Cap(
            cap_id="week-inner",
            period=CapPeriod.WEEK,
            amount=Money(3000, "EUR"),
            area_ids=frozenset({"inner"}),
            rider_category_ids=frozenset({"adult"}),
            percent_beyond=50,
            counts_maximum_fares=True,
        ),
    )


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ('"week-inner"', '"day"', "Cap 2, id repeats 'day'"),
        ('"week-inner"', '""', "Cap 2, id is no text"),
        ('"week-inner"', "7", "Cap 2, id is no text"),
        ('"week"', '"month"', "Cap 2, period 'month' is none of its values"),
        ('"week"', "[]", "Cap 2, period [] is none of its values"),
        ('"8.50"', '"8,50"', "Cap 1, amount '8,50' is no amount"),
        ('"8.50"', '"-1"', "Cap 1, amount '-1' is no amount"),
        ('"8.50"', '"8.505"', "Cap 1, amount or currency does not fit"),
        ('"8.50"', "8.5", "Cap 1, amount is no text"),
        ('"EUR"', '"eur"', "Cap 1, amount or currency does not fit"),
        ('["inner"]', '["moon"]', "Cap 2, areas names 'moon'"),
        ('["inner"]', "[[]]", "Cap 2, areas names []"),
        ('["inner"]', '"inner"', "Cap 2, areas is no list"),
        ('["adult"]', '["horse"]', "Cap 2, rider_categories names 'horse'"),
        ("= 50", "= 100", "Cap 2, percent_beyond 100 is no whole number"),
        ("= 50", "= -1", "Cap 2, percent_beyond -1 is no whole number"),
        ("= 50", "= true", "Cap 2, percent_beyond True is no whole number"),
        ('"inside"', '"both"', "Cap 2, maximum_fares 'both' is none of its values"),
        ("percent_beyond", "percentage", "Cap 2, percentage is not a setting"),
        ('period = "day"\n', "", "Cap 1, period is missing"),
        ("[[cap]]", "[[", "is not TOML"),
        ("[[cap]]", "[[limit]]", "holds something else than [[cap]] tables"),
    ],
)
def test_refuses(tmp_path: Path, good: str, bad: str, told: str) -> None:
    """Each defect is named by cap and key; no typing error lifts a cap in silence."""
    with pytest.raises(InvalidInputError) as error:
        read_caps(write(tmp_path, GOOD.replace(good, bad, 1)), FEED)
    assert told in error.value.message


@pytest.mark.parametrize("text", ["", "cap = 1", "cap = [1]", "[cap]\nid = 1"])
def test_refuses_other_shapes(tmp_path: Path, text: str) -> None:
    """A file without [[cap]] tables is no file of caps."""
    with pytest.raises(InvalidInputError):
        read_caps(write(tmp_path, text), FEED)


def test_refuses_what_cannot_be_read(tmp_path: Path) -> None:
    """No file is not "no caps"."""
    with pytest.raises(InvalidInputError) as error:
        read_caps(tmp_path / "none.toml", FEED)
    assert error.value.code == "caps_unreadable"
