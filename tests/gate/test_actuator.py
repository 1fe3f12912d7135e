"""The simulated turnstile keeps the contract of `Actuator`."""

from datetime import timedelta

import pytest

from faregate.gate.actuator import ActuatorEvent, Direction, Move, SimulatedTurnstile

TIMEOUT = timedelta(seconds=5)


def test_follows_its_script_then_lets_everyone_pass() -> None:
    """Every opening starts, then ends in exactly one way."""
    turnstile = SimulatedTurnstile([ActuatorEvent.TIMED_OUT, ActuatorEvent.ALARM])
    seen = [list(turnstile.open(Direction.ENTRY, timeout=TIMEOUT)) for _ in range(3)]
    assert seen == [
        [ActuatorEvent.STARTED, ActuatorEvent.TIMED_OUT],
        [ActuatorEvent.STARTED, ActuatorEvent.ALARM],
        [ActuatorEvent.STARTED, ActuatorEvent.PASSED],
    ]


def test_the_call_is_the_command() -> None:
    """It moves when told to, also if nobody reads what it reports."""
    turnstile = SimulatedTurnstile()
    turnstile.open(Direction.EXIT, timeout=TIMEOUT)
    assert turnstile.moves == (Move(Direction.EXIT, ActuatorEvent.PASSED),)


def test_a_fire_alarm_opens_it_for_everyone() -> None:
    """Free passage lasts until it is ended."""
    turnstile = SimulatedTurnstile()
    states = [turnstile.free_passage]
    turnstile.release()
    states.append(turnstile.free_passage)
    turnstile.restore()
    states.append(turnstile.free_passage)
    assert states == [False, True, False]


def test_refuses_senseless_orders() -> None:
    """A script holds outcomes, and waiting takes time."""
    with pytest.raises(ValueError, match="outcomes"):
        SimulatedTurnstile([ActuatorEvent.STARTED])
    with pytest.raises(ValueError, match="timeout"):
        SimulatedTurnstile().open(Direction.ENTRY, timeout=timedelta())
