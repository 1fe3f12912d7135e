"""Trials at a gate, against the gate's own decision and hand-counted cases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.faces_in_numbers import made_up_people, on_a_line
from faregate.bench.error_rates import person_weights
from faregate.bench.identification import (
    Setting,
    Trials,
    at_threshold,
    has_trials_for,
    run_trials,
    share_out,
    threshold_at_fpir,
)
from faregate.bench.joins import BestSingle, FusedTemplates
from faregate.gate.decision import (
    GateEvidence,
    GatePolicy,
    LeaseMode,
    MatchCandidate,
    Open,
    decide,
)
from faregate.ids import ConsentId, LeaseId, ModelId

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTING = Setting(riders=3, enrolled=2, probe=2, margin_min=0.0)
SCORES = st.integers(-8, 8).map(lambda eighth: eighth / 8)


def candidate(number: int, similarity: float) -> MatchCandidate:
    """Make a rider present."""
    return MatchCandidate(
        lease_id=LeaseId(f"lease-{number}"),
        consent_id=ConsentId(f"consent-{number}"),
        mode=LeaseMode.PRESENCE,
        similarity=similarity,
        stop_hash=bytes([number]) * 32,
        not_before=NOON - HOUR,
        not_after=NOON + HOUR,
        uses_left=1,
    )


def opens_for(similarities: list[float], policy: GatePolicy) -> int | None:
    """Ask the gate; give the number of the rider that it opens for."""
    candidates = [candidate(number, value) for number, value in enumerate(similarities)]
    evidence = GateEvidence(
        liveness=1.0,
        candidates=tuple(sorted(candidates, key=lambda one: -one.similarity)),
        stopped=frozenset(),
        withdrawn=frozenset(),
        withdrawals_as_of=NOON,
        denied=frozenset(),
        denied_as_of=NOON,
        decided_at=NOON,
    )
    answer = decide(evidence, policy)
    return int(answer.lease_id.split("-")[1]) if isinstance(answer, Open) else None


@given(st.lists(SCORES, min_size=3, max_size=5), SCORES, st.integers(1, 8))
def test_trials_are_judged_as_the_gate_judges(
    similarities: list[float], similarity_min: float, margin: int
) -> None:
    """Rider 0 is in front of the gate: the bench says what `decide` says, for every score."""
    policy = GatePolicy(similarity_min=similarity_min, margin_min=margin / 8)
    own, others = similarities[0], sorted(similarities[1:])
    trial = Trials(
        person=np.array([0]),
        own=np.array([own], np.float32),
        best=np.array([others[-1]], np.float32),
        second=np.array([others[-2]], np.float32),
    )
    opened = opens_for(similarities, policy)
    assert trial.recognised(policy.similarity_min, policy.margin_min)[0] == (opened == 0)
    wrong = opened is not None and opened != 0
    assert trial.wrong(policy.similarity_min, policy.margin_min)[0] == wrong
    stranger = replace(trial, own=np.array([-np.inf], np.float32))
    opened = opens_for(similarities[1:], policy)
    assert stranger.wrong(policy.similarity_min, policy.margin_min)[0] == (opened is not None)


def test_pictures_are_shared_out_once() -> None:
    """Nobody is compared with a picture they enrolled with; strangers need no enrolment."""
    embedded = made_up_people(20, pictures=5, noise=0.5, missing=0.2)
    parts = share_out(embedded, SETTING, np.random.default_rng(4))
    assert parts.probes.keys() <= parts.references.keys() <= parts.strangers.keys()
    for person, pictures in parts.references.items():
        assert len(pictures) == 2
        assert embedded.acquired[pictures].all()
        assert (embedded.person[pictures] == person).all()
    for person, pictures in parts.probes.items():
        assert len(pictures) == 2
        assert not set(pictures.tolist()) & set(parts.references[person].tolist())


def test_too_few_frames_are_a_failure_to_acquire() -> None:
    """A rider whose other pictures show no face counts apart, and as missed for the user."""
    missing = float("nan")
    places = [(0, 0), (0, 1), (0, missing), (0, missing)]
    places += [(person, 100 * person + step) for person in (1, 2, 3, 4) for step in range(4)]
    embedded = on_a_line(places, people=5)
    fused = run_trials(embedded, SETTING, BestSingle(), seed=1, repeats=1, draws=4)
    assert fused.failures.tolist() == [4, 0, 0, 0, 0]
    found = at_threshold(fused, -10.0, np.ones((1, 5), np.int64))
    assert (found.fnir.value, found.fnir_user.value) == (0.0, 4 / 20)
    assert (found.people, found.people_missed) == (4, 0)


def test_far_apart_nobody_is_missed_and_nobody_mistaken() -> None:
    """Rates of 0, written as what so few people can prove: not above 1 - 0.05 ** (1 / people)."""
    embedded = made_up_people(30, pictures=4, noise=0.1)
    fused = run_trials(embedded, SETTING, FusedTemplates(ModelId("made-up")), seed=1)
    found = at_threshold(fused, 0.7, person_weights(30, resamples=20, seed=1))
    assert len(fused.mated.person) == 30 * 100
    assert (found.fpir.value, found.fnir.value, found.wrong_rider.value) == (0.0, 0.0, 0.0)
    assert found.not_above == pytest.approx(1 - 0.05 ** (1 / 30))
    assert found.fnir.interval.high > 0.0


def test_everybody_alike_is_never_recognised() -> None:
    """With a margin, riders who all look the same open nothing; without one, anybody's gate."""
    embedded = made_up_people(10, pictures=4, noise=1.0)
    embedded.probes[:] = embedded.probes[0]
    strict = replace(SETTING, margin_min=0.01)
    join = FusedTemplates(ModelId("made-up"))
    found = [
        at_threshold(run_trials(embedded, one, join, seed=1), 0.5, np.ones((1, 10), np.int64))
        for one in (strict, SETTING)
    ]
    assert (found[0].fnir.value, found[0].fpir.value) == (1.0, 0.0)
    assert found[1].fpir.value == 1.0


@given(st.sampled_from([0.2, 0.1, 0.01]), st.sampled_from([0.0, 0.1]))
def test_a_threshold_keeps_its_false_positive_rate(fpir: float, margin_min: float) -> None:
    """Never more than was asked for, margin or not; a lower one lets more in."""
    trials = HARD.nonmated
    threshold = threshold_at_fpir(trials, fpir=fpir, margin_min=margin_min)
    assert trials.wrong(threshold, margin_min).mean() <= fpir
    lower = float(np.nextafter(np.float32(threshold), np.float32(-2)))
    assert trials.wrong(lower, margin_min).mean() > fpir


def test_more_riders_are_harder_to_tell_apart() -> None:
    """At one threshold, strangers pass more often where more riders are present."""
    embedded = made_up_people(40, pictures=4, noise=2.0)
    join = FusedTemplates(ModelId("made-up"))
    rates = [
        run_trials(embedded, replace(SETTING, riders=riders), join, seed=1)
        .nonmated.wrong(0.35, 0.0)
        .mean()
        for riders in (1, 4, 16)
    ]
    assert 0 < rates[0] < rates[1] < rates[2]


def test_without_enough_people_there_are_no_trials() -> None:
    """Three riders and a stranger need four people."""
    embedded = made_up_people(3, pictures=4, noise=1.0)
    fused = run_trials(embedded, SETTING, BestSingle(), seed=1)
    assert len(fused.mated.person) == len(fused.nonmated.person) == 0
    assert not has_trials_for(fused, 0.5)


HARD = run_trials(made_up_people(20, pictures=4, noise=2.0), SETTING, BestSingle(), seed=2)
