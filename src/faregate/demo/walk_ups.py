"""Somebody in front of a lane: which recording the camera plays, and what is shown of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from faregate.config import Config
from faregate.demo.at_rest import fingerprints
from faregate.demo.cameras import Cameras
from faregate.demo.clips import FIRST_TRY, Clip
from faregate.demo.kiosk_camera import KioskCamera
from faregate.demo.rider import Rider
from faregate.demo.stage import LaneView, Stage, Tone
from faregate.demo.tally import Staged, Tally
from faregate.demo.world import HARBOUR, KIOSK, MUSEUM, World
from faregate.gate.actuator import ActuatorEvent, Direction, SimulatedTurnstile
from faregate.gate.decision import CardReason
from faregate.gate.events import (
    CameraClosed,
    CameraOpened,
    CardAsked,
    FreePassage,
    LaneEvent,
    LetOut,
    Moved,
    Opened,
)
from faregate.gate.lane import Ending, Lane, LaneSettings
from faregate.ids import CameraId, LaneId, LineId

_DIRECTIONS: Final = {HARBOUR: Direction.ENTRY, MUSEUM: Direction.EXIT}
_WHY: Final = {
    CardReason.NOBODY_UNLOCKED: "nobody is unlocked, so the camera stayed off",
    CardReason.NO_CLEAR_VIEW: "no clear view",
    CardReason.LIST_STALE: "cut off for too long to know who withdrew",
    CardReason.NOT_LIVE: "not a live face",
    CardReason.UNKNOWN_FACE: "like nobody who is unlocked here",
    CardReason.AMBIGUOUS_FACE: "like two riders who are unlocked here",
    CardReason.STOPPED: "stopped",
    CardReason.WITHDRAWN: "withdrawn",
    CardReason.NOT_YET_VALID: "not yet valid",
    CardReason.EXPIRED: "expired",
    CardReason.NO_USES_LEFT: "no uses left",
    CardReason.DENIED: "a debt is open",
    CardReason.CANNOT_RECORD: "the ride could not be written down",
}
"""For the audience of the demo: a real lane never tells the reason."""
_OPEN: Final = {Direction.ENTRY: "Welcome", Direction.EXIT: "Goodbye"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkUp:
    """What the script puts in front of a lane."""

    clip: Clip
    staged: Staged
    who: str
    """For the audience; no part of the system has it."""
    shows: Rider | None = None
    """Whom a print is of."""
    attempt: int = FIRST_TRY


class WalkUps:
    """Plays walk-ups at the lanes of a world. Used by one thread."""

    def __init__(
        self, world: World, *, stage: Stage, tally: Tally, cameras: Cameras, config: Config
    ) -> None:
        self._world = world
        self._stage = stage
        self._tally = tally
        self._cameras = cameras
        self._config = config
        self._turnstiles: Mapping[LineId, SimulatedTurnstile] = {
            line: SimulatedTurnstile() for line in world.gates
        }

    def kiosk_camera(self, clip: Clip, attempt: int) -> KioskCamera:
        """Give the kiosk's camera."""
        return self._cameras.at_kiosk(CameraId(KIOSK), clip, attempt)

    def play(self, line: LineId, walk_up: WalkUp) -> Ending:
        """Let somebody walk up to the lane of a line."""
        direction, who = _DIRECTIONS[line], walk_up.who
        self._stage.show_lane(replace(self._stage.lane(line), in_front=who))
        gate = self._world.gates[line].line
        lane = Lane(
            gate,
            LaneSettings(
                lane=LaneId(f"{line}-1"), direction=direction, zone=self._config.gate.zone
            ),
            camera=self._cameras.source(
                CameraId(f"{line}-face"),
                walk_up.clip,
                walk_up.attempt,
                lambda _camera: self._tally.on_camera_open(unlocked=gate.unlocked),
            ),
            faces=self._world.faces,
            actuator=self._turnstiles[line],
            on_event=lambda event: self._on_event(line, who, event),
        )
        rider = walk_up.shows.consent_id if walk_up.shows else None
        turnstile, files = self._turnstiles[line], fingerprints(self._world.folder)
        openings = len(turnstile.moves)
        with self._tally.staging(
            walk_up.staged, direction, network_up=self._world.network.up, rider=rider
        ) as seen:
            seen.is_second_try = walk_up.attempt > FIRST_TRY
            ending = lane.walk_up()
        seen.device_openings = len(turnstile.moves) - openings
        seen.files_changed = len(files.items() ^ fingerprints(self._world.folder).items())
        return ending

    def _on_event(self, line: LineId, who: str, event: LaneEvent) -> None:
        self._tally.on_lane_event(event)
        lane = self._stage.lane(line)
        match event:
            case CameraOpened():
                self._stage.show_lane(
                    replace(lane, camera_open=True, display="Welcome, come closer")
                )
            case CameraClosed():
                self._stage.show_lane(replace(lane, camera_open=False))
            case CardAsked(reason=reason):
                self._stage.show_lane(replace(lane, display=event.shown, tone=Tone.CARD))
                self._tell(lane, f"{who}: asked for a card ({_WHY[reason]}).", Tone.CARD)
            case Opened():
                self._show_open(lane, event.direction)
                self._tell(lane, f"{who}: the gate opened.", Tone.GOOD)
            case LetOut():
                self._show_open(lane, Direction.EXIT)
                self._tell(lane, f"{who} was let out, as everyone is; not recognised.", Tone.CALM)
            case FreePassage():
                self._show_open(lane, Direction.EXIT)
            case Moved(event=ActuatorEvent.PASSED):
                self._stage.show_lane(replace(lane, gate_open=False))
            case Moved():
                pass

    def _show_open(self, lane: LaneView, direction: Direction) -> None:
        self._stage.show_lane(
            replace(lane, gate_open=True, display=_OPEN[direction], tone=Tone.GOOD)
        )

    def _tell(self, lane: LaneView, text: str, tone: Tone) -> None:
        self._stage.tell(self._world.clock.now(), f"{lane.place}: {text}", tone)
