"""Business time is moved by a script; elapsed time is not."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from faregate.clock import ManualClock, SystemClock

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_manual_clock_moves_forward_only() -> None:
    """A script may stand still or go on, never back."""
    clock = ManualClock(NOON)
    clock.advance(timedelta(minutes=5))
    assert clock.now() == NOON + timedelta(minutes=5)
    with pytest.raises(ValueError, match="time does not go back"):
        clock.move_to(NOON)


def test_manual_clock_answers_in_utc() -> None:
    """Whatever zone the script thinks in, business time is UTC."""
    clock = ManualClock(NOON.astimezone(timezone(timedelta(hours=2))))
    assert clock.now().tzinfo is UTC
    with pytest.raises(ValueError, match="aware"):
        ManualClock(NOON.replace(tzinfo=None))


@pytest.mark.parametrize("clock", [ManualClock(NOON), SystemClock()], ids=["manual", "system"])
def test_elapsed_time_is_real(clock: ManualClock | SystemClock) -> None:
    """Latencies are measured on the machine's monotonic clock, whatever business time does."""
    before = clock.monotonic_ns()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic_ns() >= before > 0
