"""The passive network sees the crop it was trained with."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.walkups import still
from faregate.face.detect import DetectedFace
from faregate.face.minifasnet import MiniFasNets, crop_around
from faregate.models.manifest import MiniFasNet
from faregate.models.pack import verify
from faregate.scenes.portraits import Portrait, rider_a, rider_b

WIDTH, HEIGHT = 640, 480


@pytest.mark.parametrize(
    ("box", "scale", "expected"),
    [
        ((300.0, 200.0, 340.0, 240.0), 2.0, (280, 180, 361, 261)),
        ((0.0, 200.0, 40.0, 240.0), 2.0, (0, 180, 81, 261)),
        ((600.0, 440.0, 640.0, 480.0), 2.0, (559, 399, 640, 480)),
        ((220.0, 140.0, 420.0, 340.0), 4.0, (80, 0, 560, 480)),
    ],
    ids=["inside", "moved right", "moved up and left", "shrunk"],
)
def test_the_crop_stays_in_the_picture(
    box: tuple[float, float, float, float], scale: float, expected: tuple[int, int, int, int]
) -> None:
    """Scaled about the middle, moved inside, and shrunk where it can't fit, by hand."""
    assert crop_around(box, scale=scale, width=WIDTH, height=HEIGHT) == expected


@given(
    x=st.floats(-50, 700),
    y=st.floats(-50, 500),
    wide=st.floats(0, 900),
    high=st.floats(0, 900),
    scale=st.sampled_from([2.7, 4.0]),
)
def test_no_box_gives_a_crop_outside(
    x: float, y: float, wide: float, high: float, scale: float
) -> None:
    """Whatever the detector says, the crop has pixels and lies in the picture."""
    left, top, right, bottom = crop_around(
        (x, y, x + wide, y + high), scale=scale, width=WIDTH, height=HEIGHT
    )
    assert 0 <= left < right <= WIDTH
    assert 0 <= top < bottom <= HEIGHT


@pytest.fixture
def networks(test_models: Path) -> MiniFasNets:
    """Open both networks of the pack."""
    pack = verify("permissive-small", test_models)
    files = [file for file in pack.manifest.files if isinstance(file, MiniFasNet)]
    return MiniFasNets(pack, files, threads=1)


def face_of(portrait: Portrait) -> DetectedFace:
    """Give the face by the points read off by hand, with the box that YuNet would draw."""
    middle = portrait.points.mean(axis=0)
    eyes = float(np.linalg.norm(portrait.points[1] - portrait.points[0]))
    left, top = middle - eyes * np.array([1, 1.35])
    right, bottom = middle + eyes * np.array([1, 1.15])
    return DetectedFace(
        (float(left), float(top), float(right), float(bottom)), portrait.points, 1.0
    )


@pytest.mark.parametrize("portrait", [rider_a(), rider_b()], ids=lambda rider: rider.shown_as)
def test_portraits_pass_for_live_one_picture_at_a_time(
    portrait: Portrait, networks: MiniFasNets
) -> None:
    """Photographs of people look live to it: which is why it alone never authorises."""
    assert networks.score(still(portrait), face_of(portrait)) > 0.5
    assert not any(session.input.any() for _, session in networks._networks)
