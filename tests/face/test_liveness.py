"""Every cue must say "live", and depth is always one of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.face.capture import LIVENESS_MIN, CueKind
from faregate.face.liveness import combine
from faregate.face.parallax import Parallax


def parallax(score: float, *, judged: bool = True) -> Parallax:
    """Make a measurement of depth."""
    return Parallax(residual=1.0, baseline=1.0, frames=9, judged=judged, score=score)


@pytest.mark.parametrize(
    ("depth", "passive", "live"),
    [
        (parallax(0.9), [], True),
        (parallax(0.9), [0.9, 0.8, 0.7], True),
        (parallax(0.1), [], False),
        (parallax(0.1), [1.0, 1.0, 1.0], False),
        (parallax(0.9), [0.2, 0.3, 0.4], False),
        (parallax(0.9, judged=False), [], False),
        (parallax(0.9, judged=False), [1.0, 1.0, 1.0], False),
    ],
    ids=["depth", "both", "flat", "flat, net", "depth, not net", "unjudged", "unjudged, net"],
)
def test_all_cues_must_agree(depth: Parallax, passive: list[float], live: object) -> None:
    """A network alone never authorises, and neither does a view that changed too little."""
    assert (combine(depth, passive).score >= LIVENESS_MIN) is live


@given(depth=st.floats(0, 1), judged=st.booleans(), passive=st.lists(st.floats(0, 1), max_size=5))
def test_the_whole_is_no_better_than_its_weakest_cue(
    depth: float, judged: object, passive: list[float]
) -> None:
    """Whatever the cues, the score is the least of them, and what was not judged is zero."""
    liveness = combine(parallax(depth, judged=bool(judged)), passive)
    assert liveness.score == min(cue.score for cue in liveness.cues)
    assert liveness.cues[0].kind is CueKind.PARALLAX
    assert liveness.score == 0 or judged
    assert len(liveness.cues) == 1 + bool(passive)
