"""Clips come back as they were written, and only whole ones get their name."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from faregate.clock import ManualClock
from faregate.errors import InvalidInputError, MachineError
from faregate.ids import CameraId
from faregate.video.recording import ClipCodec, write_clip
from faregate.video.source import FileCamera, Pace

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def pictures(count: int, *, height: int = 32) -> list[NDArray[np.uint8]]:
    """Make smooth pictures that differ."""
    ramp = np.linspace(0, 200, 48, dtype=np.uint8)
    return [
        np.stack([np.tile(ramp + step, (height, 1))] * 3, axis=2).astype(np.uint8)
        for step in range(count)
    ]


def read(path: Path) -> list[NDArray[np.uint8]]:
    """Read all pixels back."""
    source = FileCamera(
        CameraId("lane-1"), path, clock=ManualClock(NOON), pace=Pace.AS_FAST_AS_POSSIBLE
    )
    with source:
        return [frame.pixels for frame in source]


@pytest.mark.parametrize(("codec", "tolerance"), [(ClipCodec.FFV1, 0), (ClipCodec.MJPEG, 16)])
def test_gives_back_what_was_written(codec: ClipCodec, tolerance: int, tmp_path: Path) -> None:
    """FFV1 to the bit, MJPEG nearly."""
    path = tmp_path / "clip.mkv"
    written = pictures(5)
    write_clip(path, written, 25, codec=codec)
    for before, after in zip(written, read(path), strict=True):
        assert np.abs(before.astype(int) - after.astype(int)).max() <= tolerance


def test_an_empty_clip_is_refused(tmp_path: Path) -> None:
    """No frame, no file."""
    with pytest.raises(InvalidInputError, match="needs a frame"):
        write_clip(tmp_path / "clip.mkv", [], 25)
    assert list(tmp_path.iterdir()) == []


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    """A frame of another size, or an error while rendering, leaves no file at all."""

    def breaks() -> Iterator[NDArray[np.uint8]]:
        yield from pictures(2)
        raise RuntimeError("the renderer failed")

    with pytest.raises(InvalidInputError, match="Frame 1 does not fit"):
        write_clip(tmp_path / "clip.mkv", [*pictures(1), *pictures(1, height=16)], 25)
    with pytest.raises(RuntimeError, match="the renderer failed"):
        write_clip(tmp_path / "clip.mkv", breaks(), 25)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """The message says which clip, and what to do."""
    with pytest.raises(MachineError, match=r"absent/clip\.mkv can't be written"):
        write_clip(tmp_path / "absent" / "clip.mkv", pictures(1), 25)
