"""Time from outside: business time may be moved by a script, latency never is."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The only way to ask what time it is. Pure code gets instants as arguments instead."""

    def now(self) -> datetime:
        """Give the business time: aware, in UTC."""

    def monotonic_ns(self) -> int:
        """Give real elapsed time for measuring latency. Moving business time does not move it."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Give the machine's time in UTC."""
        return datetime.now(UTC)

    def monotonic_ns(self) -> int:
        """Give the machine's monotonic clock in nanoseconds."""
        return time.monotonic_ns()


class ManualClock:
    """Business time that stands still until a script moves it; forward only."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("start must be an aware datetime")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Give the time that the script set."""
        return self._now

    def monotonic_ns(self) -> int:
        """Give the machine's monotonic clock in nanoseconds: latencies stay real."""
        return time.monotonic_ns()

    def advance(self, step: timedelta) -> None:
        """Move forward by `step`."""
        self.move_to(self._now + step)

    def move_to(self, instant: datetime) -> None:
        """Move forward to `instant`. Raises `ValueError` for an instant in the past."""
        if instant < self._now:
            raise ValueError(f"time does not go back: {instant} is before {self._now}")
        self._now = instant.astimezone(UTC)
