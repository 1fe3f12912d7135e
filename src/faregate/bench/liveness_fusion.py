"""Weakest link or weighted sum: two ways to make one verdict of the cues, compared like with like.

Both refuse what the required cues refuse or did not judge: no other cue outvotes geometry. Then

* the weakest link is `liveness_fit`: each cue has a boundary, and each can refuse alone;
* the weighted sum adds up the cues' log-odds (logistic regression with weights that are not
  negative, so that no cue speaks for an attack by being more like a face), against one boundary.

Either may refuse the same share of the living it was fitted on. Compared twice on development
people, each fifth of them judged by what the others chose: with all kinds of attack known, and with
the kind that is judged left out, as the next kind of attack will be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from faregate.bench.liveness_fit import BUDGET, fit_boundaries, people_folds
from faregate.bench.liveness_rates import LivenessRates, liveness_rates
from faregate.bench.liveness_trials import LIVE, Outcome, Trial
from faregate.face.liveness import LIVENESS_MIN, CueKind, LivenessPolicy

_RIDGE: Final = 0.01
"""Penalty on squared weights, in units of the mean loss: keeps them finite where classes part."""

_FAR: Final = 4.0
"""Standard deviations of the living: further off says no more, so that one odd clip decides
nothing."""


class Fusion(StrEnum):
    """How cues become one verdict."""

    WEAKEST_LINK = "weakest_link"
    WEIGHTED_SUM = "weighted_sum"


class Fitted(Protocol):
    """Something chosen on some clips that judges others."""

    def judge(self, trial: Trial) -> Outcome:
        """Say what the product would."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedSum:
    """A fitted sum: `weights` (C,) of measures less `middles` (C,) over `widths` (C,)."""

    policy: LivenessPolicy
    cues: tuple[CueKind, ...]
    middles: NDArray[np.float64] = field(repr=False)
    widths: NDArray[np.float64] = field(repr=False)
    weights: NDArray[np.float64]
    sum_min: float

    @classmethod
    def fitted(
        cls, trials: Sequence[Trial], policy: LivenessPolicy, *, budget: float = BUDGET
    ) -> Self:
        """Fit on what geometry lets pass; where it stops every attack, nothing is weighed.

        Raises `ValueError` where it lets no living person pass.
        """
        passed = [trial for trial in trials if passes_required(trial, policy)]
        is_live = np.array([trial.label.kind == LIVE for trial in passed], np.bool_)
        if not is_live.any():
            raise ValueError("a fit needs living people that geometry lets pass")
        seen = {cue.kind for trial in passed for cue in trial.cues if cue.judged}
        cues = tuple(kind for kind in CueKind if kind in seen)
        values = np.array([_measures(trial, cues) for trial in passed])
        middles = np.nanmean(values[is_live], axis=0)
        widths = np.maximum(np.nanstd(values[is_live], axis=0), 1e-9)
        unweighted = cls(
            policy=policy,
            cues=cues,
            middles=middles,
            widths=widths,
            weights=np.ones(len(cues)),
            sum_min=0.0,
        )
        parts = np.array([unweighted.parts(trial) for trial in passed])
        weights = np.zeros(len(cues))
        if not is_live.all():
            weights = _logistic(parts, is_live, _evenly(passed))
        sums = np.sort(parts[is_live] @ weights)
        return cls(
            policy=policy,
            cues=cues,
            middles=middles,
            widths=widths,
            weights=weights,
            sum_min=float(sums[int(budget * len(sums))]),
        )

    def parts(self, trial: Trial) -> NDArray[np.float64]:
        """Give each cue's share (C,) before its weight; 0, no say, where it did not judge."""
        parts = (np.array(_measures(trial, self.cues)) - self.middles) / self.widths
        return np.clip(np.nan_to_num(parts, nan=0.0), -_FAR, _FAR)

    def judge(self, trial: Trial) -> Outcome:
        """Say what the product would with this sum."""
        if trial.outcome is Outcome.NO_RESPONSE:
            return Outcome.NO_RESPONSE
        enough = float(self.parts(trial) @ self.weights) >= self.sum_min
        return Outcome.LIVE if enough and passes_required(trial, self.policy) else Outcome.ATTACK


@dataclass(frozen=True, slots=True, kw_only=True)
class FusionRates:
    """How one way did on people that it was not fitted on.

    `left_out` has APCER of each kind when that kind, too, was not fitted on; BPCER is of all live
    clips, judged by the fits without that kind.
    """

    fusion: Fusion
    known: LivenessRates
    left_out: tuple[LivenessRates, ...]


def compare_fusions(
    trials: Sequence[Trial], policy: LivenessPolicy, *, budget: float = BUDGET
) -> tuple[FusionRates, ...]:
    """Compare on development people. Raises `ValueError` as the fits do."""
    return tuple(_rates(fusion, trials, policy, budget) for fusion in Fusion)


def passes_required(trial: Trial, policy: LivenessPolicy) -> bool:
    """Say whether every required cue judged and speaks for life."""
    live = {
        cue.kind for cue in trial.cues if cue.judged and policy.scored(cue).score >= LIVENESS_MIN
    }
    return trial.outcome is not Outcome.NO_RESPONSE and policy.required <= live


def _fit(fusion: Fusion, trials: Sequence[Trial], policy: LivenessPolicy, budget: float) -> Fitted:
    if fusion is Fusion.WEAKEST_LINK:
        return fit_boundaries(trials, policy, budget=budget)
    return WeightedSum.fitted(trials, policy, budget=budget)


def _rates(
    fusion: Fusion, trials: Sequence[Trial], policy: LivenessPolicy, budget: float
) -> FusionRates:
    fold_of = people_folds(trials)
    folds = sorted(set(fold_of.values()))

    def rates_without(kind: str) -> LivenessRates:
        fits = [
            _fit(
                fusion,
                [
                    trial
                    for trial in trials
                    if fold_of[trial.label.person] != fold and trial.label.kind != kind
                ],
                policy,
                budget,
            )
            for fold in folds
        ]
        tested = [trial for trial in trials if kind in {"", trial.label.kind} or _is_live(trial)]
        return liveness_rates(tested, lambda trial: fits[fold_of[trial.label.person]].judge(trial))

    kinds = sorted({trial.label.kind for trial in trials if not _is_live(trial)})
    return FusionRates(
        fusion=fusion,
        known=rates_without(""),
        left_out=tuple(rates_without(kind) for kind in kinds) if len(kinds) > 1 else (),
    )


def _is_live(trial: Trial) -> bool:
    return trial.label.kind == LIVE


def _measures(trial: Trial, cues: Sequence[CueKind]) -> list[float]:
    judged = {cue.kind: cue.measure for cue in trial.cues if cue.judged}
    return [judged.get(kind, np.nan) for kind in cues]


def _evenly(trials: Sequence[Trial]) -> NDArray[np.float64]:
    """Weigh clips (N,) so that the living count half, and each kind of attack as much as others."""
    labels = [trial.label.kind for trial in trials]
    kinds = set(labels) - {LIVE}
    share = {LIVE: 0.5} | {kind: 0.5 / len(kinds) for kind in kinds}
    return np.array([share[label] / labels.count(label) for label in labels])


def _logistic(
    parts: NDArray[np.float64], is_live: NDArray[np.bool_], weighing: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the weights (C,), none negative, of the logistic regression of (N, C) on (N,)."""
    from scipy.optimize import minimize  # noqa: PLC0415 - an extra

    sign = np.where(is_live, 1.0, -1.0)

    def loss(solution: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, offset = solution[:-1], solution[-1]
        margin = sign * (parts @ weights + offset)
        slope = -weighing * sign / (1.0 + np.exp(np.clip(margin, -500, 500)))
        value = float(weighing @ np.logaddexp(0.0, -margin)) + _RIDGE * float(weights @ weights)
        return value, np.append(parts.T @ slope + 2 * _RIDGE * weights, slope.sum())

    start = np.append(np.full(parts.shape[1], 0.1), 0.0)
    bounds = [(0.0, None)] * parts.shape[1] + [(None, None)]
    found: NDArray[np.float64] = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[:-1]
