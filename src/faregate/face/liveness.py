"""Is this a head, or a picture of one? The words of the question, and how cues answer together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp, isfinite
from typing import Final, Self

LIVENESS_MIN: Final = 0.5
"""By construction, not by fitting: every cue is scaled so that 0.5 is its own boundary."""


class CueKind(StrEnum):
    """What a liveness cue looks at."""

    PARALLAX = "parallax"  # a head has depth, a print or a screen has none
    RELIEF = "relief"  # a head has a nose, a bent print only a bend
    PASSIVE = "passive"  # a network's opinion about single pictures
    MOIRE = "moire"  # a print has dots and a display has pixels, skin has neither
    DETAIL = "detail"  # what was photographed twice has lost its finest part
    LIGHT = "light"  # on a sheet or a glass, all of the light moves at once
    STEADINESS = "steadiness"  # the frames are of one person
    CHALLENGE = "challenge"  # at enrolment: it turned as it was asked to, when it was asked to


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """One opinion about liveness: `score` from 0 to 1, at least 0.5 speaks for a live face.

    `measure` is the raw quantity behind the score, in the cue's own unit, higher for what is more
    like a live face: a policy's rule turns it into a score. Not `judged` means that there was too
    little to go by; that never counts as live.
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
class CueRule:
    """How the measure of one kind of cue becomes a score: 0.5 at `boundary`, 0.73 `scale` above.

    Both in the measure's unit. Raises `ValueError` unless they are finite and `scale` positive.
    """

    kind: CueKind
    boundary: float
    scale: float

    def __post_init__(self) -> None:
        if not (isfinite(self.boundary) and isfinite(self.scale) and self.scale > 0.0):
            raise ValueError(f"boundary and scale must be finite, scale positive: {self}")

    def score(self, measure: float) -> float:
        """Give the score of a measure, from 0 to 1; not a number for what is not a number."""
        above = (measure - self.boundary) / self.scale
        # Two forms of one function, so that neither exponential overflows.
        return 1.0 / (1.0 + exp(-above)) if above >= 0.0 else exp(above) / (1.0 + exp(above))


_RULES: Final = (
    CueRule(kind=CueKind.MOIRE, boundary=-0.06, scale=0.01),
    CueRule(kind=CueKind.DETAIL, boundary=-5.4, scale=0.4),
    CueRule(kind=CueKind.LIGHT, boundary=2.5, scale=0.15),
    CueRule(kind=CueKind.STEADINESS, boundary=0.1, scale=0.1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LivenessPolicy:
    """How cues become one verdict."""

    required: frozenset[CueKind] = frozenset({CueKind.PARALLAX, CueKind.RELIEF})
    """These must have judged. Depth seen over the approach is always needed, so that one picture
    is never enough, and no network alone authorises."""

    rules: tuple[CueRule, ...] = _RULES
    """One a kind at most. A kind without one keeps the score that its cue gives itself."""

    def __post_init__(self) -> None:
        kinds = [rule.kind for rule in self.rules]
        if len(set(kinds)) < len(kinds):
            raise ValueError(f"one rule for each kind of cue, got {kinds}")

    def with_rule(self, rule: CueRule) -> Self:
        """Give the same policy with one rule added, or put in place of that kind's."""
        others = tuple(other for other in self.rules if other.kind is not rule.kind)
        return replace(self, rules=(*others, rule))

    def requiring(self, kind: CueKind) -> Self:
        """Give the same policy with one kind more that must have judged."""
        return replace(self, required=self.required | {kind})

    def scored(self, cue: Cue) -> Cue:
        """Give a cue with the score that this policy's rule for its kind gives it, if any."""
        for rule in self.rules:
            if rule.kind is cue.kind and cue.judged:
                return replace(cue, score=rule.score(cue.measure))
        return cue


def fuse(cues: Sequence[Cue], policy: LivenessPolicy) -> Liveness:
    """Take the weakest cue: every one that judged must say "live" for the whole to say so.

    Scores follow the policy's rules. Zero where a required cue did not judge, and where a number
    is none. A cue that did not judge and is not required has no say. A cue can only refuse what
    the others let pass, at the price of refusing some real faces too; an average would let one
    strong cue outvote another.
    """
    scored = tuple(policy.scored(cue) for cue in cues)
    judged = [cue for cue in scored if cue.judged]
    complete = policy.required <= {cue.kind for cue in judged}
    # So written, NaN fails too.
    sound = all(0.0 <= cue.score <= 1.0 and isfinite(cue.measure) for cue in judged)
    weakest = min((cue.score for cue in judged), default=0.0)
    return Liveness(weakest if complete and sound else 0.0, scored)


_WITNESSES: Final = (
    frozenset({CueKind.PARALLAX, CueKind.RELIEF}),  # one motion, looked at in two ways
    frozenset({CueKind.PASSIVE}),
    frozenset({CueKind.CHALLENGE}),
)
"""Kinds of evidence for a head that do not hang on each other. The other cues can refuse, but that
they found nothing is no sign of life."""


def independent_witnesses(liveness: Liveness) -> int:
    """Count the independent kinds of evidence that speak for a head, every cue of a kind agreeing.

    NaN never speaks for one.
    """
    scores = [
        [cue.score for cue in liveness.cues if cue.judged and cue.kind in witnesses]
        for witnesses in _WITNESSES
    ]
    return sum(1 for kind in scores if kind and all(score >= LIVENESS_MIN for score in kind))
