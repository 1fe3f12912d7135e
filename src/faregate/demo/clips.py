"""The recordings that the demo's cameras play: made afresh from two portraits, each with a seed.

They stand in for people in front of a camera, so they are inputs, kept apart from the folders of
the roles. Enrolment, each walk-up and the print are different scenes: no frame serves twice.
"""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from faregate.scenes.attacks import attack_walk_up
from faregate.scenes.head import live_walk_up
from faregate.scenes.looks import AttackKind
from faregate.scenes.portraits import Portrait, rider_a, rider_b
from faregate.scenes.walkup import WalkUp
from faregate.video.recording import ClipCodec, write_clip

HARBOUR_LANE: Final = 1
MUSEUM_LANE: Final = 2
FIRST_TRY: Final = 1
_WORKERS: Final = 2
_PHOTO_S: Final = 4.0
"""A photo is held up for longer than a walk-up takes: where depth can't be judged, a gate waits for
another `ApproachPolicy.judge_max_ms` in the zone before it answers."""


class Clip(StrEnum):
    """Every scene of the day before a camera, in the order in which it is played."""

    A_ENROLS = "a-enrols"
    A_ENTERS = "a-enters"
    A_LEAVES = "a-leaves"
    B_UNKNOWN = "b-unknown"
    A_PHOTO = "a-photo"
    A_ENTERS_AGAIN = "a-enters-again"
    A_LEAVES_AGAIN = "a-leaves-again"
    B_ENROLS = "b-enrols"
    A_STOPPED = "a-stopped"
    B_ENTERS = "b-enters"
    B_LEAVES = "b-leaves"
    B_PASSES_BY = "b-passes-by"
    A_ENTERS_OFFLINE = "a-enters-offline"
    A_LEAVES_OFFLINE = "a-leaves-offline"

    @property
    def is_recorded(self) -> bool:
        """Whether it is rendered beforehand; at the kiosk nobody knows what will be asked."""
        return _SCENES[self].show is not _Show.KIOSK

    @property
    def shows_a(self) -> bool:
        """Whether rider A is in it, alive or in print: a live camera can take its place."""
        return self.value.startswith("a-")


class _Show(StrEnum):
    KIOSK = "kiosk"
    LIVE = "live"
    PRINT = "print"


@dataclass(frozen=True, slots=True)
class _Scene:
    portrait: Callable[[], Portrait]
    show: _Show
    lane: int = HARBOUR_LANE


_SCENES: Final = {
    Clip.A_ENROLS: _Scene(rider_a, _Show.KIOSK),
    Clip.A_ENTERS: _Scene(rider_a, _Show.LIVE),
    Clip.A_LEAVES: _Scene(rider_a, _Show.LIVE, MUSEUM_LANE),
    Clip.B_UNKNOWN: _Scene(rider_b, _Show.LIVE),
    Clip.A_PHOTO: _Scene(rider_a, _Show.PRINT),
    Clip.A_ENTERS_AGAIN: _Scene(rider_a, _Show.LIVE),
    Clip.A_LEAVES_AGAIN: _Scene(rider_a, _Show.LIVE, MUSEUM_LANE),
    Clip.B_ENROLS: _Scene(rider_b, _Show.KIOSK),
    Clip.A_STOPPED: _Scene(rider_a, _Show.LIVE),
    Clip.B_ENTERS: _Scene(rider_b, _Show.LIVE),
    Clip.B_LEAVES: _Scene(rider_b, _Show.LIVE, MUSEUM_LANE),
    Clip.B_PASSES_BY: _Scene(rider_b, _Show.LIVE),
    Clip.A_ENTERS_OFFLINE: _Scene(rider_a, _Show.LIVE),
    Clip.A_LEAVES_OFFLINE: _Scene(rider_a, _Show.LIVE, MUSEUM_LANE),
}


@dataclass(frozen=True, slots=True)
class Recordings:
    """The recordings of one day in one folder. The same seed gives the same pixels."""

    folder: Path
    seed: int

    def render(self, wanted: Collection[Clip]) -> Iterator[Clip]:
        """Render the first tries of these scenes; gives each as it is done.

        Raises `MachineError` for a missing `demo` extra or a folder that cannot be written.
        """
        # Threads help: rendering and encoding spend their time outside the interpreter's lock.
        with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
            running = [pool.submit(self._render, clip, FIRST_TRY) for clip in wanted]
            try:
                for done in as_completed(running):
                    yield done.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def path(self, clip: Clip, attempt: int) -> Path:
        """Give where a recording lies, rendered now if it was not yet."""
        path = self._path(clip, attempt)
        if not path.exists():
            self._render(clip, attempt)
        return path

    def at_kiosk(self, clip: Clip, attempt: int) -> tuple[Portrait, int]:
        """Give who stands at the kiosk in a scene, and the seed of the session."""
        return _SCENES[clip].portrait(), self._drawn(clip, attempt)

    def _drawn(self, clip: Clip, attempt: int) -> int:
        draw = np.random.SeedSequence((self.seed, list(Clip).index(clip), attempt))
        return int(draw.generate_state(1)[0])

    def _path(self, clip: Clip, attempt: int) -> Path:
        return self.folder / f"{clip.value}-{attempt}.mkv"

    def _render(self, clip: Clip, attempt: int) -> Clip:
        frames, fps = _frames(_SCENES[clip], self._drawn(clip, attempt))
        # As a camera sends them: compressed.
        write_clip(self._path(clip, attempt), frames, fps, codec=ClipCodec.MJPEG)
        return clip


def _frames(scene: _Scene, seed: int) -> tuple[Iterator[NDArray[np.uint8]], int]:
    walk = WalkUp(seed=seed, lane=scene.lane)
    match scene.show:
        case _Show.KIOSK:
            raise ValueError("what happens at the kiosk is not recorded")
        case _Show.LIVE:
            return live_walk_up(scene.portrait(), walk), walk.fps
        case _Show.PRINT:
            held_up = replace(walk, seconds=_PHOTO_S)
            return attack_walk_up(scene.portrait(), held_up, AttackKind.PRINT), walk.fps
        case _:
            assert_never(scene.show)
