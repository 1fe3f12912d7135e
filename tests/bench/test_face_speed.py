"""Times of stages: of every picture, of the stages that ran, and nothing else."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.bench.face_speed import (
    FRAME,
    as_frame,
    memory_mib,
    peak_memory_mib,
    read_some,
    time_stages,
)
from faregate.bench.face_ways import Look
from faregate.bench.samples import Metric
from faregate.face.approach import Models
from faregate.face.detect import DetectedFace
from faregate.face.template import FaceTemplate
from faregate.ids import ModelId
from faregate.video.frame import Frame

MODEL = ModelId("made-up")
POINTS = np.array([[10, 10], [20, 10], [15, 15], [10, 20], [20, 20]], np.float32)


class OneFace:
    """A detector and embedder that sees a face in whatever is not black."""

    model_id = MODEL
    dimension = 2

    def __init__(self) -> None:
        """Begin with nothing handed out."""
        self.given: list[FaceTemplate] = []

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Find it."""
        return (DetectedFace((5, 5, 25, 25), POINTS, 1.0),) if frame.pixels.any() else ()

    def look_again(self, frame: Frame, face: DetectedFace) -> tuple[DetectedFace, ...]:
        """Give nothing."""
        del frame, face
        return ()

    def embed(self, frame: Frame, face: DetectedFace) -> FaceTemplate:
        """Embed it."""
        del frame, face
        self.given.append(FaceTemplate(MODEL, np.array([1, 0], np.float32)))
        return self.given[-1]

    def forget(self) -> None:
        """Keep nothing."""


class CountingWay:
    """A peer that counts."""

    metric = Metric.COSINE

    def __init__(self) -> None:
        """Begin at none."""
        self.looks = 0

    def look(self, pixels: NDArray[np.uint8]) -> Look:
        """Count."""
        del pixels
        self.looks += 1
        return Look(faces=0, probe=np.zeros(0, np.float32), reference=np.zeros(0, np.float32))


def test_every_stage_is_timed_and_every_template_wiped() -> None:
    """Of two pictures, one without a face; the network for liveness is absent."""
    faces, peer = OneFace(), CountingWay()
    models = Models(detector=faces, embedder=faces, passive=None, same_person_min=0.3)
    pictures = [np.full((40, 40, 3), shade, np.uint8) for shade in (0, 9)]
    speed = time_stages(models, [peer], pictures)
    assert speed.pictures == 2
    assert peer.looks == 4  # twice to warm up
    assert 0 < speed.detect.p50 <= speed.detect.p95
    assert speed.total.p50 > 0
    assert speed.total.cpu_p50 >= 0
    assert np.isnan(speed.passive.p50)
    assert faces.given
    assert not any(template.vector.any() for template in faces.given)


def test_without_a_peer_it_has_no_time() -> None:
    """Not a number, not zero."""
    faces = OneFace()
    models = Models(detector=faces, embedder=faces, passive=None, same_person_min=0.3)
    assert np.isnan(time_stages(models, [], [np.ones((40, 40, 3), np.uint8)]).peer.p50)


def test_a_picture_in_a_camera_frame() -> None:
    """As large as fits, in the middle, on black, whatever its shape."""
    for shape in ((240, 240), (100, 900), (900, 100)):
        frame = as_frame(np.full((*shape, 3), 200, np.uint8))
        assert frame.shape == (*FRAME, 3)
        assert frame[FRAME[0] // 2, FRAME[1] // 2].tolist() == [200, 200, 200]
        rows, columns = (frame.any(axis=(1, 2)), frame.any(axis=(0, 2)))
        assert rows.all() or columns.all()


def test_broken_pictures_are_not_timed(tmp_path: Path) -> None:
    """The choice is the same for the same seed."""
    paths = []
    for number in range(6):
        paths.append(tmp_path / f"{number}.png")
        cv2.imwrite(str(paths[-1]), np.full((50, 50, 3), number, np.uint8))
    paths[0].write_bytes(b"broken")
    everything = read_some(paths, number=6, seed=1)
    assert sorted(int(pixels[0, 0, 0]) for pixels in everything) == [1, 2, 3, 4, 5]
    assert len(read_some(paths[1:], number=2, seed=1)) == 2


def test_memory_is_measured() -> None:
    """What it held at most is no less than what it holds."""
    assert 0 < memory_mib() <= peak_memory_mib() + 1
