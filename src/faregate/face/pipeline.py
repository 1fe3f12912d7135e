"""From frames to one capture of one person: detect, follow, judge, embed, fuse, wipe."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Final, assert_never

from faregate.errors import InvalidInputError
from faregate.face.aligned import AlignedOnnxEmbedder
from faregate.face.approach import Approach, ApproachPolicy, Models
from faregate.face.capture import (
    CaptureReason,
    CaptureRejected,
    FaceCapture,
    Sight,
    Zone,
)
from faregate.face.challenge import Challenge, ChallengeRun, Moment, OnPrompt
from faregate.face.detect import DetectedFace, Detector
from faregate.face.embed import Embedder
from faregate.face.liveness import LIVENESS_MIN, CueKind, LivenessPolicy, fuse
from faregate.face.minifasnet import MiniFasNets
from faregate.face.quality import QualityPolicy
from faregate.face.yunet import YuNetDetector
from faregate.ids import ModelId
from faregate.models.manifest import (
    AlignedEmbedder,
    DlibPoints,
    DlibResNet,
    MiniFasNet,
    MoveNetMultiPose,
    PackManifest,
    YuNet,
)
from faregate.models.pack import VerifiedPack
from faregate.video.frame import Frame

ENROLMENT_POLICY: Final = ApproachPolicy(
    fused_min=5,
    looks=3,
    spacing_ms=300,
    judge_max_ms=8_000,
    lasts_max_ms=60_000,
    gap_max_ms=2_000,
    bystander_max=0.6,
    pose_apart_deg=8.0,
)
"""A kiosk has time: more frames, further apart, in several poses, and as long as the challenge's
own limits allow."""

_ENROLMENT_FRAMES_MAX: Final = 2_000
"""A minute at 30 frames a second."""


class FacePipeline:
    """The models of one verified pack, opened. Not thread-safe."""

    def __init__(
        self,
        pack: VerifiedPack,
        *,
        threads: int = 1,
        policy: ApproachPolicy | None = None,
        quality_policy: QualityPolicy | None = None,
        liveness_policy: LivenessPolicy | None = None,
    ) -> None:
        self._manifest = pack.manifest
        self._policy = policy or ApproachPolicy()
        self._quality_policy = quality_policy or QualityPolicy()
        self._liveness_policy = liveness_policy or LivenessPolicy()
        self._models = open_models(pack, threads=threads)

    @property
    def manifest(self) -> PackManifest:
        """What the pack is made of, with the thresholds of its card."""
        return self._manifest

    @property
    def model_id(self) -> ModelId:
        """The model that its templates are tied to."""
        return self._models.embedder.model_id

    @property
    def dimension(self) -> int:
        """D: numbers in a template, bytes in its quantized form."""
        return self._models.embedder.dimension

    @property
    def liveness_policy(self) -> LivenessPolicy:
        """How its cues become one verdict."""
        return self._liveness_policy

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the faces of a frame, nearest first. Finding a face is not knowing whose it is."""
        return self._models.detector.detect(frame)

    def approach(self, zone: Zone) -> Approach:
        """Begin to look at whoever comes next."""
        return Approach(
            self._models,
            zone,
            policy=self._policy,
            quality_policy=self._quality_policy,
            liveness_policy=self._liveness_policy,
        )

    def capture(
        self, frames: Iterable[Frame], *, zone: Zone | None = None
    ) -> FaceCapture | CaptureRejected:
        """Make a probe of whoever walks up in these frames, as a lane does; the caller wipes it.

        Reads no further than needed. Liveness is judged and not acted on: that is `decide`'s.
        """
        approach = self.approach(zone or Zone())
        try:
            for frame in frames:
                approach.add(frame)
                if approach.ready:
                    break
            return approach.capture()
        finally:
            approach.wipe()

    def enrol(
        self,
        frames: Iterable[Frame],
        *,
        challenge: Challenge,
        prompt: OnPrompt,
        zone: Zone | None = None,
    ) -> FaceCapture | CaptureRejected:
        """Make a reference from a kiosk's live frames of one person who does as prompted.

        At least 5 frames of several poses that agree with each other, and with the head that made
        the moves; live by the challenge too; nobody else beside. `prompt` is called, between two
        frames, with what the person is to be asked. Reads at most `_ENROLMENT_FRAMES_MAX` frames,
        and stops once it has what it needs or the challenge is failed.
        """
        approach = Approach(
            self._models,
            zone or Zone(),
            policy=ENROLMENT_POLICY,
            quality_policy=self._quality_policy,
            liveness_policy=self._liveness_policy,
        )
        run = ChallengeRun(challenge, prompt)
        try:
            refused = _watch(approach, run, islice(frames, _ENROLMENT_FRAMES_MAX))
            capture = approach.capture() if refused is None else CaptureRejected(refused)
        finally:
            approach.wipe()
        if isinstance(capture, CaptureRejected):
            return capture
        liveness = fuse(
            (*capture.liveness.cues, run.cue()),
            self._liveness_policy.requiring(CueKind.CHALLENGE),
        )
        if run.passed and liveness.score >= LIVENESS_MIN:
            return replace(capture, liveness=liveness)
        capture.wipe()
        return CaptureRejected(CaptureReason.NOT_LIVE if run.passed else CaptureReason.CHALLENGE)


def _watch(approach: Approach, run: ChallengeRun, frames: Iterable[Frame]) -> CaptureReason | None:
    """Look until the challenge is passed and enough frames are fused; None where nothing failed.

    The face that moves is compared with the fused frames at every move's far end and at every rest,
    so that a head can't answer for a picture that is held up in between.
    """
    for frame in frames:
        match approach.add(frame):
            case Sight.SEVERAL_FACES:
                return CaptureReason.SEVERAL_FACES
            case Sight.ANOTHER_FACE:
                return CaptureReason.ANOTHER_FACE
            case _:
                pass
        was_passed = run.passed
        moment = run.add(approach.sighting, at_ns=approach.at_ns)
        if moment is Moment.FAILED:
            return CaptureReason.CHALLENGE
        is_check = moment is not Moment.WAITING and not was_passed
        if is_check and not approach.recognises(frame):
            # Without any frame fused, the capture tells what was wrong with all of them.
            return CaptureReason.ANOTHER_FACE if approach.fused else None
        if run.passed and approach.ready:
            return None
    return None


def open_models(pack: VerifiedPack, *, threads: int) -> Models:
    """Open each file of a pack by its adapter. Raises `InvalidInputError` for an odd mixture."""
    manifest = pack.manifest
    detector: Detector | None = None
    embedder: Embedder | None = None
    passive: list[MiniFasNet] = []
    for file in manifest.files:
        match file:
            case YuNet():
                detector = YuNetDetector(pack, file, threads=threads)
            case AlignedEmbedder():
                embedder = AlignedOnnxEmbedder(
                    pack, file, model_id=manifest.model_id, threads=threads
                )
            case DlibPoints():
                from faregate.face.dlib_pack import DlibDetector  # noqa: PLC0415 - an extra

                detector = DlibDetector(pack, file)
            case DlibResNet():
                from faregate.face.dlib_pack import DlibEmbedder  # noqa: PLC0415 - an extra

                embedder = DlibEmbedder(pack, file, model_id=manifest.model_id)
            case MiniFasNet():
                passive.append(file)
            case MoveNetMultiPose():
                pass  # finds no faces: such a pack is refused below
            case _:
                assert_never(file)
    if detector is None or embedder is None:
        raise InvalidInputError(
            "pack_incomplete",
            f"The pack {manifest.pack} can't find faces and embed them.",
            remedy="Give it a detector and an embedder.",
        )
    return Models(
        detector=detector,
        embedder=embedder,
        passive=MiniFasNets(pack, passive, threads=threads) if passive else None,
        same_person_min=manifest.card.same_person_min,
    )
