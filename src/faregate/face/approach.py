"""One person walking up: which frames are used, and when it is known enough."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.face.capture import (
    CaptureReason,
    CaptureRejected,
    FaceCapture,
    Quality,
    Sight,
    Sighting,
    Zone,
)
from faregate.face.detect import DetectedFace, Detector
from faregate.face.embed import Embedder
from faregate.face.evidence import LivenessEvidence
from faregate.face.liveness import LivenessPolicy
from faregate.face.looks import embed_looks
from faregate.face.minifasnet import MiniFasNets
from faregate.face.quality import QualityPolicy, defect, measure_quality
from faregate.face.selection import BestFrames, HeldFrame, Spread
from faregate.face.side_frames import SideFrames
from faregate.face.template import FaceTemplate, fuse
from faregate.video.frame import Frame

_MS: Final = 1_000_000
_EPOCH_NS_PER_S: Final = 1_000_000_000
_FRAME_PIXELS_MAX: Final = 7_680 * 4_320
"""8K. A frame is copied in grey and shrunk for the detector, so memory grows with it."""

_REASONS: Final = {
    Sight.CUT_OFF: CaptureReason.CUT_OFF,
    Sight.TURNED_AWAY: CaptureReason.TURNED_AWAY,
    Sight.TOO_DARK: CaptureReason.TOO_DARK,
    Sight.TOO_BRIGHT: CaptureReason.TOO_BRIGHT,
    Sight.BLURRED: CaptureReason.BLURRED,
    Sight.COVERED: CaptureReason.COVERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproachPolicy:
    """Which frames of one approach are used. Times are between `captured_at` of its frames."""

    fused_min: int = 3
    """With 3 enrolled pictures and 16 riders, FNIR falls from 8.2 % with one probe frame to 0.9 %
    with three (`permissive-small` at its thresholds, report people of docs/cards/face.md)."""

    looks: int = 1
    """Readings of each fused frame's points, see `embed_looks`: each costs an embedding, and a
    gate has no time for them."""

    spacing_ms: int = 200
    """Between fused frames, see `Spread`."""

    judge_max_ms: int = 1_500
    """In the zone for longer, the last frame is fused even though depth could not be judged."""

    lasts_max_ms: int = 4_000
    """After this the approach is ready with whatever it has."""

    gap_max_ms: int = 700
    """Without a face for longer, the next face counts as another person's."""

    bystander_max: float = 1.0
    """Another face in the picture may be this large, as a share of the nearest (inter-eye)."""

    jump_max: float = 0.6
    """Inter-eye distances that a face may move at once, before walking speed is added."""

    speed_max: float = 8.0
    """Inter-eye distances a second (0.063 m each): half a metre a second across the picture."""

    pose_apart_deg: float = 0.0
    """Frames nearer than this in yaw and pitch count as one pose, and further ones are preferred;
    0 where the pose is no matter. At a gate everybody faces the way they go."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Models:
    """What an approach works with. Lent, not owned."""

    detector: Detector
    embedder: Embedder
    passive: MiniFasNets | None
    same_person_min: float


@dataclass(frozen=True, slots=True)
class _Seen:
    face: DetectedFace
    at_ns: int


class Approach:
    """One person walking up to one gate. Not thread-safe; used by one lane.

    The caller ends it with `wipe`, before that perhaps with `capture`. Outside the zone a face's
    points are followed for liveness, so that depth is known by the time it is near; nobody is
    embedded there. The motion itself drops its evidence when the face it follows is exchanged, and
    so does the approach when a face jumps or an embedding does not fit the ones before.

    Of the frames in the zone the best by quality are fused, not the first. All but the last one
    needed are embedded as soon as there is room, and replaced by better ones while liveness is
    still judged; the last one is the first good frame after that. So waiting for a better frame
    never delays an answer.
    """

    def __init__(
        self,
        models: Models,
        zone: Zone,
        *,
        policy: ApproachPolicy,
        quality_policy: QualityPolicy,
        liveness_policy: LivenessPolicy,
    ) -> None:
        self._models = models
        self._zone = zone
        self._policy = policy
        self._quality_policy = quality_policy
        self._now_ns = 0
        self._has_looked = False
        self._eyes_px = 0.0
        self._quality: Quality | None = None
        self._sighting = Sighting(sight=Sight.NOBODY)
        self._embedded = False
        self._frames = BestFrames(
            policy.fused_min,
            Spread(spacing_ns=policy.spacing_ms * _MS, pose_apart_deg=policy.pose_apart_deg),
        )
        self._evidence = LivenessEvidence(
            models.passive, liveness_policy, same_person_min=models.same_person_min
        )
        self._start_anew()

    def _start_anew(self) -> None:
        self._frames.wipe()
        self._evidence.wipe()
        self._defects: Counter[Sight] = Counter()
        self._began_ns: int | None = None
        self._began_at_ns = 0
        self._last: _Seen | None = None

    @property
    def began_ns(self) -> int | None:
        """`received_ns` of the first face frame in the zone; None before there is one.

        The gate's 50 ms ticks count from here. A change of person sets it anew.
        """
        return self._began_ns

    @property
    def fused_ns(self) -> tuple[int, ...]:
        """`received_ns` of each fused frame, oldest first."""
        return tuple(frame.received_ns for frame in self._frames.held)

    @property
    def fused(self) -> int:
        """How many frames are fused."""
        return len(self._frames)

    @property
    def at_ns(self) -> int:
        """When the last frame was taken: its `captured_at`, in nanoseconds."""
        return self._now_ns

    @property
    def sighting(self) -> Sighting:
        """What the last frame showed."""
        return self._sighting

    @property
    def ready(self) -> bool:
        """Whether it is time for `capture`: enough frames fused, the person gone, or time up.

        The last frame needed is fused only once the change of view suffices to judge liveness, or
        `judge_max_ms` passed, and it is the first good one then; so "the first tick with 3 fused
        frames answers" (message 7) holds, and choosing among the others costs no time.
        """
        if self._last is None:
            return False
        gone = self._now_ns - self._last.at_ns > self._policy.gap_max_ms * _MS
        return (
            self.fused >= self._policy.fused_min or gone or self._lasted(self._policy.lasts_max_ms)
        )

    def add(self, frame: Frame, side: SideFrames | None = None) -> Sight:
        """Look at one more frame and say what became of it. The frame is not kept.

        `side` is what depth and infrared cameras saw at its instant, where the lane has any.
        """
        self._eyes_px, self._quality = 0.0, None
        sight = self._look(frame, side)
        self._sighting = Sighting(
            sight=sight,
            inter_eye_px=self._eyes_px,
            inter_eye_share=self._eyes_px / frame.pixels.shape[1],
            quality=self._quality,
        )
        return sight

    def _look(self, frame: Frame, side: SideFrames | None) -> Sight:
        self._now_ns = _nanoseconds(frame)
        height, width = frame.pixels.shape[:2]
        if height * width > _FRAME_PIXELS_MAX or min(height, width) < self._zone.inter_eye_min_px:
            return Sight.UNUSABLE_FRAME
        self._has_looked = True
        faces = self._models.detector.detect(frame)
        if not faces:
            return Sight.NOBODY
        inside = [face for face in faces if self._in_zone(face, width, height)]
        face = (inside or faces)[0]
        self._eyes_px = face.inter_eye_px()
        largest_allowed = self._policy.bystander_max * face.inter_eye_px()
        if any(other.inter_eye_px() > largest_allowed for other in inside[1:]):
            return Sight.SEVERAL_FACES
        changed = self._last is not None and not self._continues(self._last, face)
        had_begun = self._began_ns is not None
        if changed:
            self._start_anew()
        self._last = _Seen(face, self._now_ns)
        grey = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)
        try:
            self._evidence.follow(frame, grey, face, at_ns=self._now_ns, side=side)
            sight = self._use(frame, grey, face) if inside else Sight.OUTSIDE_ZONE
        finally:
            grey[:] = 0
        return Sight.ANOTHER_FACE if changed and had_begun else sight

    def recognises(self, frame: Frame) -> bool:
        """Whether the face in the last frame that was added is that of every fused frame.

        False where none is fused yet. `frame` is that last frame: no picture is kept.
        """
        if self._last is None or self._quality is None or not self.fused:
            return False
        template = self._embed(frame, self._last.face)
        same = self._is_same(template)
        template.wipe()
        return same

    def capture(self) -> FaceCapture | CaptureRejected:
        """Give the fused template, or why there is none. Wipes what it was made of.

        `wipe` is still to be called, after the answer: it also clears the model's own memory.
        """
        if self._last is None or self._began_ns is None:
            reason = self._why_nobody()
            self._start_anew()
            return CaptureRejected(reason)
        if self.fused < self._policy.fused_min:
            reason = self._why_too_few()
            self._start_anew()
            return CaptureRejected(reason)
        held = self._frames.held
        capture = FaceCapture(
            template=fuse([frame.template for frame in held]),
            quality=min((frame.quality for frame in held), key=lambda quality: quality.score),
            liveness=self._evidence.measure(),
            box=self._last.face.box,
        )
        self._start_anew()
        return capture

    def wipe(self) -> None:
        """Overwrite all embeddings and crops in place. Calling it again does nothing."""
        self._start_anew()
        if self._embedded:
            self._models.embedder.forget()
            self._embedded = False

    def _use(self, frame: Frame, grey: NDArray[np.uint8], face: DetectedFace) -> Sight:
        """Measure a face in the zone, and embed it if it is its turn."""
        if self._began_ns is None:
            self._began_ns = frame.received_ns
            self._began_at_ns = self._now_ns
        height, width = frame.pixels.shape[:2]
        quality = self._quality = measure_quality(grey, face)
        bad = defect(quality, face, width=width, height=height, policy=self._quality_policy)
        if bad is not None:
            self._defects[bad] += 1
            return bad
        is_one_more = self._is_one_more_wanted()
        if not is_one_more and not self._frames.improves(quality, self._now_ns):
            return Sight.FOLLOWED
        template = self._embed(frame, face)
        if not self._is_same(template):
            template.wipe()
            self._start_anew()
            return Sight.ANOTHER_FACE
        held = HeldFrame(
            template=template,
            quality=quality,
            at_ns=self._now_ns,
            received_ns=frame.received_ns,
        )
        if is_one_more:
            self._frames.add(held)
        else:
            self._frames.exchange(held)
        self._evidence.look(frame, face, template)
        return Sight.FUSED

    def _embed(self, frame: Frame, face: DetectedFace) -> FaceTemplate:
        self._embedded = True
        return embed_looks(
            self._models.detector, self._models.embedder, frame, face, looks=self._policy.looks
        )

    def _is_same(self, template: FaceTemplate) -> bool:
        """Whether it is like each of the fused ones, if there are any."""
        return all(
            template.similarity(held.template) >= self._models.same_person_min
            for held in self._frames.held
        )

    def _is_one_more_wanted(self) -> bool:
        """Whether a good frame may be added now; the last one that is needed waits for liveness."""
        return self._frames.has_room(self._now_ns) and (
            self.fused < self._policy.fused_min - 1
            or self._lasted(self._policy.judge_max_ms)
            or self._evidence.judged
        )

    def _why_nobody(self) -> CaptureReason:
        if not self._has_looked:
            return CaptureReason.UNUSABLE_FRAMES if self._now_ns else CaptureReason.NOBODY
        return CaptureReason.NOBODY if self._last is None else CaptureReason.TOO_FAR

    def _why_too_few(self) -> CaptureReason:
        """Name the defect that most frames had, if any had one: it can be mended."""
        if not self._defects:
            return CaptureReason.TOO_FEW_FRAMES
        [(sight, _)] = self._defects.most_common(1)
        return _REASONS.get(sight, CaptureReason.TOO_FEW_FRAMES)

    def _lasted(self, limit_ms: int) -> bool:
        return self._began_ns is not None and (self._now_ns - self._began_at_ns >= limit_ms * _MS)

    def _in_zone(self, face: DetectedFace, width: int, height: int) -> bool:
        x, y = face.eyes().mean(axis=0)
        left, top, right, bottom = self._zone.region
        return bool(
            face.inter_eye_px() >= self._zone.inter_eye_min_px
            and left * width <= x <= right * width
            and top * height <= y <= bottom * height
        )

    def _continues(self, last: _Seen, face: DetectedFace) -> bool:
        """Whether a face can be the one of a moment ago: near it, and of like size."""
        elapsed_ns = self._now_ns - last.at_ns
        if elapsed_ns > self._policy.gap_max_ms * _MS:
            return False
        reach = self._policy.jump_max + self._policy.speed_max * elapsed_ns / _EPOCH_NS_PER_S
        before, now = last.face.inter_eye_px(), face.inter_eye_px()
        moved = np.linalg.norm(face.eyes().mean(axis=0) - last.face.eyes().mean(axis=0))
        return bool(moved <= reach * before) and abs(now - before) <= reach * before


def _nanoseconds(frame: Frame) -> int:
    return round(frame.captured_at.timestamp() * 1_000_000) * 1_000
