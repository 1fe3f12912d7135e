"""Which camera sees what: recordings, or a person for rider A."""

from pathlib import Path

import numpy as np
import pytest

from faregate.clock import ManualClock
from faregate.demo.cameras import INVITATIONS, Cameras, LiveInput, parse_live_input
from faregate.demo.clips import FIRST_TRY, Clip, Recordings
from faregate.demo.world import OPENING
from faregate.errors import InvalidInputError, MachineError
from faregate.ids import CameraId
from faregate.video.recording import ClipCodec, write_clip
from faregate.video.source import Pace

CAMERA = CameraId("harbour-face")


def _video(path: Path, grey: int) -> Path:
    frames = (np.full((32, 32, 3), grey, np.uint8) for _ in range(3))
    write_clip(path, frames, 15, codec=ClipCodec.MJPEG)
    return path


def _cameras(folder: Path, live: LiveInput | None, invited: list[str]) -> Cameras:
    return Cameras(
        recordings=Recordings(folder, 1),
        pace=Pace.AS_FAST_AS_POSSIBLE,
        clock=ManualClock(OPENING),
        live=live,
        invite=invited.append,
    )


def test_without_a_live_camera_all_is_recorded(tmp_path: Path) -> None:
    """Every scene but those at the kiosk has a recording, and nobody is asked for anything."""
    invited: list[str] = []
    cameras = _cameras(tmp_path, None, invited)
    assert set(Clip) - set(cameras.needed()) == {Clip.A_ENROLS, Clip.B_ENROLS}
    cameras.try_out()
    _video(tmp_path / f"{Clip.B_UNKNOWN.value}-{FIRST_TRY}.mkv", 100)
    openings: list[CameraId] = []
    with cameras.source(CAMERA, Clip.B_UNKNOWN, FIRST_TRY, openings.append) as source:
        assert [frame.camera for frame in source] == [CAMERA] * 3
    assert (openings, invited) == ([CAMERA], [])


def test_a_live_camera_stands_in_for_rider_a_alone(tmp_path: Path) -> None:
    """A's scenes come from it, after an invitation; B's stay recordings."""
    invited: list[str] = []
    live = _video(tmp_path / "me.mkv", 200)
    cameras = _cameras(tmp_path, live, invited)
    assert not any(clip.shows_a for clip in cameras.needed())
    _video(tmp_path / f"{Clip.B_UNKNOWN.value}-{FIRST_TRY}.mkv", 100)
    seen = {}
    for clip in (Clip.A_PHOTO, Clip.B_UNKNOWN):
        with cameras.source(CAMERA, clip, FIRST_TRY) as source:
            seen[clip] = [int(frame.pixels.mean()) for frame in source]
    assert all(abs(grey - 200) < 5 for grey in seen[Clip.A_PHOTO])
    assert all(abs(grey - 100) < 5 for grey in seen[Clip.B_UNKNOWN])
    assert invited == [INVITATIONS[Clip.A_PHOTO]]


def test_a_camera_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    """The try-out fails before anything is rendered."""
    with pytest.raises(MachineError):
        _cameras(tmp_path, tmp_path / "none.mkv", []).try_out()


def test_reads_what_a_person_names() -> None:
    """A file by its suffix, a device by its number, anything else is refused."""
    assert parse_live_input("walk.mkv") == Path("walk.mkv")
    assert not isinstance(parse_live_input("0"), Path)
    assert not isinstance(parse_live_input("rtsp://camera.example/a.mp4"), Path)
    with pytest.raises(InvalidInputError):
        parse_live_input("nonsense")
