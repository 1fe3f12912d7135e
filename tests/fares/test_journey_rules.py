"""Longest journeys and interchanges as London publishes them, and when a mode holds."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from fakes.gate_network import BERLIN, TARIFF, at, cap, stop, taps
from fakes.journey_stories import BANDS, EMERGENCY, SEOUL
from faregate.fares.caps import CapPeriod
from faregate.fares.journey_rules import (
    DegradedMode,
    Disruption,
    Interchange,
    JourneyRules,
    JourneyTimes,
    LongestStay,
    ReEntry,
)
from faregate.fares.journeys import pair
from faregate.fares.travel_day import TRAVEL_DAY_STARTS

MONDAY: Final = "2026-03-02"
SATURDAY: Final = "2026-03-07"
SUNDAY: Final = "2026-03-08"


@pytest.fixture(scope="module")
def published(test_data: Path) -> dict[str, Any]:
    """Give the published rules."""
    text = (test_data / "fares/published_rules/rules.json").read_text("utf-8")
    rules: dict[str, Any] = json.loads(text)
    return rules


def longest_stay(minutes: list[int]) -> LongestStay:
    """Make a row of its three columns."""
    weekday, evening, sunday = (timedelta(minutes=one) for one in minutes)
    return LongestStay(weekday=weekday, evening_or_saturday=evening, sunday_or_holiday=sunday)


def published_times(published: dict[str, Any]) -> JourneyTimes:
    """Read the table; stop `z3` lies in zone 3."""
    table = published["max_journey_time"]
    central = {}
    for zones, minutes in table["central_minutes"].items():
        low, _, high = zones.removeprefix("zones ").removeprefix("zone ").partition("-")
        central[int(low), int(high or low)] = longest_stay(minutes)
    counts = table["other_minutes_by_zone_count"].items()
    return JourneyTimes(
        zone_of={f"z{number}": number for number in range(1, 10)},
        by_zones=central,
        by_zone_count={int(count): longest_stay(minutes) for count, minutes in counts},
        holidays=frozenset({date(2026, 12, 25)}),
    )


@pytest.mark.parametrize(
    ("ends", "clock", "day", "minutes"),
    [
        pytest.param("z1 z1", "08:00", MONDAY, 90, id="zone 1 on a weekday"),
        pytest.param("z3 z2", "08:00", MONDAY, 90, id="zones 2-3, outwards in"),
        pytest.param("z1 z4", "18:59:59", MONDAY, 110, id="zones 1-4 before the evening"),
        pytest.param("z1 z4", "19:00", MONDAY, 125, id="35 the evening begins on the second"),
        pytest.param("z1 z4", "04:29", "2026-03-03", 125, id="32 still Monday's evening"),
        pytest.param("z1 z4", "04:30", "2026-03-03", 110, id="32 Tuesday"),
        pytest.param("z5 z5", "12:00", SATURDAY, 80, id="one zone on Saturday"),
        pytest.param("z5 z5", "12:00", SUNDAY, 85, id="one zone on Sunday"),
        pytest.param("z5 z5", "02:00", "2026-03-09", 85, id="Sunday night"),
        pytest.param("z9 z3", "12:00", "2026-12-25", 160, id="34 a holiday on a Friday"),
        pytest.param("z1 z6", "12:00", MONDAY, 120, id="zones 1-6 by their number"),
        pytest.param("z1 z9", "12:00", MONDAY, None, id="nine zones are in no row"),
        pytest.param("z1 sea", "12:00", MONDAY, None, id="a stop without a zone"),
        pytest.param("sea z1", "12:00", MONDAY, None, id="a first stop without a zone"),
    ],
)
def test_published_longest_journeys(
    published: dict[str, Any], ends: str, clock: str, day: str, minutes: int | None
) -> None:
    """23: the limit follows from the zones between both ends and the kind of day."""
    from_stop_id, to_stop_id = ends.split()
    longest = published_times(published).longest(
        from_stop_id, to_stop_id, begins=at(clock, day), zone=BERLIN
    )
    assert longest == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("clock", "day", "minutes"),
    [
        pytest.param("18:59:59", MONDAY, 30, id="weekday"),
        pytest.param("19:00", MONDAY, 40, id="evening"),
        pytest.param("01:00", "2026-03-03", 40, id="31 Monday's night"),
        pytest.param("12:00", SATURDAY, 40, id="Saturday"),
        pytest.param("12:00", SUNDAY, 50, id="Sunday"),
        pytest.param("12:00", "2026-04-06", 50, id="34 holiday"),
    ],
)
def test_kinds_of_days(clock: str, day: str, minutes: int) -> None:
    """The kind of day is that of the travel day on which the journey begins."""
    times = JourneyTimes(
        zone_of={"a": 1, "b": 2},
        by_zone_count={2: longest_stay([30, 40, 50])},
        holidays=frozenset({date(2026, 4, 6)}),
    )
    longest = times.longest("b", "a", begins=at(clock, day), zone=BERLIN)
    assert longest == timedelta(minutes=minutes)


def test_published_interchanges(published: dict[str, Any]) -> None:
    """21: each row links on its last minute, and not a second later; the way back is its own."""
    rows = published["osi"]["rows"]
    names = {
        name: f"stop-{number}"
        for number, name in enumerate(sorted({n for r in rows for n in r[:2]}))
    }
    minutes = {(names[one], names[other]): within for one, other, within in rows}
    rules = JourneyRules(
        interchanges=tuple(
            Interchange(from_stop_id=one, to_stop_id=other, within=timedelta(minutes=within))
            for (one, other), within in minutes.items()
        )
    )
    feed = replace(TARIFF.feed, stops={**TARIFF.feed.stops, **{n: stop(n) for n in names.values()}})
    tariff = replace(TARIFF, rules=rules, feed=feed, journey_max=timedelta(hours=4))
    for (one, other), within in minutes.items():
        for second, journeys in ((0, 1), (1, 2)):
            back = at("08:20") + timedelta(minutes=within, seconds=second)
            story = f"08:00>centre 08:20<{one} {back:%H:%M:%S}>{other} 09:30<park"
            assert len(pair(taps(story), tariff)) == journeys, story
    for first, second, there, back in published["osi"]["asymmetric_pairs"]:
        assert minutes[names[first], names[second]] == there
        assert minutes[names[second], names[first]] == back


def test_stories_are_told_with_published_rules(published: dict[str, Any]) -> None:
    """19, 20, 22: the rules of the other tests are those that operators publish."""
    seoul = published["seoul_re_entry"]
    assert SEOUL.re_entry == ReEntry(within=timedelta(minutes=seoul["minutes"]), times=1)
    assert seoul["once_per_journey"]
    (emergency,) = EMERGENCY.emergencies
    minutes = published["osi"]["emergency_osi"]["minutes"]
    assert emergency.within == timedelta(minutes=minutes)
    bands = [one for one in published["same_station_exit"] if one != "source"]
    assert bands == ["0-2 min", "2-30 min", "over 30 min"]
    assert [one.below for one in BANDS] == [
        timedelta(minutes=2),
        timedelta(minutes=30),
        timedelta.max,
    ]


def test_caps_are_told_with_published_rules(published: dict[str, Any]) -> None:
    """32, 38, 39: the travel day, the week and what stays outside of caps are London's."""
    rules = published["caps"]
    day_cap, week_cap = cap("day", 1), cap("week", 1, CapPeriod.WEEK)
    assert f"{TRAVEL_DAY_STARTS:%H:%M}" == rules["day_starts"]
    assert rules["week"] == "Monday to Sunday"
    sunday = date(2026, 3, 8)
    assert (day_cap.begins(sunday), week_cap.begins(sunday)) == (sunday, date(2026, 3, 2))
    assert day_cap.counts_maximum_fares == rules["maximum_fares_count_towards_cap"]


def test_a_mode_holds_from_its_start_until_before_its_end() -> None:
    """27: and only at its stops, and no other mode with it."""
    rules = JourneyRules(
        disruptions=(
            Disruption(
                mode=DegradedMode.TIME_FREE,
                stop_ids=frozenset({"wood"}),
                starts=at("08:00"),
                ends=at("09:00"),
            ),
        )
    )
    mode = DegradedMode.TIME_FREE
    held = [rules.held(mode, "wood", at(clock)) for clock in ("07:59:59", "08:00", "09:00")]
    assert held == [False, True, False]
    assert not rules.held(mode, "park", at("08:30"))
    assert not rules.held(DegradedMode.DATE_FREE, "wood", at("08:30"))
