"""T37: a dead recogniser keeps nobody in."""

from contextlib import suppress

import pytest

from fakes.gate_world import FakeLane, GateWorld, Rider
from faregate.errors import MachineError
from faregate.gate.actuator import Direction
from faregate.gate.lane import Lane

ADA = 1


@pytest.fixture
def exit_lane(world: GateWorld) -> FakeLane:
    """Give an exit at which a rider is unlocked and the recogniser is dead."""
    ada: Rider = world.enrol(ADA)
    world.travel(ada)
    world.faces.broken = True
    return world.make_lane(Direction.EXIT)


def test_t37_the_exit_opens(exit_lane: FakeLane) -> None:
    """The exit opens, and then tells that it is broken."""
    with suppress(MachineError):
        exit_lane.walk_up(ADA)
    assert len(exit_lane.turnstile.moves) == 1


def test_t37_twin_an_exit_that_waits_for_a_face(
    exit_lane: FakeLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its way out an exit would stay shut behind a dead recogniser."""

    def stay_shut(_lane: Lane) -> None:
        raise MachineError("shut", "Shut.", remedy="Repair it.")

    monkeypatch.setattr(Lane, "_let_out", stay_shut)
    with suppress(MachineError):
        exit_lane.walk_up(ADA)
    assert exit_lane.turnstile.moves == ()
