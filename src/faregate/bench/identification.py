"""Identification at a gate: one probe, N riders present, and people who never enrolled.

The rule is that of `gate.decision`: the best rider at or above `similarity_min`, and ahead of
every other rider by `margin_min`. A test compares it with `decide` itself.

A trial: one person walks up, fused from m pictures; N riders are present, each fused from k other
pictures. Mated: the person is one of them. Non-mated: not. Who else is present is drawn by chance,
and so is which picture is what, several times; the interval is over the people who walk up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from faregate.bench.error_rates import (
    Comparisons,
    is_supported,
    percentile_interval,
    unseen_interval,
)
from faregate.bench.intervals import upper_bound
from faregate.bench.samples import Embedded
from faregate.bench.verification import Measured

FPIR_LEVELS: Final = (1e-1, 1e-2, 1e-3, 1e-4)
"""False positive identification rates that are asked for."""

REPEATS: Final = 20
"""How often pictures are shared out anew into enrolled ones and probe frames."""

DRAWS: Final = 5
"""How often, each time, the others present are drawn: 100 trials a person in all."""

_NEVER: Final = np.float32(-np.inf)


class Join(Protocol):
    """Makes probes and references of several pictures, and compares each with each."""

    def compare(
        self,
        embedded: Embedded,
        probes: Sequence[NDArray[np.intp]],
        references: Sequence[NDArray[np.intp]],
    ) -> NDArray[np.float32]:
        """Give (probes, references) similarities. Each is a list of acquired pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is present: `riders` N, `enrolled` pictures k of each, `probe` frames m."""

    riders: int
    enrolled: int
    probe: int
    margin_min: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trials:
    """One row a trial. `person` (T,) walks up.

    Mated: `own` (T,) similarity to their own reference, `best` and `second` (T,) of the others.
    Non-mated: `own` is minus infinity throughout.
    """

    person: NDArray[np.intp]
    own: NDArray[np.float32]
    best: NDArray[np.float32]
    second: NDArray[np.float32]

    def recognised(self, similarity_min: float, margin_min: float) -> NDArray[np.bool_]:
        """Say (T,) where the gate opens for the right rider."""
        passes = (self.own >= similarity_min) & (self.own > self.best)
        return passes & _ahead(self.own, self.best, margin_min)

    def wrong(self, similarity_min: float, margin_min: float) -> NDArray[np.bool_]:
        """Say (T,) where the gate opens for another rider than the person in front of it."""
        rival = np.maximum(self.own, self.second)
        passes = (self.best >= similarity_min) & (self.best > self.own)
        return passes & _ahead(self.best, rival, margin_min)


def _ahead(
    best: NDArray[np.float32], rival: NDArray[np.float32], margin_min: float
) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):  # nobody against nobody: not ahead
        ahead: NDArray[np.bool_] = best - rival >= margin_min
    return ahead


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fused:
    """Every trial of one setting, before any threshold.

    `failures` (P,) are the mated trials of each person without a probe, since too few of their
    frames were acquired: failures to acquire, not to match. `alike` (K,) float32 are the
    similarities of a probe and another person's reference in the first sharing-out.
    """

    setting: Setting
    mated: Trials
    nonmated: Trials
    failures: NDArray[np.int64]
    alike: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtFpir:
    """What happens at one threshold.

    `not_above` is the one-sided 95 % bound of the share of people who are missed: each who was
    missed in any of their trials counts as missed, and people are what is counted.
    """

    threshold: float
    fpir: Measured
    fnir: Measured
    fnir_user: Measured
    wrong_rider: Measured
    people: int
    people_missed: int
    not_above: float


@dataclass(frozen=True, slots=True)
class Parts:
    """One sharing-out: by person, which pictures. `failed` people lack probe frames."""

    references: dict[int, NDArray[np.intp]]
    probes: dict[int, NDArray[np.intp]]
    strangers: dict[int, NDArray[np.intp]]
    failed: list[int]


def share_out(embedded: Embedded, setting: Setting, rng: np.random.Generator) -> Parts:
    """Share the pictures of each person out, by chance.

    References: the first k that were acquired, since a kiosk asks again. Probes: m of the pictures
    after those, if all were acquired, since a gate waits for m usable frames. Strangers, who never
    enrolled: m acquired pictures, whoever has them.
    """
    k, m = setting.enrolled, setting.probe
    parts = Parts({}, {}, {}, [])
    for person in range(embedded.people):
        pictures = rng.permutation(np.flatnonzero(embedded.person == person))
        usable = pictures[embedded.acquired[pictures]]
        if len(usable) >= m:
            parts.strangers[person] = usable[-m:]
        if len(usable) < k:
            continue
        parts.references[person] = usable[:k]
        rest = pictures[~np.isin(pictures, usable[:k])]
        if len(rest) < m:
            continue
        frames = rest[embedded.acquired[rest]]
        if len(frames) < m:
            parts.failed.append(person)
        else:
            parts.probes[person] = frames[:m]
    return parts


def run_trials(
    embedded: Embedded,
    setting: Setting,
    join: Join,
    *,
    seed: int,
    repeats: int = REPEATS,
    draws: int = DRAWS,
) -> Fused:
    """Walk everyone up. Without enough people for N riders there are no trials."""
    rng = np.random.default_rng(seed)
    mated: list[Trials] = []
    nonmated: list[Trials] = []
    failures = np.zeros(embedded.people, np.int64)
    alike = np.zeros(0, np.float32)
    for repeat in range(repeats):
        parts = share_out(embedded, setting, rng)
        pool = np.array(sorted(parts.references), np.intp)
        failures[parts.failed] += draws
        for probes, found, others in (
            (parts.probes, mated, setting.riders - 1),
            (parts.strangers, nonmated, setting.riders),
        ):
            walking = np.array(sorted(probes), np.intp)
            if len(walking) == 0 or len(pool) <= setting.riders:
                continue
            scores = _compared(join, embedded, probes, parts.references)
            is_own = walking[:, None] == pool[None, :]
            own = np.where(is_own, scores, _NEVER).max(axis=1)
            if found is nonmated:
                own = np.full_like(own, _NEVER)
                if repeat == 0:
                    alike = scores[~is_own]
            elsewhere = np.where(is_own, _NEVER, scores)
            for _ in range(draws):
                best, second = _best_two(elsewhere, others, rng)
                found.append(Trials(person=walking, own=own, best=best, second=second))
    return Fused(
        setting=setting,
        mated=_joined(mated),
        nonmated=_joined(nonmated),
        failures=failures,
        alike=alike,
    )


def fused_comparisons(
    embedded: Embedded, setting: Setting, join: Join, *, seed: int, repeats: int = REPEATS
) -> Comparisons:
    """Compare fused templates, for verification: everybody's probe with everybody's reference.

    Mated comparisons are of every sharing-out, non-mated ones of the first: those are many.
    """
    rng = np.random.default_rng(seed)
    mated: list[NDArray[np.float32]] = []
    mated_person: list[NDArray[np.intp]] = []
    nonmated = np.zeros(0, np.float32)
    one = other = np.zeros(0, np.intp)
    for repeat in range(repeats):
        parts = share_out(embedded, setting, rng)
        pool = np.array(sorted(parts.references), np.intp)
        walking = np.array(sorted(parts.probes), np.intp)
        failed = np.array(parts.failed, np.intp)
        mated += [np.full(len(failed), _NEVER)]
        mated_person += [failed]
        if len(walking):
            scores = _compared(join, embedded, parts.probes, parts.references)
            mated += [scores[walking[:, None] == pool[None, :]]]
            mated_person += [walking]
        strangers = np.array(sorted(parts.strangers), np.intp)
        if repeat == 0 and len(strangers) and len(pool):
            scores = _compared(join, embedded, parts.strangers, parts.references)
            row, column = np.nonzero(strangers[:, None] != pool[None, :])
            nonmated, one, other = scores[row, column], strangers[row], pool[column]
    similar, person = np.concatenate(mated), np.concatenate(mated_person)
    order, best = np.argsort(similar, kind="stable"), np.argsort(-nonmated, kind="stable")
    return Comparisons(
        mated_person=person[order],
        mated=similar[order],
        nonmated=nonmated[best],
        one=one[best].astype(np.int32),
        other=other[best].astype(np.int32),
        acquired=np.bincount(embedded.person[embedded.acquired], minlength=embedded.people).astype(
            np.int64
        ),
        whole=True,
    )


def _compared(
    join: Join,
    embedded: Embedded,
    probes: Mapping[int, NDArray[np.intp]],
    references: Mapping[int, NDArray[np.intp]],
) -> NDArray[np.float32]:
    """Compare each person's probe with each person's reference, both in order of number."""
    return join.compare(
        embedded,
        [probes[person] for person in sorted(probes)],
        [references[person] for person in sorted(references)],
    )


def _best_two(
    scores: NDArray[np.float32], others: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Draw `others` riders for each row, never the person's own reference; give the best two."""
    keys = rng.random(scores.shape, np.float32)
    keys[scores == _NEVER] = 2.0
    if others == 0:
        nobody = np.full(len(scores), _NEVER)
        return nobody, nobody
    present = np.argpartition(keys, others - 1, axis=1)[:, :others]
    found = np.take_along_axis(scores, present, axis=1)
    found = np.concatenate([found, np.full((len(found), 1), _NEVER)], axis=1)
    best = np.partition(found, -2, axis=1)
    return best[:, -1], best[:, -2]


def _joined(parts: list[Trials]) -> Trials:
    if not parts:
        empty = np.zeros(0, np.float32)
        return Trials(person=np.zeros(0, np.intp), own=empty, best=empty, second=empty)
    return Trials(
        person=np.concatenate([part.person for part in parts]),
        own=np.concatenate([part.own for part in parts]),
        best=np.concatenate([part.best for part in parts]),
        second=np.concatenate([part.second for part in parts]),
    )


def threshold_at_fpir(trials: Trials, *, fpir: float, margin_min: float) -> float:
    """Give the lowest threshold at which no more than `fpir` of the non-mated trials open."""
    alone = _ahead(trials.best, trials.second, margin_min)
    opens = np.sort(np.where(alone, trials.best, _NEVER))[::-1]
    allowed = int(fpir * len(opens))
    refused = opens[allowed] if allowed < len(opens) else _NEVER
    return float(np.nextafter(refused, np.float32(np.inf)))


def has_trials_for(fused: Fused, fpir: float) -> bool:
    """Whether there are enough comparisons of different people to speak of so small a rate."""
    # FPIR is about FMR times the riders present, and each such comparison is made many times.
    return is_supported(fpir / fused.setting.riders, len(fused.alike))


def at_threshold(fused: Fused, similarity_min: float, weights: NDArray[np.int64]) -> AtFpir:
    """Measure all that may happen at one threshold."""
    margin_min = fused.setting.margin_min
    missed = ~fused.mated.recognised(similarity_min, margin_min)
    counts = _count(fused.mated.person, weights.shape[1])
    missed_by = _count(fused.mated.person[missed], weights.shape[1])
    people = int((counts > 0).sum())
    people_missed = int((missed_by > 0).sum())
    return AtFpir(
        threshold=similarity_min,
        fpir=_of(fused.nonmated, fused.nonmated.wrong(similarity_min, margin_min), weights),
        fnir=rate_over_people(missed_by, counts, weights),
        fnir_user=rate_over_people(missed_by + fused.failures, counts + fused.failures, weights),
        wrong_rider=_of(fused.mated, fused.mated.wrong(similarity_min, margin_min), weights),
        people=people,
        people_missed=people_missed,
        not_above=upper_bound(people_missed, people) if people else 1.0,
    )


def _of(trials: Trials, events: NDArray[np.bool_], weights: NDArray[np.int64]) -> Measured:
    people = weights.shape[1]
    return rate_over_people(
        _count(trials.person[events], people), _count(trials.person, people), weights
    )


def _count(person: NDArray[np.intp], people: int) -> NDArray[np.int64]:
    return np.bincount(person, minlength=people).astype(np.int64)


def rate_over_people(
    events: NDArray[np.int64], trials: NDArray[np.int64], weights: NDArray[np.int64]
) -> Measured:
    """Give the rate of `events` in `trials` (P,), counted by person. `weights` (R, P): draws."""
    total = int(trials.sum())
    value = int(events.sum()) / total if total else float("nan")
    with np.errstate(invalid="ignore"):
        draws = (weights @ events) / (weights @ trials).astype(np.float64)
    interval = percentile_interval(draws)
    people = int((trials > 0).sum())
    return Measured(value=value, interval=unseen_interval(interval, value=value, trials=people))
