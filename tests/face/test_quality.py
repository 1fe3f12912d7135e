"""Each defect of a picture of a face is named; a good one has none."""

import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.face.capture import Sight
from faregate.face.detect import DetectedFace
from faregate.face.quality import QualityPolicy, defect, measure_quality

POLICY = QualityPolicy()
POINTS = np.array([(80, 90), (120, 90), (100, 110), (85, 130), (115, 130)], np.float32)


def face(shift: tuple[float, float] = (0.0, 0.0), nose_px: float = 0.0) -> DetectedFace:
    """Make a face of 100 pixels in a picture of 200, moved, and with the nose to one side."""
    x, y = shift
    points = POINTS + np.array(shift, np.float32)
    points[2, 0] += nose_px
    return DetectedFace((50 + x, 50 + y, 150 + x, 150 + y), points, 1.0)


def texture(low: int = 60, high: int = 180) -> NDArray[np.uint8]:
    """Draw noise: as sharp as can be."""
    return np.random.default_rng(1).integers(low, high, (200, 200), np.uint8)


@pytest.mark.parametrize(
    ("grey", "seen", "expected"),
    [
        (texture(), face(), None),
        (texture(), face(shift=(-95.0, 0.0)), Sight.CUT_OFF),
        (texture(), face(shift=(0.0, 90.0)), Sight.CUT_OFF),
        (texture(), face(shift=(500.0, 0.0)), Sight.CUT_OFF),
        (texture(), face(nose_px=20.0), Sight.TURNED_AWAY),
        (texture(0, 40), face(), Sight.TOO_DARK),
        (texture(230, 255), face(), Sight.TOO_BRIGHT),
        (np.full((200, 200), 120, np.uint8), face(), Sight.BLURRED),
    ],
    ids=["good", "left", "below", "outside", "turned", "dark", "bright", "flat"],
)
def test_names_the_defect(
    grey: NDArray[np.uint8], seen: DetectedFace, expected: Sight | None
) -> None:
    """One good picture spoiled one way at a time."""
    quality = measure_quality(grey, seen)
    assert defect(quality, seen, width=200, height=200, policy=POLICY) is expected


def test_measures_in_plain_units() -> None:
    """Pixels between the eyes, mean grey, and how far off the nose is in eye distances."""
    quality = measure_quality(np.full((200, 200), 120, np.uint8), face(nose_px=10.0))
    assert (quality.sharpness, quality.brightness) == (0.0, 120.0)
    assert quality.inter_eye_px == pytest.approx(40.0)
    assert quality.turn == pytest.approx(0.25)


def test_points_on_one_spot_count_as_turned_away() -> None:
    """A detector's nonsense is no frontal face, and no division by zero."""
    seen = DetectedFace((50, 50, 150, 150), np.zeros((5, 2), np.float32), 1.0)
    assert measure_quality(texture(), seen).turn == 1.0
