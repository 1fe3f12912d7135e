"""What each cue adds: whom it refuses, and what would come through without it."""

from dataclasses import replace

from fakes.liveness_trials import POLICY, scores, silent, trial
from faregate.bench.liveness import judged_again
from faregate.bench.liveness_cues import Refusals, contributions, refused_together
from faregate.bench.liveness_trials import LIVE, Outcome
from faregate.face.liveness import CueKind, Usual

TRIALS = [
    trial(LIVE, passive=0.9),
    trial(LIVE, passive=0.1),
    trial("print", parallax=-2.0, passive=0.9),
    trial("print", parallax=-2.0, passive=0.1),
    trial("screen", passive=0.1),
    trial("screen", parallax=None, passive=0.9),
    silent("screen"),
]


def test_tells_who_was_refused_by_which_cue() -> None:
    """A clip that two cues refuse is neither's alone, and silence is no cue's."""
    parallax, passive = contributions(TRIALS, POLICY)
    assert [parallax.cue, passive.cue] == [CueKind.PARALLAX, CueKind.PASSIVE]
    assert parallax.refusals == (
        Refusals(kind="live", responded=2, judged=2, refused=0, refused_alone=0),
        Refusals(kind="print", responded=2, judged=2, refused=2, refused_alone=1),
        Refusals(kind="screen", responded=2, judged=1, refused=0, refused_alone=0),
    )
    assert passive.refusals == (
        Refusals(kind="live", responded=2, judged=2, refused=1, refused_alone=1),
        Refusals(kind="print", responded=2, judged=2, refused=1, refused_alone=0),
        Refusals(kind="screen", responded=2, judged=2, refused=1, refused_alone=1),
    )


def test_tells_what_would_be_without_a_cue() -> None:
    """Without the network a screen passes and no living person is refused."""
    parallax, passive = contributions(TRIALS, POLICY)
    without = {one.kind: one.apcer.events for one in passive.without.kinds}
    assert without == {"print": 0, "screen": 1}
    assert passive.without.bpcer.events == 0
    assert {one.kind: one.apcer.events for one in parallax.without.kinds}["print"] == 1


def test_a_required_cue_must_have_judged_even_where_its_opinion_is_left_out() -> None:
    """What nobody could judge does not pass for want of the cue that should have."""
    parallax, _ = contributions(TRIALS, POLICY)
    assert {one.kind: one.apcer.events for one in parallax.without.kinds}["screen"] == 0


def test_tells_what_a_cue_does_alone() -> None:
    """As if it were the only one, and had to judge."""
    parallax, passive = contributions(TRIALS, POLICY)
    assert {one.kind: one.apcer.events for one in parallax.alone.kinds} == {"print": 0, "screen": 1}
    assert passive.alone.bpcer.events == 1


def test_tells_what_only_all_together_refused() -> None:
    """Two cues that are each a little off may refuse what neither would."""
    cautious = replace(
        POLICY,
        usual=(
            Usual(kind=CueKind.PARALLAX, middle=4.0, spread=1.0),
            Usual(kind=CueKind.PASSIVE, middle=0.9, spread=0.1),
        ),
        doubts_max=4.0,
    )
    off = trial("screen", parallax=1.0, passive=0.6)
    judged = judged_again(scores([trial(LIVE, parallax=4.0, passive=0.9), off]), cautious)
    assert off.outcome is Outcome.LIVE
    assert judged.trials[1].outcome is Outcome.ATTACK
    assert refused_together(judged.trials) == {LIVE: 0, "screen": 1}
    parallax, _ = contributions(judged.trials, cautious)
    assert {one.kind: one.apcer.events for one in parallax.without.kinds} == {"screen": 1}
