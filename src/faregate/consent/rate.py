"""A limit for what anybody may do without a login, in memory alone: nothing about anyone is kept.

It bounds the whole store. Limits by address, also in memory only, are the web server's.
"""

import threading
from collections import deque
from datetime import datetime, timedelta

from faregate.errors import InvalidInputError


class RateLimit:
    """At most `events_max` events in any running `window`."""

    def __init__(self, events_max: int, *, window: timedelta) -> None:
        self._window = window
        self._times: deque[datetime] = deque(maxlen=events_max)
        self._lock = threading.Lock()

    def take(self, now: datetime) -> None:
        """Count one event. Raises `InvalidInputError` (`rate_limit`) if there were too many."""
        with self._lock:
            full = len(self._times) == self._times.maxlen
            if full and now - self._times[0] < self._window:
                raise InvalidInputError(
                    "rate_limit",
                    "Too many requests came in a short time.",
                    remedy=f"Try again in {int(self._window.total_seconds())} s.",
                )
            self._times.append(now)
