"""Lamps are mirrored where geometry says, shade what turns away, and a lens blurs what is near."""

import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole
from faregate.scenes.light import Lamps, Shine, defocused, glaring, outward
from faregate.scenes.surface import Layer
from faregate.scenes.walkup import WalkUp

CAMERA = Pinhole(width=640, height=480, focal_px=554.0, height_m=1.5, tilt=0.0)


def _plane(distance: float, turn: float = 0.0) -> NDArray[np.float32]:
    x, y = np.meshgrid(np.linspace(-0.1, 0.1, 41), np.linspace(-0.1, 0.1, 41))
    z = distance + np.tan(turn) * x
    return np.dstack([x, y, z]).astype(np.float32)


def _layer() -> Layer:
    pixels = np.full((41, 41, 4), (90, 90, 90, 255), np.uint8)
    steps = np.linspace(0, 1, 41)
    where = np.dstack(np.meshgrid(steps, steps)).astype(np.float32)
    return Layer(left=0, top=0, pixels=pixels, where=where)


def test_a_surface_looks_at_the_camera() -> None:
    """The normals of a plane that faces the camera point back to it."""
    normals = outward(_plane(0.5))
    assert normals == pytest.approx(np.broadcast_to((0.0, 0.0, -1.0), normals.shape), abs=1e-6)


def test_a_lamp_is_mirrored_where_the_angles_are_equal() -> None:
    """A lamp as far before the plane as the camera, 20 cm aside, shines from 10 cm aside."""
    shine = Shine(place=np.array([0.1, 0.0, 0.0]), strength=1.0, spread=0.02)
    seen = shine.on(_plane(0.5))
    row, column = np.unravel_index(np.argmax(seen), seen.shape)
    assert np.linspace(-0.1, 0.1, 41)[column] == pytest.approx(0.05, abs=0.006)
    assert np.linspace(-0.1, 0.1, 41)[row] == pytest.approx(0.0, abs=0.006)
    assert seen.max() == pytest.approx(1.0, abs=0.05)
    assert seen[0, 0] < 0.01


def test_glare_brightens_and_stays_within_the_surface() -> None:
    """Colour times alpha never grows beyond alpha."""
    layer = _layer()
    layer.pixels[:, :20] = 0
    glaring(layer, _plane(0.5), Shine(place=np.zeros(3), strength=0.8, spread=0.3))
    assert layer.pixels[20, 30, 0] > 150
    assert not layer.pixels[:, :20].any()


def test_what_turns_away_from_the_lamps_is_darker() -> None:
    """A plane that looks up to the lamps is brighter than one that looks aside or down."""
    lamps = Lamps.drawn(WalkUp(seed=0, lane=2), part=1.0)
    x, y = np.meshgrid(np.linspace(-0.1, 0.1, 5), np.linspace(-0.1, 0.1, 5))
    up = np.dstack([x, y, 2.5 - 0.5 * y]).astype(np.float32)
    down = np.dstack([x, y, 2.5 + 0.5 * y]).astype(np.float32)
    assert lamps.gain(up).mean() > lamps.gain(down).mean() + 0.02
    assert (Lamps.drawn(WalkUp(seed=0, lane=2), part=0.0).gain(up) == 1).all()


def test_the_lens_is_sharp_at_one_distance() -> None:
    """At 0.8 m nothing is blurred; a phone at 0.2 m is; a closed aperture blurs nothing."""
    layer = _layer()
    layer.pixels[:, 20:, :3] = 255
    assert defocused(layer, 0.8, CAMERA, 0.0015) is layer
    assert defocused(layer, 0.2, CAMERA, 0.0) is layer
    near = defocused(layer, 0.2, CAMERA, 0.0015)
    assert np.abs(np.diff(near.pixels[20, :, 0].astype(int))).max() < 165 * 0.6
