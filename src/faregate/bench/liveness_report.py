"""What a liveness bench found, as a document; docs/reference/bench-liveness.md has its keys."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from faregate.bench.intervals import CONFIDENCE, Interval, proportion_interval
from faregate.bench.liveness_cues import Contribution, contributions, refused_together
from faregate.bench.liveness_doubts import DoubtsRates, LivingMeasures
from faregate.bench.liveness_fit import BUDGET, Fit, LeftOut
from faregate.bench.liveness_rates import (
    APCER_MAX,
    BPCER_MAX,
    CLIPS_MIN,
    KindRates,
    LivenessRates,
    Rate,
    liveness_rates,
)
from faregate.bench.liveness_scores import Scores
from faregate.bench.liveness_trials import LIVE, Outcome, Trial
from faregate.face.liveness import LIVENESS_MIN, LivenessPolicy

REPORT_FORMAT: Final = "faregate-bench-liveness/v1"
GENERATED_ONLY: Final = "Generated clips only: no certification."
REAL_RECORDINGS: Final = "Recordings of these people and attacks only: no certification."


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Where and how a report was made."""

    at: datetime
    version: str
    command: str
    machine: Mapping[str, Any]
    pack: Mapping[str, Any]
    source: str
    """In words: which clips, without the name of anybody."""
    seed: int | None
    played_at: datetime | None = None
    """When the clips were played, where that was for an earlier report."""
    frame_cpu_ms: Mapping[str, Any] | None = None
    """What frames cost then: scores do not keep it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What development people say.

    The boundaries that the rule of `liveness_fit` chooses and how well that holds, and what the
    product's own sum of doubts rests on.
    """

    fit: Fit
    development: LivenessRates
    """Of the very clips that were chosen on: too good by that."""
    cross_validated: LivenessRates
    left_out: tuple[LeftOut, ...]
    """Tested on the report's people; on the development people where there are no others."""
    living: tuple[LivingMeasures, ...]
    doubts: tuple[DoubtsRates, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessFindings:
    """One run with all that was computed from it."""

    scores: Scores
    policy: LivenessPolicy
    rates: LivenessRates
    cues: tuple[Contribution, ...]
    chosen: Chosen | None


def findings(
    scores: Scores, policy: LivenessPolicy, *, chosen: Chosen | None = None
) -> LivenessFindings:
    """Compute all rates of one run. Raises `ValueError` without live clips or attacks."""
    return LivenessFindings(
        scores=scores,
        policy=policy,
        rates=liveness_rates(scores.trials),
        cues=contributions(scores.trials, policy),
        chosen=chosen,
    )


def report_document(found: LivenessFindings, made: Made) -> dict[str, Any]:
    """Give report.json. Shares are from 0 to 1; `ci95` is exact, `ci95_people` by bootstrap."""
    trials, rates = found.scores.trials, found.rates
    worst = rates.worst
    return {
        "format": REPORT_FORMAT,
        "made_at": made.at.isoformat(timespec="seconds"),
        "played_at": (made.played_at or made.at).isoformat(timespec="seconds"),
        "version": made.version,
        "command": made.command,
        "machine": dict(made.machine),
        "pack": dict(made.pack),
        "generated": found.scores.generated,
        "not_to_be_concluded": GENERATED_ONLY if found.scores.generated else REAL_RECORDINGS,
        "data": {
            "source": made.source,
            "people": found.scores.people,
            "seed": made.seed,
            "clips": dict(sorted(Counter(trial.label.kind for trial in trials).items())),
            "n_people": len({trial.label.person for trial in trials}),
        },
        "settings": {
            "liveness_min": LIVENESS_MIN,
            "required": sorted(found.policy.required),
            "rules": {
                rule.kind: {"boundary": rule.boundary, "scale": rule.scale}
                for rule in found.policy.rules
            },
            "usual": {
                one.kind: {"middle": one.middle, "spread": one.spread} for one in found.policy.usual
            },
            "doubts_max": found.policy.doubts_max,
            "confidence": CONFIDENCE,
        },
        "worst_kind": {"kind": worst.kind, **_apcer(worst)},
        "apcer": {one.kind: _apcer(one) for one in rates.kinds},
        "apnrr": {one.kind: _rate(one.apnrr, "no_response") for one in rates.kinds},
        "bpcer": _rate(rates.bpcer, "refused"),
        "bpnrr": _rate(rates.bpnrr, "no_response"),
        "no_response_reasons": _reasons(trials),
        "clips_min": CLIPS_MIN,
        "decided_by_interval": list(rates.decided_by_interval),
        "aims": _aims(rates),
        "cues": {one.cue: _cue(one) for one in found.cues},
        "refused_together": refused_together(trials),
        "chosen": None if found.chosen is None else _chosen(found.chosen),
        "leave_one_kind_out": (
            None
            if found.chosen is None
            else {one.kind: _left_out(one) for one in found.chosen.left_out}
        ),
        "time_to_decision_s": _times(trials),
        "frame_cpu_ms": _costs(trials) if made.frame_cpu_ms is None else dict(made.frame_cpu_ms),
    }


def _rate(rate: Rate, counted: str) -> dict[str, Any]:
    return {
        "value": rate.value,
        "ci95": _interval(rate.interval),
        "not_above": rate.not_above,
        "n": rate.trials,
        counted: rate.events,
        "ci95_people": _interval(rate.by_people),
        "n_people": rate.people,
        "people_affected": rate.people_with_event,
        "people_affected_ci95": _interval(rate.people_interval),
    }


def _apcer(kind: KindRates) -> dict[str, Any]:
    accepted, responded = kind.apcer.events, kind.responded
    return {
        **_rate(kind.apcer, "accepted"),
        "of_responded": {
            "value": accepted / responded if responded else 0.0,
            "ci95": _interval(proportion_interval(accepted, responded)),
            "n": responded,
        },
    }


def _interval(interval: Interval) -> list[float]:
    return [interval.low, interval.high]


def _reasons(trials: Sequence[Trial]) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for trial in trials:
        if trial.reason is not None:
            found.setdefault(trial.label.kind, Counter())[trial.reason] += 1
    return {kind: dict(sorted(counts.items())) for kind, counts in sorted(found.items())}


def _aims(rates: LivenessRates) -> dict[str, Any]:
    """Say what was aimed at: whether the rates meet it, and whether that is proven."""
    apcer, bpcer = rates.worst.apcer, rates.bpcer
    proven = apcer.not_above <= APCER_MAX and bpcer.not_above <= BPCER_MAX
    return {
        "apcer_worst_max": APCER_MAX,
        "bpcer_max": BPCER_MAX,
        "met": apcer.value <= APCER_MAX and bpcer.value <= BPCER_MAX,
        "proven_at_95": proven,
    }


def _cue(found: Contribution) -> dict[str, Any]:
    return {
        "clips": {
            one.kind: {
                "responded": one.responded,
                "judged": one.judged,
                "refused": one.refused,
                "refused_alone": one.refused_alone,
            }
            for one in found.refusals
        },
        "without": _short(found.without),
        "alone": _short(found.alone),
    }


def _short(rates: LivenessRates) -> dict[str, Any]:
    return {
        "worst_kind": rates.worst.kind,
        "apcer": {one.kind: _value(one.apcer) for one in rates.kinds},
        "bpcer": _value(rates.bpcer),
    }


def _value(rate: Rate) -> dict[str, Any]:
    return {"value": rate.value, "ci95": _interval(rate.interval), "n": rate.trials}


def _fit(fit: Fit) -> dict[str, Any]:
    return {
        "boundaries": {one.cue: one.measure_min for one in fit.boundaries},
        "required": sorted(fit.required),
    }


def _chosen(chosen: Chosen) -> dict[str, Any]:
    return {
        "bpcer_budget": BUDGET,
        **_fit(chosen.fit),
        "development": _short(chosen.development),
        "cross_validated": _short(chosen.cross_validated),
        **doubts_document(chosen.living, chosen.doubts),
    }


def doubts_document(
    living: Sequence[LivingMeasures], doubts: Sequence[DoubtsRates]
) -> dict[str, Any]:
    """Give what `usual` and `doubts_max` of the product's policy are chosen from."""
    return {
        "living": {
            one.cue: {"middle": one.middle, "spread": one.spread, "n": one.clips} for one in living
        },
        "doubts": [
            {
                "doubts_max": one.doubts_max,
                "together": _short(one.together),
                "boundaries_alone": _short(one.boundaries_alone),
            }
            for one in doubts
        ],
    }


def _left_out(left_out: LeftOut) -> dict[str, Any]:
    (kind,) = left_out.rates.kinds
    return {
        **_fit(left_out.fit),
        "apcer": _value(kind.apcer),
        "bpcer": _value(left_out.rates.bpcer),
    }


def _times(trials: Sequence[Trial]) -> dict[str, Any]:
    """Give the time from the first frame of a clip to the answer, by kind."""
    found: dict[str, list[float]] = {}
    for trial in trials:
        if trial.outcome is not Outcome.NO_RESPONSE:
            found.setdefault(trial.label.kind, []).append(trial.seconds)
    kinds = sorted(found, key=lambda kind: (kind != LIVE, kind))
    return {kind: _percentiles(found[kind]) for kind in kinds}


def _costs(trials: Sequence[Trial]) -> dict[str, Any]:
    """Give what a frame cost one thread, by what became of it."""
    found: dict[str, list[float]] = {}
    for trial in trials:
        for sight, cpu_ms in trial.cpu_ms:
            found.setdefault(sight, []).append(cpu_ms)
    return {sight: _percentiles(costs) for sight, costs in sorted(found.items())}


def _percentiles(values: Iterable[float]) -> dict[str, Any]:
    found = np.array(list(values))
    p50, p95 = np.quantile(found, [0.5, 0.95])
    return {"p50": float(p50), "p95": float(p95), "n": len(found)}
