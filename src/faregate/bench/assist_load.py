"""Cameras of help detection under load: decoding and postures of several, in a process per core.

What runs here is what runs at a station, with files for cameras: every picture is decoded, as a
stream must be; those worth a glance are scaled by the decoder's own scaler; some are looked at.
"""

import heapq
import multiprocessing as mp
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.assist.camera_watch import CameraWatch
from faregate.assist.movenet import MultiPose
from faregate.assist.rate_control import RatePolicy
from faregate.assist.settings import AssistSettings
from faregate.assist.zones import CameraZones
from faregate.errors import InvalidInputError
from faregate.ids import CameraId
from faregate.models.pack import verify
from faregate.video.frame import Frame

_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
_CAMERA: Final = CameraId("bench")
_NO_ZONES: Final = CameraZones(camera="bench", place="A bench")
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_MIB: Final = 2**20
_CHUNK: Final = 50
"""Looks between two readings of memory."""

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one process is to do."""

    clips: tuple[Path, ...]
    models_dir: Path
    fps: float
    cameras: int
    seconds: float
    """Of video of each camera, or of the clock in real time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one process did."""

    video_s: float
    """Of all its cameras."""
    wall_s: float
    cpu_s: float
    """Of the processor: what others do on the machine at the time changes it little."""
    looks: int
    rss_mib: float
    late_s: tuple[float, ...]
    """Of each look in real time: from when the picture was due to when its answer was there."""


def rss_mib() -> float:
    """Give the memory of this process that is in RAM."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * _PAGE / _MIB


class _Stopwatch:
    """Begins when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    @property
    def wall_s(self) -> float:
        """Seconds since then."""
        return time.perf_counter() - self._wall

    def done(self, *, video_s: float, looks: int, late_s: Sequence[float] = ()) -> Done:
        """Say what was done since then."""
        return Done(
            video_s=video_s,
            wall_s=self.wall_s,
            cpu_s=time.process_time() - self._cpu,
            looks=looks,
            rss_mib=rss_mib(),
            late_s=tuple(late_s),
        )


class _Decoder:
    """One camera's stream: clips one after the other, decoded on one thread, without end."""

    def __init__(self, clips: Sequence[Path], first: int) -> None:
        self._clips = clips
        self._next = first
        self._begins_s = 0.0
        self.pictures = self._decode()

    def _decode(self) -> Iterator[tuple[float, av.VideoFrame]]:
        while True:
            path = self._clips[self._next % len(self._clips)]
            self._next += 1
            at_s = self._begins_s
            with av.open(str(path)) as container:
                stream = container.streams.video[0]
                stream.codec_context.thread_count = 1
                for picture in container.decode(stream):
                    at_s = self._begins_s + (picture.time or 0.0)
                    yield at_s, picture
            if at_s <= self._begins_s:
                raise InvalidInputError(
                    "bench_clip", f"{path} lasts no time.", remedy="Name another clip."
                )
            self._begins_s = at_s + 1 / 25


def _scaled(picture: av.VideoFrame, side: int) -> NDArray[np.uint8]:
    """Convert to RGB, the longer side `side` px, in one pass of the decoder's scaler."""
    scale = side / max(picture.width, picture.height)
    width, height = round(picture.width * scale), round(picture.height * scale)
    return picture.to_ndarray(width=width, height=height, format="rgb24").astype(
        np.uint8, copy=False
    )


class _Camera:
    """A stream and its watch."""

    def __init__(self, load: Load, pose: MultiPose, first: int) -> None:
        settings = AssistSettings(rate=RatePolicy(fps_min=load.fps, fps_max=load.fps))
        self._side = settings.pose.side
        self._pictures = _Decoder(load.clips, first).pictures
        self.watch = CameraWatch(pose, _NO_ZONES, settings)
        self.at_s = 0.0

    def step(self) -> bool:
        """Decode one picture, and look at it if it is due; say whether it was."""
        self.at_s, picture = next(self._pictures)
        at = _EPOCH + timedelta(seconds=self.at_s)
        if not self.watch.may_be_due(at):
            return False
        looks = self.watch.looks
        self.watch.see(
            Frame(
                camera=_CAMERA,
                captured_at=at,
                received_ns=0,
                pixels=_scaled(picture, self._side),
            )
        )
        return self.watch.looks > looks


def _cameras(load: Load) -> list[_Camera]:
    cv2.setNumThreads(1)
    pose = MultiPose(verify("pose", load.models_dir), threads=1)
    return [_Camera(load, pose, first) for first in range(load.cameras)]


def as_fast_as_possible(load: Load) -> Done:
    """Play so many seconds of each camera, without waiting."""
    cameras = _cameras(load)
    for camera in cameras:
        camera.step()
    stopwatch = _Stopwatch()
    for camera in cameras:
        while camera.at_s < load.seconds:
            camera.step()
    return stopwatch.done(
        video_s=sum(camera.at_s for camera in cameras),
        looks=sum(camera.watch.looks for camera in cameras),
    )


def in_real_time(load: Load) -> Done:
    """Play all cameras by the clock for so many seconds, and note how late each look is."""
    cameras = _cameras(load)
    # Staggered, as cameras are that nobody has synchronised.
    starts = [number / load.cameras / load.fps for number in range(load.cameras)]
    due = [(start, number) for number, start in enumerate(starts)]
    heapq.heapify(due)
    late: list[float] = []
    stopwatch = _Stopwatch()
    while due[0][0] < load.seconds:
        due_s, number = heapq.heappop(due)
        time.sleep(max(due_s - stopwatch.wall_s, 0.0))
        camera = cameras[number]
        if camera.step():
            late.append(stopwatch.wall_s - due_s)
        heapq.heappush(due, (starts[number] + camera.at_s, number))
    return stopwatch.done(
        video_s=sum(camera.at_s for camera in cameras),
        looks=sum(camera.watch.looks for camera in cameras),
        late_s=late,
    )


def plain_recipe(load: Load) -> Done:
    """Do as most do: one process, every picture converted whole, postures of every picture."""
    pose = MultiPose(verify("pose", load.models_dir), threads=os.cpu_count() or 1)
    at_s, looks = 0.0, 0
    stopwatch = _Stopwatch()
    for at_s, picture in _Decoder(load.clips, 0).pictures:
        if at_s >= load.seconds:
            break
        pose.look(
            Frame(
                camera=_CAMERA,
                captured_at=_EPOCH,
                received_ns=0,
                pixels=picture.to_ndarray(format="rgb24").astype(np.uint8, copy=False),
            )
        )
        looks += 1
    return stopwatch.done(video_s=at_s, looks=looks)


def memory_over(load: Load, looks: int) -> tuple[tuple[int, float], ...]:
    """Look so many times with one camera; give (looks, MiB) as it goes."""
    [camera] = _cameras(load)
    readings: list[tuple[int, float]] = []
    while camera.watch.looks < looks:
        if camera.step() and camera.watch.looks % _CHUNK == 0:
            readings.append((camera.watch.looks, rss_mib()))
    return tuple(readings)


def each_in_a_process(
    work: Callable[[Load], _Answer], loads: Sequence[Load]
) -> tuple[_Answer, ...]:
    """Do each load in a fresh process of its own, all at once."""
    with ProcessPoolExecutor(len(loads), mp_context=mp.get_context("spawn")) as pool:
        return tuple(pool.map(work, loads))
