"""Read a GTFS feed, zip or folder, or say which cell of which file cannot be used."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from faregate.errors import InvalidInputError
from faregate.fares.tables import FareLegRule, FareMedium, FareProduct, Feed, RiderCategory, Stop
from faregate.money import Money

_FILE_BYTES_MAX: Final = 256 * 1024 * 1024
_AMOUNT: Final = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
_PRIORITY: Final = re.compile(r"\d{0,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    file: str
    line: int
    cells: Mapping[str, str]

    def get(self, field: str) -> str:
        """Give a cell; empty if the column is not there."""
        return self.cells.get(field, "")

    def require(self, field: str) -> str:
        """Give a cell that must not be empty."""
        value = self.get(field)
        if not value:
            raise self.error("feed_field_missing", field, "is empty.", "Fill it in.")
        return value

    def refer(self, field: str, known: Mapping[str, object] | frozenset[str], table: str) -> str:
        """Give a cell that is empty or names a row of `table`."""
        value = self.get(field)
        if value and value not in known:
            raise self.error(
                "feed_reference",
                field,
                f"names {value!r}, which {table} does not have.",
                f"Add it to {table}, or correct the name.",
            )
        return value

    def timezone(self, field: str) -> str:
        """Give a cell that is empty or names a time zone."""
        value = self.get(field)
        try:
            if value:
                ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise self.error(
                "feed_timezone",
                field,
                f"names {value!r}, which is no time zone.",
                "Use a name of the IANA list, for example Europe/Berlin.",
            ) from error
        return value

    def error(self, code: str, field: str, what: str, remedy: str) -> InvalidInputError:
        """Make an error that names file, line and field."""
        return InvalidInputError(
            code, f"{self.file} line {self.line}, {field} {what}", remedy=remedy
        )


def read_feed(path: Path) -> Feed:
    """Read the tables that price a leg from a zip file or a folder.

    Raises `InvalidInputError` naming file, line and field, and for a feed that this release would
    price wrongly: one whose leg rules depend on the time of day.
    """
    files = _Files(path)
    timezone = _agency_timezone(files)
    stops = _stops(files)
    networks, route_networks = _networks(files)
    media = {
        row.require("fare_media_id"): FareMedium(
            fare_media_id=row.get("fare_media_id"), fare_media_name=row.get("fare_media_name")
        )
        for row in _unique(files.rows("fare_media.txt"), "fare_media_id")
    }
    categories = {
        row.require("rider_category_id"): RiderCategory(
            rider_category_id=row.get("rider_category_id"),
            rider_category_name=row.get("rider_category_name"),
            is_default_fare_category=row.get("is_default_fare_category") == "1",
        )
        for row in _unique(files.rows("rider_categories.txt"), "rider_category_id")
    }
    areas = frozenset(row.require("area_id") for row in _unique(files.rows("areas.txt"), "area_id"))
    products = _fare_products(files, media, categories)
    return Feed(
        agency_timezone=timezone,
        stops=stops,
        stop_areas=_stop_areas(files, areas, stops),
        route_networks=route_networks,
        fare_media=media,
        rider_categories=categories,
        fare_products=products,
        fare_leg_rules=_fare_leg_rules(files, areas, networks, products),
    )


class _Files:
    """The files of a feed, wherever they lie."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self, name: str) -> Iterator[_Row]:
        """Give the rows of an optional table; none if the file is not there."""
        data = self._read(name)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidInputError(
                "feed_encoding", f"{name} is not UTF-8.", remedy="Save it as UTF-8."
            ) from error
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = [cell.strip() for cell in next(reader, [])]
            for cells in reader:
                if not cells:  # a blank line
                    continue
                row = _Row(
                    file=name,
                    line=reader.line_num,
                    cells=dict(zip(header, (cell.strip() for cell in cells), strict=False)),
                )
                if len(cells) > len(header):
                    raise row.error(
                        "feed_row",
                        "the row",
                        f"has {len(cells)} cells for {len(header)} columns.",
                        "Quote cells that hold a comma.",
                    )
                yield row
        except csv.Error as error:
            raise InvalidInputError(
                "feed_csv",
                f"{name} line {reader.line_num} is not CSV: {error}.",
                remedy="Close every quotation mark.",
            ) from error

    def required(self, name: str) -> tuple[_Row, ...]:
        """Give the rows of a table that must have at least one."""
        rows = tuple(self.rows(name))
        if not rows:
            raise InvalidInputError(
                "feed_file_missing",
                f"{self._path} has no {name}, or it has no rows.",
                remedy="Give a GTFS feed with Fares v2.",
            )
        return rows

    def _read(self, name: str) -> bytes:
        if self._path.is_dir():
            file = self._path / name
            return _bounded(file.read_bytes(), name) if file.is_file() else b""
        try:
            with zipfile.ZipFile(self._path) as archive:
                if name not in archive.namelist():
                    return b""
                with archive.open(name) as member:
                    return _bounded(member.read(_FILE_BYTES_MAX + 1), name)
        except (OSError, zipfile.BadZipFile) as error:
            raise InvalidInputError(
                "feed_unreadable",
                f"The feed {self._path} cannot be read: {error}.",
                remedy="Name a GTFS zip file, or a folder that holds its .txt files.",
            ) from error


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > _FILE_BYTES_MAX:
        raise InvalidInputError(
            "feed_file_too_large",
            f"{name} is larger than {_FILE_BYTES_MAX} bytes.",
            remedy="Cut the feed to the network that has gates.",
        )
    return data


def _unique(rows: Iterator[_Row], *fields: str) -> Iterator[_Row]:
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        key = tuple(row.get(field) for field in fields)
        if key in seen:
            raise row.error(
                "feed_duplicate",
                " + ".join(fields),
                f"repeats {', '.join(key)}.",
                "Keep one row.",
            )
        seen.add(key)
        yield row


def _agency_timezone(files: _Files) -> ZoneInfo:
    rows = files.required("agency.txt")
    for row in rows:
        row.require("agency_timezone")
        if row.timezone("agency_timezone") != rows[0].get("agency_timezone"):
            raise row.error(
                "feed_timezone",
                "agency_timezone",
                "differs from that of the first agency.",
                "All agencies of a feed share one time zone.",
            )
    return ZoneInfo(rows[0].get("agency_timezone"))


def _stops(files: _Files) -> dict[str, Stop]:
    rows = {row.require("stop_id"): row for row in _unique(files.rows("stops.txt"), "stop_id")}
    return {
        stop_id: Stop(
            stop_id=stop_id,
            stop_name=row.get("stop_name"),
            parent_station=row.refer("parent_station", rows, "stops.txt"),
            stop_timezone=row.timezone("stop_timezone"),
        )
        for stop_id, row in rows.items()
    }


def _networks(files: _Files) -> tuple[frozenset[str], dict[str, str]]:
    """Give the networks that exist, and the network of each route that is in one."""
    networks = {
        row.require("network_id") for row in _unique(files.rows("networks.txt"), "network_id")
    }
    routes = {row.require("route_id"): row for row in _unique(files.rows("routes.txt"), "route_id")}
    of_route = {
        route_id: row.get("network_id") for route_id, row in routes.items() if row.get("network_id")
    }
    listed = frozenset(networks)
    for row in _unique(files.rows("route_networks.txt"), "route_id"):
        row.require("route_id")
        row.require("network_id")
        route_id = row.refer("route_id", routes, "routes.txt")
        network_id = row.refer("network_id", listed, "networks.txt")
        if of_route.setdefault(route_id, network_id) != network_id:
            raise row.error(
                "feed_duplicate",
                "network_id",
                f"puts {route_id!r} into another network than routes.txt does.",
                "A route is in one network; keep one of the two.",
            )
    return listed | frozenset(of_route.values()), of_route


def _stop_areas(
    files: _Files, areas: frozenset[str], stops: Mapping[str, Stop]
) -> dict[str, frozenset[str]]:
    of_stop: dict[str, frozenset[str]] = {}
    for row in files.rows("stop_areas.txt"):
        row.require("area_id")
        row.require("stop_id")
        area_id = row.refer("area_id", areas, "areas.txt")
        stop_id = row.refer("stop_id", stops, "stops.txt")
        of_stop[stop_id] = of_stop.get(stop_id, frozenset()) | {area_id}
    return of_stop


def _fare_products(
    files: _Files, media: Mapping[str, FareMedium], categories: Mapping[str, RiderCategory]
) -> tuple[FareProduct, ...]:
    return tuple(
        FareProduct(
            fare_product_id=row.require("fare_product_id"),
            rider_category_id=row.refer("rider_category_id", categories, "rider_categories.txt"),
            fare_media_id=row.refer("fare_media_id", media, "fare_media.txt"),
            amount=_amount(row),
        )
        for row in _unique(
            iter(files.required("fare_products.txt")),
            "fare_product_id",
            "rider_category_id",
            "fare_media_id",
        )
    )


def _amount(row: _Row) -> Money:
    text = row.require("amount")
    if _AMOUNT.fullmatch(text) is None:
        raise row.error(
            "feed_amount", "amount", f"{text!r} is no decimal amount.", "Write it like 2.75."
        )
    try:
        return Money.from_decimal(Decimal(text), row.require("currency"))
    except InvalidInputError as error:
        if error.code == "currency_code":
            raise row.error(error.code, "currency", error.message, error.remedy) from error
        raise row.error("feed_amount", "amount", f": {error.message}", error.remedy) from error


def _fare_leg_rules(
    files: _Files,
    areas: frozenset[str],
    networks: frozenset[str],
    products: tuple[FareProduct, ...],
) -> tuple[FareLegRule, ...]:
    product_ids = frozenset(product.fare_product_id for product in products)
    rules: list[FareLegRule] = []
    for row in files.required("fare_leg_rules.txt"):
        for field in ("from_timeframe_group_id", "to_timeframe_group_id"):
            if row.get(field):
                # To read past it would charge the peak fare all day, or never.
                raise row.error(
                    "feed_timeframes",
                    field,
                    "makes the fare depend on the time of day, which is not priced yet.",
                    "Use a feed without timeframes.",
                )
        row.require("fare_product_id")
        if _PRIORITY.fullmatch(row.get("rule_priority")) is None:
            raise row.error(
                "feed_priority",
                "rule_priority",
                f"{row.get('rule_priority')!r} is no whole number.",
                "Write 0 or more, or leave it empty.",
            )
        rules.append(
            FareLegRule(
                line=row.line,
                leg_group_id=row.get("leg_group_id"),
                network_id=row.refer("network_id", networks, "networks.txt or routes.txt"),
                from_area_id=row.refer("from_area_id", areas, "areas.txt"),
                to_area_id=row.refer("to_area_id", areas, "areas.txt"),
                fare_product_id=row.refer("fare_product_id", product_ids, "fare_products.txt"),
                rule_priority=int(row.get("rule_priority")) if row.get("rule_priority") else None,
            )
        )
    return tuple(rules)
