"""Verification with intervals: what is stated, what is not, and paired differences."""

import numpy as np
import pytest

from fakes.faces_in_numbers import made_up_people
from faregate.bench.error_rates import compare_all, person_weights
from faregate.bench.verification import difference, verify_singles

WEIGHTS = person_weights(40, resamples=200, seed=5)


def test_levels_without_enough_comparisons_are_not_stated() -> None:
    """120 pictures of 40 people: 7,020 non-mated comparisons reach down to 1e-3, not to 1e-4."""
    found = verify_singles(
        compare_all(made_up_people(40, pictures=3, noise=1.0)), WEIGHTS, threshold=0.5
    )
    assert set(found.levels) == {1e-2, 1e-3}
    assert found.unsupported == (1e-4, 1e-5, 1e-6)
    assert (found.mated, found.nonmated, found.people_mated) == (120, 7_020, 40)


def test_intervals_hold_the_value() -> None:
    """Each rate lies in its interval, and both rates of one threshold belong together."""
    found = verify_singles(
        compare_all(made_up_people(40, pictures=3, noise=1.5)), WEIGHTS, threshold=0.3
    )
    for rate in (found.at_threshold.fnmr, found.at_threshold.fmr, found.equal_error):
        assert 0 < rate.interval.low <= rate.value <= rate.interval.high < 1
    assert found.at_threshold.false_matches == round(found.at_threshold.fmr.value * 7_020)


def test_a_curve_falls() -> None:
    """More false matches, fewer misses."""
    found = verify_singles(
        compare_all(made_up_people(40, pictures=3, noise=1.5)), WEIGHTS, threshold=0.3
    )
    fmr, fnmr = np.array(found.curve).T
    assert (np.diff(fmr) >= 0).all()
    assert (np.diff(fnmr) <= 0).all()


def test_no_miss_is_not_never() -> None:
    """Nothing seen among 40 people: up to 8.8 % of them, two-sided 95 %."""
    found = verify_singles(
        compare_all(made_up_people(40, pictures=3, noise=0.1)), WEIGHTS, threshold=0.5
    )
    assert found.levels[1e-3].fnmr.value == 0.0
    assert found.levels[1e-3].fnmr.interval.high == pytest.approx(0.0881, abs=1e-4)
    assert found.at_threshold.fmr.interval.high == pytest.approx(3.69 / 7_020, rel=0.01)


def test_a_paired_difference_sees_what_single_intervals_hide() -> None:
    """A way that is a little better on each person is told from the other; a twin is not."""
    better, worse = (
        verify_singles(
            compare_all(made_up_people(40, pictures=3, noise=noise)), WEIGHTS, threshold=0.3
        ).levels[1e-2]
        for noise in (1.2, 1.3)
    )
    gain = difference(better, worse)
    assert gain.interval.high < 0
    assert better.fnmr.interval.high > worse.fnmr.interval.low
    twin = difference(better, better)
    assert (twin.value, twin.interval.low, twin.interval.high) == (0.0, 0.0, 0.0)
