"""The halves of people: fixed for good, and about even."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.bench.people import Split, split_of


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("person-1", Split.DEVELOPMENT),
        ("person-2", Split.REPORT),
        ("person-3", Split.REPORT),
        ("żółw 亀", Split.DEVELOPMENT),
    ],
)
def test_a_name_belongs_to_one_half_for_good(name: str, split: Split) -> None:
    """These four never move: figures that were published depend on it."""
    assert split_of(name) is split


@given(st.text(st.characters()))
def test_every_name_has_a_half(name: str) -> None:
    """Any text is a name; a lone surrogate, as in an undecodable file name, included."""
    assert split_of(name) in Split


def test_the_halves_are_about_even() -> None:
    """Of 10,000 names, each half has its share within 5 standard deviations."""
    counts = Counter(split_of(f"person-{number}") for number in range(10_000))
    assert abs(counts[Split.REPORT] - 5_000) < 5 * 50
