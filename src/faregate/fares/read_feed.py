"""Read a GTFS feed, zip or folder, or say which cell of which file cannot be used."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from faregate.fares.findings import Findings, Place
from faregate.fares.reading.cells import Table
from faregate.fares.reading.files import FeedFiles, without_collection
from faregate.fares.reading.places import Places, read_places
from faregate.fares.reading.products import (
    note_proposed,
    read_categories,
    read_media,
    read_products,
)
from faregate.fares.reading.rules import (
    References,
    read_join_rules,
    read_leg_rules,
    read_transfer_rules,
)
from faregate.fares.reading.times import read_timeframes
from faregate.fares.tables import Area, FareLegRule, FareMedium, FareProduct, Feed, RiderCategory

_PROPOSED_FILES: Final = ("area_sets.txt", "area_set_elements.txt", "fare_capping.txt")


def read_feed(path: Path) -> Feed:
    """Read the tables that decide fares from a zip file or a folder.

    Raises `InvalidInputError` naming file, line and field of the first defect that no fare could
    be trusted with. Lesser defects are read past: `validate_feed` names them all.
    """
    findings = Findings()
    with FeedFiles(path, findings) as files, without_collection():
        feed = read_tables(files)
    findings.raise_fatal()
    return feed


def read_tables(files: FeedFiles) -> Feed:
    """Read all tables. The feed is of use only if nothing fatal was found."""
    places = read_places(files)
    timeframes, services = read_timeframes(files)
    media = read_media(files)
    categories = read_categories(files)
    products = read_products(files, media, categories)
    product_ids = frozenset(product.fare_product_id for product in products)
    references = References(
        networks=places.networks_table,
        areas=places.areas_table,
        stops=places.stops_table,
        products=Table(name="fare_products.txt", known=product_ids, present=True),
        timeframes=Table(name="timeframes.txt", known=timeframes, present=True),
    )
    leg_rules = read_leg_rules(files, references)
    leg_groups = frozenset(rule.leg_group_id for rule in leg_rules)
    _look_for_gaps(files, places, products, leg_rules)
    return Feed(
        agency_timezone=ZoneInfo(places.agency_timezone or "UTC"),
        stops=places.stops,
        stop_areas=places.stop_areas,
        route_networks=places.route_networks,
        fare_media=media or _media_in_use(products),
        rider_categories=categories or _categories_in_use(products),
        fare_products=products,
        fare_leg_rules=leg_rules,
        fare_leg_join_rules=read_join_rules(files, references, places.stops),
        fare_transfer_rules=read_transfer_rules(files, references, leg_groups),
        agencies=places.agencies,
        routes=places.routes,
        networks=places.networks,
        areas=places.areas or _areas_in_use(places),
        timeframes=timeframes,
        services=services,
    )


def _media_in_use(products: Iterable[FareProduct]) -> dict[str, FareMedium]:
    """Take the media of a feed without fare_media.txt from its products."""
    used = {product.fare_media_id for product in products} - {""}
    return {
        media_id: FareMedium(fare_media_id=media_id, fare_media_name="")
        for media_id in sorted(used)
    }


def _categories_in_use(products: Iterable[FareProduct]) -> dict[str, RiderCategory]:
    """Take the categories of a feed without rider_categories.txt from its products."""
    used = {product.rider_category_id for product in products} - {""}
    return {
        category_id: RiderCategory(
            rider_category_id=category_id, rider_category_name="", is_default_fare_category=False
        )
        for category_id in sorted(used)
    }


def _areas_in_use(places: Places) -> dict[str, Area]:
    """Take the areas of a feed without areas.txt from its stops."""
    used = frozenset[str]().union(*places.stop_areas.values())
    return {area_id: Area(area_id=area_id, area_name="") for area_id in sorted(used)}


def _look_for_gaps(
    files: FeedFiles,
    places: Places,
    products: tuple[FareProduct, ...],
    leg_rules: tuple[FareLegRule, ...],
) -> None:
    """Report files that hold proposals only, and what keeps every fare unknown."""
    for name in _PROPOSED_FILES:
        if files.has(name):
            note_proposed(files.findings, name, "")
    for name, rows in (("fare_products.txt", products), ("fare_leg_rules.txt", leg_rules)):
        if not rows:
            files.findings.warning(
                Place(name, 0),
                "",
                "feed_file_missing",
                "is missing, or has no rows: every fare is unknown.",
                "Add Fares v2.",
            )
    _look_for_idle_rules(files, places, leg_rules)


def _look_for_idle_rules(
    files: FeedFiles, places: Places, leg_rules: tuple[FareLegRule, ...]
) -> None:
    """Report rules that match no leg: their area has no stops, or their network no routes."""
    with_stops = _areas_in_use(places).keys()
    with_routes = set(places.route_networks.values())
    for rule in leg_rules:
        for field, name, used, has, remedy in (
            ("from_area_id", rule.from_area_id, with_stops, "stops", "stop_areas.txt"),
            ("to_area_id", rule.to_area_id, with_stops, "stops", "stop_areas.txt"),
            ("network_id", rule.network_id, with_routes, "routes", "route_networks.txt"),
        ):
            if name and name not in used:
                files.findings.warning(
                    Place("fare_leg_rules.txt", rule.line),
                    field,
                    "feed_unused",
                    f"names {name!r}, which has no {has}: the rule matches no leg.",
                    f"Give it some in {remedy}.",
                )
