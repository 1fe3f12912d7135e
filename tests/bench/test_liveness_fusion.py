"""Two ways to make one verdict of cues, both behind geometry, compared on other people."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.liveness_trials import POLICY, drawn, silent, trial
from faregate.bench.liveness_fusion import (
    Fusion,
    WeightedSum,
    compare_fusions,
    passes_required,
)
from faregate.bench.liveness_rates import liveness_rates
from faregate.bench.liveness_trials import LIVE, Outcome
from faregate.face.liveness import CueKind

KINDS = ("print", "screen")


def test_the_sum_finds_the_cue_that_tells_them_apart() -> None:
    """A screen that passes parallax is refused for what the network saw, a face is not."""
    fitted = WeightedSum.fitted(drawn(KINDS, seed=1), POLICY)
    assert fitted.cues == (CueKind.PARALLAX, CueKind.PASSIVE)
    assert fitted.weights[1] > 0.0
    assert fitted.judge(trial(LIVE, parallax=4.0, passive=0.9)) is Outcome.LIVE
    assert fitted.judge(trial("screen", parallax=4.0, passive=0.1)) is Outcome.ATTACK


@given(passive=st.floats(0, 1), parallax=st.floats(-20, -0.001))
def test_nothing_outvotes_geometry(passive: float, parallax: float) -> None:
    """Below parallax's boundary, or without its verdict, no sum is enough."""
    fitted = replace(WeightedSum.fitted(drawn(KINDS, seed=1), POLICY), sum_min=-1e9)
    assert fitted.judge(trial("print", parallax=parallax, passive=passive)) is Outcome.ATTACK
    assert fitted.judge(trial("print", parallax=None, passive=passive)) is Outcome.ATTACK


def test_no_response_stays_none() -> None:
    """A clip that was not answered is neither accepted nor refused."""
    fitted = WeightedSum.fitted(drawn(KINDS, seed=1), POLICY)
    assert fitted.judge(silent("print")) is Outcome.NO_RESPONSE
    assert not passes_required(silent(LIVE), POLICY)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_no_cue_speaks_for_an_attack_by_looking_live(seed: int) -> None:
    """Weights are never negative, even where chance would have them so."""
    trials = drawn(KINDS, seed=seed, each=8)
    assert (WeightedSum.fitted(trials, POLICY).weights >= 0.0).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.05, 0.2]))
def test_the_sum_keeps_the_budget(seed: int, budget: float) -> None:
    """On the people it was fitted on, of those that geometry lets pass."""
    trials = drawn(KINDS, seed=seed, each=20)
    fitted = WeightedSum.fitted(trials, POLICY, budget=budget)
    assert liveness_rates(trials, fitted.judge).bpcer.value <= budget


def test_a_cue_that_did_not_judge_has_no_say() -> None:
    """It counts as an ordinary living face's would."""
    fitted = WeightedSum.fitted(drawn(KINDS, seed=1), POLICY)
    assert fitted.parts(trial(LIVE, parallax=4.0, passive=None))[1] == 0.0


def test_both_ways_are_compared_on_the_same_clips() -> None:
    """With every kind known, and with each left out: as many clips, and the same ones."""
    trials = drawn(KINDS, seed=3, people=20, each=40)
    rates = {one.fusion: one for one in compare_fusions(trials, POLICY)}
    assert set(rates) == set(Fusion)
    for one in rates.values():
        assert one.known.bpcer.trials == 40
        assert [kind.kind for kind in one.known.kinds] == list(KINDS)
        assert [left.kinds[0].kind for left in one.left_out] == list(KINDS)
        assert {left.bpcer.trials for left in one.left_out} == {40}
        assert one.known.worst.apcer.value == 0.0
    left_out = dict(zip(KINDS, rates[Fusion.WEAKEST_LINK].left_out, strict=True))
    assert left_out["print"].worst.apcer.value == 0.0  # parallax needs no fit


def test_one_kind_alone_leaves_none_out() -> None:
    """Without another kind there is nothing to fit on."""
    trials = drawn(["screen"], seed=3, people=20, each=40)
    assert all(one.left_out == () for one in compare_fusions(trials, POLICY))


def test_where_geometry_stops_all_attacks_nothing_is_weighed() -> None:
    """Whoever passes it is live, whatever else was seen."""
    trials = [trial(LIVE, passive=0.2), trial(LIVE), trial("print", parallax=-3.0)]
    fitted = WeightedSum.fitted(trials, POLICY)
    assert not fitted.weights.any()
    assert fitted.judge(trial(LIVE, passive=0.0)) is Outcome.LIVE
    with pytest.raises(ValueError, match="living people"):
        WeightedSum.fitted(trials[2:], POLICY)
