"""The contract of what turns a face into numbers."""

from typing import Protocol

from faregate.face.detect import DetectedFace
from faregate.face.template import FaceTemplate
from faregate.ids import ModelId
from faregate.video.frame import Frame


class Embedder(Protocol):
    """Makes templates. Crops and buffers are overwritten before `embed` returns."""

    @property
    def model_id(self) -> ModelId:
        """The model that its templates are tied to."""

    @property
    def dimension(self) -> int:
        """D: numbers in a template."""

    def embed(self, frame: Frame, face: DetectedFace) -> FaceTemplate:
        """Make the template of one face. It is the caller's, to wipe."""

    def forget(self) -> None:
        """Overwrite what the runtime itself keeps of the last face. To be called when done."""
