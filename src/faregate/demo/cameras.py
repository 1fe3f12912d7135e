"""What the demo's cameras see: recordings, or for rider A a person in front of a real camera."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from faregate.clock import Clock
from faregate.demo.around import AroundSource
from faregate.demo.clips import Clip, Recordings
from faregate.demo.kiosk_camera import KioskCamera, PromptedCamera, Unprompted, rider_of
from faregate.ids import CameraId
from faregate.video.frame import Frame
from faregate.video.source import (
    DeviceCamera,
    DeviceInput,
    FileCamera,
    FrameSource,
    OnOpen,
    Pace,
    parse_device,
    unobserved,
)

_PATIENCE_S: Final = 30.0
"""How long a lane waits for a person whom the script announced."""
_TRY_OUT: Final = CameraId("try-out")
INVITATIONS: Final = {
    Clip.A_ENROLS: "Sit in front of the camera, and do what the page asks for.",
    Clip.A_PHOTO: "Hold a photo of your face in front of the camera, and stay out of sight.",
}
_WALK_UP: Final = "Walk up to the camera, as to a gate."

LiveInput = DeviceInput | Path


def parse_live_input(text: str) -> LiveInput:
    """Read what `--camera` names: a video file, a device number, or an rtsp:// address.

    Raises `InvalidInputError` for anything else.
    """
    path = Path(text)
    return path if path.suffix and "://" not in text else parse_device(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cameras:
    """Gives each camera what it plays next."""

    recordings: Recordings
    pace: Pace
    clock: Clock
    live: LiveInput | None
    """Stands in for the recordings of rider A."""
    invite: Callable[[str], None]
    """Asks the person in front of a live camera to do something, and waits until they are ready."""

    def try_out(self) -> None:
        """Open and close the live camera once, to find out early that there is none.

        Raises `MachineError` or `InvalidInputError`.
        """
        if self.live is not None:
            with self._live_source(self.live, _TRY_OUT, unobserved):
                pass

    def needed(self) -> tuple[Clip, ...]:
        """Name the recordings that have to be rendered."""
        return tuple(
            clip for clip in Clip if clip.is_recorded and (self.live is None or not clip.shows_a)
        )

    def source(
        self, camera: CameraId, clip: Clip, attempt: int, on_open: OnOpen = unobserved
    ) -> FrameSource:
        """Give what a camera sees in this scene, at the first or a further try.

        Invites the person first, if the camera is a live one.
        """
        if self.live is not None and clip.shows_a:
            self.invite(INVITATIONS.get(clip, _WALK_UP))
            return _Patient(self._live_source(self.live, camera, on_open))
        return FileCamera(
            camera,
            self.recordings.path(clip, attempt),
            clock=self.clock,
            pace=self.pace,
            on_open=on_open,
        )

    def at_kiosk(self, camera: CameraId, clip: Clip, attempt: int) -> KioskCamera:
        """Give the kiosk's camera in this scene, and whoever answers its prompts."""
        if self.live is not None and clip.shows_a:
            return Unprompted(self.source(camera, clip, attempt))
        portrait, seed = self.recordings.at_kiosk(clip, attempt)
        return PromptedCamera(
            camera, rider_of(portrait, seed=seed), clock=self.clock, pace=self.pace
        )

    def _live_source(self, live: LiveInput, camera: CameraId, on_open: OnOpen) -> FrameSource:
        if isinstance(live, Path):
            return FileCamera(camera, live, clock=self.clock, pace=self.pace, on_open=on_open)
        return DeviceCamera(camera, live, clock=self.clock, on_open=on_open)


class _Patient(AroundSource):
    """A source that ends by itself if nobody comes: business time stands still meanwhile."""

    def __iter__(self) -> Iterator[Frame]:
        until = time.monotonic() + _PATIENCE_S
        for frame in self._source:
            yield frame
            if time.monotonic() > until:
                return
