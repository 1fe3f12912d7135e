"""Error rates against hand-counted cases, known distributions, and their own laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm

from fakes.faces_in_numbers import made_up_people, on_a_line
from faregate.bench.error_rates import (
    Comparisons,
    Rates,
    compare_all,
    is_supported,
    percentile_interval,
    person_weights,
    unseen_interval,
)
from faregate.bench.intervals import Interval

# Mated distances: 1 and 5 (person 0: 0, 1; person 1: 10, 15). Non-mated, nearest first:
# 4 (15, 19), 9 twice (1, 10; 10, 19), 10, 14, 15, 18, 19.
LINE = on_a_line([(0, 0), (0, 1), (1, 10), (1, 15), (2, 19)], people=3)
ONCE = np.ones(3, np.int64)


def rates(weights: NDArray[np.int64] = ONCE) -> Rates:
    """Count the people on the line."""
    comparisons = compare_all(LINE)
    return Rates(comparisons, weights, depth=len(comparisons.nonmated))


@pytest.mark.parametrize(
    ("fmr", "reached", "fnmr"),
    [(0.0, 0.0, 0.5), (1 / 8, 1 / 8, 0.0), (2 / 8, 1 / 8, 0.0), (3 / 8, 3 / 8, 0.0), (1, 1, 0.0)],
    ids=["none", "one", "a tie is refused whole", "the tie", "all"],
)
def test_rates_as_counted_by_hand(fmr: float, reached: float, fnmr: float) -> None:
    """Of 8 non-mated and 2 mated comparisons, at the lowest threshold that keeps the rate."""
    point = rates().at_fmr(fmr)
    assert (point.fmr, point.fnmr) == (reached, fnmr)


def test_a_person_drawn_twice_counts_twice() -> None:
    """Person 1 twice: 3 mated comparisons; each pair of people in the product of their draws."""
    comparisons = compare_all(LINE)
    weights = np.array([1, 2, 0])
    assert comparisons.nonmated_total(weights) == 2 * 2 * 2
    assert rates(weights).at_threshold(-4.9).fnmr == 2 / 3
    assert rates(weights).at_threshold(-9.0).fmr == 2 / 8


@pytest.mark.parametrize(
    ("threshold", "fnmr", "fnmr_user"), [(-1.0, 0.0, 0.5), (-0.5, 1.0, 1.0), (-99.0, 0.0, 0.5)]
)
def test_what_was_not_acquired_is_counted_apart(
    threshold: float, fnmr: float, fnmr_user: float
) -> None:
    """A picture without a face never matches for its user, and is no failure of the matcher."""
    comparisons = compare_all(on_a_line([(0, 0), (0, 1), (1, 5), (1, float("nan"))], people=2))
    point = Rates(comparisons, np.ones(2, np.int64), depth=2).at_threshold(threshold)
    assert (point.fnmr, point.fnmr_user) == (fnmr, fnmr_user)
    assert comparisons.nonmated_count == 2


def test_known_distributions_give_known_rates() -> None:
    """Normal scores one apart by 3 deviations: FNMR and EER as the normal distribution says."""
    rng = np.random.default_rng(7)
    size = 400_000
    comparisons = Comparisons(
        mated_person=np.zeros(size, np.intp),
        mated=np.sort(rng.normal(3, 1, size)).astype(np.float32),
        nonmated=-np.sort(rng.normal(0, 1, size)).astype(np.float32),
        one=np.zeros(size, np.int32),
        other=np.ones(size, np.int32),
        acquired=np.array([size, 1]),
    )
    found = Rates(comparisons, np.array([1, 1]), depth=size)
    for fmr in (1e-2, 1e-3):
        assert found.at_fmr(fmr).fnmr == pytest.approx(norm.cdf(norm.isf(fmr) - 3), rel=0.03)
    assert found.equal_error() == pytest.approx(norm.sf(1.5), rel=0.02)


@given(st.floats(-1, 1), st.floats(-1, 1), st.integers(0, 50))
def test_a_higher_threshold_trades_one_error_for_the_other(
    one: float, other: float, draw: int
) -> None:
    """Whatever people are drawn: FNMR never falls, FMR never rises with the threshold."""
    comparisons = SMALL
    weights = person_weights(comparisons.people, resamples=1, seed=draw)[0]
    found = Rates(comparisons, weights, depth=len(comparisons.nonmated))
    low, high = (found.at_threshold(value) for value in sorted((one, other)))
    assert low.fmr >= high.fmr
    assert low.fnmr <= high.fnmr
    assert low.fnmr_user <= high.fnmr_user
    assert high.fnmr_user >= high.fnmr


@given(st.floats(0, 1), st.integers(0, 50))
def test_a_threshold_keeps_its_false_match_rate(fmr: float, draw: int) -> None:
    """Never more than was asked for, and the same rate comes out of the threshold again."""
    comparisons = SMALL
    weights = person_weights(comparisons.people, resamples=1, seed=draw)[0]
    found = Rates(comparisons, weights, depth=len(comparisons.nonmated))
    point = found.at_fmr(fmr)
    assert point.fmr <= fmr
    assert found.at_threshold(point.threshold) == point


def test_keeping_only_the_most_similar_changes_no_rate() -> None:
    """Blocks and a limit bound the memory; what is left gives the same thresholds."""
    embedded = made_up_people(40, pictures=3, noise=0.8)
    whole = compare_all(embedded)
    part = compare_all(embedded, kept_max=200, block=16)
    assert len(part.nonmated) == 200
    assert part.nonmated_count == whole.nonmated_count == 120 * 119 // 2 - 40 * 3
    np.testing.assert_allclose(part.nonmated, whole.nonmated[:200], rtol=1e-5)
    everyone = np.ones(40, np.int64)
    found = [Rates(c, everyone, depth=len(c.nonmated)).at_fmr(0.01) for c in (whole, part)]
    assert found[0].threshold == pytest.approx(found[1].threshold, rel=1e-5)
    assert found[0].fnmr == found[1].fnmr


def test_an_equal_error_rate_too_deep_is_not_made_up() -> None:
    """With only the two most similar comparisons kept, nobody can say where the errors meet."""
    comparisons = compare_all(made_up_people(20, pictures=2, noise=4.0), kept_max=2)
    found = Rates(comparisons, np.ones(20, np.int64), depth=2)
    assert np.isnan(found.equal_error())


def test_draws_have_everyone_as_often_as_there_are_people() -> None:
    """Each draw has P people; the same seed draws the same."""
    weights = person_weights(30, resamples=50, seed=3)
    assert weights.shape == (50, 30)
    assert set(weights.sum(axis=1)) == {30}
    assert (weights == person_weights(30, resamples=50, seed=3)).all()


def test_intervals_of_draws() -> None:
    """The middle 95 %, without draws that had nothing to compare; none at all is no number."""
    values = np.append(np.arange(1001, dtype=np.float64), np.nan)
    found = percentile_interval(values)
    assert (found.low, found.high) == pytest.approx((25.0, 975.0))
    assert np.isnan(percentile_interval(np.array([np.nan])).low)


@pytest.mark.parametrize(
    ("value", "trials", "high"), [(0.0, 59, 0.0606), (0.1, 59, 0.0), (0.0, 0, 0.0)]
)
def test_an_event_never_seen_still_has_an_interval(value: float, trials: int, high: float) -> None:
    """No event in 59 trials says at most 6.1 % (two-sided 95 %, Clopper and Pearson)."""
    found = unseen_interval(Interval(0.0, 0.0), value=value, trials=trials)
    assert found.high == pytest.approx(high, abs=1e-4)


def test_small_rates_need_many_comparisons() -> None:
    """Three expected events at least."""
    assert is_supported(1e-6, 3_000_000)
    assert not is_supported(1e-6, 2_900_000)


SMALL = compare_all(made_up_people(12, pictures=3, noise=1.0, missing=0.1))
