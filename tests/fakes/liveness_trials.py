"""Trials of a liveness bench without clips: what a product might have said of them."""

from collections.abc import Sequence

import numpy as np

from faregate.bench.liveness_scores import Scores
from faregate.bench.liveness_trials import LIVE, ClipLabel, Outcome, Trial
from faregate.bench.people import Split
from faregate.face.capture import CaptureReason, Sight
from faregate.face.liveness import LIVENESS_MIN, Cue, CueKind, CueRule, LivenessPolicy, fuse

POLICY = LivenessPolicy(
    required=frozenset({CueKind.PARALLAX}),
    usual=(),
    rules=(
        CueRule(kind=CueKind.PARALLAX, boundary=0.0, scale=1.0),
        CueRule(kind=CueKind.PASSIVE, boundary=0.5, scale=0.1),
    ),
)


def trial(
    kind: str,
    *,
    parallax: float | None = 2.0,
    passive: float | None = None,
    person: int = 0,
    number: int = 0,
) -> Trial:
    """Give what came of a clip whose cues had these measures; None: that cue did not judge."""
    measures = {CueKind.PARALLAX: parallax, CueKind.PASSIVE: passive}
    cues = [
        Cue(kind=cue, score=0.0, judged=measure is not None, measure=measure or 0.0)
        for cue, measure in measures.items()
    ]
    liveness = fuse(cues, POLICY)
    return Trial(
        label=ClipLabel(number=number, kind=kind, person=person),
        outcome=Outcome.LIVE if liveness.score >= LIVENESS_MIN else Outcome.ATTACK,
        score=liveness.score,
        reason=None,
        cues=liveness.cues,
        seconds=1.5,
        cpu_ms=((Sight.OUTSIDE_ZONE, 10.0), (Sight.FUSED, 20.0)),
    )


def silent(kind: str, *, person: int = 0, number: int = 0) -> Trial:
    """Give what came of a clip without a response."""
    return Trial(
        label=ClipLabel(number=number, kind=kind, person=person),
        outcome=Outcome.NO_RESPONSE,
        score=0.0,
        reason=CaptureReason.TOO_FEW_FRAMES,
        cues=(),
        seconds=2.5,
        cpu_ms=((Sight.NOBODY, 8.0),),
    )


def drawn(kinds: Sequence[str], *, seed: int, people: int = 30, each: int = 60) -> list[Trial]:
    """Draw living people and attacks: prints lack depth, every other kind what a network sees."""
    chance = np.random.default_rng(seed)
    found: list[Trial] = []
    for kind in (LIVE, *kinds):
        for number in range(each):
            flat = kind == "print"
            found.append(
                trial(
                    kind,
                    parallax=float(chance.normal(-4.0 if flat else 4.0, 0.5)),
                    passive=float(chance.normal(0.9 if flat or kind == LIVE else 0.1, 0.05)),
                    person=number % people,
                    number=len(found),
                )
            )
    return found


def scores(trials: Sequence[Trial], *, people: Split = Split.REPORT) -> Scores:
    """Put trials together as one run on generated clips."""
    return Scores(generated=True, people=people, pack="a-pack", trials=tuple(trials))
