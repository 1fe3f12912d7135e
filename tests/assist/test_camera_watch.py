"""A camera's pictures become what is told, at the rate that is needed."""

from datetime import UTC, datetime, timedelta

from fakes.seen_people import SeenPeople, picture
from faregate.assist.camera_watch import CameraWatch
from faregate.assist.events import HelpNeeded, NeedKind
from faregate.assist.settings import AssistSettings
from faregate.assist.zones import CameraZones
from faregate.ids import CameraId
from faregate.video.frame import Frame

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_a_fall_in_front_of_a_camera() -> None:
    """Of ten pictures a second, at most five are looked at; the alert comes five seconds after."""
    looker = SeenPeople()
    camera = CameraWatch(looker, CameraZones(camera="north", place="North"), AssistSettings())
    needed = []
    for number in range(120):
        who = 1 if number < 40 else 2
        frame = Frame(
            camera=CameraId("north"),
            captured_at=NOON + timedelta(seconds=number / 10),
            received_ns=0,
            pixels=picture(who, tick=number // 10 if number < 40 else 0),
        )
        needed += [one for one in camera.see(frame) if isinstance(one, HelpNeeded)]
    assert [(one.kind, one.since) for one in needed] == [
        (NeedKind.FALLEN, NOON + timedelta(seconds=4))
    ]
    assert needed[0].at <= NOON + timedelta(seconds=9.5)
    assert 40 <= looker.looks == camera.looks <= 62
