"""The lane: one person after the other, from the camera to the turnstile and the outbox."""

import re
import time
from collections.abc import Generator
from dataclasses import asdict
from datetime import timedelta
from typing import Final

import pytest

from fakes.faces import LIVE, NOBODY, PRINT
from fakes.gate_world import FakeLane, GateWorld, Rider
from faregate.errors import MachineError
from faregate.gate.actuator import ActuatorEvent, Direction, Move
from faregate.gate.decision import CARD_REQUEST, CardReason
from faregate.gate.events import (
    CameraClosed,
    CameraOpened,
    CardAsked,
    FreePassage,
    LetOut,
    Moved,
    Opened,
)
from faregate.gate.lane import TICK_NS, Ending, wait_until

ADA, EVE = 1, 2
BEGAN_NS: Final = 1_000_000_000


@pytest.fixture
def ada(world: GateWorld) -> Rider:
    """Give a rider who is travelling."""
    rider = world.enrol(ADA)
    assert world.travel(rider, uses=4).status == "admitted"
    return rider


@pytest.fixture
def entry(world: GateWorld) -> FakeLane:
    """Give a lane that lets people in."""
    return world.make_lane(Direction.ENTRY)


@pytest.fixture
def exit_lane(world: GateWorld) -> FakeLane:
    """Give a lane that lets people out."""
    return world.make_lane(Direction.EXIT)


def kinds(lane: FakeLane) -> list[type]:
    """Give the kinds of events that a lane told."""
    return [type(event) for event in lane.events]


def outcomes(world: GateWorld) -> list[tuple[str, str]]:
    """Deliver, and give direction and outcome of each passage event."""
    world.poll()
    return [(one.direction, one.outcome) for one in world.office.read_passages()]


def reasons(lane: FakeLane) -> list[CardReason]:
    """Give why cards were asked for."""
    return [event.reason for event in lane.events if isinstance(event, CardAsked)]


def test_opens_for_a_rider_and_writes_it_down_first(
    world: GateWorld, ada: Rider, entry: FakeLane
) -> None:
    """The passage is on the disk before the turnstile moves, and its outcome follows."""
    rows_when_commanded: list[int] = []
    command = entry.turnstile.open

    def watched(direction: Direction, *, timeout: timedelta) -> object:
        rows_when_commanded.append(len(world.disk.rows))
        return command(direction, timeout=timeout)

    entry.turnstile.open = watched  # type: ignore[method-assign, assignment]  # only watched
    assert entry.walk_up(ADA) is Ending.PASSED
    assert rows_when_commanded == [1]
    assert outcomes(world) == [("entry", "authorised"), ("entry", "passed")]
    first, second = world.office.read_passages()
    assert (first.consent_id, first.lane) == (ada.consent_id, "entry-1")
    assert second.concerns == "harbour-1/1/1"


def test_tells_its_story_in_order(ada: Rider, entry: FakeLane) -> None:
    """Camera on, opened, started, camera off, passed; with the latency measured."""
    del ada
    entry.walk_up(ADA)
    assert kinds(entry) == [CameraOpened, Opened, CameraClosed, Moved, Moved]
    assert [event.event for event in entry.events if isinstance(event, Moved)] == [
        ActuatorEvent.STARTED,
        ActuatorEvent.PASSED,
    ]
    (opened,) = (event for event in entry.events if isinstance(event, Opened))
    assert 0.0 < opened.frame_to_open_ms < 1_000.0


def test_events_name_nobody_and_score_nothing(
    world: GateWorld, ada: Rider, entry: FakeLane
) -> None:
    """Whatever a lane tells, nothing in it leads to a rider or tells how like a face was."""
    entry.walk_up(ADA)
    entry.walk_up(EVE)
    entry.walk_up(ADA, live=PRINT)
    told = repr([asdict(event) for event in entry.events])
    world.poll()
    lease_ids = [one.lease_id for one in world.office.read_passages()]
    assert lease_ids
    for secret in (ada.consent_id, *lease_ids, "similarity", "liveness", "template"):
        assert secret not in told
    assert re.findall(r"\d\.\d+", told)  # the latency alone is a number with a fraction
    floats = [value for event in entry.events for value in asdict(event).values()]
    assert sum(isinstance(value, float) for value in floats) == 1


def test_the_camera_stays_closed_while_nobody_is_unlocked(
    world: GateWorld, entry: FakeLane
) -> None:
    """Without a live window whoever stands there is asked for the card, unseen."""
    world.enrol(ADA)
    assert entry.walk_up(ADA) is Ending.CARD_ASKED
    assert entry.camera.openings == 0
    assert reasons(entry) == [CardReason.NOBODY_UNLOCKED]


@pytest.mark.parametrize(
    ("person", "live", "reason"),
    [(EVE, LIVE, CardReason.UNKNOWN_FACE), (ADA, PRINT, CardReason.NOT_LIVE)],
    ids=["stranger", "print"],
)
def test_asks_others_for_the_card(
    world: GateWorld,
    ada: Rider,
    entry: FakeLane,
    person: int,
    live: int,
    reason: CardReason,
) -> None:
    """Neither a stranger nor a picture of the rider gets through, and both see the same words."""
    del ada
    assert entry.walk_up(person, live=live) is Ending.CARD_ASKED
    assert reasons(entry) == [reason]
    assert [event.shown for event in entry.events if isinstance(event, CardAsked)] == [CARD_REQUEST]
    assert entry.turnstile.moves == ()
    assert outcomes(world) == []
    assert world.faces.all_wiped()


@pytest.mark.parametrize(("frames", "ending"), [(2, Ending.CARD_ASKED), (0, Ending.NOBODY_CAME)])
def test_too_little_seen_is_no_answer(
    ada: Rider, entry: FakeLane, frames: int, ending: Ending
) -> None:
    """Whoever turns away is asked for the card; nobody is asked nothing."""
    del ada
    assert entry.walk_up(ADA, frames=frames) is ending
    assert reasons(entry) == ([CardReason.NO_CLEAR_VIEW] if frames else [])


def test_probes_are_wiped_whatever_the_answer(
    world: GateWorld, ada: Rider, entry: FakeLane
) -> None:
    """After each walk-up no embedding of anybody is in the clear but the riders' present."""
    del ada
    for person in (ADA, EVE):
        entry.walk_up(person)
    assert len(world.faces.given) == 3  # one reference at the kiosk, two probes here
    assert world.faces.all_wiped()


def test_a_lease_that_ends_meanwhile_closes_the_camera(
    world: GateWorld, ada: Rider, entry: FakeLane
) -> None:
    """A stop is heard in the middle of an approach: no answer comes from what was seen."""
    stop = ada.wallet.stop()
    add = world.faces.approach

    def stopped_meanwhile(*args: object) -> object:
        world.line.stop([stop])
        return add(*args)  # type: ignore[arg-type]  # passed through

    world.faces.approach = stopped_meanwhile  # type: ignore[method-assign, assignment]
    assert entry.walk_up(ADA) is Ending.CARD_ASKED
    assert reasons(entry) == [CardReason.NOBODY_UNLOCKED]
    assert not entry.camera.is_open
    assert world.faces.embedded == 0


@pytest.mark.parametrize(
    ("reported", "ending", "written"),
    [
        (ActuatorEvent.TIMED_OUT, Ending.TIMED_OUT, "timed_out"),
        (ActuatorEvent.ALARM, Ending.ALARM, "timed_out"),
    ],
)
def test_writes_down_what_became_of_it(
    world: GateWorld, ada: Rider, reported: ActuatorEvent, ending: Ending, written: str
) -> None:
    """Nobody went through, or nobody knows who did: in doubt the rider does not pay."""
    del ada
    entry = world.make_lane(script=[reported])
    assert entry.walk_up(ADA) is ending
    assert outcomes(world) == [("entry", "authorised"), ("entry", written)]


def test_a_full_disk_asks_for_the_card(world: GateWorld, ada: Rider, entry: FakeLane) -> None:
    """A ride that can't be written down is not begun."""
    del ada
    world.line.outbox._rows_max = 0  # type: ignore[attr-defined]  # of the fake
    assert entry.walk_up(ADA) is Ending.CARD_ASKED
    assert reasons(entry) == [CardReason.CANNOT_RECORD]
    assert entry.turnstile.moves == ()


@pytest.mark.parametrize("broken", ["next_id", "add"])
def test_a_broken_disk_asks_for_the_card(
    ada: Rider, entry: FakeLane, world: GateWorld, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Nor is a ride begun on a disk that can't even be read; the lane stays up, and nobody pays."""
    del ada

    def fail(*_: object) -> None:
        raise MachineError("outbox_unusable", "It fails.", remedy="Mend it.")

    monkeypatch.setattr(world.line.outbox, broken, fail)
    assert entry.walk_up(ADA) is Ending.CARD_ASKED
    assert reasons(entry) == [CardReason.CANNOT_RECORD]
    assert world.line.unlocked == 1


def test_an_exit_closes_the_journey_of_a_recognised_rider(
    world: GateWorld, ada: Rider, exit_lane: FakeLane
) -> None:
    """A passage in the direction exit is recorded."""
    del ada
    assert exit_lane.walk_up(ADA) is Ending.PASSED
    assert outcomes(world) == [("exit", "authorised"), ("exit", "passed")]


@pytest.mark.parametrize("person", [EVE, NOBODY], ids=["a stranger", "an unseen person"])
def test_an_exit_lets_everyone_out(
    world: GateWorld, ada: Rider, exit_lane: FakeLane, person: int
) -> None:
    """No exit depends on a face, and nothing is recorded of whoever was not recognised."""
    del ada
    assert exit_lane.walk_up(person) is Ending.LET_OUT
    assert exit_lane.turnstile.moves == (Move(Direction.EXIT, ActuatorEvent.PASSED),)
    assert LetOut in kinds(exit_lane)
    assert outcomes(world) == []


def test_an_exit_without_anybody_unlocked_opens_without_a_camera(exit_lane: FakeLane) -> None:
    """The camera is no part of getting out."""
    assert exit_lane.walk_up(ADA) is Ending.LET_OUT
    assert exit_lane.camera.openings == 0
    assert len(exit_lane.turnstile.moves) == 1


def test_a_dead_recogniser_keeps_nobody_in(
    world: GateWorld, ada: Rider, entry: FakeLane, exit_lane: FakeLane
) -> None:
    """The exit opens first, then the error is told; an entry stays shut, for the card."""
    del ada
    world.faces.broken = True
    with pytest.raises(MachineError):
        exit_lane.walk_up(ADA)
    with pytest.raises(MachineError):
        entry.walk_up(ADA)
    assert (len(exit_lane.turnstile.moves), len(entry.turnstile.moves)) == (1, 0)
    assert not exit_lane.camera.is_open
    assert not entry.camera.is_open


@pytest.mark.parametrize("fault", ["recogniser", "camera"])
def test_an_attended_exit_that_breaks_keeps_nobody_in(
    world: GateWorld, ada: Rider, exit_lane: FakeLane, fault: str
) -> None:
    """Also on a live camera the exit opens first, once, then the error is told."""
    del ada
    exit_lane.camera.show(ADA)
    world.faces.broken = fault == "recogniser"
    exit_lane.camera.lost = fault == "camera"
    with pytest.raises(MachineError):
        list(exit_lane.lane.attend())
    assert exit_lane.turnstile.moves == (Move(Direction.EXIT, ActuatorEvent.PASSED),)
    assert outcomes(world) == []


def test_whoever_stops_attending_opens_nothing(ada: Rider, exit_lane: FakeLane) -> None:
    """A lane that is shut down between two persons is no fault."""
    del ada
    exit_lane.camera.show(ADA)
    endings = exit_lane.lane.attend()
    assert next(endings) is Ending.PASSED
    assert isinstance(endings, Generator)
    endings.close()
    assert len(exit_lane.turnstile.moves) == 1
    assert not exit_lane.camera.is_open


def test_a_lost_camera_keeps_nobody_in(ada: Rider, exit_lane: FakeLane) -> None:
    """The exit opens when its camera fails."""
    del ada
    exit_lane.camera.lost = True
    with pytest.raises(MachineError):
        exit_lane.walk_up(ADA)
    assert len(exit_lane.turnstile.moves) == 1


def test_in_free_passage_nobody_is_looked_at(ada: Rider, entry: FakeLane) -> None:
    """During an evacuation the lane neither looks nor charges."""
    del ada
    entry.turnstile.release()
    assert entry.walk_up(ADA) is Ending.FREE_PASSAGE
    assert list(entry.lane.attend()) == []
    assert kinds(entry) == [FreePassage]
    assert entry.camera.openings == 0


def test_attends_to_one_person_after_the_other(
    world: GateWorld, ada: Rider, entry: FakeLane
) -> None:
    """On a live camera, a second answer needs somebody new in the picture."""
    del ada
    entry.camera.people = [
        *[(EVE, LIVE)] * 8,
        (NOBODY, 0),
        *[(ADA, LIVE)] * 8,
        (NOBODY, 0),
    ]
    assert list(entry.lane.attend()) == [Ending.CARD_ASKED, Ending.PASSED]
    assert entry.camera.openings == 1
    assert not entry.camera.is_open
    assert world.faces.embedded == 6


def test_attends_no_longer_than_a_window_is_live(
    world: GateWorld, ada: Rider, entry: FakeLane
) -> None:
    """After the last use the camera is closed, whoever still stands there."""
    del ada
    entry.camera.people = [(ADA, LIVE), (ADA, LIVE), (ADA, LIVE), (NOBODY, 0)] * 9
    assert list(entry.lane.attend()) == [Ending.PASSED] * 4
    assert not world.line.camera_may_open()
    assert list(entry.lane.attend()) == []
    assert entry.camera.openings == 1


class SlowLook:
    """A clock on which three frames arrive at once, and looking at them takes a while."""

    def __init__(self, world: GateWorld, *, took_ns: int) -> None:
        """Let the look take `took_ns`."""
        self.now = world.log_world.clock.now
        self._readings = iter([BEGAN_NS] * 3)
        self._after_ns = BEGAN_NS + took_ns

    def monotonic_ns(self) -> int:
        """Give the time."""
        return next(self._readings, self._after_ns)


@pytest.mark.parametrize("person", [ADA, EVE], ids=["rider", "stranger"])
@pytest.mark.parametrize("took_ns", [0, 1, TICK_NS, 7 * TICK_NS + 3])
def test_answers_leave_on_a_tick(world: GateWorld, ada: Rider, person: int, took_ns: int) -> None:
    """Whatever the answer, it waits for the next multiple of 50 ms since the first face frame."""
    del ada
    clock = SlowLook(world, took_ns=took_ns)
    world.line.clock = clock
    waited: list[int] = []
    lane = world.make_lane(wait=waited.append)
    lane.camera.clock = clock
    lane.walk_up(person)
    (until_ns,) = waited
    assert (until_ns - BEGAN_NS) % TICK_NS == 0
    assert 0 <= until_ns - (BEGAN_NS + took_ns) < TICK_NS


def test_waits_on_the_monotonic_clock() -> None:
    """A tick ahead is waited for; one that went by is no wait."""
    until_ns = time.monotonic_ns() + 2_000_000
    wait_until(until_ns)
    wait_until(0)
    assert time.monotonic_ns() >= until_ns
