"""Faces are moved onto the reference points as published, from pictures of any size."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fakes.alignment import REFERENCE, umeyama
from faregate.face.align import crop_onto, similarity_onto


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


def scaling(scale: float, x: float = 0.0, y: float = 0.0) -> NDArray[np.float64]:
    """Make the matrix that scales, then shifts."""
    return np.array([[scale, 0.0, x], [0.0, scale, y]])


@pytest.mark.parametrize(
    ("turn", "scale", "x", "y"),
    [(0.0, 1.0, -200.0, -90.0), (0.3, 0.8, -20.5, 3.25), (-1.2, 2.5, 40.0, 400.0)],
    ids=["shifted", "turned", "enlarged and turned"],
)
def test_a_crop_is_what_warping_the_whole_gives(
    turn: float, scale: float, x: float, y: float
) -> None:
    """At most two grey levels apart: OpenCV rounds places to 1/32 pixel, from another origin."""
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 256, (24, 32, 3), np.uint8)
    pixels = cv2.resize(coarse, (640, 480), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    matrix = np.array([[cos, -sin, x], [sin, cos, y]])
    expected = cv2.warpAffine(pixels, matrix, (128, 96)).astype(int)
    assert np.abs(crop_onto(pixels, matrix, (128, 96)) - expected).max() <= 2


def test_a_large_face_is_averaged_in_place() -> None:
    """Shrunk to a quarter, the noise of a grey wall is a quarter, and an edge stays where it is."""
    rng = np.random.default_rng(5)
    noisy = (120 + rng.normal(0, 20, (512, 512, 3))).clip(0, 255).astype(np.uint8)
    # Whole pixels onto whole pixels: the middle of four is at 1.5, and goes to 0.
    quarter = scaling(0.25, x=-0.375, y=-0.375)
    crop = crop_onto(noisy, quarter, (128, 128))
    assert crop[8:-8, 8:-8].std() == pytest.approx(5.0, rel=0.1)
    half = np.zeros((512, 512, 3), np.uint8)
    half[:, 256:] = 200
    edge = crop_onto(half, quarter, (128, 128))
    assert edge[64, 40:64].max() == 0
    assert edge[64, 64:90].min() == 200


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (8, 8), (1, 40_000), (40_000, 1), (3, 33_000)]
)
@pytest.mark.parametrize("scale", [0.001, 0.5, 1.0, 50.0])
def test_no_size_of_a_picture_is_too_odd(height: int, width: int, scale: float) -> None:
    """A dot, a line longer than OpenCV warps, shrunk and enlarged: a crop, and never an error."""
    crop = crop_onto(np.full((height, width, 3), 90, np.uint8), scaling(scale), (64, 64))
    assert crop.shape == (64, 64, 3)
    assert set(np.unique(crop).tolist()) <= set(range(91))


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((2, 3)),
        np.full((2, 3), np.nan),
        scaling(1.0, x=1e9, y=1e9),
        scaling(1e-12),
        scaling(1.0, x=np.nan),
        np.full((2, 3), np.inf),
    ],
    ids=["no scale", "no number", "far away", "a speck", "nowhere", "endless"],
)
def test_a_movement_that_is_none_gives_black(matrix: NDArray[np.float64]) -> None:
    """Points that lie on one spot or at infinity make an empty crop, not a crash."""
    crop = crop_onto(np.full((480, 640, 3), 90, np.uint8), matrix, (64, 64))
    assert crop.shape == (64, 64, 3)
    assert np.count_nonzero(crop) <= 4 * 3
