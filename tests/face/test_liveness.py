"""Every cue that judged must say "live", and depth is always one of them."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.face.liveness import LIVENESS_MIN, Cue, CueKind, CueRule, LivenessPolicy, fuse

POLICY = LivenessPolicy(required=frozenset({CueKind.PARALLAX}), rules=())
SCORES = st.floats(0, 1)
CUES = st.builds(
    Cue, kind=st.sampled_from(CueKind), score=SCORES, judged=st.booleans(), measure=st.just(0.0)
)


def depth(score: float, *, judged: bool = True) -> Cue:
    """Give a verdict of parallax."""
    return Cue(kind=CueKind.PARALLAX, score=score, judged=judged, measure=0.0)


def network(score: float) -> Cue:
    """Give a verdict of the passive network."""
    return Cue(kind=CueKind.PASSIVE, score=score, judged=True, measure=score)


@pytest.mark.parametrize(
    ("cues", "live"),
    [
        ([depth(0.9)], True),
        ([depth(0.9), network(0.8)], True),
        ([depth(0.1)], False),
        ([depth(0.1), network(1.0)], False),
        ([depth(0.9), network(0.2)], False),
        ([depth(0.9, judged=False)], False),
        ([depth(0.9, judged=False), network(1.0)], False),
        ([network(1.0)], False),
        ([], False),
    ],
    ids=[
        "depth",
        "both",
        "flat",
        "flat, net",
        "depth, not net",
        "unjudged",
        "unjudged, net",
        "net alone",
        "nothing",
    ],
)
def test_all_cues_must_agree(cues: list[Cue], live: object) -> None:
    """A network alone never authorises, and neither does a view that changed too little."""
    assert (fuse(cues, POLICY).score >= LIVENESS_MIN) is live


@given(cues=st.lists(CUES, max_size=6))
def test_the_cues_are_kept_as_they_came(cues: list[Cue]) -> None:
    """A report shows each cue's part, whatever the verdict."""
    assert fuse(cues, POLICY).cues == tuple(cues)


@given(cues=st.lists(CUES, max_size=4))
def test_their_order_does_not_matter(cues: list[Cue]) -> None:
    """The same cues in any order give the same score, to the last bit."""
    assert len({fuse(order, POLICY).score for order in permutations(cues)}) == 1


@given(cues=st.lists(CUES, max_size=6), kind=st.sampled_from(CueKind), score=st.floats(0, 0.499))
def test_a_refusing_cue_never_raises_the_score(
    cues: list[Cue], kind: CueKind, score: float
) -> None:
    """And no others can outvote it."""
    refusing = Cue(kind=kind, score=score, judged=True, measure=0.0)
    after = fuse([*cues, refusing], POLICY).score
    assert after < LIVENESS_MIN
    if CueKind.PARALLAX in {cue.kind for cue in cues if cue.judged}:
        assert after <= fuse(cues, POLICY).score


@given(cues=st.lists(CUES, max_size=6))
def test_without_depth_nothing_is_live(cues: list[Cue]) -> None:
    """Where parallax did not judge, the score is zero whatever else was seen."""
    others = [cue for cue in cues if cue.kind is not CueKind.PARALLAX]
    assert fuse(others, POLICY).score == 0.0
    assert fuse([*others, depth(1.0, judged=False)], POLICY).score == 0.0


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -0.1, 1.1])
@pytest.mark.parametrize("kind", CueKind)
def test_no_odd_score_passes(kind: CueKind, odd: float) -> None:
    """A score outside 0 to 1, or none, is never live, and neither is what goes with it."""
    cue = Cue(kind=kind, score=odd, judged=True, measure=0.0)
    assert fuse([depth(0.9), cue], POLICY).score == 0.0
    assert fuse([cue, depth(0.9)], POLICY).score == 0.0


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("rules", [(), (CueRule(kind=CueKind.PASSIVE, boundary=0.5, scale=0.1),)])
def test_no_odd_measure_passes(odd: float, rules: tuple[CueRule, ...]) -> None:
    """A measure that is no number is never live, with a rule for it or without."""
    cue = Cue(kind=CueKind.PASSIVE, score=0.9, judged=True, measure=odd)
    assert fuse([depth(0.9), cue], LivenessPolicy(rules=rules)).score == 0.0


def test_a_rule_turns_a_measure_into_a_score() -> None:
    """One half at the boundary, e/(1+e) one scale above; the cue's own score no longer counts."""
    policy = POLICY.with_rule(CueRule(kind=CueKind.PASSIVE, boundary=0.2, scale=0.1))
    for measure, score in [(0.2, 0.5), (0.3, 0.7310586), (0.1, 0.2689414), (-1e6, 0.0)]:
        cue = Cue(kind=CueKind.PASSIVE, score=0.9, judged=True, measure=measure)
        assert fuse([depth(1.0), cue], policy).score == pytest.approx(score)
        assert fuse([depth(1.0), cue], policy).cues[1].score == pytest.approx(score)


def test_rules_leave_other_cues_alone() -> None:
    """Neither another kind's nor an unjudged cue gets a score by it."""
    policy = POLICY.with_rule(CueRule(kind=CueKind.PASSIVE, boundary=0.2, scale=0.1))
    unjudged = Cue(kind=CueKind.PASSIVE, score=0.0, judged=False, measure=9.0)
    assert fuse([depth(0.7), unjudged], policy).cues == (depth(0.7), unjudged)


def test_a_rule_takes_the_place_of_an_earlier_one() -> None:
    """A policy has one rule a kind."""
    first = CueRule(kind=CueKind.PASSIVE, boundary=0.2, scale=0.1)
    second = CueRule(kind=CueKind.PASSIVE, boundary=0.4, scale=0.1)
    other = CueRule(kind=CueKind.PARALLAX, boundary=0.0, scale=1.0)
    policy = POLICY.with_rule(first).with_rule(other).with_rule(second)
    assert policy.rules == (other, second)
    with pytest.raises(ValueError, match="one rule"):
        LivenessPolicy(rules=(first, second))


@pytest.mark.parametrize(
    ("boundary", "scale"), [(float("nan"), 1.0), (float("inf"), 1.0), (0.0, 0.0), (0.0, -1.0)]
)
def test_odd_rules_are_refused(boundary: float, scale: float) -> None:
    """A boundary has a place and a width."""
    with pytest.raises(ValueError, match="finite"):
        CueRule(kind=CueKind.PASSIVE, boundary=boundary, scale=scale)


@given(low=st.floats(-1e6, 1e6), more=st.floats(0, 1e6), boundary=st.floats(-100, 100))
def test_more_is_never_less_live(low: float, more: float, boundary: float) -> None:
    """A score rises with its measure, and stays from 0 to 1."""
    rule = CueRule(kind=CueKind.PASSIVE, boundary=boundary, scale=0.5)
    assert 0.0 <= rule.score(low) <= rule.score(low + more) <= 1.0
