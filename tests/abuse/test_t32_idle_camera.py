"""T32 (G9): while nobody is unlocked at the line, the camera is never opened."""

from datetime import timedelta

import pytest

from fakes.gate_world import GateWorld, Rider
from faregate.gate.actuator import Direction
from faregate.gate.lane import Ending
from faregate.gate.line import GateLine

ADA = 1


@pytest.fixture
def ada(world: GateWorld) -> Rider:
    """Give a rider who enrolled."""
    return world.enrol(ADA)


def openings(world: GateWorld) -> int:
    """Let somebody walk up to each kind of lane; count how often a camera was opened."""
    lanes = [world.make_lane(direction) for direction in Direction]
    for lane in lanes:
        lane.walk_up(ADA)
        list(lane.lane.attend())
    return sum(lane.camera.openings for lane in lanes)


def test_t32_g9_nobody_unlocked_camera_closed(world: GateWorld, ada: Rider) -> None:
    """Before a lease, after its stop, end and last use: not one opening, nobody embedded."""
    assert openings(world) == 0
    world.travel(ada)
    world.line.stop([ada.wallet.stop()])
    assert openings(world) == 0
    world.travel(ada, duration=timedelta(minutes=5))
    world.advance(timedelta(minutes=5))
    assert openings(world) == 0
    world.poll()
    world.travel(ada, uses=1)
    lane = world.make_lane()
    assert lane.walk_up(ADA) is Ending.PASSED
    embedded = world.faces.embedded
    assert openings(world) == 0
    assert world.faces.embedded == embedded


def test_t32_twin_a_line_that_always_looks(
    world: GateWorld, ada: Rider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the question whether anybody is unlocked, everybody is filmed and embedded."""
    del ada
    monkeypatch.setattr(GateLine, "camera_may_open", lambda _line: True)
    assert openings(world) > 0
    assert world.faces.embedded > 0
