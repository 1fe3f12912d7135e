"""What depth and infrared cameras see beside the colour camera: shapes, holes, dark displays."""

import numpy as np
import pytest

from faregate.scenes.attacks import attack_take
from faregate.scenes.head import LiveLook, live_take
from faregate.scenes.looks import AttackKind
from faregate.scenes.portraits import rider_a
from faregate.scenes.station import station_depth
from faregate.scenes.takes import SideShot, Take
from faregate.scenes.walkup import Pace, WalkUp

RIDER = rider_a()
WALK = WalkUp(seed=3, lane=3, fps=1, seconds=3.0, pace=Pace.ANY)


def _take(kind: str) -> Take:
    if kind == "live":
        return live_take(RIDER, WALK, LiveLook())
    return attack_take(RIDER, WALK, AttackKind(kind))


@pytest.fixture(scope="module")
def shots() -> dict[str, SideShot]:
    """Give the last frame of each kind, when the face is near."""
    return {kind: list(_take(kind).with_side_frames())[-1] for kind in ("live", *AttackKind)}


def _near(shot: SideShot) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return (shot.depth_mm > 0) & (shot.depth_mm < 900)


def test_depth_and_infrared_fit_the_frame(shots: dict[str, SideShot]) -> None:
    """Registered pixel by pixel, in the types that the sensors give."""
    for shot in shots.values():
        assert shot.frame.shape == (480, 640, 3)
        assert shot.depth_mm.shape == shot.infrared.shape == (480, 640)
        assert shot.depth_mm.dtype == np.dtype(np.uint16)
        assert shot.infrared.dtype == np.dtype(np.uint8)


def test_the_frames_are_those_without_side_frames() -> None:
    """Looking with more cameras does not change what the first one sees."""
    plain, beside = list(_take("print").frames()), list(_take("print").with_side_frames())
    assert all(np.array_equal(a, b.frame) for a, b in zip(plain, beside, strict=True))


@pytest.mark.parametrize("kind", ["print", "cut_out", "screen", "replay"])
def test_what_is_flat_has_a_plane_of_depth(kind: str, shots: dict[str, SideShot]) -> None:
    """A plane in space is one in inverse depth; what is left over is the depth camera's noise."""
    assert _off_plane_mm(shots[kind]) < 6


@pytest.mark.parametrize("kind", ["live", "bent_print"])
def test_what_is_round_has_none(kind: str, shots: dict[str, SideShot]) -> None:
    """A head is centimetres off every plane, and a bent print more than the noise."""
    assert _off_plane_mm(shots[kind]) > (12 if kind == "live" else 6)


def _off_plane_mm(shot: SideShot) -> float:
    rows, columns = np.nonzero(_near(shot))
    depth = shot.depth_mm[rows, columns].astype(float)
    known = np.column_stack([rows, columns, np.ones(len(rows))])
    fitted = known @ np.linalg.lstsq(known, 1 / depth, rcond=None)[0]
    return float(np.std(depth - 1 / fitted))


def test_displays_are_dark_in_infrared_and_faces_are_not(shots: dict[str, SideShot]) -> None:
    """At its distance a display sends back far less than skin or paper does."""
    bright = {}
    for kind, shot in shots.items():
        near = _near(shot)
        metres = shot.depth_mm[near].astype(float) / 1000
        bright[kind] = float(np.median(shot.infrared[near] * metres**2))
    for display in ("screen", "replay"):
        for other in ("live", "print", "bent_print", "cut_out"):
            assert bright[display] < 0.3 * bright[other]


def test_edges_and_what_is_far_give_no_depth(shots: dict[str, SideShot]) -> None:
    """Zero is no reading: along the silhouette, and beyond the sensor's reach."""
    depth = shots["live"].depth_mm
    assert depth.max() < 4_500
    near = _near(shots["live"])
    assert not depth[(station_depth(WALK.camera()) > 4.4) & ~near].any()
    across = near[:, 1:] & ~near[:, :-1]
    rows, columns = np.nonzero(across)
    assert (depth[rows, columns] == 0).mean() > 0.5


def test_the_hall_is_as_deep_as_it_is_drawn() -> None:
    """Straight ahead, a level camera sees the far wall; nowhere is anything farther."""
    far = station_depth(WALK.camera())
    assert far.max() <= 10
    assert far.min() > 1
