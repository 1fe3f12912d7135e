"""One camera from its pictures to what is told: rate, postures, tracker, watch."""

from datetime import datetime
from typing import Protocol

from faregate.assist.events import WatchEvent
from faregate.assist.posture import Posture
from faregate.assist.rate_control import RateControl
from faregate.assist.settings import AssistSettings
from faregate.assist.tracker import Tracker
from faregate.assist.watch import DownWatch
from faregate.assist.zones import CameraZones
from faregate.video.frame import Frame


class Looker(Protocol):
    """Finds the people of a picture, each once."""

    def look(self, frame: Frame) -> tuple[Posture, ...]:
        """Give their postures, best score first. The picture is not kept."""


class CameraWatch:
    """The people of one camera over time. One per camera; several may share a looker."""

    def __init__(self, looker: Looker, zones: CameraZones, settings: AssistSettings) -> None:
        self._looker = looker
        self._rate = RateControl(settings.rate)
        self._tracker = Tracker()
        self.watch = DownWatch(settings.watch, zones)
        self.looks = 0
        """How many pictures were looked at."""

    def may_be_due(self, at: datetime) -> bool:
        """Whether a picture of that time is worth converting and showing to `see`."""
        return self._rate.may_be_due(at)

    def see(self, frame: Frame) -> tuple[WatchEvent, ...]:
        """Take one picture, and tell what follows. Many pictures are passed over: see `rate`."""
        at = frame.captured_at
        if not self._rate.is_due(frame.pixels, at):
            return ()
        self.looks += 1
        events = self.watch.update(self._tracker.update(self._looker.look(frame), at), at)
        if self.watch.is_anxious:
            self._rate.liven(at)
        return events
