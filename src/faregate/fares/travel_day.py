"""The travel day: it begins at 04:30 local time, when the last riders are home."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

TRAVEL_DAY_STARTS: Final = time(4, 30)


def travel_day(instant: datetime, zone: ZoneInfo) -> date:
    """Give the travel day of an aware instant, by the wall clock of `zone`.

    >>> travel_day(datetime.fromisoformat("2026-03-02T04:29:59+01:00"), ZoneInfo("Europe/Berlin"))
    datetime.date(2026, 3, 1)
    """
    local = instant.astimezone(zone)
    before_start = local.time() < TRAVEL_DAY_STARTS
    return local.date() - timedelta(days=1) if before_start else local.date()


def travel_day_ends(day: date, zone: ZoneInfo) -> datetime:
    """Give the first instant that is no longer in `day`, aware, in `zone`."""
    return datetime.combine(day + timedelta(days=1), TRAVEL_DAY_STARTS, tzinfo=zone)
