"""Read what decides a fare: the rules for legs, for joining legs and for transfers."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final

from faregate.fares.findings import Findings, Place
from faregate.fares.reading.cells import Cells, Table
from faregate.fares.reading.files import FeedFiles
from faregate.fares.reading.products import note_proposed
from faregate.fares.tables import (
    DurationLimitType,
    FareLegJoinRule,
    FareLegRule,
    FareTransferRule,
    FareTransferType,
    LocationType,
    Stop,
)

_AREA_SETS: Final = ("contains_exactly_area_set_id", "contains_area_set_id")
_FILTER: Final = "filter_fare_product_id"
_DEFAULT_GROUP: Final = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """The tables that rules refer to."""

    networks: Table
    areas: Table
    stops: Table
    products: Table
    timeframes: Table


def read_leg_rules(files: FeedFiles, references: References) -> tuple[FareLegRule, ...]:
    """Read fare_leg_rules.txt."""
    cells = Cells(files.findings)
    rules: list[FareLegRule] = []
    seen: set[tuple[str, ...]] = set()
    proposed: set[str] = set()
    fields = (
        "leg_group_id",
        "network_id",
        "from_area_id",
        "to_area_id",
        "from_timeframe_group_id",
        "to_timeframe_group_id",
        "fare_product_id",
        "rule_priority",
        *_AREA_SETS,
    )
    areas, times = references.areas, references.timeframes
    tables = (references.networks, areas, areas, times, times, references.products)
    for at, row in files.rows("fare_leg_rules.txt", *fields):
        group, network, start, end, from_times, to_times, product, priority, *more = row
        if not product:
            cells.require(at, fare_product_id=product)
            continue
        for field, cell, table in zip(fields[1:7], row[1:7], tables, strict=True):
            if cell and cell not in table.known:
                cells.refer(at, field, cell, table)
        conditions: dict[str, str] = {}
        if any(more):
            conditions = {f: cell for f, cell in zip(_AREA_SETS, more, strict=True) if cell}
            proposed.update(conditions)
        _repeated(files.findings, at, row[1:7] + row[8:] if conditions else row[1:7], seen)
        rules.append(
            FareLegRule(
                line=at.line,
                leg_group_id=group,
                network_id=network,
                from_area_id=start,
                to_area_id=end,
                fare_product_id=product,
                from_timeframe_group_id=from_times,
                to_timeframe_group_id=to_times,
                rule_priority=cells.number(at, "rule_priority", priority, at_least=0),
                proposed_condition=", ".join(map("=".join, conditions.items())),
            )
        )
    for field in sorted(proposed):
        note_proposed(files.findings, "fare_leg_rules.txt", field)
    return tuple(rules)


def read_join_rules(
    files: FeedFiles, references: References, stops: Mapping[str, Stop]
) -> tuple[FareLegJoinRule, ...]:
    """Read fare_leg_join_rules.txt."""
    cells = Cells(files.findings)
    rules: list[FareLegJoinRule] = []
    seen: set[tuple[str, ...]] = set()
    fields = ("from_network_id", "to_network_id", "from_stop_id", "to_stop_id")
    for at, row in files.rows("fare_leg_join_rules.txt", *fields):
        from_network, to_network, from_stop, to_stop = row
        for field, cell in zip(fields[:2], row[:2], strict=True):
            # "Required", and yet "if blank, it is ignored": so a blank one can be priced.
            if not cell:
                what = "is empty."
                files.findings.error(at, field, "feed_field_missing", what, "Name the network.")
            cells.refer(at, field, cell, references.networks)
        for field, cell in zip(fields[2:], row[2:], strict=True):
            if cells.refer(at, field, cell, references.stops) and cell in stops:
                _check_stop_or_station(files.findings, at, field, stops[cell])
        if bool(from_stop) != bool(to_stop):
            files.findings.error(
                at,
                "to_stop_id" if from_stop else "from_stop_id",
                "feed_conditional",
                "is empty, and the other stop is not.",
                "Give both stops, or none.",
            )
        _repeated(files.findings, at, row, seen)
        rules.append(
            FareLegJoinRule(
                line=at.line,
                from_network_id=from_network,
                to_network_id=to_network,
                from_stop_id=from_stop,
                to_stop_id=to_stop,
            )
        )
    return tuple(rules)


def _check_stop_or_station(findings: Findings, at: Place, field: str, stop: Stop) -> None:
    if stop.location_type not in (LocationType.STOP, LocationType.STATION):
        what = f"names {stop.stop_id!r}, which is neither a stop nor a station."
        findings.error(at, field, "feed_reference", what, "Name its stop or station.")


def read_transfer_rules(
    files: FeedFiles, references: References, leg_groups: Container[str]
) -> tuple[FareTransferRule, ...]:
    """Read fare_transfer_rules.txt."""
    cells = Cells(files.findings)
    groups = Table(name="fare_leg_rules.txt", known=leg_groups, present=True)
    rules: list[FareTransferRule] = []
    seen: set[tuple[str, ...]] = set()
    proposed = False
    fields = (
        "from_leg_group_id",
        "to_leg_group_id",
        "transfer_count",
        "duration_limit",
        "duration_limit_type",
        "fare_transfer_type",
        "fare_product_id",
        _FILTER,
    )
    for at, row in files.rows("fare_transfer_rules.txt", *fields):
        before, after, count, limit, limit_type, transfer_type, product, only = row
        cells.mention(at, "from_leg_group_id", before, groups)
        cells.mention(at, "to_leg_group_id", after, groups)
        cells.refer(at, "fare_product_id", product, references.products)
        cells.mention(at, _FILTER, only, references.products)
        proposed = proposed or bool(only)
        if not cells.require(at, fare_transfer_type=transfer_type):
            continue
        kind = cells.choice(at, "fare_transfer_type", transfer_type, FareTransferType)
        seconds = cells.number(at, "duration_limit", limit, at_least=1)
        _repeated(files.findings, at, (before, after, product, count, limit, only), seen)
        if kind is None:
            continue
        rules.append(
            FareTransferRule(
                line=at.line,
                from_leg_group_id=before,
                to_leg_group_id=after,
                transfer_count=_transfer_count(cells, at, before, after, count),
                duration_limit=seconds,
                duration_limit_type=_limit_type(cells, at, limit, limit_type),
                fare_transfer_type=kind,
                fare_product_id=product,
                proposed_condition=f"{_FILTER}={only}" if only else "",
            )
        )
    if proposed:
        note_proposed(files.findings, "fare_transfer_rules.txt", _FILTER)
    return tuple(rules)


def _transfer_count(cells: Cells, at: Place, before: str, after: str, count: str) -> int | None:
    number = cells.number(at, "transfer_count", count, at_least=-1)
    if number == 0:
        what = "is 0: the rule would never apply."
        cells.findings.fatal(at, "transfer_count", "feed_number", what, "Write -1, or 1 or more.")
    if count and before != after:
        # Forbidden, and met in the wild: it then limits nothing that could not be told without it.
        what = "is given for transfers between different leg groups."
        cells.findings.warning(at, "transfer_count", "feed_conditional", what, "Leave it empty.")
    if not count and before == after != _DEFAULT_GROUP:
        what = "is empty for transfers within one leg group."
        cells.findings.error(
            at, "transfer_count", "feed_conditional", what, "Write -1 for no limit, or the limit."
        )
    return number


def _limit_type(cells: Cells, at: Place, limit: str, limit_type: str) -> DurationLimitType | None:
    field = "duration_limit_type"
    if limit and not limit_type:
        what = "is empty, and there is a duration_limit."
        cells.findings.fatal(at, field, "feed_conditional", what, "Say how it is measured.")
    if limit_type and not limit:
        what = "is given without a duration_limit."
        cells.findings.error(at, field, "feed_conditional", what, "Leave it empty.")
    return cells.choice(at, field, limit_type, DurationLimitType)


def _repeated(
    findings: Findings, at: Place, key: tuple[str, ...], seen: set[tuple[str, ...]]
) -> None:
    """Report a repeated primary key of a table of rules: it changes no fare."""
    if key in seen:
        what = "has the primary key of an earlier row."
        findings.error(at, "", "feed_duplicate", what, "Keep one of the rows.")
    seen.add(key)
