"""What the pose network gives becomes postures; the network itself on real and empty pictures."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.assist.movenet import MultiPose, Tiles, read_people
from faregate.assist.stance import Stance, read_stance
from faregate.clock import SystemClock
from faregate.errors import InvalidInputError
from faregate.ids import CameraId
from faregate.models.pack import VerifiedPack, verify
from faregate.video.frame import Frame
from faregate.video.source import FileCamera, Pace

ONE = np.array([1.0, 1.0])
NONE = np.array([0.0, 0.0])


def table(*rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Make the network's output of six rows."""
    found = np.zeros((1, 6, 56), np.float32)
    for number, row in enumerate(rows):
        found[0, number] = row
    return found


def a_row(score: float = 0.5) -> NDArray[np.float32]:
    """Make one person: point i at (y, x, score) = (i / 100, i / 50, 0.9)."""
    points = [[number / 100, number / 50, 0.9] for number in range(17)]
    return np.array([*np.ravel(points), 0.1, 0.2, 0.5, 0.4, score], np.float32)


def test_rows_become_postures() -> None:
    """X before y, in fractions of the picture that was cut and filled up."""
    [posture] = read_people(
        table(a_row(), a_row(0.1)),
        grow=np.array([0.5, 2.0]),
        shift=np.array([0.25, 0.0]),
        aspect=1.5,
        score_min=0.15,
    )
    assert posture.points[10] == pytest.approx([0.25 + 0.2 * 0.5, 0.1 * 2.0, 0.9])
    box = posture.box
    assert (box.left, box.right) == pytest.approx((0.25 + 0.1, 0.25 + 0.2))
    assert (box.top, box.bottom) == pytest.approx((0.2, 1.0))
    assert (posture.aspect, posture.score) == (1.5, 0.5)


@pytest.mark.parametrize("place", [0, 51, 55])
def test_numbers_that_are_none_are_left_out(place: int) -> None:
    """No posture has a point nowhere."""
    row = a_row()
    row[place] = np.nan
    found = read_people(table(row), grow=ONE, shift=NONE, aspect=1.0, score_min=0.15)
    assert list(found) == []


def test_an_empty_box_is_left_out() -> None:
    """Whatever its score."""
    row = a_row()
    row[53] = row[51]
    found = read_people(table(row), grow=ONE, shift=NONE, aspect=1.0, score_min=0.15)
    assert list(found) == []


def test_tiles_cover_the_picture_and_overlap() -> None:
    """The whole first, then parts of which neighbours share a third."""
    whole, left, right = Tiles(2, 1).boxes()
    assert (whole.width, whole.height) == (1.0, 1.0)
    assert (left.left, right.right) == pytest.approx((0.0, 1.0))
    assert (left.right - right.left) / left.width == pytest.approx(1 / 3)
    assert len(Tiles().boxes()) == 1


@pytest.mark.parametrize(("columns", "rows"), [(0, 1), (1, 0), (9, 1), (3, 3), (-1, -1)])
def test_odd_tiles_are_refused(columns: int, rows: int) -> None:
    """None, or more than a machine could look at."""
    with pytest.raises(InvalidInputError, match="tiles"):
        Tiles(columns, rows)


@pytest.fixture(scope="module")
def pack(test_models: Path) -> VerifiedPack:
    """Give the pack of postures."""
    return verify("pose", test_models)


def a_frame(pixels: NDArray[np.uint8]) -> Frame:
    """Take a picture."""
    return Frame(
        camera=CameraId("north"),
        captured_at=datetime(2026, 6, 1, tzinfo=UTC),
        received_ns=0,
        pixels=pixels,
    )


@pytest.mark.parametrize("shape", [(720, 1280), (480, 640), (1, 1), (33, 700), (900, 50)])
def test_nobody_in_an_empty_picture(shape: tuple[int, int], pack: VerifiedPack) -> None:
    """Any size and shape of picture is taken."""
    pose = MultiPose(pack, threads=1, tiles=Tiles(2, 1), side=160)
    assert pose.look(a_frame(np.full((*shape, 3), 90, np.uint8))) == ()


def test_an_odd_input_size_is_refused(pack: VerifiedPack) -> None:
    """The network takes whole strides."""
    for side in (330, 0, -32, 1056):
        with pytest.raises(InvalidInputError, match="input size"):
            MultiPose(pack, threads=1, side=side)


def test_a_pack_of_faces_is_refused(test_models: Path) -> None:
    """It finds nobody's joints."""
    with pytest.raises(InvalidInputError, match="no postures"):
        MultiPose(verify("permissive-small", test_models), threads=1)


@pytest.mark.parametrize("threads", [0, 10_000])
def test_threads_are_bounded(threads: int, pack: VerifiedPack) -> None:
    """No thread and more threads than processors are both mistakes."""
    with pytest.raises(InvalidInputError, match="threads"):
        MultiPose(pack, threads=threads)


@pytest.fixture(scope="module")
def fallen(test_data: Path) -> Frame:
    """Give the last picture of a fall across the picture."""
    return list(_pictures(test_data / "falls" / "subject2" / "Fall" / "13.mp4"))[-1]


def _pictures(path: Path) -> Iterator[Frame]:
    with FileCamera(
        CameraId("clip"), path, clock=SystemClock(), pace=Pace.AS_FAST_AS_POSSIBLE
    ) as source:
        yield from source


@pytest.mark.parametrize("tiles", [Tiles(), Tiles(2, 1)], ids=["whole", "cut"])
def test_somebody_lying_is_found_once(tiles: Tiles, fallen: Frame, pack: VerifiedPack) -> None:
    """Also where tiles show the same person several times, whole or in part."""
    pose = MultiPose(pack, threads=1).cut(tiles)
    best, *_ = pose.look(fallen)
    assert read_stance(best, None) is Stance.DOWN
    assert len([one for one in pose.look(fallen) if one.score > 0.25]) == 1


def test_two_people_beside_each_other_are_two(fallen: Frame, pack: VerifiedPack) -> None:
    """The same picture twice, side by side and cut in two: everybody once."""
    both = np.concatenate([fallen.pixels, fallen.pixels], axis=1)
    found = MultiPose(pack, threads=1, tiles=Tiles(2, 1)).look(a_frame(both))
    sides = sorted(one.box.centre.x > 0.5 for one in found if one.score > 0.25)
    assert sides == [False, True]
