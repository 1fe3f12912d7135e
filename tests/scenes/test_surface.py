"""A surface is sampled where it is, and a surface out of sight draws nothing."""

import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole
from faregate.scenes.surface import Surface, Texture, drawn

CAMERA = Pinhole(width=320, height=240, focal_px=300.0, height_m=1.5, tilt=0.0)


@pytest.fixture(scope="module")
def ramp() -> Surface:
    """Give a flat square of 20 cm whose red grows to the right and whose green grows down."""
    steps = np.linspace(0, 255, 200)
    red, green = np.meshgrid(steps, steps)
    pixels = np.dstack([red, green, np.zeros_like(red)]).astype(np.uint8)
    x, y = np.meshgrid(np.linspace(-0.1, 0.1, 21), np.linspace(-0.1, 0.1, 21))
    vertices = np.dstack([x, y, np.zeros_like(x)]).astype(np.float32)
    alpha = np.full(pixels.shape[:2], 255, np.uint8)
    return Surface(texture=Texture.cut_out(pixels, alpha), vertices=vertices)


def _moved(surface: Surface, *to: float) -> NDArray[np.float32]:
    return surface.vertices + np.array(to, np.float32)


@pytest.mark.parametrize("distance", [0.2, 0.5, 1.5], ids=["magnified", "alike", "reduced"])
def test_each_pixel_shows_what_lies_behind_it(ramp: Surface, distance: float) -> None:
    """The ramp's value at a pixel is that of the point which its ray meets, at every size."""
    layer = drawn(ramp, _moved(ramp, 0.02, -0.01, distance), CAMERA)
    for x, y in ((0.0, 0.0), (0.05, -0.04), (-0.06, 0.05)):
        at = np.array([x + 0.02, y - 0.01, distance], np.float32)
        column, row = np.rint(CAMERA.project(at)).astype(int)
        if column < CAMERA.width and row < CAMERA.height:
            red, green, _, alpha = layer.pixels[row - layer.top, column - layer.left].astype(int)
            # Half a pixel of rounding, plus the ramp's own steps.
            tolerance = 2 + 0.5 * distance / CAMERA.focal_px / 0.2 * 255
            assert red == pytest.approx((x + 0.1) / 0.2 * 255, abs=tolerance)
            assert green == pytest.approx((y + 0.1) / 0.2 * 255, abs=tolerance)
            assert alpha == 255


def test_what_is_beside_the_picture_draws_nothing(ramp: Surface) -> None:
    """A surface out of the field of view leaves the image as it was."""
    image = np.full((CAMERA.height, CAMERA.width, 3), 77, np.uint8)
    drawn(ramp, _moved(ramp, 3.0, 0.0, 1.0), CAMERA).over(image)
    assert (image == 77).all()


def test_an_image_shows_through_around_a_surface(ramp: Surface) -> None:
    """A layer changes what lies under it and nothing else."""
    image = np.full((CAMERA.height, CAMERA.width, 3), 77, np.uint8)
    drawn(ramp, _moved(ramp, 0.0, 0.0, 1.0), CAMERA).over(image)
    covered = np.abs(CAMERA.project(_moved(ramp, 0.0, 0.0, 1.0)) - (159.5, 119.5)).max() + 2
    middle = np.hypot(*np.mgrid[-119.5:120, -159.5:160])
    assert (image[middle > covered * 1.5] == 77).all()
    assert (image[middle < 10][:, 2] == 0).all()
