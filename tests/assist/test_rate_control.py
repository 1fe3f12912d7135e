"""Motion raises the rate; nothing lowers it under one picture a second."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.assist.rate_control import RateControl, RatePolicy
from faregate.errors import ConfigurationError

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
GREY = np.full((72, 128, 3), 100, np.uint8)


def looks(moving: list[bool], *, fps: float = 25.0) -> list[float]:
    """Show pictures, each moved against the last or not; give when they were looked at."""
    rate = RateControl(RatePolicy())
    pixels, times = GREY, []
    for number, moves in enumerate(moving):
        if moves:
            pixels = 255 - pixels
        if rate.is_due(pixels, NOON + timedelta(seconds=number / fps)):
            times.append(number / fps)
    return times


def test_a_still_platform_is_looked_at_once_a_second() -> None:
    """Ten seconds, eleven looks."""
    assert len(looks([False] * 251)) in {10, 11, 12}


def test_motion_raises_the_rate_and_it_lingers() -> None:
    """Five a second from the first motion until three seconds after the last."""
    times = looks([False] * 100 + [True] * 25 + [False] * 250)
    lively = [time for time in times if 4.3 <= time <= 7.8]
    assert 16 <= len(lively) <= 20
    assert len([time for time in times if time >= 9.0]) <= 7


def test_noise_is_no_motion() -> None:
    """A camera's noise of 3 grey levels leaves the rate low."""
    rate, chance = RateControl(RatePolicy()), np.random.default_rng(7)
    due = 0
    for number in range(250):
        noisy = np.clip(GREY + chance.normal(0, 3, GREY.shape), 0, 255).astype(np.uint8)
        due += rate.is_due(noisy, NOON + timedelta(seconds=number / 25))
    assert due <= 12


def test_whoever_may_be_down_raises_the_rate() -> None:
    """The watch says so, though nothing moves."""
    rate = RateControl(RatePolicy())
    assert rate.is_due(GREY, NOON)
    later = NOON + timedelta(seconds=0.25)
    assert rate.may_be_due(later)
    assert not rate.is_due(GREY, later)
    rate.liven(later)
    assert rate.is_due(GREY, NOON + timedelta(seconds=0.5))


@given(moving=st.lists(st.booleans(), min_size=50, max_size=250))
def test_never_less_than_once_a_second(moving: list[bool]) -> None:
    """Whatever moves or stops moving: no second passes without a look."""
    times = [*looks(moving), len(moving) / 25]
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert times[0] == 0.0
    assert max(gaps) <= 1.0


@pytest.mark.parametrize("policy", [{"fps_min": 0.5}, {"fps_min": 3.0, "fps_max": 2.0}])
def test_a_rate_below_one_is_refused(policy: dict[str, float]) -> None:
    """Nobody can set it so, nor an upper rate below the lower."""
    with pytest.raises(ConfigurationError, match="range from 1 up"):
        RatePolicy(fps_min=policy["fps_min"], fps_max=policy.get("fps_max", 5.0))
