"""Verification error rates (ISO/IEC 19795-1) with intervals by bootstrap over people.

Comparisons of the same people are not independent, so people are drawn anew, not comparisons: a
person drawn w times brings w times their mated comparisons, and a pair of people drawn v and w
times brings v * w times theirs. A person is never compared with a copy of themself as if that
were another one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.bench.intervals import CONFIDENCE, Interval, proportion_interval
from faregate.bench.samples import Embedded

KEPT_MAX: Final = 4_000_000
"""Non-mated comparisons kept, the most similar ones: 48 MB. Below, nothing is ever decided: even
of 1.2 billion comparisons (50,000 pictures) they reach down to a false match rate of 0.3 %."""

EVENTS_MIN: Final = 3
"""A rate is stated only where this many events are expected: "the rule of three", by which none
seen in n trials says at most 3 / n (95 %)."""

_NEVER: Final = np.float32(-np.inf)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparisons:
    """Every comparison that rates are counted from. A similarity is larger for more alike.

    Mated: `mated_person` (M,) and `mated` (M,) float32, ascending; minus infinity where a picture
    was not acquired. Non-mated: `nonmated` (K,) float32, descending, of the people `one` and
    `other` (K,): the most similar of all that there are, or all if `whole`. `acquired` (P,) is the
    number of pictures of each person that gave a template.
    """

    mated_person: NDArray[np.intp]
    mated: NDArray[np.float32]
    nonmated: NDArray[np.float32]
    one: NDArray[np.int32]
    other: NDArray[np.int32]
    acquired: NDArray[np.int64]
    whole: bool = False
    ascending: NDArray[np.float32] = field(init=False)
    """`nonmated` with its sign turned, to be searched."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ascending", -self.nonmated)

    @property
    def people(self) -> int:
        """P: people with at least one picture."""
        return len(self.acquired)

    @property
    def people_mated(self) -> int:
        """People with at least two pictures."""
        return len(np.unique(self.mated_person))

    def nonmated_total(self, weights: NDArray[np.int64]) -> int:
        """Count all non-mated comparisons, of people drawn `weights` (P,) times."""
        if self.whole:
            return int((weights[self.one] * weights[self.other]).sum())
        pictures = weights * self.acquired
        return int((int(pictures.sum()) ** 2 - int((pictures**2).sum())) // 2)

    @property
    def nonmated_count(self) -> int:
        """All non-mated comparisons that were made, kept or not."""
        return self.nonmated_total(np.ones(self.people, np.int64))


def compare_all(embedded: Embedded, *, kept_max: int = KEPT_MAX, block: int = 1024) -> Comparisons:
    """Compare every picture with every other, block by block. Memory is bounded by `kept_max`."""
    pairs = _mated_pairs(embedded)
    mated = np.array([embedded.similarity(a, b) for a, b in pairs], np.float32)
    mated_person = embedded.person[[a for a, _ in pairs]]
    order = np.argsort(mated, kind="stable")
    kept = _Kept(kept_max)
    whole = np.flatnonzero(embedded.acquired)
    for rows in _blocks(whole, block):
        for columns in _blocks(whole, block):
            if columns[0] < rows[0]:
                continue
            scores = embedded.similarities(rows, columns)
            people = embedded.person[rows][:, None], embedded.person[columns][None, :]
            once = (rows[:, None] < columns[None, :]) & (people[0] != people[1])
            row, column = np.nonzero(once & (scores >= kept.floor))
            kept.add(
                scores[row, column], embedded.person[rows][row], embedded.person[columns][column]
            )
    scores, one, other = kept.sorted()
    return Comparisons(
        mated_person=mated_person[order],
        mated=mated[order],
        nonmated=scores,
        one=one,
        other=other,
        acquired=np.bincount(embedded.person[embedded.acquired], minlength=embedded.people).astype(
            np.int64
        ),
    )


def _blocks(indices: NDArray[np.intp], size: int) -> Iterator[NDArray[np.intp]]:
    for start in range(0, len(indices), size):
        yield indices[start : start + size]


def _mated_pairs(embedded: Embedded) -> list[tuple[int, int]]:
    return [
        (int(a), int(b))
        for person in range(embedded.people)
        for pictures in [np.flatnonzero(embedded.person == person)]
        for index, a in enumerate(pictures)
        for b in pictures[index + 1 :]
    ]


class _Kept:
    """The most similar comparisons so far; at most twice `most` at any time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: list[tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]] = []
        self._count = 0
        self.floor = _NEVER

    def add(
        self, scores: NDArray[np.float32], one: NDArray[np.intp], other: NDArray[np.intp]
    ) -> None:
        self._parts.append((scores, one.astype(np.int32), other.astype(np.int32)))
        self._count += len(scores)
        if self._count > 2 * self._most:
            self._parts = [self.sorted()]
            self._count = len(self._parts[0][0])
            self.floor = self._parts[0][0][-1]

    def sorted(self) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]:
        """Give the most similar ones, best first."""
        if not self._parts:
            return np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(0, np.int32)
        scores, one, other = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        order = np.argsort(-scores, kind="stable")[: self._most]
        return scores[order], one[order], other[order]


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold, at or above which two pictures count as one person, and what it gives.

    `fnmr` is among comparisons of acquired pictures; `fnmr_user` counts a picture that was not
    acquired as one that did not match: what a user meets.
    """

    threshold: float
    fmr: float
    fnmr: float
    fnmr_user: float


class Rates:
    """The rates of one draw of people: each of them `weights` (P,) times."""

    def __init__(self, comparisons: Comparisons, weights: NDArray[np.int64], *, depth: int) -> None:
        self._comparisons = comparisons
        self._total = comparisons.nonmated_total(weights)
        one, other = comparisons.one[:depth], comparisons.other[:depth]
        self._accepted = np.cumsum(weights[one] * weights[other])
        self._mated = np.concatenate([[0], np.cumsum(weights[comparisons.mated_person])])
        self._ascending = comparisons.ascending[:depth]
        self._failed = int(self._mated[np.searchsorted(comparisons.mated, _NEVER, "right")])

    def at_fmr(self, fmr: float) -> OperatingPoint:
        """Take the lowest threshold with at most this false match rate."""
        return self._refusing(int(np.searchsorted(self._accepted, fmr * self._total, "right")))

    def at_threshold(self, threshold: float) -> OperatingPoint:
        """Take this threshold; it must not lie below what `depth` reaches."""
        index = np.searchsorted(self._ascending, -np.float32(threshold), "right")
        return self._point(threshold, int(index))

    def equal_error(self) -> float:
        """Give the rate at which both errors are equal; not a number where that lies too deep."""
        depth = len(self._accepted)
        if self._total == 0 or depth == 0:
            return float("nan")
        # Behind the last comparison that is looked at there must be one to refuse, or none at all.
        known = depth < len(self._comparisons.nonmated) or self._accepted[-1] == self._total
        low, high = 0, depth if known else depth - 1
        while low < high:
            middle = (low + high) // 2
            point = self._refusing(middle)
            if point.fmr >= point.fnmr:
                high = middle
            else:
                low = middle + 1
        point = self._refusing(low)
        return (point.fmr + point.fnmr) / 2 if point.fmr >= point.fnmr else float("nan")

    def _refusing(self, index: int) -> OperatingPoint:
        """Take the lowest threshold that refuses the comparison at `index` and all like it."""
        scores = self._comparisons.nonmated
        lowest = scores[index] if index < len(scores) else _NEVER
        threshold = float(np.nextafter(lowest, np.float32(np.inf)))
        # Those before it that are just as similar are refused with it.
        alike = int(np.searchsorted(self._ascending, -lowest, "left"))
        return self._point(threshold, min(index, alike))

    def _point(self, threshold: float, accepted: int) -> OperatingPoint:
        mated = self._comparisons.mated
        below = int(self._mated[np.searchsorted(mated, np.float32(threshold), "left")])
        all_mated = int(self._mated[-1])
        return OperatingPoint(
            threshold=threshold,
            fmr=_share(int(self._accepted[accepted - 1]) if accepted else 0, self._total),
            fnmr=_share(below - self._failed, all_mated - self._failed),
            fnmr_user=_share(below, all_mated),
        )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def person_weights(people: int, *, resamples: int, seed: int) -> NDArray[np.int64]:
    """Draw people with replacement: (R, P), how often each came in each of R draws."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(people, np.full(people, 1 / people), size=resamples)


def percentile_interval(values: NDArray[np.float64], *, confidence: float = CONFIDENCE) -> Interval:
    """Give the middle of the bootstrap's values; draws without any comparison are left out."""
    tail = (1 - confidence) / 2
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return Interval(float("nan"), float("nan"))
    low, high = np.quantile(known, [tail, 1 - tail])
    return Interval(float(low), float(high))


def unseen_interval(found: Interval, *, value: float, trials: int) -> Interval:
    """Widen the interval of a rate that was seen as 0: drawing people anew can't find an event.

    The upper end is then that of no event in that many independent `trials`.
    """
    if value > 0.0 or trials == 0:
        return found
    return Interval(found.low, max(found.high, proportion_interval(0, trials).high))


def is_supported(fmr: float, comparisons: int) -> bool:
    """Whether there are enough comparisons to speak of a rate as small as this."""
    return fmr * comparisons >= EVENTS_MIN
