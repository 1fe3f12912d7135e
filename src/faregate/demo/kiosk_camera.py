"""The kiosk's camera in the demo: somebody stands in front of it who does as the kiosk asks.

Nobody knows the prompts beforehand, so this is no recording: each frame is drawn when it is due,
and what was asked by then is in it.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.clock import Clock
from faregate.demo.around import AroundSource
from faregate.face.challenge import Prompt
from faregate.ids import CameraId
from faregate.scenes.kiosk import Move, TimedMove, prompted_session
from faregate.scenes.portraits import Portrait
from faregate.scenes.takes import Take
from faregate.video.frame import Frame
from faregate.video.source import FrameSource, Pace

_SECONDS_MAX: Final = 40.0
_REACTION_S: Final = 0.35
"""People need 0.2 s to react at best, and more to understand."""

_JPEG_QUALITY: Final = 90
_MOVES: Final = {
    # The rider's left is the image's right.
    Prompt.TURN_LEFT: Move.TURN_RIGHT,
    Prompt.TURN_RIGHT: Move.TURN_LEFT,
    Prompt.COME_CLOSER: Move.COME_CLOSER,
}


class KioskCamera(FrameSource, Protocol):
    """A camera in front of which somebody hears the kiosk's prompts."""

    def answer(self, prompt: Prompt) -> None:
        """Let whoever is there hear a prompt."""


Act = Callable[[Sequence[TimedMove]], Take]
"""Sets up whoever hears prompts. The moves are added while it is filmed."""


def rider_of(portrait: Portrait, *, seed: int) -> Act:
    """Set up a rider who does as asked."""
    return partial(prompted_session, portrait, seed=seed, seconds=_SECONDS_MAX)


class PromptedCamera(FrameSource):
    """A kiosk's camera with somebody rendered in front of it."""

    def __init__(self, camera: CameraId, act: Act, *, clock: Clock, pace: Pace) -> None:
        self._camera = camera
        self._act = act
        self._clock = clock
        self._pace = pace
        self._is_open = False
        self._now_s = 0.0
        self._moves: list[TimedMove] = []

    @property
    def camera(self) -> CameraId:
        """The camera that its frames name."""
        return self._camera

    def open(self) -> None:
        """Begin anew."""
        self._is_open, self._now_s = True, 0.0
        self._moves.clear()

    def close(self) -> None:
        """End; nothing is left."""
        self._is_open = False

    def answer(self, prompt: Prompt) -> None:
        """Do what was asked, a moment later."""
        if prompt in _MOVES:
            self._moves.append(TimedMove(_MOVES[prompt], self._now_s + _REACTION_S))

    def __iter__(self) -> Iterator[Frame]:
        """Give the frames, each with what was asked up to the one before."""
        take = self._act(self._moves)
        opened_at, started_ns = self._clock.now(), time.monotonic_ns()
        times_s, frames = map(float, take.walk.times_s()), take.frames()
        while self._is_open:
            self._now_s = next(times_s, _SECONDS_MAX)
            pixels = next(frames, None)
            if pixels is None:
                return
            if self._pace is Pace.REAL_TIME:
                ahead_s = self._now_s - (time.monotonic_ns() - started_ns) / 1e9
                time.sleep(max(ahead_s, 0.0))
            yield Frame(
                camera=self._camera,
                captured_at=opened_at + timedelta(seconds=self._now_s),
                received_ns=self._clock.monotonic_ns(),
                pixels=_sent(pixels),
            )


class Unprompted(AroundSource):
    """A real camera: whoever sits there reads the prompts themselves."""

    def answer(self, prompt: Prompt) -> None:
        """Do nothing: the prompt is on the stage."""


def _sent(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Compress a frame as a camera does, and give what is left of it."""
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    done, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    assert done  # any picture of this shape can be written
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR_RGB)
    assert decoded is not None
    return decoded.astype(np.uint8, copy=False)
