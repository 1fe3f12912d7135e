"""Faces are moved onto the reference points as published, from pictures of any size."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fakes.alignment import REFERENCE, umeyama
from faregate.face.align import similarity_onto


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
