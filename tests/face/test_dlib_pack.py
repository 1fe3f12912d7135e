"""dlib finds the points in our order, and tells the two portraits apart."""

from pathlib import Path

import cv2
import dlib
import numpy as np
import pytest

from fakes.drawn_pictures import Picture, doll
from fakes.walkups import NOON, still, walk_up
from faregate.errors import MachineError
from faregate.face.detect import PointsKind
from faregate.face.dlib_pack import DlibDetector, DlibEmbedder
from faregate.ids import CameraId, ModelId
from faregate.models.manifest import DlibPoints, DlibResNet
from faregate.models.pack import VerifiedPack, verify
from faregate.scenes.portraits import Portrait, rider_a, rider_b
from faregate.video.frame import Frame

MODEL = ModelId("made-up-1")


@pytest.fixture(scope="module")
def pack() -> VerifiedPack:
    """Give the pack from PyPI."""
    return verify("pip-offline", Path("nowhere"))


@pytest.fixture(scope="module")
def detector(pack: VerifiedPack) -> DlibDetector:
    """Open its detector."""
    return DlibDetector(
        pack, next(file for file in pack.manifest.files if isinstance(file, DlibPoints))
    )


@pytest.fixture(scope="module")
def embedder(pack: VerifiedPack) -> DlibEmbedder:
    """Open its embedder."""
    file = next(file for file in pack.manifest.files if isinstance(file, DlibResNet))
    return DlibEmbedder(pack, file, model_id=MODEL)


@pytest.mark.parametrize("portrait", [rider_a(), rider_b()], ids=lambda rider: rider.shown_as)
def test_points_go_from_left_to_right(portrait: Portrait, detector: DlibDetector) -> None:
    """Eye corners from left to right in the image; the eyes are where a person sees them."""
    [face] = detector.detect(still(portrait))
    assert face.points_kind is PointsKind.EYE_CORNERS_NOSE
    assert np.all(np.diff(face.points[:4, 0]) > 0)
    tolerance = face.inter_eye_px() * 0.15
    assert np.abs(face.eyes() - portrait.points[:2]).max() < tolerance


def test_one_person_twice_is_nearer_than_two(
    detector: DlibDetector, embedder: DlibEmbedder
) -> None:
    """Two sizes of one portrait agree beyond the card's threshold, two portraits do not."""
    templates = []
    for portrait in (rider_a(), rider_b()):
        *_, near = walk_up(portrait, frames=2)
        for frame in (still(portrait), near):
            [face] = detector.detect(frame)
            templates.append(embedder.embed(frame, face))
    a, a_again, b, b_again = templates
    assert (a.model_id, a.dimension, embedder.dimension) == (MODEL, 128, 128)
    assert min(a.similarity(a_again), b.similarity(b_again)) > 0.97
    assert max(a.similarity(b), a_again.similarity(b_again)) < 0.92


def test_a_wide_frame_speaks_in_its_own_pixels(detector: DlibDetector) -> None:
    """A frame wider than the detector takes is scaled down, its points are not."""
    pixels = np.full((1024, 1280, 3), 90, np.uint8)
    pixels[:, 200:1224] = cv2.resize(rider_a().pixels, (1024, 1024))
    [face] = detector.detect(Frame(CameraId("lane-1"), NOON, 0, pixels))
    expected = rider_a().points[:2].mean(axis=0) * 2 + np.array([200, 0])
    assert np.abs(face.eyes().mean(axis=0) - expected).max() < 8


@pytest.mark.parametrize("picture", [doll((225, 180, 155)), doll((140, 95, 70), size=0.8)])
def test_equals_dlibs_own_calls(
    picture: Picture, pack: VerifiedPack, detector: DlibDetector, embedder: DlibEmbedder
) -> None:
    """The library's own way, from picture to descriptor, on a frame that needs no scaling.

    Boxes and points are equal, every number of the embedding is within 1e-5.
    """
    points, network = (str(pack.path(file)) for file in pack.manifest.files)
    rectangles, scores, _ = dlib.get_frontal_face_detector().run(picture, 0, 0.0)
    shape = dlib.shape_predictor(points)(picture, rectangles[0])
    expected = np.array(
        dlib.face_recognition_model_v1(network).compute_face_descriptor(picture, shape, 0, 0.25)
    )
    frame = Frame(CameraId("lane-1"), NOON, 0, picture)
    [face] = detector.detect(frame)
    assert face.score == pytest.approx(scores[0])
    assert face.box[:2] == (rectangles[0].left(), rectangles[0].top())
    assert sorted((part.x, part.y) for part in shape.parts()) == sorted(
        tuple(point) for point in face.points.tolist()
    )
    vector = embedder.embed(frame, face).vector
    np.testing.assert_allclose(vector, expected / np.linalg.norm(expected), atol=1e-5)


def test_forgetting_overwrites_the_networks_memory(
    detector: DlibDetector, embedder: DlibEmbedder
) -> None:
    """After `forget` the last thing that the network saw is black; templates stay."""
    frame = still(rider_a())
    [face] = detector.detect(frame)
    template = embedder.embed(frame, face)
    seen: list[int] = []
    real = embedder._network

    class Watched:
        def compute_face_descriptor(
            self, chip: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
        ) -> object:
            seen.append(int(chip.max()))
            return real.compute_face_descriptor(chip)

    embedder._network = Watched()
    try:
        embedder.forget()
    finally:
        embedder._network = real
    assert seen == [0]
    assert template.vector.any()


def test_a_file_that_dlib_cannot_read_is_named(
    pack: VerifiedPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole file of another dlib is a broken machine, not a crash."""
    embedder_file = next(file for file in pack.manifest.files if isinstance(file, DlibResNet))
    points_file = next(file for file in pack.manifest.files if isinstance(file, DlibPoints))
    points_path = pack.path(points_file)
    monkeypatch.setattr(VerifiedPack, "path", lambda _pack, _file: points_path)
    with pytest.raises(MachineError, match="dlib can't read"):
        DlibEmbedder(pack, embedder_file, model_id=MODEL)
