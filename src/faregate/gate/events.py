"""What a lane tells the world while it works: no score, no template, nobody's name.

A passage id leads to a rider only through the sealed passage, which the office alone opens.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from faregate.gate.actuator import ActuatorEvent, Direction
from faregate.gate.decision import CardReason
from faregate.ids import CameraId, LaneId, PassageId


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraOpened:
    """The face camera of the lane was opened: somebody's window is live at this line."""

    lane: LaneId
    at: datetime
    camera: CameraId


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraClosed:
    """The face camera was closed."""

    lane: LaneId
    at: datetime
    camera: CameraId


@dataclass(frozen=True, slots=True, kw_only=True)
class CardAsked:
    """Somebody was asked for the card. `reason` is for counters, never for the display."""

    lane: LaneId
    at: datetime
    direction: Direction
    reason: CardReason

    @property
    def shown(self) -> str:
        """What the lane shows."""
        return self.reason.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The passage was recorded, then the actuator was commanded.

    `frame_to_open_ms` runs from the arrival of the frame that completed the evidence to the
    command, on the monotonic clock.
    """

    lane: LaneId
    at: datetime
    direction: Direction
    passage_id: PassageId
    frame_to_open_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LetOut:
    """An exit was opened for somebody who was not recognised: nothing is recorded of them."""

    lane: LaneId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FreePassage:
    """The lane stands open for everyone; nobody is looked at."""

    lane: LaneId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The actuator reported: started, passed, timed out, or an alarm."""

    lane: LaneId
    at: datetime
    direction: Direction
    event: ActuatorEvent


LaneEvent = CameraOpened | CameraClosed | CardAsked | Opened | LetOut | FreePassage | Moved
OnLaneEvent = Callable[[LaneEvent], None]
