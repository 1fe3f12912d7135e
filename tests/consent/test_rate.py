"""A limit on what comes from nobody in particular."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.log_world import START
from faregate.consent.rate import RateLimit
from faregate.errors import InvalidInputError

MINUTE = timedelta(minutes=1)


def test_the_window_runs() -> None:
    """The limit holds in any window, not in calendar minutes; refusals do not count."""
    limit = RateLimit(2, window=MINUTE)
    limit.take(START)
    limit.take(START + timedelta(seconds=30))
    for second in (31, 59):
        with pytest.raises(InvalidInputError) as refused:
            limit.take(START + timedelta(seconds=second))
        assert refused.value.code == "rate_limit"
    limit.take(START + MINUTE)
    with pytest.raises(InvalidInputError):
        limit.take(START + timedelta(seconds=89))


@given(
    steps=st.lists(st.integers(0, 40), max_size=60),
    events_max=st.integers(1, 5),
)
def test_no_window_holds_more(steps: list[int], events_max: int) -> None:
    """However requests come, each minute lets at most so many through, and never fewer."""
    limit = RateLimit(events_max, window=MINUTE)
    now = START
    taken: list[datetime] = []
    for step in steps:
        now += timedelta(seconds=step)
        recent = [at for at in taken if now - at < MINUTE]
        try:
            limit.take(now)
        except InvalidInputError:
            assert len(recent) == events_max
        else:
            assert len(recent) < events_max
            taken.append(now)
