"""Zones are checked, and a capture's template is wiped with it."""

import numpy as np
import pytest

from fakes.faces import quality_of
from faregate.face.capture import FaceCapture, Zone
from faregate.face.liveness import Liveness
from faregate.face.template import FaceTemplate
from faregate.ids import ModelId


@pytest.mark.parametrize(
    ("region", "inter_eye_min_px"),
    [
        ((0.5, 0.0, 0.5, 1.0), 40.0),
        ((0.0, 0.9, 1.0, 0.1), 40.0),
        ((-0.1, 0.0, 1.0, 1.0), 40.0),
        ((0.0, 0.0, 1.0, 1.1), 40.0),
        ((0.0, 0.0, 1.0, 1.0), 0.0),
    ],
)
def test_odd_zones_are_refused(
    region: tuple[float, float, float, float], inter_eye_min_px: float
) -> None:
    """Empty, turned over, outside the picture, or without a least size."""
    with pytest.raises(ValueError, match="must be"):
        Zone(region=region, inter_eye_min_px=inter_eye_min_px)


def test_a_capture_shows_no_template_and_wipes_it() -> None:
    """Its repr has what may be logged; wiping reaches the template's memory."""
    vector = np.array([0.6, 0.8], np.float32)
    capture = FaceCapture(
        template=FaceTemplate(ModelId("made-up-1"), vector),
        quality=quality_of(),
        liveness=Liveness(0.9, ()),
        box=(0.0, 0.0, 10.0, 10.0),
    )
    assert "template" not in repr(capture)
    capture.wipe()
    assert not vector.any()
