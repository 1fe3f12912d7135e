"""From frames to one capture of one person: detect, follow, judge, embed, fuse, wipe."""

from collections.abc import Iterable
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
from faregate.face.detect import DetectedFace, Detector
from faregate.face.embed import Embedder
from faregate.face.liveness import LIVENESS_MIN, LivenessPolicy
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
    lasts_max_ms=12_000,
    gap_max_ms=2_000,
    bystander_max=0.6,
)
"""A kiosk has time: more frames, further apart, and longer for the rider to turn a little."""

_ENROLMENT_FRAMES_MAX: Final = 1_000


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
        self, frames: Iterable[Frame], *, zone: Zone | None = None
    ) -> FaceCapture | CaptureRejected:
        """Make a reference from a kiosk's clip of one person who turns or leans a little.

        At least 5 frames, spread over the clip, that agree with each other; live; nobody else
        beside. Reads at most 1,000 frames, and stops once it has what it needs.
        """
        approach = Approach(
            self._models,
            zone or Zone(),
            policy=ENROLMENT_POLICY,
            quality_policy=self._quality_policy,
            liveness_policy=self._liveness_policy,
        )
        try:
            for frame in islice(frames, _ENROLMENT_FRAMES_MAX):
                match approach.add(frame):
                    case Sight.SEVERAL_FACES:
                        return CaptureRejected(CaptureReason.SEVERAL_FACES)
                    case Sight.ANOTHER_FACE:
                        return CaptureRejected(CaptureReason.ANOTHER_FACE)
                    case _:
                        pass
                if approach.ready:
                    break
            capture = approach.capture()
        finally:
            approach.wipe()
        if isinstance(capture, FaceCapture) and capture.liveness.score < LIVENESS_MIN:
            capture.wipe()
            return CaptureRejected(CaptureReason.NOT_LIVE)
        return capture


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
