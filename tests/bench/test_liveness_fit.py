"""Boundaries chosen by one rule: within the budget, on development people, tested on others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.liveness_trials import POLICY, drawn, silent, trial
from faregate.bench.liveness_fit import (
    Boundary,
    Fit,
    cross_validated,
    fit_boundaries,
    leave_one_kind_out,
)
from faregate.bench.liveness_rates import liveness_rates
from faregate.bench.liveness_trials import LIVE, Outcome, Trial
from faregate.face.liveness import CueKind

REQUIRED = frozenset({CueKind.PARALLAX})


def test_finds_the_boundary_between_two_heaps() -> None:
    """A cue that parts the living from an attack gets its boundary between them, not at one."""
    living = [trial(LIVE, passive=0.8 + number / 100) for number in range(10)]
    screens = [trial("screen", passive=0.1 + number / 100) for number in range(10)]
    fit = fit_boundaries([*living, *screens], POLICY)
    assert [one.cue for one in fit.boundaries] == [CueKind.PARALLAX, CueKind.PASSIVE]
    assert fit.boundaries[1].measure_min == pytest.approx((0.8 + 0.19) / 2)


def test_leaves_out_what_does_not_help() -> None:
    """A cue that tells nothing apart refuses nobody."""
    living = [trial(LIVE, passive=0.5) for _ in range(10)]
    prints = [trial("print", parallax=-2.0, passive=0.5) for _ in range(10)]
    fit = fit_boundaries([*living, *prints], POLICY)
    assert [one.cue for one in fit.boundaries] == [CueKind.PARALLAX]


def test_looks_at_the_worst_kind_first() -> None:
    """Of two boundaries that the budget allows one of, the worst kind's is taken."""
    living = [trial(LIVE, parallax=4.0, passive=0.9)] * 99
    odd = trial(LIVE, parallax=4.0, passive=0.3)
    often = [trial("often", parallax=4.0, passive=0.3)] * 8
    seldom = [trial("seldom", parallax=1.0, passive=0.9)] + [trial("seldom", parallax=-1.0)] * 9
    fit = fit_boundaries([*living, odd, *often, *seldom], POLICY, budget=0.01)
    rates = liveness_rates([*living, odd, *often, *seldom], fit.judge)
    assert {one.kind: one.apcer.value for one in rates.kinds} == {"often": 0.0, "seldom": 0.0}
    assert rates.bpcer.events == 1


@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.01, 0.05]))
def test_never_refuses_more_of_the_living_than_the_budget(seed: int, budget: float) -> None:
    """On the people it was chosen on, BPCER stays within what was allowed."""
    trials = drawn(["print", "screen"], seed=seed, each=30)
    fit = fit_boundaries(trials, POLICY, budget=budget)
    assert liveness_rates(trials, fit.judge).bpcer.value <= budget


def test_a_required_cue_yields_where_it_costs_too_much() -> None:
    """The product's own boundary is lowered rather than the budget broken."""
    living = [trial(LIVE, parallax=value) for value in (-1.0, 2.0, 3.0)]
    fit = fit_boundaries([*living, trial("print", parallax=-2.0)], POLICY, budget=0.0)
    assert fit.boundaries == (Boundary(CueKind.PARALLAX, -1.5),)


@pytest.mark.parametrize(
    ("given_trial", "outcome"),
    [
        (trial(LIVE, parallax=2.0, passive=0.9), Outcome.LIVE),
        (trial(LIVE, parallax=2.0), Outcome.LIVE),
        (trial(LIVE, parallax=0.5, passive=0.9), Outcome.ATTACK),
        (trial(LIVE, parallax=2.0, passive=0.6), Outcome.ATTACK),
        (trial(LIVE, parallax=None, passive=0.9), Outcome.ATTACK),
        (silent(LIVE), Outcome.NO_RESPONSE),
    ],
    ids=["all pass", "not judged", "required fails", "other fails", "required absent", "silent"],
)
def test_refuses_what_is_below_any_boundary(given_trial: Trial, outcome: Outcome) -> None:
    """Every cue that judged must pass, and the required ones must have judged."""
    fit = Fit(
        boundaries=(Boundary(CueKind.PARALLAX, 1.0), Boundary(CueKind.PASSIVE, 0.7)),
        required=REQUIRED,
    )
    assert fit.judge(given_trial) is outcome


def test_a_fit_needs_both_sides() -> None:
    """Nothing can be chosen without the living, without an attack, or without a judgement."""
    for trials in ([trial(LIVE)], [trial("print")], [trial(LIVE), silent("print")]):
        with pytest.raises(ValueError, match="a fit needs"):
            fit_boundaries(trials, POLICY)


def test_cross_validation_judges_everybody_by_others() -> None:
    """Each clip is counted once, and heaps that lie apart stay apart."""
    trials = drawn(["print", "screen"], seed=3)
    found = cross_validated(trials, POLICY)
    assert found.bpcer.trials == 60
    assert found.worst.apcer.value <= 0.02
    assert found.bpcer.value <= 0.05


def test_a_kind_that_nothing_was_chosen_on_comes_through() -> None:
    """Left out, screens pass: only they would have called for the passive cue's boundary."""
    kinds = ["print", "screen"]
    development, reported = drawn(kinds, seed=4), drawn(kinds, seed=5)
    left_out = {one.kind: one for one in leave_one_kind_out(development, reported, POLICY)}
    assert left_out["screen"].rates.worst.apcer.value == 1.0
    assert left_out["print"].rates.worst.apcer.value <= 0.02
    assert [one.kind for one in left_out["print"].rates.kinds] == ["print"]
    assert CueKind.PASSIVE not in {one.cue for one in left_out["screen"].fit.boundaries}
