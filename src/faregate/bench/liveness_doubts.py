"""What living people usually show, and what it costs to let all cues together leave more doubt.

For `usual` and `doubts_max` of a `LivenessPolicy`: chosen by hand, from these figures of
development people. Beside each sum of doubts stand the cues' boundaries alone, chosen by the rule
of `liveness_fit`, which may refuse as many of the living: what adding up doubts is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from faregate.bench.liveness_fit import cross_validated
from faregate.bench.liveness_rates import LivenessRates, judged_by, liveness_rates
from faregate.bench.liveness_trials import LIVE, Outcome, Trial
from faregate.face.liveness import CueKind, LivenessPolicy

DOUBTS: Final = (4.0, 5.0, 5.5, 6.0, 6.5, 7.0, 8.0)
"""On both sides of where it was chosen, in spreads of the living."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LivingMeasures:
    """What one cue measured of the living, in its unit: median and standard deviation."""

    cue: CueKind
    clips: int
    middle: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtsRates:
    """The product with one `doubts_max`, and beside it boundaries alone.

    `together` are the rates of the very clips that were given. `boundaries_alone` are chosen
    where they may refuse as many of the living, and cross-validated over people.
    """

    doubts_max: float
    together: LivenessRates
    boundaries_alone: LivenessRates


def living_measures(trials: Sequence[Trial]) -> tuple[LivingMeasures, ...]:
    """Give what each cue that judged measured of the living, in the order of `CueKind`."""
    found: dict[CueKind, list[float]] = {}
    for trial in trials:
        for cue in trial.cues:
            if trial.label.kind == LIVE and cue.judged and np.isfinite(cue.measure):
                found.setdefault(cue.kind, []).append(cue.measure)
    return tuple(
        LivingMeasures(
            cue=kind,
            clips=len(found[kind]),
            middle=float(np.median(found[kind])),
            spread=float(np.std(found[kind])),
        )
        for kind in CueKind
        if kind in found
    )


def compare_doubts(trials: Sequence[Trial], policy: LivenessPolicy) -> tuple[DoubtsRates, ...]:
    """Compare each of `DOUBTS`. Raises `TooFewToFitError` as `cross_validated` does."""
    responded = sum(
        trial.label.kind == LIVE and trial.outcome is not Outcome.NO_RESPONSE for trial in trials
    )
    found = []
    for doubts_max in DOUBTS:
        together = liveness_rates(trials, judged_by(replace(policy, doubts_max=doubts_max)))
        found.append(
            DoubtsRates(
                doubts_max=doubts_max,
                together=together,
                boundaries_alone=cross_validated(
                    trials, policy, budget=together.bpcer.events / max(responded, 1)
                ),
            )
        )
    return tuple(found)
