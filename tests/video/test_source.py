"""Sources open when told, count it, pace themselves, and say clearly what is wrong."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from faregate.clock import ManualClock
from faregate.errors import FaregateError, InvalidInputError, MachineError
from faregate.ids import CameraId
from faregate.video.recording import write_clip
from faregate.video.source import (
    DeviceCamera,
    DeviceInput,
    FileCamera,
    FrameSource,
    Pace,
    parse_device,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
LANE = CameraId("lane-1")
PATTERN = DeviceInput(url="testsrc=size=64x48:rate=50", container_format="lavfi")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Write ten frames at 20 a second; the frame's number is its grey."""
    path = tmp_path / "clip.mkv"
    write_clip(path, (np.full((24, 32, 3), 10 * n, np.uint8) for n in range(10)), 20)
    return path


def file_camera(path: Path, pace: Pace = Pace.AS_FAST_AS_POSSIBLE) -> FileCamera:
    """Make a camera of a file."""
    return FileCamera(LANE, path, clock=ManualClock(NOON), pace=pace)


@pytest.fixture(params=["file", "device"])
def source_and_openings(
    request: pytest.FixtureRequest, clip: Path
) -> tuple[FrameSource, list[CameraId]]:
    """Give one source of each kind, and the list that its observer fills."""
    openings: list[CameraId] = []
    clock = ManualClock(NOON)
    if request.param == "device":
        return DeviceCamera(LANE, PATTERN, clock=clock, on_open=openings.append), openings
    pace = Pace.AS_FAST_AS_POSSIBLE
    return FileCamera(LANE, clip, clock=clock, pace=pace, on_open=openings.append), openings


def test_every_source_keeps_the_contract(
    source_and_openings: tuple[FrameSource, list[CameraId]],
) -> None:
    """Nothing opens by itself, each opening is counted, and a source can be opened again."""
    source, openings = source_and_openings
    assert (source.camera, openings) == (LANE, [])
    for count in (1, 2):
        with source:
            frames = [frame for _, frame in zip(range(3), source, strict=False)]
        source.close()
        assert openings == [LANE] * count
        assert len(frames) == 3
        assert {frame.camera for frame in frames} == {LANE}
        assert all(NOON <= frame.captured_at < NOON + timedelta(seconds=30) for frame in frames)
        taken = [frame.captured_at for frame in frames]
        assert taken == sorted(set(taken))


def test_every_source_ends_when_closed(
    source_and_openings: tuple[FrameSource, list[CameraId]],
) -> None:
    """Closing in the middle of the loop ends it; a closed source gives nothing."""
    source, _ = source_and_openings
    count = 0
    source.open()
    for _ in source:
        count += 1
        source.close()
    assert count == 1
    with pytest.raises(RuntimeError, match="not open"):
        next(iter(source))


def test_a_file_gives_every_frame_with_its_time(clip: Path) -> None:
    """As fast as possible: all ten, stamped by business time and their own pts."""
    with file_camera(clip) as source:
        frames = list(source)
    assert [int(frame.pixels[0, 0, 0]) for frame in frames] == [10 * n for n in range(10)]
    assert [frame.captured_at - NOON for frame in frames] == [
        timedelta(milliseconds=50 * n) for n in range(10)
    ]


def test_real_time_takes_as_long_as_the_clip(clip: Path) -> None:
    """The last of ten frames at 20 a second comes 450 ms after the first."""
    with file_camera(clip, Pace.REAL_TIME) as source:
        frames = list(source)
    assert frames[-1].received_ns - frames[0].received_ns >= 350_000_000


def test_real_time_skips_what_is_late(clip: Path) -> None:
    """A slow reader misses frames, as with a live camera, and never sees old ones."""
    with file_camera(clip, Pace.REAL_TIME) as source:
        greys = []
        for frame in source:
            greys.append(int(frame.pixels[0, 0, 0]))
            if len(greys) == 1:
                time.sleep(0.3)
    assert greys[0] == 0
    assert greys[1] >= 30
    assert greys[-1] == 90


def test_a_live_camera_gives_the_newest_frame() -> None:
    """After a pause the next frame is of now: nothing queued up meanwhile."""
    with DeviceCamera(LANE, PATTERN, clock=ManualClock(NOON)) as source:
        frames = iter(source)
        first = next(frames)
        time.sleep(0.3)
        second = next(frames)
    assert second.captured_at - first.captured_at >= timedelta(seconds=0.3)
    assert (first.pixels != second.pixels).any()


def test_a_camera_that_ends_is_lost() -> None:
    """A camera never just ends: it was unplugged."""
    short = DeviceInput(url="testsrc=size=64x48:rate=50:duration=0.1", container_format="lavfi")
    with (
        DeviceCamera(LANE, short, clock=ManualClock(NOON)) as source,
        pytest.raises(MachineError, match="gives no more frames") as lost,
    ):
        for _ in source:
            pass
    assert lost.value.code == "camera_lost"


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "video_missing"), (b"", "video_unreadable"), (b"not a video" * 99, "video_unreadable")],
    ids=["missing", "empty", "junk"],
)
def test_a_bad_file_is_named(content: bytes | None, code: str, tmp_path: Path) -> None:
    """One clear line, with what to do; the observer sees no opening."""
    path = tmp_path / "walk.mkv"
    if content is not None:
        path.write_bytes(content)
    openings: list[CameraId] = []
    source = FileCamera(
        LANE, path, clock=ManualClock(NOON), pace=Pace.REAL_TIME, on_open=openings.append
    )
    with pytest.raises(FaregateError, match=r"walk\.mkv") as error:
        source.open()
    assert (error.value.code, error.value.exit_code, openings) == (code, 2, [])


def test_a_file_without_video_is_refused(tmp_path: Path) -> None:
    """Sound alone is no camera."""
    path = tmp_path / "sound.mkv"
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        silence = np.zeros((1, 800), np.int16)
        sound = av.AudioFrame.from_ndarray(silence, format="s16", layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    with pytest.raises(InvalidInputError, match="has no video in it"):
        file_camera(path).open()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """Pictures overwritten with junk are an error, not the end of the clip."""
    path = tmp_path / "clip.mkv"
    chance = np.random.default_rng(0)
    write_clip(path, (chance.integers(0, 255, (48, 64, 3), np.uint8) for _ in range(10)), 20)
    whole = path.read_bytes()
    path.write_bytes(whole[:600] + b"\xff" * (len(whole) - 600))
    with file_camera(path) as source, pytest.raises(InvalidInputError, match=r"clip\.mkv"):
        list(source)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("0", "/dev/video0"),
        ("12", "/dev/video12"),
        ("/dev/video3", "/dev/video3"),
        ("rtsp://camera.example/1", "rtsp://camera.example/1"),
    ],
)
def test_reads_what_people_call_a_camera(text: str, url: str) -> None:
    """A number, a device path or an RTSP address."""
    assert parse_device(text).url == url


@pytest.mark.parametrize("text", ["", "-1", "front door", "http://camera.example/1", "/dev/sda"])
def test_refuses_what_is_no_camera(text: str) -> None:
    """Anything else is refused before anything is opened."""
    with pytest.raises(InvalidInputError, match="is not a camera"):
        parse_device(text)


def test_a_missing_camera_is_named() -> None:
    """No such device: one line with the name and the remedy."""
    camera = DeviceCamera(LANE, parse_device("987"), clock=ManualClock(NOON))
    with pytest.raises(MachineError, match="/dev/video987 can't be opened") as error:
        camera.open()
    assert error.value.code == "camera_missing"


def test_too_many_pixels_are_refused() -> None:
    """A picture larger than 4K is refused at opening, before one is decoded."""
    huge = DeviceInput(url="testsrc=size=4096x4096:rate=1", container_format="lavfi")
    with pytest.raises(InvalidInputError, match="4096 x 4096"):
        DeviceCamera(LANE, huge, clock=ManualClock(NOON)).open()
