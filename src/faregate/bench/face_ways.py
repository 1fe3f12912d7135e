"""Ways from a picture to a vector: the product's and the peer's.

Of several faces in a picture, each way takes the one nearest to its middle, as LFW means it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from faregate.bench.samples import Metric
from faregate.errors import MachineError
from faregate.face.approach import ApproachPolicy, Models
from faregate.face.detect import DetectedFace
from faregate.face.looks import embed_looks
from faregate.face.pipeline import ENROLMENT_POLICY, open_models
from faregate.ids import CameraId
from faregate.models.manifest import DlibPoints, DlibResNet
from faregate.models.pack import VerifiedPack, verify
from faregate.video.frame import Frame

_CAMERA: Final = CameraId("bench")
_WHEN: Final = datetime(2026, 1, 1, tzinfo=UTC)
PEER_DISTANCE_MAX: Final = 0.6
"""What the recipe takes as one person."""

_PEER_UPSAMPLE: Final = 1  # as the recipe does


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What a way found in one picture: how many faces, and vectors (D,) of the middle one.

    `probe` is as a gate embeds a frame, `reference` as a kiosk does. Empty without a face.
    """

    faces: int
    probe: NDArray[np.float32] = field(repr=False)
    reference: NDArray[np.float32] = field(repr=False)


_EMPTY: Final = np.zeros(0, np.float32)
_NOTHING: Final = Look(faces=0, probe=_EMPTY, reference=_EMPTY)


class Way(Protocol):
    """One way, opened. Not thread-safe. It keeps nothing of a picture."""

    metric: Metric

    def look(self, pixels: NDArray[np.uint8]) -> Look:
        """Find the middle face of (H, W, 3) uint8 RGB, and embed it."""


OpenWay = Callable[[], Way]


def frame_of(pixels: NDArray[np.uint8]) -> Frame:
    """Make a frame of a still; its pixels become read-only."""
    return Frame(camera=_CAMERA, captured_at=_WHEN, received_ns=0, pixels=pixels)


def middle_face(faces: Sequence[DetectedFace], *, width: int, height: int) -> DetectedFace:
    """Give the face whose middle between the eyes is nearest to the picture's middle."""
    middle = np.array([width / 2, height / 2], np.float32)
    return min(faces, key=lambda face: float(np.linalg.norm(face.eyes().mean(axis=0) - middle)))


class ProductWay:
    """Detector and embedder of a pack, as the gate and the kiosk use them."""

    metric = Metric.COSINE

    def __init__(self, models: Models) -> None:
        self._models = models

    def look(self, pixels: NDArray[np.uint8]) -> Look:
        """Find the middle face, and embed it."""
        frame = frame_of(pixels)
        faces = self._models.detector.detect(frame)
        if not faces:
            return _NOTHING
        height, width = pixels.shape[:2]
        face = middle_face(faces, width=width, height=height)
        detector, embedder = self._models.detector, self._models.embedder
        probe, reference = (
            embed_looks(detector, embedder, frame, face, looks=looks)
            for looks in (ApproachPolicy().looks, ENROLMENT_POLICY.looks)
        )
        look = Look(faces=len(faces), probe=probe.vector.copy(), reference=reference.vector.copy())
        probe.wipe()
        reference.wipe()
        return look


class PeerWay:
    """The popular `face_recognition` recipe, rebuilt from dlib: nothing of it is imported.

    HOG detector with one upsampling, 5 points, ResNet v1 on the whole picture; Euclidean distance.
    """

    metric = Metric.MINUS_DISTANCE

    def __init__(self, pack: VerifiedPack) -> None:
        import dlib  # noqa: PLC0415 - an extra

        points = next(file for file in pack.manifest.files if isinstance(file, DlibPoints))
        network = next(file for file in pack.manifest.files if isinstance(file, DlibResNet))
        self._rectangle = dlib.rectangle
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(pack.path(points)))
        self._network = dlib.face_recognition_model_v1(str(pack.path(network)))

    def look(self, pixels: NDArray[np.uint8]) -> Look:
        """Find the middle face, and embed it."""
        pixels = np.ascontiguousarray(pixels)
        boxes = list(self._detector(pixels, _PEER_UPSAMPLE))
        if not boxes:
            return _NOTHING
        height, width = pixels.shape[:2]
        x, y = width / 2, height / 2
        box = min(boxes, key=lambda one: (one.center().x - x) ** 2 + (one.center().y - y) ** 2)
        shape = self._predictor(pixels, box)
        descriptor = self._network.compute_face_descriptor(pixels, shape, 1)
        vector = np.array(descriptor, np.float32)
        return Look(faces=len(boxes), probe=vector, reference=vector)


def open_product(pack: VerifiedPack) -> ProductWay:
    """Open a pack as the product does, on one thread."""
    return ProductWay(open_models(pack, threads=1))


def open_peer(models_dir: Path) -> PeerWay:
    """Open the peer. Raises `MachineError` where its files are not installed."""
    if find_spec("dlib") is None or find_spec("face_recognition_models") is None:
        raise MachineError(
            "peer_missing",
            "The recipe to compare with needs dlib and face_recognition_models.",
            remedy="Run: pip install 'faregate[demo]', or use --no-peer.",
        )
    return PeerWay(verify("pip-offline", models_dir))
