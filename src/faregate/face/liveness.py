"""Are these pictures of a head, or of a picture? Several cues, and all must agree."""

from collections.abc import Sequence

from faregate.face.capture import Cue, CueKind, Liveness
from faregate.face.parallax import Parallax


def combine(parallax: Parallax, passive: Sequence[float]) -> Liveness:
    """Take the weakest cue: every one must say "live" for the whole to say so.

    `passive` are the network's scores of the fused frames; empty for a pack without one. Depth
    seen over the approach is always needed, so that one picture is never enough, and a network
    alone never authorises. The network can only refuse what parallax let pass (a bent print, a
    mask), at the price of refusing some real faces too; an average would let one strong cue
    outvote the other.
    """
    cues = [
        Cue(
            kind=CueKind.PARALLAX,
            score=float(parallax.score) if parallax.judged else 0.0,
            judged=bool(parallax.judged),
        )
    ]
    if passive:
        cues.append(Cue(kind=CueKind.PASSIVE, score=sum(passive) / len(passive), judged=True))
    return Liveness(min(cue.score for cue in cues), tuple(cues))
