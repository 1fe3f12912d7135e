"""Faces are moved onto the reference points as published, and embedded without leftovers."""

from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fakes.walkups import still
from faregate.errors import InvalidInputError
from faregate.face.aligned import AlignedOnnxEmbedder, similarity_onto
from faregate.face.detect import DetectedFace
from faregate.ids import ModelId
from faregate.models.manifest import AlignedEmbedder
from faregate.models.pack import VerifiedPack, verify
from faregate.scenes.portraits import Portrait, rider_a, rider_b

MODEL = ModelId("made-up-1")
REFERENCE = np.array(
    [
        (0.31556875, 0.46157410),
        (0.68262292, 0.45983393),
        (0.50026249, 0.64050537),
        (0.34947187, 0.82469195),
        (0.65343644, 0.82325089),
    ],
    np.float32,
) * np.float32(128)


def umeyama(points: NDArray[np.float32], reference: NDArray[np.float32]) -> NDArray[np.float64]:
    """Compute the same by singular values (Umeyama, IEEE TPAMI 13(4), 1991, eq. 40 to 43)."""
    x, y = points.astype(float), reference.astype(float)
    mean_x, mean_y = x.mean(0), y.mean(0)
    covariance = (y - mean_y).T @ (x - mean_x) / len(x)
    u, d, vt = np.linalg.svd(covariance)
    sign = np.diag([1.0, float(np.sign(np.linalg.det(u) * np.linalg.det(vt)))])
    rotation = u @ sign @ vt
    scale = np.trace(np.diag(d) @ sign) / ((x - mean_x) ** 2).sum(1).mean()
    shift = mean_y - scale * rotation @ mean_x
    return np.hstack([scale * rotation, shift[:, None]])


@given(seed=st.integers(0, 10_000))
def test_the_closed_form_is_umeyamas(seed: int) -> None:
    """For points that fit only roughly, both give the same least squares."""
    points = REFERENCE + np.random.default_rng(seed).normal(0, 8, (5, 2)).astype(np.float32)
    np.testing.assert_allclose(
        similarity_onto(points, REFERENCE), umeyama(points, REFERENCE), rtol=1e-6, atol=1e-5
    )


@given(
    angle=st.floats(-3, 3), scale=st.floats(0.2, 5), x=st.floats(-500, 500), y=st.floats(-500, 500)
)
def test_an_exact_movement_is_undone(angle: float, scale: float, x: float, y: float) -> None:
    """Turned, scaled and shifted points come back onto the reference."""
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = (REFERENCE @ turn.T + [x, y]).astype(np.float32)
    matrix = similarity_onto(moved, REFERENCE)
    np.testing.assert_allclose(moved @ matrix[:, :2].T + matrix[:, 2], REFERENCE, atol=0.05)


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
    """The published recipe, written out here: align, BGR, 0 to 255, NCHW, unit length."""
    crop = cv2.warpAffine(portrait.pixels, umeyama(portrait.points, REFERENCE), (128, 128))
    blob = np.stack([crop[:, :, channel] for channel in (2, 1, 0)])[None].astype(np.float32)
    [expected] = ort.InferenceSession(pack.read(file)).run(None, {"0": blob})
    expected = expected.ravel() / np.linalg.norm(expected)
    template = embedder.embed(still(portrait), face_of(portrait))
    assert (template.model_id, template.dimension, embedder.dimension) == (MODEL, 256, 256)
    assert float(template.vector @ expected) > 0.999


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
