"""Both kinds of points give the same eyes, nose and distance."""

import numpy as np
import pytest

from faregate.face.detect import DetectedFace, PointsKind

BOX = (0.0, 0.0, 100.0, 100.0)


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        (PointsKind.EYES_NOSE_MOUTH, [(30, 40), (70, 40), (50, 60), (35, 80), (65, 80)]),
        (PointsKind.EYE_CORNERS_NOSE, [(25, 41), (35, 39), (65, 40), (75, 40), (50, 60)]),
    ],
)
def test_eyes_and_nose(kind: PointsKind, points: list[tuple[int, int]]) -> None:
    """Eye centres from left to right in the image, forty pixels apart, and the nose between."""
    face = DetectedFace(BOX, np.array(points, np.float32), 1.0, kind)
    assert face.eyes().tolist() == [[30, 40], [70, 40]]
    assert face.nose().tolist() == [50, 60]
    assert face.inter_eye_px() == pytest.approx(40.0)
    assert "30" not in repr(face)


def test_refuses_other_points() -> None:
    """Five points, x and y."""
    with pytest.raises(ValueError, match="points must be"):
        DetectedFace(BOX, np.zeros((68, 2), np.float32), 1.0)
