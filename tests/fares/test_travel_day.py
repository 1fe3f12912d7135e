"""Days begin at 04:30 by the wall clock, also when clocks change (edge cases 31 to 33)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.fares.travel_day import travel_day, travel_day_ends

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        pytest.param("2026-03-02T23:59:59+01:00", "2026-03-02", id="before midnight"),
        pytest.param("2026-03-03T00:00:00+01:00", "2026-03-02", id="31 across midnight"),
        pytest.param("2026-03-03T04:29:59+01:00", "2026-03-02", id="32 last second of the day"),
        pytest.param("2026-03-03T04:30:00+01:00", "2026-03-03", id="32 first second of the day"),
        pytest.param("2026-03-03T03:30:00+00:00", "2026-03-03", id="told in UTC"),
        pytest.param("2026-03-29T01:59:59+01:00", "2026-03-28", id="33 before the gap"),
        pytest.param("2026-03-29T03:00:00+02:00", "2026-03-28", id="33 after the gap"),
        pytest.param("2026-03-29T04:30:00+02:00", "2026-03-29", id="33 start on the short day"),
        pytest.param("2026-10-25T02:30:00+02:00", "2026-10-24", id="33 in the fold, first time"),
        pytest.param("2026-10-25T02:30:00+01:00", "2026-10-24", id="33 in the fold, again"),
        pytest.param("2026-10-25T04:30:00+01:00", "2026-10-25", id="33 start on the long day"),
    ],
)
def test_travel_day(instant: str, day: str) -> None:
    """An instant belongs to the day whose 04:30 was the last."""
    assert travel_day(datetime.fromisoformat(instant), BERLIN) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-02", 24), ("2026-03-28", 23), ("2026-10-24", 25)]
)
def test_a_travel_day_is_as_long_as_its_clocks_say(day: str, hours: int) -> None:
    """The day before a clock change is an hour shorter or longer."""
    one = date.fromisoformat(day)
    before = travel_day_ends(one - timedelta(days=1), BERLIN)
    # Through UTC: two instants of one zone are otherwise subtracted by their wall clocks.
    elapsed = travel_day_ends(one, BERLIN).timestamp() - before.timestamp()
    assert elapsed == hours * 3600


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_a_day_ends_where_the_next_begins(day: date) -> None:
    """The end is the first instant of the next day, and one second less is not."""
    end = travel_day_ends(day, BERLIN).astimezone(ZoneInfo("UTC"))
    assert travel_day(end, BERLIN) == day + timedelta(days=1)
    assert travel_day(end - timedelta(seconds=1), BERLIN) == day
