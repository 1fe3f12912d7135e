"""What the living show, and what a sum of doubts costs: counted on hand-made clips."""

from dataclasses import replace

import pytest

from fakes.liveness_trials import POLICY, drawn, scores, silent, trial
from faregate.bench.liveness import choose, doubts_of, judged_again, pooled
from faregate.bench.liveness_doubts import DOUBTS, compare_doubts, living_measures
from faregate.bench.liveness_fit import cross_validated
from faregate.bench.liveness_rates import liveness_rates
from faregate.bench.liveness_scores import Scores
from faregate.bench.liveness_trials import LIVE
from faregate.bench.people import Split
from faregate.errors import InvalidInputError
from faregate.face.liveness import CueKind, Usual

DOUBTING = replace(
    POLICY,
    usual=(
        Usual(kind=CueKind.PARALLAX, middle=4.0, spread=0.2),
        Usual(kind=CueKind.PASSIVE, middle=0.9, spread=0.02),
    ),
)
TRIALS = drawn(["print", "screen"], seed=3, people=20, each=40)
DEVELOPMENT = scores(TRIALS, people=Split.DEVELOPMENT)


def test_the_living_alone_are_measured() -> None:
    """Median and standard deviation of what judged; no attack, no silence and no NaN counts."""
    living = [trial(LIVE, parallax=value) for value in (1.0, 2.0, 6.0)]
    others = [
        trial(LIVE, parallax=None, passive=0.5),
        trial(LIVE, parallax=float("nan")),
        trial("print", parallax=-9.0),
        silent(LIVE),
    ]
    parallax, passive = living_measures([*living, *others])
    assert (parallax.cue, parallax.clips, parallax.middle) == (CueKind.PARALLAX, 3, 2.0)
    assert parallax.spread == pytest.approx((14 / 3) ** 0.5)
    assert (passive.cue, passive.clips, passive.middle) == (CueKind.PASSIVE, 1, 0.5)


def test_each_sum_is_judged_as_the_product_does() -> None:
    """The rates of a sum are those of the product with it, and more doubt refuses fewer."""
    found = compare_doubts(TRIALS, DOUBTING)
    assert [one.doubts_max for one in found] == list(DOUBTS)
    for one in found:
        policy = replace(DOUBTING, doubts_max=one.doubts_max)
        again = judged_again(scores(TRIALS), policy).trials
        assert one.together == liveness_rates(again)
    refused = [one.together.bpcer.events for one in found]
    assert refused == sorted(refused, reverse=True)
    assert refused[0] > refused[-1]


def test_boundaries_alone_may_refuse_as_many() -> None:
    """Their budget is what the product refuses of the living who had a response."""
    trials = [*TRIALS, silent(LIVE, person=3)]
    for one in compare_doubts(trials, DOUBTING):
        budget = one.together.bpcer.events / 40
        assert one.boundaries_alone == cross_validated(trials, DOUBTING, budget=budget)
        assert one.boundaries_alone.bpcer.trials == 41


def test_runs_are_counted_together() -> None:
    """Twice the clips, of the same people."""
    both = pooled([DEVELOPMENT, DEVELOPMENT])
    assert both.trials == (*TRIALS, *TRIALS)
    assert pooled([DEVELOPMENT]) == DEVELOPMENT


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (replace(DEVELOPMENT, people=Split.REPORT), "people_split"),
        (replace(DEVELOPMENT, people=None), "people_split"),
        (replace(DEVELOPMENT, generated=False), "clips_mixed"),
        (replace(DEVELOPMENT, pack="another-pack"), "scores_pack"),
    ],
    ids=["reported", "not divided", "recordings", "pack"],
)
def test_refuses_unlike_runs(other: Scores, code: str) -> None:
    """Each difference has its own error."""
    with pytest.raises(InvalidInputError) as caught:
        pooled([DEVELOPMENT, other])
    assert caught.value.code == code


def test_too_few_clips_are_told() -> None:
    """One person alone can't be judged by others; a report is written all the same."""
    alone = scores(drawn(["print", "screen"], seed=1, people=1, each=4), people=Split.DEVELOPMENT)
    with pytest.raises(InvalidInputError, match="doubts_too_few"):
        doubts_of(alone, POLICY)
    assert choose(alone, POLICY, None) is None
