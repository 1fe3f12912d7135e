"""Show clips to the product, one approach each, and note what it said. As a lane does, no more.

One clip is one presentation of ISO/IEC 30107-3: the first answer ends it, as at a gate.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from faregate.face.capture import CaptureReason, CaptureRejected, FaceCapture, Sight, Zone
from faregate.face.liveness import LIVENESS_MIN, Cue
from faregate.ids import CameraId
from faregate.video.frame import Frame

LIVE: Final = "live"
"""The kind of a clip of a living person; every other kind is an attack's."""

_CAMERA: Final = CameraId("bench")
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_NS_PER_MS: Final = 1e6


class Outcome(StrEnum):
    """What the product said of a clip."""

    LIVE = "live"
    ATTACK = "attack"
    NO_RESPONSE = "no_response"  # nobody seen, or too few frames to say anything


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipLabel:
    """What is known of a clip beforehand. No name of anybody: `person` is an opaque number."""

    number: int
    kind: str
    person: int


class Clip(Protocol):
    """One recording or rendering of one approach. Picklable: worker processes play it."""

    @property
    def label(self) -> ClipLabel:
        """What it shows."""

    def frames(self) -> Iterator[Frame]:
        """Give its frames, timed by the clip's own times; rendered or decoded as they are asked."""


class Approaching(Protocol):
    """One approach, as a lane sees it."""

    @property
    def ready(self) -> bool:
        """Whether it is time for the answer."""

    def add(self, frame: Frame) -> Sight:
        """Look at one more frame."""

    def capture(self) -> FaceCapture | CaptureRejected:
        """Give what was seen of the person, liveness with it."""

    def wipe(self) -> None:
        """Forget it all."""


class Faces(Protocol):
    """What looks at people; the product's is `FacePipeline`."""

    def approach(self, zone: Zone) -> Approaching:
        """Begin to look at whoever comes next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of one clip. Scores only: nothing of it tells who was seen."""

    label: ClipLabel
    outcome: Outcome
    score: float
    """The fused liveness; 0 without a response."""
    reason: CaptureReason | None
    """Why there was no response."""
    cues: tuple[Cue, ...]
    seconds: float
    """From the first frame to the answer, by the clip's own times."""
    cpu_ms: tuple[tuple[Sight, float], ...] = field(default=(), repr=False)
    """Of each frame: what became of it, and what it cost this thread."""


def run_clip(faces: Faces, clip: Clip, zone: Zone) -> Trial:
    """Play one clip to the product. Frames after its answer are not asked for.

    Raises what the clip raises (`InvalidInputError` for a file that is no video).
    """
    approach = faces.approach(zone)
    began_at: datetime | None = None
    seconds = 0.0
    costs: list[tuple[Sight, float]] = []
    try:
        for frame in clip.frames():
            began_at = began_at or frame.captured_at
            seconds = (frame.captured_at - began_at).total_seconds()
            begins = time.thread_time_ns()
            sight = approach.add(frame)
            costs.append((sight, (time.thread_time_ns() - begins) / _NS_PER_MS))
            if approach.ready:
                break
        return _judged(clip.label, approach.capture(), seconds=seconds, costs=costs)
    finally:
        approach.wipe()


def _judged(
    label: ClipLabel,
    capture: FaceCapture | CaptureRejected,
    *,
    seconds: float,
    costs: list[tuple[Sight, float]],
) -> Trial:
    if isinstance(capture, CaptureRejected):
        return Trial(
            label=label,
            outcome=Outcome.NO_RESPONSE,
            score=0.0,
            reason=capture.reason,
            cues=(),
            seconds=seconds,
            cpu_ms=tuple(costs),
        )
    capture.wipe()
    liveness = capture.liveness
    return Trial(
        label=label,
        outcome=Outcome.LIVE if liveness.score >= LIVENESS_MIN else Outcome.ATTACK,
        score=liveness.score,
        reason=None,
        cues=liveness.cues,
        seconds=seconds,
        cpu_ms=tuple(costs),
    )


def timed(pictures: Iterator[NDArray[np.uint8]], *, fps: int) -> Iterator[Frame]:
    """Give (H, W, 3) uint8 RGB pictures as frames of a camera with this rate."""
    for number, pixels in enumerate(pictures):
        at = timedelta(seconds=number / fps)
        yield Frame(
            camera=_CAMERA,
            captured_at=_START + at,
            received_ns=round(at.total_seconds() * 1e9),
            pixels=pixels,
        )
