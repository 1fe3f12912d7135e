"""Each defect of a picture of a face is named; a good one has none, and a higher score."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.face.capture import Sight
from faregate.face.detect import DetectedFace
from faregate.face.quality import QualityPolicy, defect, measure_quality

POLICY = QualityPolicy()
POINTS = np.array([(75, 90), (125, 90), (100, 117), (79, 138), (121, 138)], np.float32)
Grey = NDArray[np.uint8]


def face(
    shift: tuple[float, float] = (0.0, 0.0),
    *,
    nose_px: float = 0.0,
    mouth_px: float = 0.0,
) -> DetectedFace:
    """Make a face of 100 pixels in a picture of 200, moved, with nose or mouth to one side."""
    x, y = shift
    points = POINTS + np.array(shift, np.float32)
    points[2, 0] += nose_px
    points[3:, 0] += mouth_px
    return DetectedFace((50 + x, 50 + y, 150 + x, 150 + y), points, 1.0)


def drawing() -> Grey:
    """Draw a made-up face, the same on both sides: no real one is needed to spoil it."""
    grey = np.full((200, 200), 90, np.uint8)
    cv2.ellipse(grey, (100, 105), (48, 62), 0, 0, 360, 160, -1)
    for x in (75, 125):
        cv2.ellipse(grey, (x, 90), (11, 5), 0, 0, 360, 60, -1)
        cv2.circle(grey, (x, 90), 4, 20, -1)
        cv2.line(grey, (x - 13, 78), (x + 13, 78), 70, 3)
    cv2.ellipse(grey, (100, 117), (9, 5), 0, 0, 360, 120, -1)
    cv2.ellipse(grey, (100, 138), (21, 6), 0, 0, 360, 85, -1)
    shade = np.linspace(-20, 20, 200)[:, None]
    grain = np.random.default_rng(1).normal(0, 2, grey.shape)
    return np.clip(grey + shade + grain, 0, 255).astype(np.uint8)


def blurred(grey: Grey) -> Grey:
    """Put it out of focus."""
    return cv2.GaussianBlur(grey, (0, 0), 6).astype(np.uint8)


def smeared(grey: Grey) -> Grey:
    """Move it sideways while the shutter is open."""
    return cv2.blur(grey, (21, 1)).astype(np.uint8)


def dark(grey: Grey) -> Grey:
    """Leave hardly any light."""
    return (grey * 0.03).astype(np.uint8)


def dim(grey: Grey) -> Grey:
    """Leave little light, and all shades."""
    return (grey * 0.4).astype(np.uint8)


def glaring(grey: Grey) -> Grey:
    """Let the light in."""
    brightened: Grey = np.clip(grey * 3.0, 0, 255).astype(np.uint8)
    return brightened


def pale(grey: Grey) -> Grey:
    """Wash out the shades."""
    washed_out: Grey = (grey * 0.03 + 230).astype(np.uint8)
    return washed_out


def half_covered(grey: Grey) -> Grey:
    """Hold something in front of one side."""
    covered = grey.copy()
    covered[:, 105:] = np.random.default_rng(2).integers(30, 200, (200, 95), np.uint8)
    return covered


def untouched(grey: Grey) -> Grey:
    """Leave it as it is."""
    return grey


@pytest.mark.parametrize(
    ("spoiled", "seen", "expected"),
    [
        (untouched, face(), None),
        (dim, face(), None),
        (untouched, face(shift=(-95.0, 0.0)), Sight.CUT_OFF),
        (untouched, face(shift=(0.0, 90.0)), Sight.CUT_OFF),
        (untouched, face(shift=(500.0, 0.0)), Sight.CUT_OFF),
        (untouched, face(nose_px=26.0), Sight.TURNED_AWAY),
        (dark, face(), Sight.TOO_DARK),
        (pale, face(), Sight.TOO_BRIGHT),
        (glaring, face(), Sight.TOO_BRIGHT),
        (blurred, face(), Sight.BLURRED),
        (smeared, face(), Sight.BLURRED),
        (untouched, face(mouth_px=30.0), Sight.COVERED),
    ],
)
def test_names_the_defect(
    spoiled: Callable[[Grey], Grey], seen: DetectedFace, expected: Sight | None
) -> None:
    """One good picture spoiled one way at a time."""
    quality = measure_quality(spoiled(drawing()), seen)
    assert defect(quality, seen, width=200, height=200, policy=POLICY) is expected


@pytest.mark.parametrize(
    "spoiled", [blurred, smeared, dark, glaring, pale, half_covered], ids=lambda way: way.__name__
)
def test_every_defect_costs_points(spoiled: Callable[[Grey], Grey]) -> None:
    """The score of each spoiled picture is at most two thirds of the good one's."""
    good = measure_quality(drawing(), face())
    assert good.score > 60
    assert measure_quality(spoiled(drawing()), face()).score < good.score * 2 / 3


def test_a_turned_and_a_far_face_cost_points() -> None:
    """Pose and size count as light and sharpness do."""
    good = measure_quality(drawing(), face())
    turned = measure_quality(drawing(), face(nose_px=18.0))
    assert turned.score < good.score * 2 / 3
    small = cv2.resize(drawing(), (80, 80), interpolation=cv2.INTER_AREA).astype(np.uint8)
    far = DetectedFace((20, 20, 60, 60), POINTS * np.float32(0.4), 1.0)
    assert measure_quality(small, far).score < good.score * 2 / 3


def test_measures_in_plain_units() -> None:
    """Pixels between the eyes, mean grey, bits and shares."""
    plain = measure_quality(np.full((200, 200), 120, np.uint8), face())
    assert plain.inter_eye_px == pytest.approx(50.0)
    assert (plain.brightness, plain.dynamic_range, plain.overexposed) == (120.0, 0.0, 0.0)
    assert (plain.sharpness, plain.score) == (0.0, 0.0)
    assert measure_quality(np.full((200, 200), 250, np.uint8), face()).overexposed == 1.0
    halves = np.full((200, 200), 60, np.uint8)
    halves[100:] = 180
    assert measure_quality(halves, face()).dynamic_range == pytest.approx(1.0)
    assert measure_quality(drawing(), face()).symmetry > 0.8


def test_light_and_contrast_do_not_change_sharpness() -> None:
    """Less light is not a blur; smearing in one direction is."""
    grey = drawing()
    sharp = measure_quality(grey, face()).sharpness
    assert measure_quality(dim(grey), face()).sharpness == pytest.approx(sharp, rel=0.15)
    assert measure_quality(smeared(grey), face()).sharpness < sharp / 3
    across = measure_quality(cv2.blur(grey, (1, 21)).astype(np.uint8), face()).sharpness
    assert across < sharp / 3


def test_points_on_one_spot_are_no_face() -> None:
    """A detector's nonsense is refused, with no division by zero."""
    seen = DetectedFace((50, 50, 150, 150), np.zeros((5, 2), np.float32), 1.0)
    quality = measure_quality(drawing(), seen)
    assert quality.score == 0.0
    assert defect(quality, seen, width=200, height=200, policy=POLICY) is Sight.COVERED


@pytest.mark.parametrize(
    "box", [(300.0, 300.0, 400.0, 400.0), (-90.0, -90.0, -10.0, -10.0), (150.0, 150.0, 50.0, 50.0)]
)
def test_a_box_outside_the_picture_is_worth_nothing(
    box: tuple[float, float, float, float],
) -> None:
    """Nothing to see there, and no error."""
    quality = measure_quality(drawing(), DetectedFace(box, POINTS, 1.0))
    assert quality.score == 0.0
