"""One lane: a camera, a turnstile, and one person at a time.

nobody's window is live   the camera stays closed; the card opens
somebody's window is live camera on, frames -> approach -> 50 ms tick -> answer
Open                      the passage is on the disk, then the turnstile moves
AskForCard                the lane asks for a card; an exit lets everyone out all the same
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol, assert_never

from faregate.face.capture import CaptureRejected, FaceCapture, Sight, Zone
from faregate.face.detect import DetectedFace
from faregate.gate.actuator import Actuator, ActuatorEvent, Direction
from faregate.gate.decision import AskForCard, CardReason
from faregate.gate.events import (
    CameraClosed,
    CameraOpened,
    CardAsked,
    FreePassage,
    LetOut,
    Moved,
    OnLaneEvent,
    Opened,
)
from faregate.gate.line import Authorised, GateLine
from faregate.ids import LaneId
from faregate.video.frame import Frame
from faregate.video.source import FrameSource

TICK_NS: Final = 50_000_000
"""Message 7: whatever the answer and its reason, it leaves on a tick of 50 ms."""

_NS_PER_MS: Final = 1e6
WaitUntil = Callable[[int], None]


class Approaching(Protocol):
    """One person walking up: the part of `face.approach.Approach` that a lane uses."""

    @property
    def began_ns(self) -> int | None:
        """`received_ns` of the first face frame in the zone; None before there is one."""

    @property
    def ready(self) -> bool:
        """Whether it is time for `capture`."""

    def add(self, frame: Frame) -> Sight:
        """Look at one more frame and say what became of it."""

    def capture(self) -> FaceCapture | CaptureRejected:
        """Give the fused template, or why there is none."""

    def wipe(self) -> None:
        """Overwrite all embeddings and crops in place."""


class Faces(Protocol):
    """The part of `face.pipeline.FacePipeline` that a lane uses."""

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the faces of a frame. Finding a face is not knowing whose it is."""

    def approach(self, zone: Zone) -> Approaching:
        """Begin to look at whoever comes next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSettings:
    """One lane, from `[[gate.lane]]`."""

    lane: LaneId
    direction: Direction
    zone: Zone = field(default_factory=Zone)

    open_for: timedelta = timedelta(seconds=5)
    """How long the turnstile waits for the person to pass."""


class Ending(StrEnum):
    """How one walk-up ended."""

    PASSED = "passed"
    TIMED_OUT = "timed_out"
    ALARM = "alarm"
    CARD_ASKED = "card_asked"
    LET_OUT = "let_out"  # an exit, for somebody who was not recognised
    FREE_PASSAGE = "free_passage"
    NOBODY_CAME = "nobody_came"


def wait_until(monotonic_ns: int) -> None:
    """Sleep until the monotonic clock shows an instant; a past one is no wait."""
    time.sleep(max(monotonic_ns - time.monotonic_ns(), 0) / 1e9)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A turnstile that was told to move for a passage that is on the disk."""

    authorised: Authorised
    moves: Iterator[ActuatorEvent]


@dataclass(frozen=True, slots=True)
class _Unrecorded:
    """An exit that was told to move for somebody whom nothing is known of."""

    moves: Iterator[ActuatorEvent]


_Served = _Recorded | _Unrecorded | Ending


class Lane:
    """One lane of a line. Used by one thread; borrows all that it is given."""

    def __init__(
        self,
        line: GateLine,
        settings: LaneSettings,
        *,
        camera: FrameSource,
        faces: Faces,
        actuator: Actuator,
        on_event: OnLaneEvent,
        wait: WaitUntil = wait_until,
    ) -> None:
        self._line = line
        self._settings = settings
        self._camera = camera
        self._faces = faces
        self._actuator = actuator
        self._on_event = on_event
        self._wait = wait

    def walk_up(self) -> Ending:
        """Serve one person, with the camera on for no longer than that.

        Raises what the camera or the recogniser raises (`MachineError`, `InvalidInputError`); an
        exit opens even then.
        """
        if self._actuator.free_passage:
            self._on_event(FreePassage(lane=self._settings.lane, at=self._line.clock.now()))
            return Ending.FREE_PASSAGE
        if not self._line.camera_may_open():
            return self._finish(self._without_face(CardReason.NOBODY_UNLOCKED))
        served: _Served = Ending.NOBODY_CAME
        try:
            with self._camera_on() as frames:
                served = self._serve(frames)
        finally:
            # No exit depends on a face, nor on a camera that works, nor on code that does.
            if served is Ending.NOBODY_CAME and self._settings.direction is Direction.EXIT:
                served = self._let_out()
            ending = self._finish(served)
        return ending

    def attend(self) -> Iterator[Ending]:
        """Serve one person after the other from a live camera, while anybody's window is live.

        Another try is a new approach: whoever was answered first leaves the picture. Raises what
        the camera or the recogniser raises; an exit opens even then.
        """
        if not self._may_look():
            return
        with self._camera_on() as frames:
            while self._may_look():
                served = self._serve_or_let_out(frames)
                if served is Ending.NOBODY_CAME:
                    return
                yield self._finish(served)
                self._until_gone(frames)

    def _may_look(self) -> bool:
        return self._line.camera_may_open() and not self._actuator.free_passage

    @contextmanager
    def _camera_on(self) -> Iterator[Iterator[Frame]]:
        lane, camera, now = self._settings.lane, self._camera.camera, self._line.clock.now
        with self._camera:
            self._on_event(CameraOpened(lane=lane, at=now(), camera=camera))
            try:
                yield iter(self._camera)
            finally:
                self._camera.close()
                self._on_event(CameraClosed(lane=lane, at=now(), camera=camera))

    def _serve_or_let_out(self, frames: Iterator[Frame]) -> _Served:
        with ExitStack() as way_out:
            if self._settings.direction is Direction.EXIT:
                way_out.callback(lambda: self._finish(self._let_out()))
            served = self._serve(frames)
            way_out.pop_all()
        return served

    def _serve(self, frames: Iterator[Frame]) -> _Served:
        """Look until there is an answer, and give it. Ends early when the last window does."""
        approach = self._faces.approach(self._settings.zone)
        try:
            received_ns = 0
            for frame in frames:
                if not self._line.camera_may_open():
                    return self._without_face(CardReason.NOBODY_UNLOCKED)
                received_ns = frame.received_ns
                approach.add(frame)
                if approach.ready:
                    break
            if approach.began_ns is None:
                return Ending.NOBODY_CAME
            return self._answer(approach, began_ns=approach.began_ns, completed_ns=received_ns)
        finally:
            approach.wipe()

    def _answer(self, approach: Approaching, *, began_ns: int, completed_ns: int) -> _Served:
        capture = approach.capture()
        try:
            self._wait(_next_tick(began_ns, self._line.clock.monotonic_ns()))
            answer = (
                AskForCard(CardReason.NO_CLEAR_VIEW)
                if isinstance(capture, CaptureRejected)
                else self._line.answer(
                    capture, lane=self._settings.lane, direction=self._settings.direction
                )
            )
        finally:
            if isinstance(capture, FaceCapture):
                capture.wipe()
        match answer:
            case AskForCard(reason):
                return self._without_face(reason)
            case Authorised():
                return self._open(answer, completed_ns)
            case _:
                assert_never(answer)

    def _open(self, authorised: Authorised, completed_ns: int) -> _Recorded:
        commanded_ns = self._line.clock.monotonic_ns()
        moves = self._command()
        self._on_event(
            Opened(
                lane=self._settings.lane,
                at=self._line.clock.now(),
                direction=self._settings.direction,
                passage_id=authorised.passage_id,
                frame_to_open_ms=(commanded_ns - completed_ns) / _NS_PER_MS,
            )
        )
        return _Recorded(authorised, moves)

    def _without_face(self, reason: CardReason) -> _Served:
        if self._settings.direction is Direction.EXIT:
            return self._let_out()
        self._on_event(
            CardAsked(
                lane=self._settings.lane,
                at=self._line.clock.now(),
                direction=self._settings.direction,
                reason=reason,
            )
        )
        return Ending.CARD_ASKED

    def _let_out(self) -> _Unrecorded:
        moves = self._command()
        self._on_event(LetOut(lane=self._settings.lane, at=self._line.clock.now()))
        return _Unrecorded(moves)

    def _command(self) -> Iterator[ActuatorEvent]:
        return self._actuator.open(self._settings.direction, timeout=self._settings.open_for)

    def _finish(self, served: _Served) -> Ending:
        match served:
            case Ending():
                return served
            case _Unrecorded(moves):
                self._report(moves)
                return Ending.LET_OUT
            case _Recorded(authorised, moves):
                match self._report(moves):
                    case ActuatorEvent.PASSED:
                        self._line.conclude(authorised, "passed")
                        return Ending.PASSED
                    case ActuatorEvent.TIMED_OUT:
                        self._line.conclude(authorised, "timed_out")
                        return Ending.TIMED_OUT
                    case _:
                        # Nobody knows who went through: in doubt the rider does not pay.
                        self._line.conclude(authorised, "timed_out")
                        return Ending.ALARM
            case _:
                assert_never(served)

    def _report(self, moves: Iterator[ActuatorEvent]) -> ActuatorEvent:
        """Tell what the turnstile does, and give how it ended; silence counts as an alarm."""
        last = ActuatorEvent.ALARM
        for event in moves:
            self._on_event(
                Moved(
                    lane=self._settings.lane,
                    at=self._line.clock.now(),
                    direction=self._settings.direction,
                    event=event,
                )
            )
            last = event
        return last

    def _until_gone(self, frames: Iterator[Frame]) -> None:
        for frame in frames:
            if not self._may_look() or not self._faces.detect(frame):
                return


def _next_tick(began_ns: int, now_ns: int) -> int:
    ticks = -((began_ns - now_ns) // TICK_NS)
    return began_ns + ticks * TICK_NS
