"""Check the tables of Fares v1. Nothing is priced by them: their defects are told, no more."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from faregate.errors import InvalidInputError
from faregate.fares.findings import Findings, Place
from faregate.fares.reading.cells import Cells, Table
from faregate.fares.reading.files import FeedFiles
from faregate.fares.tables import Feed
from faregate.money import exponent


def check_version1(files: FeedFiles, feed: Feed) -> None:
    """Check fare_attributes.txt and fare_rules.txt against the feed that they belong to."""
    _check_rules(files, feed, _check_attributes(files, feed))


def _check_attributes(files: FeedFiles, feed: Feed) -> frozenset[str]:
    """Give the fare_ids that are defined."""
    findings = files.findings
    cells = Cells(findings)
    agencies = frozenset(agency.agency_id for agency in feed.agencies)
    table = Table(name="agency.txt", known=agencies, present=True)
    fare_ids: set[str] = set()
    fields = (
        "fare_id",
        "price",
        "currency_type",
        "payment_method",
        "transfers",
        "transfer_duration",
        "agency_id",
    )
    for at, row in files.rows("fare_attributes.txt", *fields):
        fare_id, price, currency, payment, transfers, duration, agency_id = row
        _check_filled(findings, at, zip(fields[:4], row[:4], strict=True))
        if fare_id in fare_ids:
            what = f"repeats {fare_id}."
            findings.error(at, "fare_id", "feed_duplicate", what, "Keep one row.")
        fare_ids.add(fare_id)
        _check_price(findings, at, price, currency)
        _check_option(findings, at, "payment_method", payment, ("0", "1"))
        _check_option(findings, at, "transfers", transfers, ("0", "1", "2"))
        if duration and not duration.isdecimal():
            what = f"{duration!r} is no whole number."
            findings.error(at, "transfer_duration", "feed_number", what, "Give seconds.")
        cells.mention(at, "agency_id", agency_id, table)
        if not agency_id and len(feed.agencies) > 1:
            what = "is empty, and there are several agencies."
            findings.error(at, "agency_id", "feed_conditional", what, "Name the agency.")
    return frozenset(fare_ids)


def _check_rules(files: FeedFiles, feed: Feed, fare_ids: frozenset[str]) -> None:
    findings = files.findings
    cells = Cells(findings)
    fares = Table(name="fare_attributes.txt", known=fare_ids, present=True)
    routes = Table(name="routes.txt", known=feed.routes, present=True)
    zones = {stop.zone_id for stop in feed.stops.values()}
    seen: set[tuple[str, ...]] = set()
    fields = ("fare_id", "route_id", "origin_id", "destination_id", "contains_id")
    for at, row in files.rows("fare_rules.txt", *fields):
        _check_filled(findings, at, [("fare_id", row[0])])
        cells.mention(at, "fare_id", row[0], fares)
        cells.mention(at, "route_id", row[1], routes)
        for field, zone in zip(fields[2:], row[2:], strict=True):
            if zone and zone not in zones:
                what = f"names {zone!r}, the zone_id of no stop."
                findings.error(at, field, "feed_zone", what, "Correct it, or the stops.")
        if row in seen:
            findings.error(at, "", "feed_duplicate", "repeats an earlier row.", "Keep one.")
        seen.add(row)


def _check_filled(findings: Findings, at: Place, cells: Iterable[tuple[str, str]]) -> None:
    for field, cell in cells:
        if not cell:
            findings.error(at, field, "feed_field_missing", "is empty.", "Fill it in.")


def _check_price(findings: Findings, at: Place, price: str, currency: str) -> None:
    try:
        amount = Decimal(price or "0")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        what = f"{price!r} is no amount of at least 0."
        findings.error(at, "price", "feed_amount", what, "Write it like 2.75.")
    if not currency:  # reported with the other required cells
        return
    try:
        exponent(currency)
    except InvalidInputError as error:
        findings.error(at, "currency_type", error.code, error.message, error.remedy)


def _check_option(
    findings: Findings, at: Place, field: str, value: str, options: tuple[str, ...]
) -> None:
    if value and value not in options:
        what = f"{value!r} is none of {', '.join(options)}."
        findings.error(at, field, "feed_enum", what, "Use one of them.")
