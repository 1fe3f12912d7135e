"""Error rates of liveness as ISO/IEC 30107-3 names them, each with how sure it is.

APCER (attack presentation classification error rate): attacks accepted as live, per kind of
attack; the worst kind is the headline, never a mean over kinds. BPCER: living people refused.
APNRR and BPNRR: presentations without any response. All count over all presentations shown; an
attack without a response was not accepted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.bench.error_rates import percentile_interval, person_weights, unseen_interval
from faregate.bench.intervals import Interval, proportion_interval, upper_bound
from faregate.bench.liveness_trials import LIVE, Outcome, Trial
from faregate.face.liveness import LIVENESS_MIN, LivenessPolicy, fuse

CLIPS_MIN: Final = 300
"""299 presentations without an error say "not above 1 %" at 95 %; with fewer the interval decides,
not the rate."""

APCER_MAX: Final = 0.01
BPCER_MAX: Final = 0.02

_RESAMPLES: Final = 2_000
_SEED: Final = 30_107

Judge = Callable[[Trial], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often something happened, over clips and over people."""

    events: int
    trials: int
    value: float
    """0 where nothing was tried; `interval` then says that nothing is known."""
    interval: Interval
    """Exact, as if each clip were independent."""
    not_above: float
    """One-sided, exact, likewise."""
    people: int
    people_with_event: int
    by_people: Interval
    """Bootstrap over people, for clips of one person are alike; without an event, exact and as if
    each person had come once."""
    people_interval: Interval
    """Exact, of the share of people to whom it happened at least once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRates:
    """One kind of attack."""

    kind: str
    apcer: Rate
    apnrr: Rate
    responded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessRates:
    """All rates of one run. `kinds` is sorted by name."""

    kinds: tuple[KindRates, ...]
    bpcer: Rate
    bpnrr: Rate

    @property
    def worst(self) -> KindRates:
        """The kind that is accepted most often; of equals the one that is least sure."""
        return max(self.kinds, key=lambda one: (one.apcer.value, one.apcer.not_above))

    @property
    def decided_by_interval(self) -> tuple[str, ...]:
        """The kinds, `live` among them, with too few clips for the rate itself to count."""
        numbers = {one.kind: one.apcer.trials for one in self.kinds} | {LIVE: self.bpcer.trials}
        return tuple(kind for kind, number in numbers.items() if number < CLIPS_MIN)


def said(trial: Trial) -> Outcome:
    """Judge a trial as the product did."""
    return trial.outcome


def judged_by(policy: LivenessPolicy) -> Judge:
    """Judge what the cues measured as the product would with this policy."""

    def judge(trial: Trial) -> Outcome:
        if trial.outcome is Outcome.NO_RESPONSE:
            return Outcome.NO_RESPONSE
        accepted = fuse(trial.cues, policy).score >= LIVENESS_MIN
        return Outcome.LIVE if accepted else Outcome.ATTACK

    return judge


def liveness_rates(trials: Sequence[Trial], judge: Judge = said) -> LivenessRates:
    """Count. Raises `ValueError` without a live clip or without an attack."""
    by_kind: dict[str, list[Trial]] = {}
    for trial in trials:
        by_kind.setdefault(trial.label.kind, []).append(trial)
    live = by_kind.pop(LIVE, [])
    if not live or not by_kind:
        raise ValueError("rates need live clips and attacks")
    return LivenessRates(
        kinds=tuple(_kind_rates(kind, by_kind[kind], judge) for kind in sorted(by_kind)),
        bpcer=_rate(live, judge, Outcome.ATTACK),
        bpnrr=_rate(live, judge, Outcome.NO_RESPONSE),
    )


def _kind_rates(kind: str, trials: Sequence[Trial], judge: Judge) -> KindRates:
    silent = _rate(trials, judge, Outcome.NO_RESPONSE)
    return KindRates(
        kind=kind,
        apcer=_rate(trials, judge, Outcome.LIVE),
        apnrr=silent,
        responded=silent.trials - silent.events,
    )


def _rate(trials: Sequence[Trial], judge: Judge, outcome: Outcome) -> Rate:
    happened = np.array([judge(trial) is outcome for trial in trials])
    people = np.array([trial.label.person for trial in trials])
    return rate(happened, people)


def rate(happened: NDArray[np.bool_], people: NDArray[np.intp]) -> Rate:
    """Count one kind of event (N,) over clips of these people (N,)."""
    events, trials = int(np.count_nonzero(happened)), len(happened)
    _, person = np.unique(people, return_inverse=True)
    events_of = np.bincount(person, weights=happened).astype(np.float64)
    trials_of = np.bincount(person)
    with_event = int(np.count_nonzero(events_of))
    return Rate(
        events=events,
        trials=trials,
        value=events / trials if trials else 0.0,
        interval=proportion_interval(events, trials),
        not_above=upper_bound(events, trials),
        people=len(trials_of),
        people_with_event=with_event,
        by_people=_bootstrap(events_of, trials_of),
        people_interval=proportion_interval(with_event, len(trials_of)),
    )


def _bootstrap(events_of: NDArray[np.float64], trials_of: NDArray[np.intp]) -> Interval:
    """Draw as many people as there are, with replacement, and count anew."""
    people = len(trials_of)
    if people == 0:
        return Interval(0.0, 1.0)
    drawn = person_weights(people, resamples=_RESAMPLES, seed=_SEED)
    rates = (drawn @ events_of) / (drawn @ trials_of)
    value = float(events_of.sum() / trials_of.sum())
    return unseen_interval(percentile_interval(rates), value=value, trials=people)
