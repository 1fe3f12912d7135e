"""A picture of a picture has less fine detail; light and noise alone change little."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from faregate.face.detail import Detail
from faregate.face.liveness import CueKind
from faregate.face.square import SIDE_PX
from faregate.scenes.portraits import Portrait, rider_a, rider_b

EYES_PX = 55.0
RIDERS = pytest.mark.parametrize("portrait", [rider_a(), rider_b()], ids=lambda r: r.shown_as)


def squares(
    portrait: Portrait, *, blur_px: float, noise: float = 2.0, gain: float = 1.0
) -> list[NDArray[np.float32]]:
    """Give eight squares of a face as large as at a gate, blurred before the noise comes."""
    eyes = portrait.points[:2]
    scale = EYES_PX / float(np.linalg.norm(eyes[1] - eyes[0]))
    x, y = np.array([SIDE_PX / 2, 8.0]) - scale * eyes.mean(axis=0)
    matrix = np.array([[scale, 0, x], [0, scale, y]])
    seen = cv2.warpAffine(portrait.pixels, matrix, (SIDE_PX, SIDE_PX), flags=cv2.INTER_AREA)
    seen = seen.astype(np.float32) * gain
    blurred = cv2.GaussianBlur(seen, (0, 0), blur_px) if blur_px else seen
    chance = np.random.default_rng(5)
    return [(blurred + chance.normal(0, noise, seen.shape)).astype(np.float32) for _ in range(8)]


def measured(portrait: Portrait, **settings: float) -> float:
    """Measure the squares of a face."""
    detail = Detail()
    for square in squares(portrait, **settings):
        detail.add(square)
    cue = detail.measure()
    assert (cue.kind, cue.judged) == (CueKind.DETAIL, True)
    return cue.measure


@RIDERS
def test_a_blur_of_one_pixel_is_seen(portrait: Portrait) -> None:
    """It takes a share of fine detail that is known: exp(-(2 pi f)^2) of its power."""
    lost = measured(portrait, blur_px=0.0, noise=0.3) - measured(portrait, blur_px=1.0, noise=0.3)
    fine, coarse = (2 * np.pi * 0.21) ** 2, (2 * np.pi * 0.10) ** 2
    assert lost == pytest.approx(fine - coarse, abs=0.5)


@RIDERS
@pytest.mark.parametrize("noise", [1.0, 4.0])
def test_noise_is_no_detail(portrait: Portrait, noise: float) -> None:
    """More noise neither sharpens a blurred face nor blurs a sharp one by much."""
    sharp = measured(portrait, blur_px=0.5, noise=0.3)
    assert measured(portrait, blur_px=0.5, noise=noise) == pytest.approx(sharp, abs=1.0)


@RIDERS
def test_light_is_no_detail(portrait: Portrait) -> None:
    """Half the light, the same verdict."""
    bright, dark = (measured(portrait, blur_px=0.5, noise=0.3, gain=g) for g in (1.0, 0.5))
    assert dark == pytest.approx(bright, abs=0.2)


@given(blur_px=st.floats(0.3, 2.0), more=st.floats(0.1, 1.0))
@settings(max_examples=15, deadline=None)
def test_more_blur_is_never_more_live(blur_px: float, more: float) -> None:
    """Up to what noise makes of the little that is left."""
    blurred = measured(rider_a(), blur_px=blur_px)
    assert measured(rider_a(), blur_px=blur_px + more) <= blurred + 0.2


@pytest.mark.parametrize("value", [0.0, 120.0])
def test_a_flat_square_gives_a_number(value: float) -> None:
    """Nothing at all to see is no error, and no infinity."""
    detail = Detail()
    for _ in range(6):
        detail.add(np.full((SIDE_PX, SIDE_PX, 3), value, np.float32))
    assert np.isfinite(detail.measure().measure)


def test_five_frames_are_too_few_and_it_forgets() -> None:
    """After `wipe` it is as new, and the squares are as they were."""
    detail = Detail()
    for square in squares(rider_a(), blur_px=0.0)[:5]:
        before = square.copy()
        detail.add(square)
        np.testing.assert_array_equal(square, before)
    assert not detail.measure().judged
    detail.add(square)
    assert detail.measure().judged
    detail.wipe()
    assert detail.measure() == Detail().measure()
