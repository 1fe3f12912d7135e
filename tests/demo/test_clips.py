"""The day's recordings: the same seed gives the same pixels, each try others."""

import hashlib
from pathlib import Path

import pytest

from faregate.clock import ManualClock
from faregate.demo.clips import FIRST_TRY, Clip, Recordings
from faregate.demo.world import OPENING
from faregate.ids import CameraId
from faregate.video.source import FileCamera, Pace


def _pixels(path: Path) -> bytes:
    camera = FileCamera(
        CameraId("test"), path, clock=ManualClock(OPENING), pace=Pace.AS_FAST_AS_POSSIBLE
    )
    digest = hashlib.sha256()
    with camera:
        for frame in camera:
            digest.update(frame.pixels.tobytes())
    return digest.digest()


def test_every_scene_of_rider_a_is_named_so() -> None:
    """A live camera stands in for these, and B's never."""
    assert [clip.name for clip in Clip if clip.shows_a] == [
        clip.name for clip in Clip if clip.name.startswith("A_")
    ]


def test_renders_the_same_again_and_another_for_the_next_try(tmp_path: Path) -> None:
    """A recording depends on seed, scene and try alone; a second call renders nothing anew."""
    first, again = (Recordings(tmp_path / name, 7) for name in ("first", "again"))
    for recordings in (first, again):
        recordings.folder.mkdir()
    assert list(first.render([Clip.A_PHOTO])) == [Clip.A_PHOTO]
    path = first.path(Clip.A_PHOTO, FIRST_TRY)
    written = path.stat().st_mtime_ns
    assert first.path(Clip.A_PHOTO, FIRST_TRY).stat().st_mtime_ns == written
    pixels = _pixels(path)
    assert _pixels(again.path(Clip.A_PHOTO, FIRST_TRY)) == pixels
    assert _pixels(again.path(Clip.A_PHOTO, FIRST_TRY + 1)) != pixels


def test_no_two_scenes_share_a_recording(tmp_path: Path) -> None:
    """Each scene has a file of its own, for each try."""
    recordings = Recordings(tmp_path, 1)
    recorded = [clip for clip in Clip if clip.is_recorded]
    for clip in recorded:
        for attempt in (FIRST_TRY, FIRST_TRY + 1):
            (tmp_path / f"{clip.value}-{attempt}.mkv").touch()
    paths = {recordings.path(clip, attempt) for clip in recorded for attempt in (1, 2)}
    assert len(paths) == 2 * len(recorded)


def test_walk_up_and_photo_are_different_pictures(tmp_path: Path) -> None:
    """No frame serves twice."""
    recordings = Recordings(tmp_path, 1)
    assert _pixels(recordings.path(Clip.A_ENTERS, FIRST_TRY)) != _pixels(
        recordings.path(Clip.A_PHOTO, FIRST_TRY)
    )


def test_nothing_is_recorded_of_the_kiosk(tmp_path: Path) -> None:
    """What will be asked there is drawn when somebody stands there; each try is another session."""
    recordings = Recordings(tmp_path, 1)
    with pytest.raises(ValueError, match="not recorded"):
        recordings.path(Clip.A_ENROLS, FIRST_TRY)
    sessions = {
        recordings.at_kiosk(clip, attempt)[1]
        for clip in (Clip.A_ENROLS, Clip.B_ENROLS)
        for attempt in (FIRST_TRY, FIRST_TRY + 1)
    }
    assert len(sessions) == 4
