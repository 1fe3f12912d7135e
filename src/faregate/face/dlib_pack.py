"""dlib's detector, points and embedder: what `pip-offline` has. Needs the `demo` extra."""

from typing import Final

import dlib
import numpy as np
from numpy.typing import NDArray

from faregate.errors import MachineError
from faregate.face.detect import DetectedFace, PointsKind
from faregate.face.scale import scaled_down
from faregate.face.template import FaceTemplate
from faregate.ids import ModelId
from faregate.models.manifest import DlibPoints, DlibResNet
from faregate.models.pack import VerifiedPack
from faregate.video.frame import Frame

_SIDE_PX_MAX: Final = 640
"""The detector's time grows with the area."""

_UPSAMPLE: Final = 0  # with upsampling it invents faces

# dlib's points: outer and inner corner of the right eye in the image, the same of the left eye,
# nose base. Ours go from left to right in the image.
_FROM_DLIB: Final = (2, 3, 1, 0, 4)
_TO_DLIB: Final = (3, 2, 0, 1, 4)


class DlibDetector:
    """dlib's HOG face detector and its five-point shape predictor."""

    def __init__(self, pack: VerifiedPack, file: DlibPoints) -> None:
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(pack.path(file)))

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the faces of a frame, nearest first."""
        pixels, scale = scaled_down(frame.pixels, width_max=_SIDE_PX_MAX, height_max=_SIDE_PX_MAX)
        pixels = np.ascontiguousarray(pixels)
        rectangles, scores, _ = self._detector.run(pixels, _UPSAMPLE, 0.0)
        faces = [
            self._with_points(pixels, rectangle, float(score), scale)
            for rectangle, score in zip(rectangles, scores, strict=True)
        ]
        return tuple(sorted(faces, key=DetectedFace.inter_eye_px, reverse=True))

    def look_again(self, frame: Frame, face: DetectedFace) -> tuple[DetectedFace, ...]:
        """Give nothing: the demo's pack looks once."""
        del frame, face
        return ()

    def _with_points(
        self, pixels: NDArray[np.uint8], rectangle: "dlib.rectangle", score: float, scale: float
    ) -> DetectedFace:
        parts = self._predictor(pixels, rectangle).parts()
        points = np.array([(parts[i].x, parts[i].y) for i in _FROM_DLIB], np.float32)
        edges = rectangle.left(), rectangle.top(), rectangle.right() + 1, rectangle.bottom() + 1
        left, top, right, bottom = (edge / scale for edge in edges)
        return DetectedFace(
            box=(left, top, right, bottom),
            points=points / np.float32(scale),
            score=score,
            points_kind=PointsKind.EYE_CORNERS_NOSE,
        )


class DlibEmbedder:
    """dlib's ResNet v1, made unit length."""

    def __init__(self, pack: VerifiedPack, file: DlibResNet, *, model_id: ModelId) -> None:
        self._file = file
        self._model_id = model_id
        try:
            self._network = dlib.face_recognition_model_v1(str(pack.path(file)))
        except RuntimeError as error:
            raise MachineError(
                "model_unreadable",
                f"dlib can't read {file.name}: {error}.",
                remedy="Install the version of dlib-bin that faregate[demo] names.",
            ) from error

    @property
    def model_id(self) -> ModelId:
        """The model that its templates are tied to."""
        return self._model_id

    @property
    def dimension(self) -> int:
        """D: numbers in a template."""
        return self._file.dimension

    def embed(self, frame: Frame, face: DetectedFace) -> FaceTemplate:
        """Make the template of one face; it is the caller's, to wipe."""
        left, top, right, bottom = (round(edge) for edge in face.box)
        corners = face.points.round().astype(int)
        shape = dlib.full_object_detection(
            dlib.rectangle(left, top, right, bottom),
            [dlib.point(int(corners[i][0]), int(corners[i][1])) for i in _TO_DLIB],
        )
        side = self._file.input_shape[0]
        pixels = np.ascontiguousarray(frame.pixels)
        chip = dlib.get_face_chip(pixels, shape, side, self._file.padding)
        descriptor = self._network.compute_face_descriptor(chip)
        chip[:] = 0
        vector = np.array(descriptor, np.float32)
        for index in range(len(descriptor)):
            descriptor[index] = 0.0
        vector /= np.linalg.norm(vector)
        return FaceTemplate(self._model_id, vector)

    def forget(self) -> None:
        """Run a black picture through: dlib keeps the last activations inside the network."""
        blank = np.zeros(self._file.input_shape, np.uint8)
        self._network.compute_face_descriptor(blank)
