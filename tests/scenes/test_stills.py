"""Any still with five points becomes somebody: outline near a head, grey made skin."""

from typing import Final

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.scenes.person import metres_per_pixel
from faregate.scenes.portraits import Portrait, rider_a

LUMA: Final = np.array([0.299, 0.587, 0.114])


def press_like(
    *, grey: float = 1.0, size: int = 250
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Give rider A as a press still: 250x250, grey, the eyes about 45 pixels apart."""
    rider = rider_a()
    scale = size / 250
    shift = np.array([[scale, 0, -100 * scale], [0, scale, 0]])
    pixels = cv2.warpAffine(rider.pixels, shift, (size, size))
    pale = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    mixed = cv2.addWeighted(cv2.merge([pale] * 3), grey, pixels, 1 - grey, 0)
    points = cv2.transform(rider.points[None], shift)[0]
    return np.asarray(mixed, np.uint8), points.astype(np.float32)


def test_a_press_still_becomes_a_person_with_a_body() -> None:
    """Eyes lie level on a canvas that reaches below the chest; the outline is about a head's."""
    portrait = Portrait.from_still(*press_like())
    left, right = portrait.points[:2]
    assert left[1] == pytest.approx(right[1], abs=0.01)
    outline = (portrait.outline - (left + right) / 2) * metres_per_pixel(portrait)
    head = outline[outline[:, 1] < 0.05]
    assert 0.13 < np.ptp(head[:, 0]) < 0.23
    assert -0.19 < head[:, 1].min() < -0.10
    assert outline[:, 1].max() > 0.8
    assert (portrait.outline[:, 1].max()) == portrait.pixels.shape[0] - 1


def test_grey_becomes_skin_and_keeps_its_luminance() -> None:
    """The face gets a hue; what light and dark say of it does not change."""
    pixels, points = press_like()
    shown = Portrait.from_still(pixels, points).as_still()
    low, high = points.min(axis=0).astype(int), points.max(axis=0).astype(int)
    face = shown.pixels[low[1] : high[1], low[0] : high[0]].astype(float)
    red, green, blue = face.reshape(-1, 3).mean(axis=0)
    assert red > 1.1 * green > 1.1 * blue
    before = pixels[low[1] : high[1], low[0] : high[0], 0].astype(float)
    unclipped = face.max(axis=2) < 255
    assert np.abs(face @ LUMA - before)[unclipped].max() < 2


def test_a_still_in_colour_keeps_its_colours() -> None:
    """What has colour is shown as it is."""
    pixels, points = press_like(grey=0.0)
    assert np.array_equal(Portrait.from_still(pixels, points).as_still().pixels, pixels)


def test_complexions_spread_over_seeds_and_brightness() -> None:
    """Different seeds make different skins, and the same seed the same."""
    pixels, points = press_like()
    x, y = points[2].astype(int)
    shown = [Portrait.from_still(pixels, points, seed=seed).as_still().pixels for seed in range(8)]
    ratios = [float(still[y - 12, x, 2]) / float(still[y - 12, x, 0]) for still in shown]
    assert max(ratios) - min(ratios) > 0.05
    again = Portrait.from_still(pixels, points, seed=7).as_still().pixels
    assert np.array_equal(again, shown[7])


def test_the_wall_behind_the_head_stays_behind() -> None:
    """Another wall changes hardly anything of the person but a rim."""
    pixels, points = press_like()
    rider = rider_a()
    shift = np.array([[1.0, 0, -100], [0, 1.0, 0]])
    outline = cv2.transform(rider.outline[None], shift)[0]
    inside = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], 1)
    white = np.where(inside[:, :, None] > 0, pixels, np.uint8(235))
    shares = []
    for still in (pixels, white):
        portrait = Portrait.from_still(still, points)
        alpha = np.zeros(portrait.pixels.shape[:2], np.uint8)
        cv2.fillPoly(alpha, [np.rint(portrait.outline).astype(np.int32)], 1)
        middle = portrait.points[:2].mean(axis=0)
        head = alpha[: round(middle[1] + 0.10 / metres_per_pixel(portrait))] > 0
        shares.append((portrait.pixels[: len(head)][head].min(axis=1) > 200).mean())
    assert shares[1] - shares[0] < 0.15


@pytest.mark.parametrize("size", [120, 250, 1000])
def test_size_does_not_matter(size: int) -> None:
    """Small and large stills make canvases of about one size: what a gate's camera could see."""
    portrait = Portrait.from_still(*press_like(size=size))
    distance = float(np.linalg.norm(portrait.points[1] - portrait.points[0]))
    assert 44 < distance < 81


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda pixels, points: (pixels[:, :, :2], points), "pixels"),
        (lambda pixels, points: (pixels, points[:4]), "points"),
        (lambda pixels, points: (pixels, points * 0), "eyes"),
    ],
    ids=["channels", "points", "eyes in one place"],
)
def test_a_still_of_another_shape_is_refused(spoil: object, named: str) -> None:
    """Each array of a wrong shape is refused on its own."""
    assert callable(spoil)
    with pytest.raises(ValueError, match=named):
        Portrait.from_still(*spoil(*press_like()))
