"""The demo's rider at the kiosk hears prompts while the frames are taken, and does as asked."""

from datetime import timedelta
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from faregate.clock import ManualClock
from faregate.demo.kiosk_camera import PromptedCamera, Unprompted, rider_of
from faregate.demo.world import OPENING
from faregate.face.challenge import Prompt
from faregate.ids import CameraId
from faregate.scenes.portraits import rider_a
from faregate.video.recording import ClipCodec, write_clip
from faregate.video.source import FileCamera, Pace

CAMERA = CameraId("kiosk-1")


def rider() -> PromptedCamera:
    """Let rider A sit down."""
    return PromptedCamera(
        CAMERA,
        rider_of(rider_a(), seed=1),
        clock=ManualClock(OPENING),
        pace=Pace.AS_FAST_AS_POSSIBLE,
    )


def filmed(prompts: dict[int, Prompt], frames: int = 16) -> list[NDArray[np.uint8]]:
    """Give the frames of somebody who hears prompts after some of them."""
    sitting, seen = rider(), []
    with sitting:
        for count, frame in enumerate(islice(sitting, frames)):
            seen.append(frame.pixels)
            if count in prompts:
                sitting.answer(prompts[count])
    return seen


def test_what_is_asked_shows_a_moment_later() -> None:
    """Until then the frames are those of somebody who heard nothing; `look_ahead` is no move."""
    unmoved = filmed({})
    again = filmed({0: Prompt.LOOK_AHEAD})
    turned = filmed({0: Prompt.TURN_LEFT})
    same = [bool((one == other).all()) for one, other in zip(unmoved, turned, strict=True)]
    assert all((one == other).all() for one, other in zip(unmoved, again, strict=True))
    assert all(same[:6])  # 0.35 s at 15 frames a second
    assert not any(same[8:])


def test_frames_are_a_cameras() -> None:
    """Named, in order, a fifteenth of a second apart; closed, it ends."""
    sitting = rider()
    with sitting:
        first, second = islice(sitting, 2)
        assert (first.camera, sitting.camera) == (CAMERA, CAMERA)
        assert first.captured_at == OPENING
        apart = second.captured_at - first.captured_at
        assert abs(apart - timedelta(seconds=1 / 15)) < timedelta(milliseconds=1)
    assert list(sitting) == []


def test_a_real_camera_stays_what_it_is(tmp_path: Path) -> None:
    """Whoever sits in front of it reads the prompts on the page."""
    path = tmp_path / "me.mkv"
    write_clip(path, iter([np.full((32, 32, 3), 90, np.uint8)] * 3), 15, codec=ClipCodec.MJPEG)
    source = FileCamera(CAMERA, path, clock=ManualClock(OPENING), pace=Pace.AS_FAST_AS_POSSIBLE)
    with Unprompted(source) as camera:
        camera.answer(Prompt.TURN_LEFT)
        assert [frame.camera for frame in camera] == [CAMERA] * 3
        assert camera.camera == CAMERA
