"""Pictures are made smaller, never larger, and keep their proportions."""

import numpy as np
import pytest

from faregate.face.scale import scaled_down


@pytest.mark.parametrize(
    ("size", "expected", "scale"),
    [((480, 640), (480, 640), 1.0), ((720, 1280), (360, 640), 0.5), ((1280, 640), (640, 320), 0.5)],
)
def test_fits(size: tuple[int, int], expected: tuple[int, int], scale: float) -> None:
    """What fits is given back itself; what does not is scaled by its longer side."""
    pixels = np.full((*size, 3), 90, np.uint8)
    small, applied = scaled_down(pixels, width_max=640, height_max=640)
    assert (small.shape[:2], applied) == (expected, scale)
    assert (small is pixels) is (scale == 1.0)
    assert np.unique(small).tolist() == [90]
