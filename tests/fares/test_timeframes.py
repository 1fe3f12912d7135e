"""Timeframes begin on the second, end before theirs, and follow the stop's wall clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.fare_network import BASE, small_feed
from faregate.fares import timeframes as module
from faregate.fares.tables import Feed
from faregate.fares.timeframes import Timeframes

CALENDAR = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    "work,1,1,1,1,1,0,0,20260101,20261231\nall,1,1,1,1,1,1,1,20260101,20261231\n"
)
FRAMES = (
    "timeframe_group_id,start_time,end_time,service_id\n"
    "peak,7:00:00,09:00:00,work\npeak,16:00:00,19:00:00,work\nnight,22:00:00,24:00:00,all\n"
    "any,,,all\n"
)


@pytest.fixture
def feed(tmp_path: Path) -> Feed:
    """Give a feed with a peak on working days, one holiday, and a stop in New York."""
    return small_feed(
        tmp_path,
        stops=BASE["stops.txt"]
        .replace("\n", ",\n")
        .replace("parent_station,", "parent_station,stop_timezone")
        + "ny,New York,0,,America/New_York\n",
        calendar=CALENDAR,
        calendar_dates="service_id,date,exception_type\nwork,20260406,2\nwork,20260307,1\n",
        timeframes=FRAMES,
    )


@pytest.mark.parametrize(
    ("instant", "groups"),
    [
        ("2026-03-02T06:59:59.999999+00:00", {"any"}),
        ("2026-03-02T07:00:00+00:00", {"any", "peak"}),
        ("2026-03-02T08:59:59.999999+00:00", {"any", "peak"}),
        ("2026-03-02T09:00:00+00:00", {"any"}),
        ("2026-03-02T23:59:59+00:00", {"any", "night"}),
        ("2026-03-03T00:00:00+00:00", {"any"}),
        ("2026-03-02T09:30:00+02:00", {"any", "peak"}),
        ("2026-03-08T08:00:00+00:00", {"any"}),
        ("2026-03-07T08:00:00+00:00", {"any", "peak"}),
        ("2026-04-06T08:00:00+00:00", {"any"}),
        ("2025-12-31T08:00:00+00:00", set()),
    ],
    ids=[
        "before the start",
        "on the start",
        "before the end",
        "on the end",
        "before midnight",
        "midnight",
        "another offset",
        "Sunday",
        "working Saturday",
        "holiday",
        "before the calendar",
    ],
)
def test_groups_at(instant: str, groups: set[str], feed: Feed) -> None:
    """The start belongs to a timeframe, the end does not; dates come before weekdays."""
    assert Timeframes(feed).groups_at("museum", datetime.fromisoformat(instant)) == groups


def test_the_clock_is_that_of_the_stop(feed: Feed) -> None:
    """Noon in Greenwich is peak in New York, and asking twice changes nothing."""
    frames = Timeframes(feed)
    noon = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)
    for _ in range(2):
        assert frames.groups_at("ny", noon) == {"any", "peak"}
        assert frames.groups_at("museum", noon) == {"any"}
        assert frames.groups_at("not in the feed", noon) == {"any"}


def test_what_is_remembered_is_bounded(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many days are asked about, the answers stay right and the memory small."""
    monkeypatch.setattr(module, "_DAYS_MAX", 3)
    frames = Timeframes(feed)
    found = [
        "peak" in frames.groups_at("museum", datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(day))
        for day in range(14)
    ]
    # Monday 2 March; the first Saturday is a working day by calendar_dates.txt.
    assert "".join("x" if peak else "." for peak in found) == "xxxxxx.xxxxx.."
    assert len(frames._days) <= 3
