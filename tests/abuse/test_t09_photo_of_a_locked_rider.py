"""T09 (G9, G4): a picture of an enrolled rider who is not unlocked is as good as a stranger's."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from fakes.faces import PRINT
from fakes.gate_world import GateWorld, Rider
from faregate.gate.decision import CardReason
from faregate.gate.events import CardAsked
from faregate.gate.lane import Ending

ADA, EVE, STRANGER = 1, 2, 3
TIMES = 250


@pytest.fixture
def eve(world: GateWorld) -> Rider:
    """Let Eve travel, so that the camera is on; Ada is enrolled and not travelling."""
    world.enrol(ADA)
    eve = world.enrol(EVE)
    world.travel(eve)
    return eve


def shown_to(world: GateWorld, person: int, *, times: int) -> set[str]:
    """Hold up a picture again and again; give all that the lane ever showed."""
    lane = world.make_lane()
    for _ in range(times):
        assert lane.walk_up(person, live=PRINT) is Ending.CARD_ASKED
    return {event.shown for event in lane.events if isinstance(event, CardAsked)}


def test_t09_g9_a_thousand_pictures_never_open(world: GateWorld, eve: Rider) -> None:
    """It never opens, and what is shown can't be told from what a stranger's picture gets."""
    del eve
    of_ada = shown_to(world, ADA, times=TIMES)
    of_stranger = shown_to(world, STRANGER, times=TIMES)
    of_eve = shown_to(world, EVE, times=TIMES)
    assert of_ada == of_stranger == of_eve
    assert len(of_ada) == 1
    live = world.make_lane()
    for _ in range(TIMES):
        assert live.walk_up(ADA) is Ending.CARD_ASKED
    assert live.turnstile.moves == ()


@contextmanager
def _display_that_tells_the_reason(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(CardReason, "shown", property(lambda reason: reason.value))
        yield


def test_t09_twin_a_display_with_reasons_tells_them_apart(
    world: GateWorld, eve: Rider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the lane showed its reason, a live stranger and a picture could be told apart."""
    del eve
    with _display_that_tells_the_reason(monkeypatch):
        of_picture = shown_to(world, ADA, times=1)
        lane = world.make_lane()
        lane.walk_up(STRANGER)
        of_live = {event.shown for event in lane.events if isinstance(event, CardAsked)}
    assert of_picture != of_live
