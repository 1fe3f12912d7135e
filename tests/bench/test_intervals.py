"""Exact intervals: textbook values, and the law that makes them exact."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.bench.intervals import count_interval, proportion_interval, upper_bound


@pytest.mark.parametrize(
    ("events", "trials", "low", "high"),
    [
        pytest.param(0, 10, 0.0, 0.3085, id="none of ten"),
        pytest.param(1, 10, 0.0025, 0.4450, id="one of ten"),
        pytest.param(10, 10, 0.6915, 1.0, id="all of ten"),
        pytest.param(15, 148, 0.0578, 0.1617, id="Newcombe 1998"),
        pytest.param(81, 263, 0.2527, 0.3676, id="Newcombe 1998, larger"),
        pytest.param(1, 29, 0.0009, 0.1776, id="Newcombe 1998, rare"),
        pytest.param(0, 0, 0.0, 1.0, id="nothing tried, nothing known"),
    ],
)
def test_intervals_are_the_textbooks(events: int, trials: int, low: float, high: float) -> None:
    """Two-sided at 95 %, as Newcombe (Statistics in Medicine 17, 1998, method 5) prints them."""
    found = proportion_interval(events, trials)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("events", "trials", "bound"),
    [(0, 299, 0.01), (0, 59, 0.0495), (1, 10, 0.3942), (3, 3, 1.0), (0, 0, 1.0)],
)
def test_bounds_are_the_textbooks(events: int, trials: int, bound: float) -> None:
    """Without an event in 299 trials the rate is at most 1 %, one-sided at 95 %."""
    assert upper_bound(events, trials) == pytest.approx(bound, abs=5e-5)


@pytest.mark.parametrize(
    ("events", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)]
)
def test_intervals_of_counts_are_the_textbooks(events: int, low: float, high: float) -> None:
    """Two-sided at 95 %, as Garwood's table has them."""
    found = count_interval(events)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-3)


@given(trials=st.integers(1, 200), share=st.floats(0.0, 1.0), confidence=st.floats(0.5, 0.999))
def test_bound_is_where_so_few_events_become_too_rare(
    trials: int, share: float, confidence: float
) -> None:
    """At the bound itself, that few events or fewer come with exactly the error allowed."""
    events = min(int(share * trials), trials - 1)
    rate = upper_bound(events, trials, confidence=confidence)
    so_few = sum(
        comb(trials, count) * rate**count * (1 - rate) ** (trials - count)
        for count in range(events + 1)
    )
    assert so_few == pytest.approx(1 - confidence, rel=1e-6, abs=1e-9)


@given(trials=st.integers(0, 400), share=st.floats(0.0, 1.0))
def test_intervals_mirror_and_hold_the_rate(trials: int, share: float) -> None:
    """What is seen lies inside, and events and non-events are treated alike."""
    events = int(share * trials)
    seen = proportion_interval(events, trials)
    other = proportion_interval(trials - events, trials)
    assert 0.0 <= seen.low <= seen.high <= 1.0
    assert trials == 0 or seen.low <= events / trials <= seen.high
    assert seen.low == pytest.approx(1.0 - other.high, abs=1e-9)


@pytest.mark.parametrize(
    ("events", "trials", "confidence"),
    [(-1, 5, 0.95), (6, 5, 0.95), (1, 5, 0.0), (1, 5, 1.0)],
    ids=["negative", "more events than trials", "no confidence", "certainty"],
)
def test_refuses_what_cannot_be(events: int, trials: int, confidence: float) -> None:
    """Impossible counts are a mistake of the caller."""
    with pytest.raises(ValueError, match="must"):
        proportion_interval(events, trials, confidence=confidence)
    with pytest.raises(ValueError, match="must"):
        upper_bound(events, trials, confidence=confidence)
