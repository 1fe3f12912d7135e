"""What moves: the turnstile or door of one lane."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, Protocol

MOVES_MAX: Final = 10_000


class Direction(StrEnum):
    """Which way a lane lets people through."""

    ENTRY = "entry"
    EXIT = "exit"


class ActuatorEvent(StrEnum):
    """What the mechanism reports of one opening."""

    STARTED = "started"  # the mechanism moves
    PASSED = "passed"
    TIMED_OUT = "timed_out"  # nobody went through; closed again
    ALARM = "alarm"  # jammed, forced, or two went through: staff look


class Actuator(Protocol):
    """One turnstile. Used by one lane; a fire alarm opens it in hardware, past this software."""

    @property
    def free_passage(self) -> bool:
        """Whether everyone goes through: fire, evacuation, or an order of the staff."""

    def open(self, direction: Direction, *, timeout: timedelta) -> Iterator[ActuatorEvent]:
        """Command one opening now; the command is given by the call, not by the iteration.

        Gives `STARTED`, then exactly one of the others; or `ALARM` alone if nothing moved. The
        iteration ends within `timeout` and what the mechanism needs to close.
        """


@dataclass(frozen=True, slots=True)
class Move:
    """One opening that a simulated turnstile was told to make, and how it ended."""

    direction: Direction
    outcome: ActuatorEvent


class SimulatedTurnstile:
    """A turnstile without a motor. It follows a script, then lets everyone pass; never waits."""

    def __init__(self, script: Iterable[ActuatorEvent] = ()) -> None:
        self._script = list(script)
        if ActuatorEvent.STARTED in self._script:
            raise ValueError("a script names outcomes; every opening starts by itself")
        self._moves: list[Move] = []
        self._free = False

    @property
    def free_passage(self) -> bool:
        """Whether the wings stand open."""
        return self._free

    @property
    def moves(self) -> tuple[Move, ...]:
        """What it was told to do so far, at most the last `MOVES_MAX`."""
        return tuple(self._moves)

    def open(self, direction: Direction, *, timeout: timedelta) -> Iterator[ActuatorEvent]:
        """Follow the script by one step."""
        if timeout <= timedelta():
            raise ValueError(f"timeout must be positive, got {timeout}")
        outcome = self._script.pop(0) if self._script else ActuatorEvent.PASSED
        self._moves.append(Move(direction, outcome))
        del self._moves[:-MOVES_MAX]
        return iter((ActuatorEvent.STARTED, outcome))

    def release(self) -> None:
        """Open the wings for everyone, as a fire alarm does."""
        self._free = True

    def restore(self) -> None:
        """End the free passage."""
        self._free = False
