"""Aligned faces are embedded as published, without leftovers."""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]  # it ships no types
import pytest

from fakes.alignment import REFERENCE, umeyama
from fakes.walkups import still
from faregate.errors import InvalidInputError
from faregate.face.aligned import AlignedOnnxEmbedder
from faregate.face.detect import DetectedFace
from faregate.ids import ModelId
from faregate.models.manifest import AlignedEmbedder
from faregate.models.pack import VerifiedPack, verify
from faregate.scenes.portraits import Portrait, rider_a, rider_b

MODEL = ModelId("made-up-1")


@pytest.fixture
def pack(test_models: Path) -> VerifiedPack:
    """Give the pack with Intel's embedder."""
    return verify("permissive-small", test_models)


@pytest.fixture
def file(pack: VerifiedPack) -> AlignedEmbedder:
    """Find its file."""
    return next(file for file in pack.manifest.files if isinstance(file, AlignedEmbedder))


@pytest.fixture
def embedder(pack: VerifiedPack, file: AlignedEmbedder) -> AlignedOnnxEmbedder:
    """Open it."""
    return AlignedOnnxEmbedder(pack, file, model_id=MODEL, threads=1)


def face_of(portrait: Portrait) -> DetectedFace:
    """Give the face by the points read off by hand."""
    left, top = portrait.points.min(axis=0)
    right, bottom = portrait.points.max(axis=0)
    return DetectedFace(
        (float(left), float(top), float(right), float(bottom)), portrait.points, 1.0
    )


@pytest.mark.parametrize("portrait", [rider_a(), rider_b()], ids=lambda rider: rider.shown_as)
def test_embeds_as_a_plain_session_does(
    portrait: Portrait, pack: VerifiedPack, file: AlignedEmbedder, embedder: AlignedOnnxEmbedder
) -> None:
    """The published recipe, written out here: align, BGR, 0 to 255, NCHW, unit length.

    The cosine is at least 0.9999: OpenCV's warp rounds places to 1/32 pixel. Rider B is larger
    than the crop, so the whole picture is averaged down first; the embedder averages only what it
    needs, so its grid begins elsewhere: at least 0.995.
    """
    scale = float(np.linalg.norm(umeyama(portrait.points, REFERENCE)[0, :2]))
    high, wide = portrait.pixels.shape[:2]
    size = (round(wide * scale), round(high * scale)) if scale < 0.75 else (wide, high)
    pixels = cv2.resize(portrait.pixels, size, interpolation=cv2.INTER_AREA)
    factor = np.array(size, np.float32) / np.array([wide, high], np.float32)
    points = ((portrait.points + 0.5) * factor - 0.5).astype(np.float32)
    crop = cv2.warpAffine(pixels, umeyama(points, REFERENCE), (128, 128))
    blob = np.stack([crop[:, :, channel] for channel in (2, 1, 0)])[None].astype(np.float32)
    [expected] = ort.InferenceSession(pack.read(file)).run(None, {"0": blob})
    expected = expected.ravel() / np.linalg.norm(expected)
    template = embedder.embed(still(portrait), face_of(portrait))
    assert (template.model_id, template.dimension, embedder.dimension) == (MODEL, 256, 256)
    assert float(template.vector @ expected) > (0.995 if scale < 0.75 else 0.9999)


def test_nothing_of_a_face_is_kept(embedder: AlignedOnnxEmbedder) -> None:
    """Input and output are zero afterwards, and the template is no view of them."""
    template = embedder.embed(still(rider_a()), face_of(rider_a()))
    assert not embedder._session.input.any()
    assert not embedder._output.any()
    assert template.vector.any()
    embedder.forget()
    assert template.vector.any()


def test_a_manifest_with_another_dimension_is_refused(
    pack: VerifiedPack, file: AlignedEmbedder
) -> None:
    """The dimension in the manifest is checked against the network."""
    wrong = file.model_copy(update={"dimension": 512})
    with pytest.raises(InvalidInputError, match="embedding of 512"):
        AlignedOnnxEmbedder(pack, wrong, model_id=MODEL, threads=1)
