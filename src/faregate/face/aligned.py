"""Embed a face that is first moved onto the five points an ONNX model was trained with."""

import numpy as np

from faregate.errors import InvalidInputError, MachineError
from faregate.face.align import crop_onto, similarity_onto
from faregate.face.detect import DetectedFace
from faregate.face.template import FaceTemplate
from faregate.ids import ModelId
from faregate.models.manifest import AlignedEmbedder
from faregate.models.pack import VerifiedPack
from faregate.models.session import open_session
from faregate.video.frame import Frame


class AlignedOnnxEmbedder:
    """An embedder by manifest: Intel's face-reidentification-retail-0095, or one's own."""

    def __init__(
        self, pack: VerifiedPack, file: AlignedEmbedder, *, model_id: ModelId, threads: int
    ) -> None:
        self._file = file
        self._model_id = model_id
        self._session = open_session(pack, file, threads=threads)
        height, width = file.input_shape[2:]
        self._size = (width, height)
        self._reference = np.array(file.points, np.float32) * np.array(self._size, np.float32)
        outputs = list(self._session.outputs.values())
        if len(outputs) != 1 or outputs[0].size != file.dimension:
            raise InvalidInputError(
                "model_output",
                f"{file.name} does not give one embedding of {file.dimension} numbers.",
                remedy="Correct `dimension` in the manifest.",
            )
        self._output = outputs[0].reshape(-1)

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
        matrix = similarity_onto(face.points, self._reference)
        crop = crop_onto(frame.pixels, matrix, self._size)
        channels = crop if self._file.channels == "rgb" else crop[:, :, ::-1]
        self._session.input[0] = channels.transpose(2, 0, 1)
        self._session.input -= self._file.mean
        self._session.input /= self._file.deviation
        self._session.run()
        length = float(np.linalg.norm(self._output))
        vector = self._output / np.float32(length or 1.0)
        crop[:] = 0
        self._session.wipe()
        if not 0.0 < length < np.inf:  # so written, NaN fails too
            vector[:] = 0.0
            raise MachineError(
                "embedding_broken",
                f"{self._file.name} gave no direction for a face.",
                remedy="Use another embedder, or check its `mean` and `deviation`.",
            )
        return FaceTemplate(self._model_id, vector)

    def forget(self) -> None:
        """Nothing is left to do: every buffer is our own, and wiped after each face."""
