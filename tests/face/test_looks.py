"""Several readings of one face are fused, and nothing of them is left."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from fakes.walkups import NOON
from faregate.face.detect import DetectedFace
from faregate.face.looks import embed_looks
from faregate.face.template import FaceTemplate
from faregate.ids import CameraId, ModelId
from faregate.video.frame import Frame

MODEL = ModelId("made-up-1")
FRAME = Frame(CameraId("lane-1"), NOON, 0, np.zeros((8, 8, 3), np.uint8))


def face_at(x: float) -> DetectedFace:
    """Make a face whose points all have one x."""
    return DetectedFace((0.0, 0.0, 1.0, 1.0), np.full((5, 2), x, np.float32), 1.0)


@dataclass
class Models:
    """A detector that sees a face twice more, and an embedder that embeds where it is."""

    again: tuple[DetectedFace, ...] = (face_at(1.0), face_at(2.0))
    made: list[FaceTemplate] = field(default_factory=list)

    @property
    def model_id(self) -> ModelId:
        """The embedder's model."""
        return MODEL

    @property
    def dimension(self) -> int:
        """The embedder's dimension."""
        return 3

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the first face."""
        del frame
        return (face_at(0.0),)

    def look_again(self, frame: Frame, face: DetectedFace) -> tuple[DetectedFace, ...]:
        """Give what was set."""
        del frame, face
        return self.again

    def embed(self, frame: Frame, face: DetectedFace) -> FaceTemplate:
        """Give one axis for each x."""
        del frame
        vector = np.zeros(3, np.float32)
        vector[int(face.points[0, 0])] = 1.0
        self.made.append(FaceTemplate(MODEL, vector))
        return self.made[-1]

    def forget(self) -> None:
        """Have nothing to forget."""


@pytest.mark.parametrize(
    ("looks", "expected"), [(1, [1, 0, 0]), (2, [1, 1, 0]), (3, [1, 1, 1])], ids=str
)
def test_looks_are_fused_and_wiped(looks: int, expected: list[int]) -> None:
    """The mean direction of as many looks as asked for; the single templates are zero after."""
    models = Models()
    template = embed_looks(models, models, FRAME, face_at(0.0), looks=looks)
    assert template.vector.tolist() == pytest.approx([value / looks**0.5 for value in expected])
    assert len(models.made) == looks
    assert not any(made.vector.any() for made in models.made if made is not template)


def test_a_face_that_is_seen_once_is_embedded_once() -> None:
    """A detector without a second way to look changes nothing."""
    models = Models(again=())
    template = embed_looks(models, models, FRAME, face_at(0.0), looks=3)
    assert template.vector.tolist() == [1, 0, 0]


@pytest.mark.parametrize("looks", [0, 4])
def test_looks_are_one_to_three(looks: int) -> None:
    """None, and more than there are, are mistakes of the caller."""
    models = Models()
    with pytest.raises(ValueError, match="looks"):
        embed_looks(models, models, FRAME, face_at(0.0), looks=looks)
