"""A known point in the world is drawn where a pinhole says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.scenes.camera import Pinhole, turned

LEVEL = Pinhole(width=641, height=481, focal_px=500.0, height_m=1.5, tilt=0.0)
angles = st.floats(-0.5, 0.5)


@pytest.mark.parametrize(
    ("point", "pixel"),
    [
        ((0.0, 0.0, 2.0), (320.0, 240.0)),
        ((0.2, 0.0, 1.0), (420.0, 240.0)),
        ((0.2, 0.0, 2.0), (370.0, 240.0)),
        ((0.0, -0.1, 1.0), (320.0, 190.0)),
    ],
    ids=["ahead", "right", "right and farther", "above"],
)
def test_a_known_point_is_where_the_pinhole_says(
    point: tuple[float, float, float], pixel: tuple[float, float]
) -> None:
    """Pixels are the focal length times the angle's tangent, from the image's middle."""
    assert LEVEL.project(np.array(point, np.float32)) == pytest.approx(pixel)


def test_a_camera_that_looks_up_sees_the_level_lower() -> None:
    """Tilted by an angle, what is level with the camera lies that angle below the middle."""
    tilt = 0.1
    camera = Pinhole(width=641, height=481, focal_px=500.0, height_m=1.5, tilt=tilt)
    ahead = camera.project(np.array([0.0, 0.0, 3.0], np.float32))
    assert ahead == pytest.approx((320.0, 240.0 + 500.0 * np.tan(tilt)), abs=1e-3)


def test_the_field_of_view_reaches_from_side_to_side() -> None:
    """Rays at half the field of view end at the image's edges."""
    camera = Pinhole.with_field((640, 480), field=np.pi / 2, height_m=1.5, tilt=0.0)
    edge = camera.project(np.array([1.0, 0.0, 1.0], np.float32))
    assert edge[0] == pytest.approx(639.5)


@given(yaw=angles, pitch=angles, roll=angles)
def test_turning_keeps_lengths(yaw: float, pitch: float, roll: float) -> None:
    """A rotation is orthonormal and does not mirror."""
    rotation = turned(yaw, pitch, roll).astype(np.float64)
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-5)
    assert np.linalg.det(rotation) == pytest.approx(1.0, abs=1e-5)


def test_yaw_turns_a_face_to_the_left_and_pitch_turns_it_down() -> None:
    """A face looks along -z at rest; the signs are those that the docstring promises."""
    ahead = np.array([0.0, 0.0, -1.0])
    assert (turned(0.2, 0.0, 0.0) @ ahead)[0] < 0
    assert (turned(0.0, 0.2, 0.0) @ ahead)[1] > 0
