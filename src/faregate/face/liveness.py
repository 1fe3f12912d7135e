"""Is this a head, or a picture of one? The words of the question, and how cues answer together."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LIVENESS_MIN: Final = 0.5
"""By construction, not by fitting: every cue is scaled so that 0.5 is its own boundary."""


class CueKind(StrEnum):
    """What a liveness cue looks at."""

    PARALLAX = "parallax"  # a head has depth, a print or a screen has none
    PASSIVE = "passive"  # a network's opinion about single pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One opinion about liveness: `score` from 0 to 1, at least 0.5 speaks for a live face.

    `measure` is the raw quantity behind the score, in the cue's own unit: for reports and for
    choosing boundaries, never for a decision. Not `judged` means that there was too little to go
    by; that never counts as live.
    """

    kind: CueKind
    score: float
    judged: bool
    measure: float


@dataclass(frozen=True, slots=True)
class Liveness:
    """What all cues say together, from 0 to 1; live from `LIVENESS_MIN`. Made by `fuse`."""

    score: float
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessPolicy:
    """How cues become one verdict."""

    required: frozenset[CueKind] = frozenset({CueKind.PARALLAX})
    """These must have judged. Depth seen over the approach is always needed, so that one picture
    is never enough, and no network alone authorises."""


def fuse(cues: Sequence[Cue], policy: LivenessPolicy) -> Liveness:
    """Take the weakest cue: every one that judged must say "live" for the whole to say so.

    Zero where a required cue did not judge, and where a score is not a number. A cue that did not
    judge and is not required has no say. A cue can only refuse what the others let pass, at the
    price of refusing some real faces too; an average would let one strong cue outvote another.
    """
    judged = [cue for cue in cues if cue.judged]
    complete = policy.required <= {cue.kind for cue in judged}
    sound = all(0.0 <= cue.score <= 1.0 for cue in judged)  # so written, NaN fails too
    weakest = min((cue.score for cue in judged), default=0.0)
    return Liveness(weakest if complete and sound else 0.0, tuple(cues))
