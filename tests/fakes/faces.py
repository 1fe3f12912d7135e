"""A face pipeline without models: who is in a frame is written into its pixels.

Pixel (0, 0) holds the person (0 is nobody), pixel (0, 1) how live they look, of 255. It has the
same protocol as `face.pipeline.FacePipeline`, and remembers what it did.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import numpy as np

from faregate.clock import Clock
from faregate.errors import MachineError
from faregate.face.capture import (
    CaptureReason,
    CaptureRejected,
    FaceCapture,
    Quality,
    Sight,
    Zone,
)
from faregate.face.detect import DetectedFace
from faregate.face.liveness import LIVENESS_MIN, Cue, CueKind, Liveness
from faregate.face.pose import Pose
from faregate.face.template import FaceTemplate
from faregate.ids import CameraId, ModelId
from faregate.video.frame import Frame

MODEL = ModelId("fake/1")
DIMENSION = 64
NOBODY = 0
LIVE, PRINT = 200, 20
FRAME_STEP = timedelta(milliseconds=200)
_FUSED_MIN = 3


def template_of(person: int) -> FaceTemplate:
    """Give the face of a person; different persons are nearly orthogonal."""
    vector = np.random.default_rng(person).standard_normal(DIMENSION)
    return FaceTemplate(MODEL, (vector / np.linalg.norm(vector)).astype(np.float32))


def quality_of(
    *, score: float = 80.0, inter_eye_px: float = 60.0, yaw_deg: float = 0.0, pitch_deg: float = 0.0
) -> Quality:
    """Give the measures of a good frame."""
    return Quality(
        inter_eye_px=inter_eye_px,
        sharpness=0.2,
        brightness=120.0,
        dynamic_range=7.0,
        overexposed=0.0,
        symmetry=0.5,
        pose=Pose(yaw_deg=yaw_deg, pitch_deg=pitch_deg, roll_deg=0.0, misfit=0.02, narrowness=1.0),
        score=score,
    )


def frame_of(person: int, *, live: int = LIVE, at: datetime, received_ns: int) -> Frame:
    """Take a picture of a person."""
    pixels = np.zeros((2, 2, 3), dtype=np.uint8)
    pixels[0, 0, 0], pixels[0, 1, 0] = person, live
    return Frame(camera=CameraId("fake"), captured_at=at, received_ns=received_ns, pixels=pixels)


@dataclass
class FakeCamera:
    """A camera in front of which persons stand, one entry per frame: (person, liveness)."""

    clock: Clock
    people: list[tuple[int, int]] = field(default_factory=list)
    openings: int = 0
    lost: bool = False
    is_open: bool = False

    @property
    def camera(self) -> CameraId:
        """Its name."""
        return CameraId("fake")

    def show(self, person: int, *, live: int = LIVE, frames: int = 5) -> None:
        """Let a person stand in front of it, and nobody afterwards."""
        self.people = [(person, live)] * frames + [(NOBODY, 0)]

    def open(self) -> None:
        """Count the opening."""
        self.openings += 1
        self.is_open = True

    def close(self) -> None:
        """Close it."""
        self.is_open = False

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
        """Give the frames, a fifth of a second of business time apart."""
        at = self.clock.now()
        for person, live in self.people:
            if self.lost:
                raise MachineError("camera_lost", "Lost.", remedy="Check the cable.")
            if not self.is_open:
                return
            yield frame_of(person, live=live, at=at, received_ns=self.clock.monotonic_ns())
            at += FRAME_STEP


class FakeApproach:
    """One person walking up: three frames are fused, or the person goes away."""

    def __init__(self, faces: "FakeFaces") -> None:
        """Begin with nobody."""
        self._faces = faces
        self._began_ns: int | None = None
        self._fused: list[tuple[int, int]] = []
        self._gone = False

    @property
    def began_ns(self) -> int | None:
        """`received_ns` of the first frame with a face."""
        return self._began_ns

    @property
    def fused_ns(self) -> tuple[int, ...]:
        """`received_ns` of the fused frames; all alike here."""
        return (self._began_ns or 0,) * len(self._fused)

    @property
    def ready(self) -> bool:
        """Whether three frames are fused, or the person is gone."""
        return len(self._fused) >= _FUSED_MIN or self._gone

    def add(self, frame: Frame) -> Sight:
        """Look at one more frame."""
        person, live = int(frame.pixels[0, 0, 0]), int(frame.pixels[0, 1, 0])
        if person == NOBODY:
            self._gone = self._began_ns is not None
            return Sight.NOBODY
        if self._faces.broken:
            raise MachineError("model_broken", "The recogniser is dead.", remedy="Restart it.")
        if self._began_ns is None:
            self._began_ns = frame.received_ns
        self._faces.embedded += 1
        self._fused.append((person, live))
        return Sight.FUSED

    def capture(self) -> FaceCapture | CaptureRejected:
        """Give the fused template, or why there is none."""
        if len(self._fused) < _FUSED_MIN:
            return CaptureRejected(CaptureReason.TOO_FEW_FRAMES)
        return self._faces.capture(*self._fused[-1])

    def wipe(self) -> None:
        """Forget the approach."""
        self._fused.clear()


class FakeFaces:
    """The pipeline. `given` keeps every template that it handed out, to see it wiped."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.embedded = 0
        self.given: list[FaceTemplate] = []
        self.broken = False

    @property
    def model_id(self) -> ModelId:
        """The model that its templates are tied to."""
        return MODEL

    @property
    def dimension(self) -> int:
        """Numbers in a template."""
        return DIMENSION

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Find the face that the pixels name."""
        if int(frame.pixels[0, 0, 0]) == NOBODY:
            return ()
        points = np.array([[1, 1], [2, 1], [1.5, 2], [1, 3], [2, 3]], dtype=np.float32)
        return (DetectedFace((0.0, 0.0, 2.0, 2.0), points, 1.0),)

    def approach(self, zone: Zone) -> FakeApproach:
        """Begin to look at whoever comes next."""
        del zone
        return FakeApproach(self)

    def enrol(self, frames: Iterable[Frame]) -> FaceCapture | CaptureRejected:
        """Make a reference of the last person in the clip."""
        seen = [
            (int(frame.pixels[0, 0, 0]), int(frame.pixels[0, 1, 0]))
            for frame in frames
            if frame.pixels[0, 0, 0] != NOBODY
        ]
        if not seen:
            return CaptureRejected(CaptureReason.NOBODY)
        capture = self.capture(*seen[-1])
        if capture.liveness.score < LIVENESS_MIN:
            capture.wipe()
            return CaptureRejected(CaptureReason.NOT_LIVE)
        return capture

    def capture(self, person: int, live: int) -> FaceCapture:
        """Make a capture of a person."""
        template = template_of(person)
        self.given.append(template)
        score = live / 255
        return FaceCapture(
            template=template,
            quality=quality_of(),
            liveness=Liveness(
                score, (Cue(kind=CueKind.PARALLAX, score=score, judged=True, measure=score),)
            ),
            box=(0.0, 0.0, 2.0, 2.0),
        )

    def all_wiped(self) -> bool:
        """Whether no template that was handed out is still in the clear."""
        return all(not template.vector.any() for template in self.given)
