"""Carriers have the shape that their name says: planes, cylinders, life-size displays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faregate.scenes.carriers import Bent, Device, Flat, cut_out, sheet
from faregate.scenes.looks import Tones
from faregate.scenes.portraits import rider_a
from faregate.scenes.walkup import Wander

PLAIN_INK = Tones(black=0.0, white=1.0, gains=(1.0, 1.0, 1.0), saturation=1.0, gamma=1.0)
seeds = st.integers(0, 10_000)


@given(seed=seeds, t_s=st.floats(0, 5))
@settings(max_examples=25)
def test_a_bent_prints_points_lie_on_its_cylinder(seed: int, t_s: float) -> None:
    """Each point is one radius from the axis; beyond the steepest part the sheet goes straight."""
    bent = Bent.drawn(np.random.default_rng(seed), motion=1.0)
    flat = np.dstack(np.meshgrid(np.linspace(-0.1, 0.1, 21), np.linspace(-0.1, 0.1, 21)))
    raised = bent.raised(flat.astype(np.float32), t_s).astype(float)
    radius = bent.radius_m * (1 + np.clip(bent.trembling.at(t_s), -0.15, 0.15))
    cosine, sine = np.cos(bent.slant), np.sin(bent.slant)
    around = cosine * (flat[..., 0] - bent.middle_m) + sine * flat[..., 1]
    curved = np.abs(around) < 0.9 * radius
    across = cosine * (raised[..., 0] - bent.middle_m) + sine * raised[..., 1]
    from_axis = np.hypot(across, raised[..., 2] - radius)
    assert from_axis[curved] == pytest.approx(radius, rel=1e-4)
    assert 0.05 < radius < 0.29


@given(seed=seeds)
@settings(max_examples=25)
def test_bending_keeps_lengths(seed: int) -> None:
    """Paper bends and does not stretch: neighbours stay as far apart as on the flat sheet."""
    bent = Bent.drawn(np.random.default_rng(seed), motion=1.0)
    steps = np.linspace(-0.1, 0.1, 2001)
    for line in (np.stack([steps, 0 * steps], 1), np.stack([0 * steps, steps], 1)):
        raised = bent.raised(line.astype(np.float32), 0.3).astype(float)
        length = np.linalg.norm(np.diff(raised, axis=0), axis=1).sum()
        assert length == pytest.approx(0.2, rel=1e-3)


def test_a_hardly_bent_print_is_nearly_flat() -> None:
    """As the radius grows, the cylinder becomes the plane."""
    calm = Wander.drawn(np.random.default_rng(0), deviation=1e-9)
    flat = np.array([[(0.05, 0.1), (-0.05, 0.0)]], np.float32)
    wide = Bent(radius_m=1000.0, slant=0.3, middle_m=0.0, trembling=calm).raised(flat, 0.0)
    assert wide == pytest.approx(Flat().raised(flat, 0.0), abs=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_sheets_and_cut_outs_are_about_life_size(seed: int) -> None:
    """The shown face is 0.8 to 1.2 times the person's; a cut-out is smaller than its sheet."""
    chance = np.random.default_rng(seed)
    paper = sheet(rider_a(), chance, Flat(), tones=PLAIN_INK, border=1.0, grain=1.0)
    cut = cut_out(rider_a(), chance, tones=PLAIN_INK, grain=1.0)
    for carrier in (paper, cut):
        assert 0.8 < carrier.magnified < 1.2
        assert not carrier.surface(0.0).vertices[:, :, 2].any()
    whole, part = (
        float((dict(carrier.texture.levels)[1.0][:, :, 3] > 0).mean()) for carrier in (paper, cut)
    )
    assert whole > 0.85
    assert 0.1 < part < 0.7


@given(seed=seeds)
@settings(max_examples=50)
def test_devices_are_phones_or_ten_inch_tablets(seed: int) -> None:
    """A window of 5 to 7 or of 9 to 11 inches, within its body."""
    device = Device.drawn(np.random.default_rng(seed))
    inches = float(np.hypot(*device.window_m)) / 0.0254
    assert 5 < inches < 7.1 or 9 < inches < 11.5
    assert device.window_m[0] < device.body_m[0]
    assert device.window_m[1] < device.body_m[1]


def test_a_display_shows_the_eyes_where_it_was_told() -> None:
    """The window's picture has its eyes at the place and size that were asked for."""
    device = Device.drawn(np.random.default_rng(3))
    still = rider_a().as_still()
    picture = device.picture(still, magnified=0.4, eyes=(0.5, 0.4))
    carrier = device.around(picture, magnified=0.4, eyes=(0.5, 0.4))
    left, top, right, bottom = carrier.window
    assert right - left == pytest.approx(device.window_m[0])
    assert bottom - top == pytest.approx(device.window_m[1])
    assert (0 - left) / (right - left) == pytest.approx(0.5)
    assert (0 - top) / (bottom - top) == pytest.approx(0.4)
    assert carrier.edges[0] < left < right < carrier.edges[2]
