"""The best frames of one approach: templates and measures of them, never a picture.

Frames are embedded as they come, so the choice is made forwards: a frame takes a free place, or the
place of a worse one that it may stand for. What it replaces is overwritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot
from typing import Final

from faregate.face.capture import Quality
from faregate.face.pose import Pose
from faregate.face.template import FaceTemplate

_GAIN_MIN: Final = 5.0
"""Points of the score. Embedding a frame costs time, and for less than this it is not worth it: so
little differs between neighbouring frames by noise alone."""

_SAME_POSE_WORTH: Final = 0.5
"""A frame beside a better one of the same pose adds little that is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far apart the frames of one template are taken."""

    spacing_ns: int
    """Neighbouring frames share their noise, so they average little out."""

    pose_apart_deg: float
    """Nearer than this in yaw and pitch, two frames count as one pose; 0 where it is no matter."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldFrame:
    """What is kept of a frame. `at_ns` is when it was taken, `received_ns` when it came."""

    template: FaceTemplate = field(repr=False)
    quality: Quality
    at_ns: int
    received_ns: int


class BestFrames:
    """Up to `size` frames of one face. Owns their templates until `wipe`."""

    def __init__(self, size: int, spread: Spread) -> None:
        self._size = size
        self._spread = spread
        self._held: list[HeldFrame] = []
        self._added_ns = 0

    def __len__(self) -> int:
        return len(self._held)

    @property
    def held(self) -> tuple[HeldFrame, ...]:
        """The frames, oldest first. Their templates stay this one's."""
        return tuple(sorted(self._held, key=lambda frame: frame.at_ns))

    def has_room(self, at_ns: int) -> bool:
        """Whether a frame taken then can be added, whatever it looks like.

        Spacing counts from the last addition: an exchange puts off no later frame, so the last two
        may lie nearer to each other. An answer that waits for one more frame comes no later.
        """
        return not self._held or (
            len(self._held) < self._size and at_ns - self._added_ns >= self._spread.spacing_ns
        )

    def improves(self, quality: Quality, at_ns: int) -> bool:
        """Whether a frame taken then is worth an exchange for one that is held."""
        return self._weakest(quality, at_ns) is not None

    def add(self, frame: HeldFrame) -> None:
        """Take a frame over. Raises `ValueError` without room: it is still the caller's then."""
        if not self.has_room(frame.at_ns):
            raise ValueError("no room")
        self._held.append(frame)
        self._added_ns = frame.at_ns

    def exchange(self, frame: HeldFrame) -> None:
        """Take a frame over in place of the one that it improves on most, which is wiped.

        Raises `ValueError` where it improves on none: it is still the caller's then.
        """
        place = self._weakest(frame.quality, frame.at_ns)
        if place is None:
            raise ValueError("no improvement")
        self._held[place].template.wipe()
        self._held[place] = frame

    def wipe(self) -> None:
        """Overwrite all templates in place, and begin anew."""
        for frame in self._held:
            frame.template.wipe()
        self._held.clear()

    def _near(self, at_ns: int) -> list[int]:
        """Give the places of frames taken too near in time to stand beside a new one."""
        return [
            place
            for place, frame in enumerate(self._held)
            if abs(frame.at_ns - at_ns) < self._spread.spacing_ns
        ]

    def _weakest(self, quality: Quality, at_ns: int) -> int | None:
        """Give the place of the frame whose exchange for a new one gains most; None for none."""
        match self._near(at_ns):
            case []:
                places: Sequence[int] = range(len(self._held))
            case [only]:
                places = [only]
            case _:
                return None
        now = [frame.quality for frame in self._held]
        gains = {
            place: self._worth([*now[:place], quality, *now[place + 1 :]]) - self._worth(now)
            for place in places
        }
        best = max(gains, key=gains.__getitem__, default=None)
        return best if best is not None and gains[best] >= _GAIN_MIN else None

    def _worth(self, qualities: Sequence[Quality]) -> float:
        """Add up the scores; of frames of one pose the best one counts in full, others less."""
        total = 0.0
        for quality in qualities:
            is_second = any(
                other.score > quality.score
                and _apart_deg(other.pose, quality.pose) < self._spread.pose_apart_deg
                for other in qualities
            )
            total += quality.score * (_SAME_POSE_WORTH if is_second else 1.0)
        return total


def _apart_deg(one: Pose, other: Pose) -> float:
    return hypot(one.yaw_deg - other.yaw_deg, one.pitch_deg - other.pitch_deg)
