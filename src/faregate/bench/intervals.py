"""How sure a counted rate is: exact intervals.

Binomial after Clopper and Pearson (Biometrika 1934), Poisson after Garwood (Biometrika 1936).
Exact means: whatever the true rate is, the interval misses it in at most the stated share of
experiments. It holds for independent trials; several clips of one person are not independent.
"""

from dataclasses import dataclass

from scipy.stats import beta, chi2

CONFIDENCE = 0.95
"""What the reports state their intervals at, as ISO/IEC 19795-1 and 30107-3 reports usually do."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of a rate, both ends included."""

    low: float
    high: float


def proportion_interval(events: int, trials: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Give the two-sided interval of a rate of which `events` in `trials` were seen.

    Each side may err in half of what `confidence` leaves. No trial says nothing: 0 to 1.

    >>> seen = proportion_interval(0, 100)
    >>> f"{seen.low:.3f} to {seen.high:.3f}"
    '0.000 to 0.036'

    Raises `ValueError` for counts that can't be and a confidence outside 0 to 1.
    """
    _check(events, trials, confidence)
    each_side = (1.0 - confidence) / 2.0
    return Interval(
        _at_least(events, trials, error=each_side), _at_most(events, trials, error=each_side)
    )


def upper_bound(events: int, trials: int, *, confidence: float = CONFIDENCE) -> float:
    """Give the one-sided bound: "not above this", wrong in at most `1 - confidence` of cases.

    >>> round(upper_bound(0, 299), 4)
    0.01

    Raises `ValueError` as `proportion_interval` does.
    """
    _check(events, trials, confidence)
    return _at_most(events, trials, error=1.0 - confidence)


def count_interval(events: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Give the two-sided interval of how many events are expected where `events` were counted.

    For what happens at any time instead of in trials. Divide by the time observed for a rate.

    >>> round(count_interval(0).high, 2)
    3.69
    """
    each_side = (1.0 - confidence) / 2.0
    low = float(chi2.ppf(each_side, 2 * events)) / 2.0 if events > 0 else 0.0
    return Interval(low, float(chi2.isf(each_side, 2 * events + 2)) / 2.0)


def _at_least(events: int, trials: int, *, error: float) -> float:
    # The binomial's tail is a beta distribution's; at the ends of the scale that has no shape.
    return float(beta.ppf(error, events, trials - events + 1)) if events > 0 else 0.0


def _at_most(events: int, trials: int, *, error: float) -> float:
    return float(beta.isf(error, events + 1, trials - events)) if events < trials else 1.0


def _check(events: int, trials: int, confidence: float) -> None:
    if not 0 <= events <= trials:
        raise ValueError(f"events must be 0 to {trials}, got {events}")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
