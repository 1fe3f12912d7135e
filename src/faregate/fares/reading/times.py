"""Read when fares apply: timeframes, and the days of the services that they name."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from faregate.fares.findings import Findings, Place
from faregate.fares.reading.cells import DAY_SECONDS, Cells, Table
from faregate.fares.reading.files import FeedFiles
from faregate.fares.tables import Service, Timeframe

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CALENDARS: Final = "calendar.txt or calendar_dates.txt"


def read_timeframes(
    files: FeedFiles,
) -> tuple[dict[str, tuple[Timeframe, ...]], dict[str, Service]]:
    """Read timeframes.txt by group, and the services that it names by service_id."""
    cells = Cells(files.findings)
    by_group: dict[str, list[Timeframe]] = {}
    places: list[tuple[Place, str]] = []
    fields = ("timeframe_group_id", "start_time", "end_time", "service_id")
    for at, (group_id, start, end, service_id) in files.rows("timeframes.txt", *fields):
        if not cells.require(at, timeframe_group_id=group_id, service_id=service_id):
            continue
        frame = Timeframe(
            timeframe_group_id=group_id,
            start_time=cells.time(at, "start_time", start, empty=0),
            end_time=cells.time(at, "end_time", end, empty=DAY_SECONDS),
            service_id=service_id,
        )
        if bool(start) != bool(end):
            files.findings.error(
                at,
                "end_time" if start else "start_time",
                "feed_conditional",
                "is empty, and the other end of the timeframe is not.",
                "Give both times, or none.",
            )
        group = by_group.setdefault(group_id, [])
        _check_overlap(files.findings, at, frame, group)
        group.append(frame)
        places.append((at, service_id))
    named = {service_id for _, service_id in places}
    services = _services(files, cells, named)
    table = Table(name=_CALENDARS, known=services, present=True)
    for at, service_id in places:
        cells.refer(at, "service_id", service_id, table)
    return {group_id: tuple(frames) for group_id, frames in by_group.items()}, services


def _check_overlap(
    findings: Findings, at: Place, frame: Timeframe, others: list[Timeframe]
) -> None:
    if frame.start_time >= frame.end_time:
        what = "is not before end_time: no instant lies between them."
        findings.error(at, "start_time", "feed_timeframes", what, "Split it at midnight.")
    for other in others:
        if (
            other.service_id == frame.service_id
            and frame.start_time < other.end_time
            and other.start_time < frame.end_time
        ):
            what = f"overlaps another timeframe of {frame.timeframe_group_id!r}."
            findings.error(at, "start_time", "feed_timeframes", what, "Cut or merge one of them.")
            return


def _services(files: FeedFiles, cells: Cells, named: set[str]) -> dict[str, Service]:
    added, removed = _exceptions(files, cells, named)
    services: dict[str, Service] = {}
    fields = ("service_id", "start_date", "end_date", *_WEEKDAYS)
    for at, (service_id, start, end, *days) in files.rows("calendar.txt", *fields):
        if service_id not in named or not cells.first(at, "service_id", service_id, services):
            continue
        first, last = cells.day(at, "start_date", start), cells.day(at, "end_date", end)
        for weekday, cell in zip(_WEEKDAYS, days, strict=True):
            if cell not in ("0", "1"):
                what = f"{cell!r} is none of 0, 1."
                files.findings.fatal(at, weekday, "feed_enum", what, "Use one of them.")
        if first is None or last is None:
            continue
        services[service_id] = Service(
            service_id=service_id,
            weekdays=frozenset(day for day, cell in enumerate(days) if cell == "1"),
            start_date=first,
            end_date=last,
            added=added.get(service_id, frozenset()),
            removed=removed.get(service_id, frozenset()),
        )
    for service_id in (added.keys() | removed.keys()) - services.keys():
        services[service_id] = Service(
            service_id=service_id,
            weekdays=frozenset(),
            start_date=date.max,
            end_date=date.min,
            added=added.get(service_id, frozenset()),
            removed=removed.get(service_id, frozenset()),
        )
    return services


def _exceptions(
    files: FeedFiles, cells: Cells, named: set[str]
) -> tuple[Mapping[str, frozenset[date]], Mapping[str, frozenset[date]]]:
    """Give the days that calendar_dates.txt adds to a service, and those that it removes."""
    added: dict[str, set[date]] = {}
    removed: dict[str, set[date]] = {}
    seen: set[tuple[str, str]] = set()
    fields = ("service_id", "date", "exception_type")
    for at, (service_id, day_cell, kind) in files.rows("calendar_dates.txt", *fields):
        if service_id not in named:
            continue
        key = (service_id, day_cell)
        day = cells.day(at, "date", day_cell)
        if day is None or not cells.first(at, "date", key, seen):
            continue
        seen.add(key)
        if kind == "1":
            added.setdefault(service_id, set()).add(day)
        elif kind == "2":
            removed.setdefault(service_id, set()).add(day)
        else:
            what = f"{kind!r} is none of 1, 2."
            files.findings.fatal(at, "exception_type", "feed_enum", what, "Use one of them.")
    return (
        {service_id: frozenset(days) for service_id, days in added.items()},
        {service_id: frozenset(days) for service_id, days in removed.items()},
    )
