"""Verification on single pictures: thresholds, both error rates, and how sure each is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.bench.error_rates import (
    Comparisons,
    Rates,
    is_supported,
    percentile_interval,
    unseen_interval,
)
from faregate.bench.intervals import Interval

LEVELS: Final = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
"""False match rates that are asked for."""

_CURVE_POINTS: Final = 160
_SPARE: Final = 2
"""A draw of people moves a rate's threshold: by less than this factor in its number of matches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A rate, and its 95 % interval."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtThreshold:
    """Both errors at one threshold. `draws` (R,) is `fnmr_user` in each draw of people."""

    threshold: float
    fmr: Measured
    fnmr: Measured
    fnmr_user: Measured
    false_matches: int
    draws: NDArray[np.float64] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verification:
    """All of it. `levels` lacks the false match rates that there are too few comparisons for."""

    levels: Mapping[float, AtThreshold]
    unsupported: tuple[float, ...]
    at_threshold: AtThreshold
    equal_error: Measured
    curve: tuple[tuple[float, float], ...]
    """(FMR, FNMR), from few false matches to many."""

    mated: int
    nonmated: int
    people: int
    people_mated: int


def verify_singles(
    comparisons: Comparisons,
    weights: NDArray[np.int64],
    *,
    threshold: float,
    levels: Sequence[float] = LEVELS,
) -> Verification:
    """Measure one way of embedding.

    `weights` (R, P) are the draws of people: for a paired difference, hand the same ones to both.
    `threshold` is the one that is in use.
    """
    total, kept = comparisons.nonmated_count, len(comparisons.nonmated)
    as_they_are = np.ones(comparisons.people, np.int64)
    exact = Rates(comparisons, as_they_are, depth=kept)
    supported = [
        level
        for level in levels
        if is_supported(level, total) and (kept == total or _SPARE * level * total < kept)
    ]
    eer = exact.equal_error()
    used = int(np.searchsorted(comparisons.ascending, -np.float32(threshold), "right"))
    deepest = max([eer if np.isfinite(eer) else 0.0, *supported, used / max(total, 1)])
    depth = min(kept, int(_SPARE * deepest * total) + 1)
    points: dict[float, list[tuple[float, ...]]] = {level: [] for level in supported}
    in_use: list[tuple[float, ...]] = []
    equal: list[float] = []
    for row in weights:
        rates = Rates(comparisons, row, depth=depth)
        for level in supported:
            point = rates.at_fmr(level)
            points[level].append((point.fmr, point.fnmr, point.fnmr_user))
        point = rates.at_threshold(threshold)
        in_use.append((point.fmr, point.fnmr, point.fnmr_user))
        equal.append(rates.equal_error())
    return Verification(
        levels={
            level: _at(exact, exact.at_fmr(level).threshold, points[level], comparisons)
            for level in supported
        },
        unsupported=tuple(level for level in levels if level not in supported),
        at_threshold=_at(exact, threshold, in_use, comparisons),
        equal_error=Measured(value=eer, interval=percentile_interval(np.array(equal))),
        curve=_curve(exact, total, kept),
        mated=int(np.isfinite(comparisons.mated).sum()),
        nonmated=total,
        people=comparisons.people,
        people_mated=comparisons.people_mated,
    )


def _at(
    exact: Rates, threshold: float, draws: list[tuple[float, ...]], comparisons: Comparisons
) -> AtThreshold:
    point = exact.at_threshold(threshold)
    fmr, fnmr, fnmr_user = np.array(draws, np.float64).reshape(-1, 3).T
    people = comparisons.people_mated
    return AtThreshold(
        threshold=threshold,
        # Without any false match, comparisons count as independent trials, which they are not.
        fmr=_measured(point.fmr, fmr, comparisons.nonmated_count),
        fnmr=_measured(point.fnmr, fnmr, people),
        fnmr_user=_measured(point.fnmr_user, fnmr_user, people),
        false_matches=int(np.searchsorted(comparisons.ascending, -np.float32(threshold), "right")),
        draws=fnmr_user,
    )


def _measured(value: float, draws: NDArray[np.float64], trials: int) -> Measured:
    interval = unseen_interval(percentile_interval(draws), value=value, trials=trials)
    return Measured(value=value, interval=interval)


def _curve(exact: Rates, total: int, kept: int) -> tuple[tuple[float, float], ...]:
    if total == 0:
        return ()
    rates = np.geomspace(1 / total, min(0.5, kept / total), _CURVE_POINTS)
    points = [exact.at_fmr(float(rate)) for rate in rates if rate * total < kept or kept == total]
    return tuple((point.fmr, point.fnmr) for point in points)


def difference(ours: AtThreshold, theirs: AtThreshold) -> Measured:
    """Give ours minus theirs in `fnmr_user`: below 0, ours misses less.

    Paired: both were measured on the same pictures and the same draws of people, each with its
    own threshold for the false match rate in each draw.
    """
    return Measured(
        value=ours.fnmr_user.value - theirs.fnmr_user.value,
        interval=percentile_interval(ours.draws - theirs.draws),
    )
