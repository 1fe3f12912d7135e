"""Choose each cue's boundary on development people by one rule, and test it on what it never saw.

The rule: refuse at most a given share of the living (the budget), and within it let through as
little as possible of the worst kind of attack. A cue that must judge begins with the product's
own boundary; any other is left out unless it helps, for every boundary also refuses some of the
living who were not measured. Judged by boundaries alone: the product also adds up how far the cues
fall short of the usual, which `LivenessPolicy` says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from faregate.bench.liveness_rates import LivenessRates, liveness_rates
from faregate.bench.liveness_trials import LIVE, Outcome, Trial
from faregate.face.liveness import LIVENESS_MIN, CueKind, LivenessPolicy

BUDGET: Final = 0.01
"""Half of the 2 % that the living may be refused at most: what is chosen on some people refuses
more of others."""

FOLDS: Final = 5

_SEED: Final = 30_107


class TooFewToFitError(ValueError):
    """Without living people and attacks that the required cues judged, nothing is chosen."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """Live from this measure on: `boundary` of a `CueRule`, to be copied into a policy."""

    cue: CueKind
    measure_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The boundaries that the rule chose. A cue without one has no say."""

    boundaries: tuple[Boundary, ...]
    required: frozenset[CueKind]
    """These must have judged, with or without a boundary."""

    def judge(self, trial: Trial) -> Outcome:
        """Refuse what is below any of these boundaries."""
        if trial.outcome is Outcome.NO_RESPONSE:
            return Outcome.NO_RESPONSE
        judged = {cue.kind: cue.measure for cue in trial.cues if cue.judged}
        if not self.required <= judged.keys():
            return Outcome.ATTACK
        passed = all(
            judged[boundary.cue] >= boundary.measure_min
            for boundary in self.boundaries
            if boundary.cue in judged
        )
        return Outcome.LIVE if passed else Outcome.ATTACK


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One kind of attack that nothing was chosen on: fitted without it, tested on other people."""

    kind: str
    fit: Fit
    rates: LivenessRates


def fit_boundaries(
    trials: Sequence[Trial], policy: LivenessPolicy, *, budget: float = BUDGET
) -> Fit:
    """Choose. `trials` are of development people, `budget` a share of the living with a response.

    Raises `TooFewToFitError` without a live clip or an attack that the required cues judged.
    """
    table = _Table.of(trials, policy.required)
    allowed = int(budget * np.count_nonzero(table.live))
    chosen = _first(table, trials, policy, allowed=allowed)
    reached = table.result(chosen)
    while True:
        better = [
            (result, column, value)
            for column in range(len(table.cues))
            for value in table.candidates(column, allowed)
            if (result := table.result({**chosen, column: value})).refused <= allowed
            and result.accepted < reached.accepted
        ]
        if not better:
            break
        # Of what helps most, what refuses fewest; of equals, the first cue.
        reached, column, value = min(better, key=lambda one: (one[0].accepted, one[0].refused))
        chosen[column] = value
    return Fit(
        boundaries=tuple(
            Boundary(table.cues[column], value) for column, value in sorted(chosen.items())
        ),
        required=policy.required,
    )


def _first(
    table: "_Table", trials: Sequence[Trial], policy: LivenessPolicy, *, allowed: int
) -> dict[int, float]:
    """Begin with the required cues: at the product's boundary, or lower where it costs too much."""
    chosen: dict[int, float] = {}
    for column, kind in enumerate(table.cues):
        if kind in policy.required:
            own = _own_boundary(kind, trials, policy)
            affordable = table.result({**chosen, column: own}).refused <= allowed
            chosen[column] = own if affordable else table.loosest(column)
    return chosen


def _own_boundary(kind: CueKind, trials: Sequence[Trial], policy: LivenessPolicy) -> float:
    """Give where the product's own boundary lies: between the measures it refuses and takes."""
    seen = [cue for trial in trials for cue in trial.cues if cue.kind is kind and cue.judged]
    taken = [policy.scored(cue).score >= LIVENESS_MIN for cue in seen]
    above = min((cue.measure for cue, ok in zip(seen, taken, strict=True) if ok), default=np.inf)
    below = max((cue.measure for cue, ok in zip(seen, taken, strict=True) if not ok), default=above)
    return _between(below, above)


@dataclass(frozen=True, slots=True)
class _Result:
    """Shares of attacks accepted: of the worst kind, then of all; and living refused, a count."""

    accepted: tuple[float, float]
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Table:
    """The measures: one row a clip with a response, one column a cue.

    A clip that a required cue did not judge is refused whatever the boundaries are, and is not in
    the table; a cue that did not judge and need not is infinite, above every boundary.
    """

    cues: tuple[CueKind, ...]
    values: NDArray[np.float64]
    live: NDArray[np.bool_]
    kinds: Mapping[str, NDArray[np.bool_]]

    @classmethod
    def of(cls, trials: Sequence[Trial], required: frozenset[CueKind]) -> Self:
        seen = {cue.kind for trial in trials for cue in trial.cues if cue.judged}
        cues = tuple(kind for kind in CueKind if kind in seen)
        rows, labels = [], []
        for trial in trials:
            judged = {cue.kind: cue.measure for cue in trial.cues if cue.judged}
            if trial.outcome is not Outcome.NO_RESPONSE and required <= judged.keys():
                rows.append([judged.get(kind, np.inf) for kind in cues])
                labels.append(trial.label.kind)
        kind_of = np.array(labels)
        kinds = {kind: kind_of == kind for kind in sorted(set(labels) - {LIVE})}
        live = kind_of == LIVE
        if not kinds or not live.any():
            raise TooFewToFitError("a fit needs live clips and attacks that were judged")
        return cls(cues=cues, values=np.array(rows), live=live, kinds=kinds)

    def result(self, boundaries: Mapping[int, float]) -> _Result:
        passed = np.ones(len(self.values), np.bool_)
        for column, value in boundaries.items():
            passed &= self.values[:, column] >= value
        shares = [float(passed[rows].mean()) for rows in self.kinds.values()]
        refused = int(np.count_nonzero(self.live & ~passed))
        return _Result((max(shares), sum(shares)), refused)

    def loosest(self, column: int) -> float:
        """Give a boundary that refuses none of the living, midway to the next attack."""
        lowest = float(self.values[self.live, column].min())
        of_attacks = self.values[~self.live, column]
        return _between(float(of_attacks[of_attacks < lowest].max(initial=-np.inf)), lowest)

    def candidates(self, column: int, allowed: int) -> Iterator[float]:
        """Give boundaries that refuse 0, 1, ... of the living, each midway between two clips."""
        yield self.loosest(column)
        of_live = np.unique(self.values[self.live, column])
        for low, high in pairwise(map(float, of_live[: allowed + 1])):
            yield _between(low, high)


def _between(low: float, high: float) -> float:
    """Give the middle; the upper one where that is infinite or rounds to the lower."""
    middle = low + (high - low) / 2 if np.isfinite(low) and np.isfinite(high) else high
    return middle if middle > low else high


def _people_folds(trials: Sequence[Trial]) -> dict[int, int]:
    """Give the part, of `FOLDS`, that each person's clips are judged in; the same every time."""
    people = np.array(sorted({trial.label.person for trial in trials}))
    np.random.default_rng(_SEED).shuffle(people)
    return {int(person): number % FOLDS for number, person in enumerate(people)}


def cross_validated(
    trials: Sequence[Trial], policy: LivenessPolicy, *, budget: float = BUDGET
) -> LivenessRates:
    """Give the rates of the rule itself: each fifth of the people judged as the rest chose.

    Raises `TooFewToFitError` where the people outside a part lack live clips or attacks.
    """
    fold_of = _people_folds(trials)
    fits = [
        fit_boundaries(
            [trial for trial in trials if fold_of[trial.label.person] != fold],
            policy,
            budget=budget,
        )
        for fold in sorted(set(fold_of.values()))
    ]
    return liveness_rates(trials, lambda trial: fits[fold_of[trial.label.person]].judge(trial))


def leave_one_kind_out(
    development: Sequence[Trial],
    reported: Sequence[Trial],
    policy: LivenessPolicy,
    *,
    budget: float = BUDGET,
) -> tuple[LeftOut, ...]:
    """For each kind: choose on development people without it, test on it with other people.

    Raises `TooFewToFitError` where no other kind is left to choose on.
    """
    found = []
    for kind in sorted({trial.label.kind for trial in reported} - {LIVE}):
        others = [trial for trial in development if trial.label.kind != kind]
        tested = [trial for trial in reported if trial.label.kind in {kind, LIVE}]
        fit = fit_boundaries(others, policy, budget=budget)
        found.append(LeftOut(kind=kind, fit=fit, rates=liveness_rates(tested, fit.judge)))
    return tuple(found)
