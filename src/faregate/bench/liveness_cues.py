"""What each cue adds: whom it refuses, whom it alone refuses, and the rates without it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from faregate.bench.liveness_rates import LivenessRates, judged_by, liveness_rates
from faregate.bench.liveness_trials import Outcome, Trial
from faregate.face.liveness import LIVENESS_MIN, Cue, CueKind, LivenessPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """What one cue did with the clips of one kind that had a response."""

    kind: str
    responded: int
    judged: int
    refused: int
    """Judged, and below the boundary."""
    refused_alone: int
    """Refused by this cue and by no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One cue. `without` are the rates if it did not exist, `alone` if no other did.

    A cue that must judge must still have judged in `without`; only its opinion is left out there.
    """

    cue: CueKind
    refusals: tuple[Refusals, ...]
    without: LivenessRates
    alone: LivenessRates


def contributions(trials: Sequence[Trial], policy: LivenessPolicy) -> tuple[Contribution, ...]:
    """Give what each cue adds, in the order of `CueKind`. Raises as `liveness_rates` does."""
    seen = {cue.kind for trial in trials for cue in trial.cues}
    return tuple(_contribution(kind, trials, policy) for kind in CueKind if kind in seen)


def _contribution(kind: CueKind, trials: Sequence[Trial], policy: LivenessPolicy) -> Contribution:
    of_others = judged_by(replace(policy, required=policy.required - {kind}))
    of_this = judged_by(replace(policy, required=frozenset({kind})))

    def without(trial: Trial) -> Outcome:
        present = kind not in policy.required or _judged(trial, kind) is not None
        others = tuple(cue for cue in trial.cues if cue.kind is not kind)
        return of_others(replace(trial, cues=others if present else ()))

    def alone(trial: Trial) -> Outcome:
        only = tuple(cue for cue in trial.cues if cue.kind is kind)
        return of_this(replace(trial, cues=only))

    return Contribution(
        cue=kind,
        refusals=_refusals(kind, trials),
        without=liveness_rates(trials, without),
        alone=liveness_rates(trials, alone),
    )


def _judged(trial: Trial, kind: CueKind) -> Cue | None:
    return next((cue for cue in trial.cues if cue.kind is kind and cue.judged), None)


def _refusals(kind: CueKind, trials: Sequence[Trial]) -> tuple[Refusals, ...]:
    found = []
    for what in sorted({trial.label.kind for trial in trials}):
        responded = [
            trial
            for trial in trials
            if trial.label.kind == what and trial.outcome is not Outcome.NO_RESPONSE
        ]
        refusing = [_refusing(trial) for trial in responded]
        found.append(
            Refusals(
                kind=what,
                responded=len(responded),
                judged=sum(_judged(trial, kind) is not None for trial in responded),
                refused=sum(kind in kinds for kinds in refusing),
                refused_alone=sum(kinds == {kind} for kinds in refusing),
            )
        )
    return tuple(found)


def _refusing(trial: Trial) -> set[CueKind]:
    return {cue.kind for cue in trial.cues if cue.judged and cue.score < LIVENESS_MIN}


def refused_together(trials: Sequence[Trial]) -> dict[str, int]:
    """Count, by kind, the clips that no single cue refused, but all of them together."""
    found: dict[str, int] = {}
    for trial in trials:
        together = trial.outcome is Outcome.ATTACK and trial.score > 0.0 and not _refusing(trial)
        found[trial.label.kind] = found.get(trial.label.kind, 0) + together
    return dict(sorted(found.items()))
