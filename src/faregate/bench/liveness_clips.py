"""Clips of walk-ups and attacks, rendered as they are asked for: picklable, nothing on disk.

Everything about a clip follows from the seed of the set, the half of the people, its kind and its
number. The halves share neither people nor gates nor seeds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from faregate.bench.liveness_stills import StillFile, Stills
from faregate.bench.liveness_trials import LIVE, ClipLabel, timed
from faregate.bench.people import Split
from faregate.bench.pictures import PictureDefect, read_picture
from faregate.errors import InvalidInputError
from faregate.scenes.attacks import attack_take
from faregate.scenes.head import LiveLook, live_take
from faregate.scenes.looks import AttackKind
from faregate.scenes.portraits import Portrait
from faregate.scenes.takes import Take
from faregate.scenes.walkup import Pace, WalkUp
from faregate.video.frame import Frame

GATES: Final = 60
"""Cameras and halls of each half: enough that no boundary is that of one gate."""

FPS: Final = 15
SECONDS: Final = 3.0
"""A slow walk-up takes 2.4 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedClip:
    """One rendering. `kind` of its label is `live` or that of an attack."""

    label: ClipLabel
    still: StillFile
    walk: WalkUp

    def frames(self) -> Iterator[Frame]:
        """Render it. Raises `InvalidInputError` where the still is gone."""
        return timed(self.take().frames(), fps=self.walk.fps)

    def take(self) -> Take:
        """Set it up, for frames with or without depth and infrared."""
        portrait = self.portrait()
        if self.label.kind == LIVE:
            return live_take(portrait, self.walk, LiveLook())
        return attack_take(portrait, self.walk, AttackKind(self.label.kind))

    def portrait(self) -> Portrait:
        """Make the portrait of its still; one person has one complexion in all clips."""
        picture = read_picture(self.still.path)
        if isinstance(picture, PictureDefect):
            raise InvalidInputError(
                "still_gone",
                f"A still can't be read any more ({picture.value}).",
                remedy="Leave the folder of stills as it is while clips are made.",
            )
        points = np.array(self.still.points, np.float32)
        return Portrait.from_still(picture, points, seed=self.still.person)


def generated_clips(
    stills: Stills,
    *,
    people: Split,
    seed: int,
    live: int,
    per_kind: int,
    kinds: Sequence[AttackKind] = tuple(AttackKind),
) -> tuple[GeneratedClip, ...]:
    """Give `live` walk-ups and `per_kind` attacks of each kind.

    People take turns, in each kind in another order, so that everybody appears about as often.
    """
    half = list(Split).index(people)
    counts = [(LIVE, live), *((kind.value, per_kind) for kind in kinds)]
    clips: list[GeneratedClip] = []
    for kind, count in counts:
        number = 0 if kind == LIVE else 1 + list(AttackKind).index(AttackKind(kind))
        chance = np.random.default_rng([seed, half, number])
        order = chance.permutation(len(stills.of_people))
        for turn in range(count):
            theirs = stills.of_people[order[turn % len(order)]]
            still = theirs[int(chance.integers(len(theirs)))]
            walk = WalkUp(
                seed=int(chance.integers(1 << 31)),
                lane=GATES * half + int(chance.integers(GATES)),
                fps=FPS,
                seconds=SECONDS,
                pace=Pace.ANY,
            )
            label = ClipLabel(number=len(clips), kind=kind, person=still.person)
            clips.append(GeneratedClip(label=label, still=still, walk=walk))
    return tuple(clips)
