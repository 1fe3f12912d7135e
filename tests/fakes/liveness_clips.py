"""Clips of the two riders in the public domain, alive and as attacks, for the liveness bench."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from faregate.bench.liveness_trials import LIVE, ClipLabel, timed
from faregate.scenes.attacks import attack_take
from faregate.scenes.head import LiveLook, live_take
from faregate.scenes.looks import AttackKind
from faregate.scenes.portraits import rider_a, rider_b
from faregate.scenes.walkup import WalkUp
from faregate.video.frame import Frame

KINDS: Final = tuple(AttackKind)
_RIDERS: Final = (rider_a, rider_b)
_GATES: Final = 7


@dataclass(frozen=True, slots=True)
class RiderClip:
    """One rendering of rider A (person 0) or B (person 1). Picklable."""

    label: ClipLabel
    seed: int

    def frames(self) -> Iterator[Frame]:
        """Render it, frame by frame."""
        portrait = _RIDERS[self.label.person]()
        walk = WalkUp(seed=self.seed, lane=self.seed % _GATES)
        if self.label.kind == LIVE:
            take = live_take(portrait, walk, LiveLook())
        else:
            take = attack_take(portrait, walk, AttackKind(self.label.kind))
        return timed(take.frames(), fps=walk.fps)


def rider_clips(seeds: range, *, people: Sequence[int] = (0, 1)) -> list[RiderClip]:
    """Give riders alive and as every kind of attack, once for each seed."""
    wanted = [
        (kind, person, seed) for kind in (LIVE, *KINDS) for person in people for seed in seeds
    ]
    return [
        RiderClip(ClipLabel(number=number, kind=str(kind), person=person), seed)
        for number, (kind, person, seed) in enumerate(wanted)
    ]
