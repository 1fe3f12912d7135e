"""Clips as a camera of the watch: played, prolonged, put side by side. Nothing is kept of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.assist.camera_watch import CameraWatch
from faregate.assist.events import HelpNeeded, NeedKind
from faregate.clock import ManualClock
from faregate.ids import CameraId
from faregate.video.frame import Frame
from faregate.video.source import FileCamera, Pace

_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
_CAMERA: Final = CameraId("clip")
_STEP_S: Final = 0.1
"""Between pictures of what is put together: twice as often as they are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture of a clip. `real` is false where it only prolongs the clip."""

    at_s: float
    pixels: NDArray[np.uint8] = field(repr=False)
    real: bool = True


@dataclass(frozen=True, slots=True)
class Alarm:
    """Help was called for."""

    at_s: float
    kind: NeedKind
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What the watch made of a clip."""

    down_s: tuple[float, ...]
    """When a picture was looked at and somebody counted as down."""
    alarms: tuple[Alarm, ...]
    observed_s: float
    """Length of the clip itself."""
    played_s: float
    """Length with what prolongs it."""
    looks: int


def pictures_of(path: Path) -> Iterator[Picture]:
    """Give a clip's pictures, from 0 s. Raises `MachineError` and `InvalidInputError`."""
    with FileCamera(
        _CAMERA, path, clock=ManualClock(_EPOCH), pace=Pace.AS_FAST_AS_POSSIBLE
    ) as source:
        begins: datetime | None = None
        for frame in source:
            begins = begins or frame.captured_at
            yield Picture((frame.captured_at - begins).total_seconds(), frame.pixels)


def prolonged(pictures: Iterable[Picture], seconds: float) -> Iterator[Picture]:
    """Let the last second go on, to and fro, for so long; its noise stays that of a camera."""
    last: list[Picture] = []
    for picture in pictures:
        yield picture
        if not last or picture.at_s - last[-1].at_s >= _STEP_S:
            last.append(picture)
        last = [one for one in last if one.at_s > picture.at_s - 1.0]
    if not last:
        return
    to_and_fro = last[::-1] + last[1:-1] if len(last) > 1 else last
    for number in range(round(seconds / _STEP_S)):
        shown = to_and_fro[number % len(to_and_fro)]
        yield Picture(last[-1].at_s + (number + 1) * _STEP_S, shown.pixels, real=False)


def side_by_side(left: Iterable[Picture], right: Iterable[Picture]) -> Iterator[Picture]:
    """Join two clips into one picture, the left one's height, as long as the shorter."""
    rights = iter(right)
    shown = next(rights, None)
    next_s = 0.0
    for one in left:
        if one.at_s < next_s:
            continue
        next_s = one.at_s + _STEP_S
        while shown is not None and shown.at_s < one.at_s:
            shown = next(rights, None)
        if shown is None:
            return
        height = one.pixels.shape[0]
        width = round(shown.pixels.shape[1] * height / shown.pixels.shape[0])
        other = cv2.resize(shown.pixels, (width, height), interpolation=cv2.INTER_AREA)
        both = np.concatenate([one.pixels, other.astype(np.uint8)], axis=1)
        yield Picture(one.at_s, both, real=one.real and shown.real)


def trace(pictures: Iterable[Picture], camera: CameraWatch) -> Trace:
    """Show pictures to a camera's watch, in order, and note what it says."""
    down_s: list[float] = []
    alarms: list[Alarm] = []
    observed_s = played_s = 0.0
    for picture in pictures:
        played_s = picture.at_s
        observed_s = picture.at_s if picture.real else observed_s
        looks = camera.looks
        frame = Frame(
            camera=_CAMERA,
            captured_at=_EPOCH + timedelta(seconds=picture.at_s),
            received_ns=0,
            pixels=picture.pixels,
        )
        alarms += [
            Alarm(picture.at_s, event.kind, event.number)
            for event in camera.see(frame)
            if isinstance(event, HelpNeeded)
        ]
        if camera.looks > looks and any(one.down for one in camera.watch.people):
            down_s.append(picture.at_s)
    return Trace(
        down_s=tuple(down_s),
        alarms=tuple(alarms),
        observed_s=observed_s,
        played_s=played_s,
        looks=camera.looks,
    )
