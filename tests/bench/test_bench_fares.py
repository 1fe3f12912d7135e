"""The bench measures what it says: different journeys, all of them, on the feeds named."""

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.fares_world import write_feed
from faregate import demo
from faregate.bench.fares import bench_fares, distinct_journeys, made_feed
from faregate.errors import InvalidInputError
from faregate.fares.read_feed import read_feed

FEED = Path(demo.__path__[0]) / "feed"


def test_measures_feeds_and_growth() -> None:
    """Every figure is there and above zero, and memory of places is counted apart."""
    found = bench_fares([FEED], journeys=40)
    (feed,) = found.feeds
    assert feed.feed == "demo/feed"
    assert min(feed.load_s, feed.load_peak_mib, feed.held_mib) > 0
    assert [(one.legs_each, one.journeys, one.priced) for one in feed.speeds] == [
        (1, 40, 40),
        (3, 40, 40),
    ]
    for one in feed.speeds:
        assert 0 < one.known_legs < one.journeys * one.legs_each
        assert min(one.per_second, one.per_second_forgetting) > 0
    assert [one.size for one in found.by_rules] == [100, 1_000, 10_000]
    assert [one.size for one in found.by_legs] == [1, 2, 4, 8, 16]
    assert all(one.per_second > 0 for one in (*found.by_rules, *found.by_legs))


def test_journeys_are_distinct_and_repeatable() -> None:
    """The same journeys in every run, and none twice."""
    feed = made_feed(100)
    journeys = distinct_journeys(feed, 500, legs_each=2)
    assert len(set(journeys)) == 500
    assert journeys == distinct_journeys(feed, 500, legs_each=2)
    assert len(feed.fare_leg_rules) == 100


def test_counts_what_has_no_single_currency(tmp_path: Path) -> None:
    """A journey that could be paid in two currencies is measured, and not counted as priced."""
    write_feed(tmp_path / "feed", {one.name: one.read_text("utf-8") for one in FEED.iterdir()})
    products = tmp_path / "feed" / "fare_products.txt"
    text = products.read_text("utf-8").replace("EUR", "USD", 1)
    products.write_text(text, encoding="utf-8")
    (feed,) = bench_fares([tmp_path / "feed"], journeys=10).feeds
    assert [one.priced for one in feed.speeds] == [0, 0]


def test_refuses_a_feed_without_routes() -> None:
    """There is nothing to ride."""
    with pytest.raises(InvalidInputError, match="no routes"):
        distinct_journeys(replace(read_feed(FEED), routes={}), 1, legs_each=1)
