"""How often a camera is looked at: motion raises the rate, nothing lowers it under 1 a second.

Looking only where something moves would lose the very person to be found: within 8 s of lying still
they are background.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.errors import ConfigurationError

_GRID: Final = 32
"""Rows and columns that a picture is thinned out to for seeing motion: somebody 70 px long in a
picture of 320 px still covers several points."""

_STEP_MIN: Final = 12
"""Grey levels of 255 from which a point has changed; camera noise has a deviation of 2 to 5."""

_POINTS_MIN: Final = 4
"""Changed points that are motion: one alone may be noise, or a lamp."""

_FPS_LOWEST: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePolicy:
    """How often to look, in pictures a second."""

    fps_min: float = 1.0
    """When nothing moves. Never less than 1: the rule for tracks allows 1 to 2 s."""
    fps_max: float = 5.0
    """While something moves or somebody may be down. A fall takes about a second; two pictures in
    a row must agree, within the 2 s that the evaluation allows."""
    lingers: timedelta = timedelta(seconds=3)
    """How long the higher rate goes on after the last motion: a fall ends with lying still."""

    def __post_init__(self) -> None:
        if not _FPS_LOWEST <= self.fps_min <= self.fps_max:
            raise ConfigurationError(
                "rate_policy",
                f"{self.fps_min:g} to {self.fps_max:g} pictures a second is no range from 1 up.",
                remedy="Set fps_min to 1 or more, and fps_max to no less.",
            )


class RateControl:
    """When to look at a camera's pictures. One per camera.

    It glances at up to `fps_max` pictures a second for motion, and lets all or some of those be
    looked at. It keeps one picture thinned out to 32 x 32 grey points, in memory.
    """

    def __init__(self, policy: RatePolicy) -> None:
        self._policy = policy
        self._glanced_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._lively_at: datetime | None = None
        self._thin: NDArray[np.int16] | None = None

    def may_be_due(self, at: datetime) -> bool:
        """Whether a picture of that time is worth a glance; if not, it need not be converted."""
        return self._glanced_at is None or at - self._glanced_at >= _step(self._policy.fps_max)

    def is_due(self, pixels: NDArray[np.uint8], at: datetime) -> bool:
        """Whether to look at a picture (H, W, 3) of that time; if so, it counts as looked at."""
        if not self.may_be_due(at):
            return False
        self._glanced_at = at
        if self._moves(pixels):
            self._lively_at = at
        lively = self._lively_at is not None and at - self._lively_at <= self._policy.lingers
        step = _step(self._policy.fps_max if lively else self._policy.fps_min)
        if self._looked_at is not None and at - self._looked_at < step:
            return False
        self._looked_at = at
        return True

    def liven(self, at: datetime) -> None:
        """Note that somebody may be down: a higher rate for some seconds."""
        self._lively_at = at

    def _moves(self, pixels: NDArray[np.uint8]) -> bool:
        rows = np.linspace(0, pixels.shape[0] - 1, _GRID).astype(int)
        columns = np.linspace(0, pixels.shape[1] - 1, _GRID).astype(int)
        thin = pixels[np.ix_(rows, columns)].mean(axis=2).astype(np.int16)
        last, self._thin = self._thin, thin
        if last is None:
            return False
        return int((np.abs(thin - last) >= _STEP_MIN).sum()) >= _POINTS_MIN


def _step(fps: float) -> timedelta:
    """Give the time between pictures. Cameras are not punctual: a tenth early is in time."""
    return timedelta(seconds=0.9 / fps)
