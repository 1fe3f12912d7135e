"""How long the stages take, on one thread, and what they hold in memory."""

import os
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.bench.face_ways import Way, frame_of, middle_face
from faregate.bench.pictures import PictureDefect, read_picture
from faregate.face.approach import Models

FRAME: Final = (480, 640)
"""Rows and columns of a camera's frame, as the demo's lane has them."""

_WARM_UP: Final = 5
_NS_PER_MS: Final = 1e6

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """Milliseconds a picture: the median, and what 95 % stay within. No number: never ran.

    `cpu_p50` is the median of the time that the processor worked on it: on a busy machine the
    others include waiting for a processor.
    """

    p50: float
    p95: float
    cpu_p50: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """The stages of one frame at a gate, their sum for each frame, and the peer's whole way."""

    pictures: int
    detect: StageTimes
    passive: StageTimes
    embed: StageTimes
    total: StageTimes
    peer: StageTimes


def read_some(pictures: Sequence[Path], *, number: int, seed: int) -> list[NDArray[np.uint8]]:
    """Read a random choice of pictures; broken ones are left out."""
    order = np.random.default_rng(seed).permutation(len(pictures))[:number]
    read = [read_picture(pictures[index]) for index in sorted(order.tolist())]
    return [pixels for pixels in read if not isinstance(pixels, PictureDefect)]


def as_frame(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put a picture into the middle of a black camera frame, as large as fits."""
    rows, columns = FRAME
    height, width = pixels.shape[:2]
    scale = min(rows / height, columns / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    resized = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    frame = np.zeros((rows, columns, 3), np.uint8)
    top, left = (rows - size[1]) // 2, (columns - size[0]) // 2
    frame[top : top + size[1], left : left + size[0]] = resized
    return frame


def time_stages(
    models: Models, peer: Sequence[Way], pictures: Sequence[NDArray[np.uint8]]
) -> Speed:
    """Time each stage on each picture, ours and the peer in turns, after a few to warm up.

    `peer` is at most one.
    """
    stages: dict[str, list[_Spent]] = {
        name: [] for name in ("detect", "passive", "embed", "total", "peer")
    }
    for index, pixels in enumerate([*pictures[:_WARM_UP], *pictures]):
        found = _stages(models, pixels)
        for way in peer:
            _, found["peer"] = _timed(partial(way.look, pixels))
        if index >= min(_WARM_UP, len(pictures)):
            for name, spent in found.items():
                stages[name].append(spent)
    return Speed(pictures=len(pictures), **{name: _times(spent) for name, spent in stages.items()})


class _Spent(NamedTuple):
    wall_ms: float
    cpu_ms: float


def _stages(models: Models, pixels: NDArray[np.uint8]) -> dict[str, _Spent]:
    frame = frame_of(pixels)
    height, width = pixels.shape[:2]
    faces, detect = _timed(lambda: models.detector.detect(frame))
    spent = {"detect": detect}
    if faces:
        face = middle_face(faces, width=width, height=height)
        passive = models.passive
        if passive is not None:
            _, spent["passive"] = _timed(lambda: passive.score(frame, face))
        template, spent["embed"] = _timed(lambda: models.embedder.embed(frame, face))
        template.wipe()
        spent["total"] = _Spent(*map(sum, zip(*spent.values(), strict=True)))
    return spent


def _timed(work: Callable[[], Found]) -> tuple[Found, _Spent]:
    """Do it, on this thread alone."""
    begun, cpu_begun = time.perf_counter_ns(), time.thread_time_ns()
    found = work()
    cpu, wall = time.thread_time_ns() - cpu_begun, time.perf_counter_ns() - begun
    return found, _Spent(wall / _NS_PER_MS, cpu / _NS_PER_MS)


def _times(spent: Sequence[_Spent]) -> StageTimes:
    if not spent:
        return StageTimes(p50=float("nan"), p95=float("nan"), cpu_p50=float("nan"))
    wall, cpu = np.array(spent).T
    p50, p95 = np.quantile(wall, [0.5, 0.95])
    return StageTimes(p50=float(p50), p95=float(p95), cpu_p50=float(np.median(cpu)))


def peak_memory_mib() -> float:
    """Give the most memory that this process ever held (Linux: the high-water mark)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def memory_mib() -> float:
    """Give the memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
