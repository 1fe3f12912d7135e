"""Every cue that judged must say "live", and depth is always one of them."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.face.liveness import LIVENESS_MIN, Cue, CueKind, LivenessPolicy, fuse

POLICY = LivenessPolicy()
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
def test_no_odd_number_passes(kind: CueKind, odd: float) -> None:
    """A score outside 0 to 1, or none, is never live, and neither is what goes with it."""
    cue = Cue(kind=kind, score=odd, judged=True, measure=0.0)
    assert fuse([depth(0.9), cue], POLICY).score == 0.0
    assert fuse([cue, depth(0.9)], POLICY).score == 0.0
