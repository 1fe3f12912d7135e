"""Play many clips to the product, in several processes if wanted."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import cv2

from faregate.bench.liveness_trials import Clip, Faces, Trial, run_clip
from faregate.face.capture import Zone
from faregate.face.pipeline import FacePipeline
from faregate.models.pack import verify

OnTrial = Callable[[Trial], None]

_JOBS_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class PackChoice:
    """Which models to measure, and where they lie: what a worker process is told."""

    pack: str
    models_dir: Path

    def open(self) -> FacePipeline:
        """Verify and open them, with one thread."""
        return FacePipeline(verify(self.pack, self.models_dir))


_workers_faces: list[Faces] = []
"""The pipeline of this worker process: opened once, not for each clip."""


def unwatched(_trial: Trial) -> None:
    """Take no note of a trial."""


def run_here(faces: Faces, clips: Sequence[Clip], *, on_trial: OnTrial = unwatched) -> list[Trial]:
    """Play the clips one after the other in this process."""
    trials = []
    for clip in clips:
        trials.append(run_clip(faces, clip, Zone()))
        on_trial(trials[-1])
    return trials


def run_clips(
    choice: PackChoice, clips: Sequence[Clip], *, jobs: int, on_trial: OnTrial = unwatched
) -> list[Trial]:
    """Play the clips, `jobs` at a time, and give the trials in the order of the clips.

    Raises `InvalidInputError` for a clip that can't be played; nothing else is played then.
    """
    if not 1 <= jobs <= _JOBS_MAX:
        raise ValueError(f"jobs must be 1 to {_JOBS_MAX}, got {jobs}")
    if jobs == 1:
        return run_here(choice.open(), clips, on_trial=on_trial)
    found = sorted(_in_processes(choice, clips, jobs, on_trial), key=lambda one: one[0])
    return [trial for _, trial in found]


def _in_processes(
    choice: PackChoice, clips: Sequence[Clip], jobs: int, on_trial: OnTrial
) -> Iterator[tuple[int, Trial]]:
    choice.open()  # an error of the pack is told once and in full, before any process is made
    # Not forked: a runtime's threads do not survive a fork.
    pool = ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_open_here, initargs=(choice,)
    )
    try:
        waiting = {pool.submit(_run_here, clip): number for number, clip in enumerate(clips)}
        for done in as_completed(waiting):
            trial = done.result()
            on_trial(trial)
            yield waiting[done], trial
    finally:
        pool.shutdown(cancel_futures=True)


def _open_here(choice: PackChoice) -> None:
    cv2.setNumThreads(1)
    _workers_faces[:] = [choice.open()]


def _run_here(clip: Clip) -> Trial:
    return run_clip(_workers_faces[0], clip, Zone())
