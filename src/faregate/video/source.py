"""Where frames come from: a video file or a camera, opened and closed on purpose."""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

import av
import av.container
import av.error
import av.video
import numpy as np
from numpy.typing import NDArray

from faregate.clock import Clock
from faregate.errors import InvalidInputError, MachineError
from faregate.ids import CameraId
from faregate.video.frame import Frame

OnOpen = Callable[[CameraId], None]

_PIXELS_MAX: Final = 3840 * 2160
_FILE_SECONDS_MAX: Final = 3600.0
_LATE_S_MAX: Final = 0.1  # in real time, an older frame is skipped, as a live camera would
_OPEN_S_MAX: Final = 10.0
_READ_S_MAX: Final = 5.0
_V4L2_SIZE: Final = "640x480"


class FrameSource(Protocol):
    """One camera. Used by one thread, as a context manager around one loop.

    The constructor touches nothing; `open` alone opens the device or file, and calls the
    observer that was given at construction once each time. A closed source can be opened again.
    Frames come in order of `captured_at`, and may be skipped, never repeated.
    """

    @property
    def camera(self) -> CameraId:
        """The camera that its frames name."""

    def open(self) -> None:
        """Open the device or file. Raises `MachineError` or `InvalidInputError`."""

    def close(self) -> None:
        """Release the device or file. Closing again does nothing."""

    def __enter__(self) -> Self:
        """Open."""
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        """Give frames until the source ends or is closed. Raises `MachineError` if it is lost."""


class Pace(Enum):
    """How fast a file gives its frames."""

    REAL_TIME = auto()  # as its own timestamps say; late frames are skipped
    AS_FAST_AS_POSSIBLE = auto()  # every frame, for tests and benches


def unobserved(_camera: CameraId) -> None:
    """Take no note of an opening."""


class _Camera(FrameSource):
    """What both sources share: one container, opened and closed."""

    def __init__(self, camera: CameraId, clock: Clock, on_open: OnOpen) -> None:
        self._camera = camera
        self._clock = clock
        self._on_open = on_open
        self._container: av.container.InputContainer | None = None

    @property
    def camera(self) -> CameraId:
        """The camera that its frames name."""
        return self._camera

    def open(self) -> None:
        """Open the device or file. Raises `MachineError` or `InvalidInputError`."""
        raise NotImplementedError

    def close(self) -> None:
        """Release the device or file. Closing again does nothing."""
        if self._container is not None:
            self._container.close()
            self._container = None

    def _opened(self) -> av.container.InputContainer:
        if self._container is None:
            raise RuntimeError("the source is not open")
        return self._container


class FileCamera(_Camera):
    """A video file as a camera: `captured_at` is the business time at opening plus the pts."""

    def __init__(
        self,
        camera: CameraId,
        path: Path,
        *,
        clock: Clock,
        pace: Pace,
        on_open: OnOpen = unobserved,
    ) -> None:
        super().__init__(camera, clock, on_open)
        self._path = path
        self._pace = pace

    def open(self) -> None:
        """Open the file. Raises `MachineError` (not there), `InvalidInputError` (no video)."""
        self.close()
        try:
            container = av.open(str(self._path), timeout=(_OPEN_S_MAX, _READ_S_MAX))
        except OSError as error:
            raise MachineError(
                "video_missing",
                f"The video {self._path} can't be opened: {error.strerror}.",
                remedy="Check the path and its permissions.",
            ) from error
        except av.error.FFmpegError as error:
            raise _unreadable(self._path) from error
        if not container.streams.video:
            container.close()
            raise InvalidInputError(
                "video_no_stream",
                f"{self._path} has no video in it.",
                remedy="Give a file with a video stream.",
            )
        _refuse_too_large(container.streams.video[0], str(self._path), container)
        self._container = container
        self._on_open(self._camera)

    def __iter__(self) -> Iterator[Frame]:
        """Give the file's frames. Raises `InvalidInputError` where it can't be decoded."""
        container = self._opened()
        opened_at = self._clock.now()
        started_ns = time.monotonic_ns()
        try:
            for picture in container.decode(video=0):
                seconds = picture.time or 0.0
                if seconds > _FILE_SECONDS_MAX:
                    return
                if self._pace is Pace.REAL_TIME:
                    ahead_s = seconds - (time.monotonic_ns() - started_ns) / 1e9
                    if ahead_s < -_LATE_S_MAX:
                        continue
                    time.sleep(max(ahead_s, 0.0))
                yield Frame(
                    camera=self._camera,
                    captured_at=opened_at + timedelta(seconds=seconds),
                    received_ns=self._clock.monotonic_ns(),
                    pixels=_rgb(picture),
                )
                if self._container is None:
                    return
        except av.error.FFmpegError as error:
            raise _unreadable(self._path) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInput:
    """What to ask the FFmpeg libraries for: address, its format ("" to guess), options."""

    url: str
    container_format: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def parse_device(text: str) -> DeviceInput:
    """Read what a person calls a camera: `0`, `/dev/video0` or an RTSP address.

    >>> parse_device("0").url
    '/dev/video0'

    Raises `InvalidInputError` for anything else.
    """
    number = re.fullmatch(r"(?:/dev/video)?([0-9]{1,3})", text)
    if number is not None:
        return DeviceInput(
            url=f"/dev/video{int(number[1])}",
            container_format="v4l2",
            options={"video_size": _V4L2_SIZE, "framerate": "30"},
        )
    if re.fullmatch(r"rtsps?://\S{1,2000}", text) is not None:
        # TCP: a lost packet must not turn into a face with a stripe through it.
        return DeviceInput(url=text, options={"rtsp_transport": "tcp"})
    raise InvalidInputError(
        "camera_name",
        f"{text!r} is not a camera.",
        remedy="Give a number (0 is /dev/video0), a /dev/video path or an rtsp:// address.",
    )


class DeviceCamera(_Camera):
    """A live camera. A thread of its own reads it, so that a frame is never older than the last.

    A camera that hangs can't hang its reader: after 5 s without a frame it counts as lost.
    """

    def __init__(
        self,
        camera: CameraId,
        device: DeviceInput,
        *,
        clock: Clock,
        on_open: OnOpen = unobserved,
    ) -> None:
        super().__init__(camera, clock, on_open)
        self._device = device
        self._reader: _NewestFrame | None = None

    def open(self) -> None:
        """Open the device. Raises `MachineError` if there is none, or it can't be used."""
        self.close()
        try:
            container = av.open(
                self._device.url,
                format=self._device.container_format or None,
                options=dict(self._device.options),
                timeout=(_OPEN_S_MAX, _READ_S_MAX),
            )
        except (OSError, av.error.FFmpegError) as error:
            raise MachineError(
                "camera_missing",
                f"The camera {self._device.url} can't be opened: {error}.",
                remedy="Check that it is plugged in and free, or name another one.",
            ) from error
        if not container.streams.video:
            container.close()
            raise self._lost("gives no video")
        _refuse_too_large(container.streams.video[0], self._device.url, container)
        self._container = container
        self._reader = _NewestFrame(container)
        self._on_open(self._camera)

    def close(self) -> None:
        """Stop the reader and release the device."""
        if self._reader is not None:
            self._reader.stop()
            self._reader = None
        super().close()

    def __iter__(self) -> Iterator[Frame]:
        """Give the newest frame each time. Raises `MachineError` when the camera is lost."""
        self._opened()
        opened_at = self._clock.now()
        opened_ns = self._clock.monotonic_ns()
        while self._reader is not None:
            picture = self._reader.take(_READ_S_MAX)
            if picture is None:
                raise self._lost("gives no more frames")
            now_ns = self._clock.monotonic_ns()
            yield Frame(
                camera=self._camera,
                captured_at=_later(opened_at, now_ns - opened_ns),
                received_ns=now_ns,
                pixels=_rgb(picture),
            )

    def _lost(self, what: str) -> MachineError:
        return MachineError(
            "camera_lost",
            f"The camera {self._device.url} {what}.",
            remedy="Check its cable and that no other program uses it.",
        )


class _NewestFrame:
    """A thread that decodes, and a place for one frame: the newest replaces the one before."""

    def __init__(self, container: av.container.InputContainer) -> None:
        self._changed = threading.Condition()
        self._newest: av.video.VideoFrame | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._read, args=(container,), daemon=True)
        self._thread.start()

    def take(self, timeout_s: float) -> av.video.VideoFrame | None:
        """Give the newest frame not yet taken; None when the camera ended or is silent."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None or self._ended, timeout_s)
            newest, self._newest = self._newest, None
            return newest

    def stop(self) -> None:
        """End the thread before the container is closed under it."""
        with self._changed:
            self._ended = True
        self._thread.join(timeout=_READ_S_MAX)

    def _read(self, container: av.container.InputContainer) -> None:
        # Whatever the driver reports, the reader sees the same: no more frames.
        with suppress(OSError, av.error.FFmpegError):
            for picture in container.decode(video=0):
                with self._changed:
                    if self._ended:
                        return
                    self._newest = picture
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


def _rgb(picture: av.video.VideoFrame) -> NDArray[np.uint8]:
    return picture.to_ndarray(format="rgb24").astype(np.uint8, copy=False)


def _later(instant: datetime, elapsed_ns: int) -> datetime:
    return instant + timedelta(microseconds=elapsed_ns // 1000)


def _unreadable(path: Path) -> InvalidInputError:
    return InvalidInputError(
        "video_unreadable",
        f"{path} is not a video that can be read.",
        remedy="Give a whole video file in a common format.",
    )


def _refuse_too_large(
    stream: av.video.VideoStream, name: str, container: av.container.InputContainer
) -> None:
    if stream.width * stream.height > _PIXELS_MAX:
        container.close()
        raise InvalidInputError(
            "video_too_large",
            f"{name} has {stream.width} x {stream.height} pixels.",
            remedy="Use at most 3840 x 2160; 640 x 480 is enough.",
        )
