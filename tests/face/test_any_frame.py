"""Frames of any size and shape go through the models of both packs, in bounded memory."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fakes.walkups import NOON
from faregate.face.approach import Models
from faregate.face.detect import DetectedFace, PointsKind
from faregate.face.looks import embed_looks
from faregate.face.pipeline import open_models
from faregate.ids import CameraId
from faregate.models.pack import verify
from faregate.video.frame import Frame

SIZES = [(1, 1), (1, 2), (8, 8), (31, 33), (1, 3000), (3000, 1), (7, 40_000), (40_000, 7)]


@pytest.fixture(scope="module", params=["permissive-small", "pip-offline"])
def models(request: pytest.FixtureRequest) -> Models:
    """Open a pack; the one from PyPI is always there."""
    pack = str(request.param)
    folder = Path("nowhere") if pack == "pip-offline" else request.getfixturevalue("test_models")
    return open_models(verify(pack, folder), threads=1)


def frame_of(height: int, width: int) -> Frame:
    """Make a frame of fixed noise."""
    pixels = np.random.default_rng(height + width).integers(0, 256, (height, width, 3), np.uint8)
    return Frame(CameraId("lane-1"), NOON, 0, pixels)


def face_of(models: Models, scale: float, x: float, y: float) -> DetectedFace:
    """Make a face as the pack's detector would, at any place and of any size."""
    kind = PointsKind.EYES_NOSE_MOUTH if models.passive is not None else PointsKind.EYE_CORNERS_NOSE
    shape = {
        PointsKind.EYES_NOSE_MOUTH: [(0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8)],
        PointsKind.EYE_CORNERS_NOSE: [(0.2, 0.4), (0.4, 0.4), (0.6, 0.4), (0.8, 0.4), (0.5, 0.6)],
    }[kind]
    points = np.array(shape, np.float32) * np.float32(scale) + np.array([x, y], np.float32)
    return DetectedFace((x, y, x + scale, y + scale), points, 0.9, kind)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_noise_of_any_shape_is_nobody(height: int, width: int, models: Models) -> None:
    """A dot, a line, a ribbon longer than OpenCV warps: no face, and no crash."""
    assert models.detector.detect(frame_of(height, width)) == ()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (8, 8), (7, 40_000), (3000, 1)])
@pytest.mark.parametrize(
    "place",
    [
        lambda high, wide: (float(max(high, wide)), 0.0, 0.0),
        lambda high, wide: (2.0, wide - 1.0, high - 1.0),
        lambda high, wide: (50.0, -500.0 - wide, high + 500.0),
    ],
    ids=["as large as the picture", "in the corner", "outside"],
)
def test_a_face_anywhere_in_any_frame_is_embedded(
    height: int,
    width: int,
    place: Callable[[int, int], tuple[float, float, float]],
    models: Models,
) -> None:
    """Wherever a detector says that a face is: a template of unit length, and a score."""
    frame = frame_of(height, width)
    face = face_of(models, *place(height, width))
    template = embed_looks(models.detector, models.embedder, frame, face, looks=3)
    assert np.linalg.norm(template.vector) == pytest.approx(1.0, abs=1e-4)
    if models.passive is not None:
        assert 0.0 <= models.passive.score(frame, face) <= 1.0


_HUNDRED_MEGAPIXELS = """
import resource, sys
from pathlib import Path
import numpy as np
from faregate.face.pipeline import open_models
from faregate.ids import CameraId
from faregate.models.pack import verify
from faregate.video.frame import Frame
from datetime import UTC, datetime

folder = Path(sys.argv[2])
models = open_models(verify(sys.argv[1], folder), threads=1)
pixels = np.full((10_000, 10_000, 3), 120, np.uint8)
frame = Frame(CameraId("lane-1"), datetime.now(UTC), 0, pixels)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert models.detector.detect(frame) == ()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("pack", ["permissive-small", "pip-offline"])
def test_a_hundred_megapixels_cost_little_more_than_they_have(
    pack: str, request: pytest.FixtureRequest
) -> None:
    """Looking for faces in a 300 MB frame takes less than 100 MB on top."""
    folder = "nowhere" if pack == "pip-offline" else str(request.getfixturevalue("test_models"))
    done = subprocess.run(
        [sys.executable, "-c", _HUNDRED_MEGAPIXELS, pack, folder],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert int(done.stdout) < 100 * 1024
