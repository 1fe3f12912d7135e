"""YuNet's heads are decoded as published, and agree with OpenCV's own reading of the model."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from fakes.walkups import NOON, still
from faregate.face.detect import DetectedFace
from faregate.face.yunet import Candidates, YuNetDetector, decode, without_overlaps
from faregate.ids import CameraId
from faregate.models.manifest import YuNet
from faregate.models.pack import VerifiedPack, verify
from faregate.scenes.portraits import Portrait, rider_a, rider_b
from faregate.video.frame import Frame

WIDTH, HEIGHT = 96, 64


def empty_heads() -> dict[str, NDArray[np.float32]]:
    """Make heads that say that there is nobody."""
    heads = {}
    for stride in (8, 16, 32):
        cells = (WIDTH // stride) * (HEIGHT // stride)
        for name, size in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
            heads[f"{name}_{stride}"] = np.zeros((1, cells, size), np.float32)
    return heads


@pytest.mark.parametrize("stride", [8, 16, 32])
def test_one_cell_is_decoded_by_hand(stride: int) -> None:
    """A face in column 2, row 1 of each grid, computed here one number at a time."""
    heads = empty_heads()
    cell = 1 * (WIDTH // stride) + 2
    heads[f"cls_{stride}"][0, cell] = 0.81
    heads[f"obj_{stride}"][0, cell] = 1.0
    heads[f"bbox_{stride}"][0, cell] = [0.5, 0.25, math.log(2.0), math.log(3.0)]
    heads[f"kps_{stride}"][0, cell] = [0.1 * n for n in range(10)]
    found = decode(heads, width=WIDTH, height=HEIGHT, score_min=0.6)
    x, y, wide, high = 2.5 * stride, 1.25 * stride, 2.0 * stride, 3.0 * stride
    assert found.scores.tolist() == [pytest.approx(0.9)]
    expected = [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2]
    assert found.boxes[0].tolist() == pytest.approx(expected, rel=1e-5)
    points = [((2 + 0.2 * n) * stride, (1 + 0.1 + 0.2 * n) * stride) for n in range(5)]
    assert found.points[0].ravel().tolist() == pytest.approx(
        [value for point in points for value in point], rel=1e-5
    )


def test_cells_below_the_threshold_are_nobody() -> None:
    """sqrt(0.35 * 1) is below 0.6; a class without an object is nothing."""
    heads = empty_heads()
    heads["cls_8"][0, :2, 0] = [0.35, 1.0]
    heads["obj_8"][0, :2, 0] = [1.0, 0.0]
    assert len(decode(heads, width=WIDTH, height=HEIGHT, score_min=0.6).scores) == 0


def test_of_overlapping_faces_the_best_stays() -> None:
    """Boxes that share half of their union go; one that touches a corner stays."""
    candidates = Candidates(
        boxes=np.array(
            [[0, 0, 10, 10], [0, 0, 10, 8], [9, 9, 20, 20], [30, 30, 40, 40]], np.float32
        ),
        points=np.zeros((4, 5, 2), np.float32),
        scores=np.array([0.9, 0.8, 0.7, 0.6], np.float32),
    )
    assert without_overlaps(candidates, overlap_max=0.3) == [0, 2, 3]


@pytest.fixture
def pack(test_models: Path) -> VerifiedPack:
    """Give the pack with YuNet."""
    return verify("permissive-small", test_models)


@pytest.fixture
def file(pack: VerifiedPack) -> YuNet:
    """Find its file."""
    return next(file for file in pack.manifest.files if isinstance(file, YuNet))


@pytest.fixture
def detector(pack: VerifiedPack, file: YuNet) -> YuNetDetector:
    """Open it."""
    return YuNetDetector(pack, file, threads=1)


@pytest.mark.parametrize(("width", "height"), [(640, 640), (640, 480), (512, 512), (601, 383)])
@pytest.mark.parametrize("portrait", [rider_a(), rider_b()], ids=lambda rider: rider.shown_as)
def test_agrees_with_opencv(
    portrait: Portrait,
    width: int,
    height: int,
    pack: VerifiedPack,
    file: YuNet,
    detector: YuNetDetector,
) -> None:
    """OpenCV reads the same file with its own runtime and decoder at the picture's own size.

    The same faces: boxes and points within a thousandth of a pixel, scores within 1e-5.
    """
    oracle = cv2.FaceDetectorYN.create(
        str(pack.path(file)), "", (width, height), file.score_min, file.overlap_max
    )
    pixels = np.zeros((height, width, 3), np.uint8)
    side = min(width, height)
    pixels[:side, :side] = cv2.resize(portrait.pixels, (side, side))
    _, expected = oracle.detect(np.ascontiguousarray(pixels[:, :, ::-1]))
    [face] = detector.detect(Frame(CameraId("lane-1"), NOON, 0, pixels))
    left, top, right, bottom = face.box
    assert expected is not None
    assert [left, top, right - left, bottom - top] == pytest.approx(
        expected[0, :4].tolist(), abs=1e-3
    )
    assert face.points.ravel().tolist() == pytest.approx(expected[0, 4:14].tolist(), abs=1e-3)
    assert face.score == pytest.approx(float(expected[0, 14]), abs=1e-5)


def test_a_larger_picture_gives_the_same_face(detector: YuNetDetector) -> None:
    """A frame that is scaled down to the model still speaks in its own pixels."""
    small = still(rider_a())
    large = Frame(
        CameraId("lane-1"), NOON, 0, cv2.resize(small.pixels, (1536, 1536)).astype(np.uint8)
    )
    [before], [after] = detector.detect(small), detector.detect(large)
    assert (after.points / 3).ravel().tolist() == pytest.approx(
        before.points.ravel().tolist(), abs=6.0
    )


def test_nobody_is_nobody_and_nothing_is_kept(detector: YuNetDetector) -> None:
    """An empty picture has no faces; after any picture the network's buffers are zero."""
    [face] = detector.detect(still(rider_a()))
    assert detector.look_again(still(rider_a()), face)
    held = detector._session.bound
    assert len(held) == 4
    assert not any(bound.input.any() for bound in held)
    assert not any(output.any() for bound in held for output in bound.outputs.values())
    grey = Frame(CameraId("lane-1"), NOON, 0, np.full((480, 640, 3), 120, np.uint8))
    assert detector.detect(grey) == ()


def test_the_nearest_face_comes_first(detector: YuNetDetector) -> None:
    """Sorted by the distance between the eyes, not by score or place."""
    pixels = np.full((600, 900, 3), 90, np.uint8)
    portrait = rider_a().pixels
    pixels[:256, :256] = cv2.resize(portrait, (256, 256))
    pixels[:512, 300:812] = portrait
    faces = detector.detect(Frame(CameraId("lane-1"), NOON, 0, pixels))
    sizes = [DetectedFace.inter_eye_px(face) for face in faces]
    assert len(sizes) == 2
    assert sizes == sorted(sizes, reverse=True)
