"""Read where fares apply: agencies, stops and their areas, routes and their networks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from faregate.fares.findings import Findings, Place
from faregate.fares.reading.cells import Cells, Table
from faregate.fares.reading.files import FeedFiles
from faregate.fares.tables import Agency, Area, LocationType, Network, Route, Stop

_CIRCLE: Final = "A location lies in another one, never in itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The tables read here, under the names that they have in `Feed`."""

    agencies: tuple[Agency, ...]
    agency_timezone: str
    """Empty if there is none; then something fatal was reported."""
    stops: Mapping[str, Stop]
    areas: Mapping[str, Area]
    stop_areas: Mapping[str, frozenset[str]]
    routes: Mapping[str, Route]
    networks: Mapping[str, Network]
    route_networks: Mapping[str, str]
    areas_table: Table
    networks_table: Table
    stops_table: Table


def read_places(files: FeedFiles) -> Places:
    """Read agency.txt, stops.txt, areas.txt, stop_areas.txt, routes.txt and the network tables."""
    cells = Cells(files.findings)
    agencies = _agencies(files, cells)
    stops = _stops(files, cells)
    stops_table = Table(name="stops.txt", known=stops, present=True)
    areas = _areas(files, cells)
    areas_table = Table(name="areas.txt", known=areas, present=files.has("areas.txt"))
    routes = _routes(files, cells, agencies)
    networks, route_networks = _networks(files, cells, routes)
    return Places(
        agencies=agencies,
        agency_timezone=agencies[0].agency_timezone if agencies else "",
        stops=stops,
        areas=areas,
        stop_areas=_stop_areas(files, cells, areas_table, stops_table),
        routes=routes,
        networks=networks,
        route_networks=route_networks,
        areas_table=areas_table,
        networks_table=Table(
            name="networks.txt or routes.txt", known=networks, present=files.has("networks.txt")
        ),
        stops_table=stops_table,
    )


def _agencies(files: FeedFiles, cells: Cells) -> tuple[Agency, ...]:
    agencies: list[Agency] = []
    fields = ("agency_id", "agency_name", "agency_timezone")
    for at, (agency_id, name, timezone) in files.rows("agency.txt", *fields):
        if agencies and not agency_id:
            what = "is empty, and there are several agencies."
            files.findings.error(at, "agency_id", "feed_conditional", what, "Name the agency.")
        elif agencies:
            cells.first(at, "agency_id", agency_id, {agency.agency_id for agency in agencies})
        cells.require(at, agency_timezone=timezone)
        zone = cells.timezone(at, "agency_timezone", timezone)
        if agencies and zone != agencies[0].agency_timezone:
            files.findings.fatal(
                at,
                "agency_timezone",
                "feed_timezone",
                "differs from that of the first agency.",
                "All agencies of a feed share one time zone.",
            )
        agencies.append(Agency(agency_id=agency_id, agency_name=name, agency_timezone=zone))
    if not agencies:
        files.findings.fatal(
            Place("agency.txt", 0),
            "",
            "feed_file_missing",
            "is missing, or has no rows.",
            "Give a GTFS feed.",
        )
    return tuple(agencies)


def _stops(files: FeedFiles, cells: Cells) -> dict[str, Stop]:
    stops: dict[str, Stop] = {}
    lines: dict[str, Place] = {}
    fields = ("stop_id", "stop_name", "parent_station", "stop_timezone", "location_type", "zone_id")
    for at, (stop_id, name, parent, timezone, kind, zone_id) in files.rows("stops.txt", *fields):
        if not stop_id or stop_id in stops:
            cells.require(at, stop_id=stop_id)
            cells.first(at, "stop_id", stop_id, stops)
            continue
        stops[stop_id] = Stop(
            stop_id=stop_id,
            stop_name=name,
            parent_station=parent,
            stop_timezone=cells.timezone(at, "stop_timezone", timezone) if timezone else "",
            location_type=cells.choice_or(at, "location_type", kind, LocationType.STOP),
            zone_id=zone_id,
        )
        lines[stop_id] = at
    if not stops:
        files.findings.warning(
            Place("stops.txt", 0),
            "",
            "feed_file_missing",
            "is missing, or has no rows.",
            "Add the stops, unless riders are picked up within zones only.",
        )
    _check_parents(files.findings, cells, stops, lines)
    return stops


def _check_parents(
    findings: Findings, cells: Cells, stops: dict[str, Stop], lines: Mapping[str, Place]
) -> None:
    table = Table(name="stops.txt", known=stops, present=True)
    needed = {LocationType.ENTRANCE, LocationType.NODE, LocationType.BOARDING_AREA}
    for stop_id, stop in stops.items():
        kind, parent = stop.location_type, stop.parent_station
        if not parent:
            if kind in needed:
                what = f"is empty for location_type {kind.value}."
                findings.error(
                    lines[stop_id], "parent_station", "feed_parent", what, "Name its station."
                )
            continue
        if not cells.refer(lines[stop_id], "parent_station", parent, table):
            continue
        above = LocationType.STOP if kind is LocationType.BOARDING_AREA else LocationType.STATION
        if _is_circle(stops, stop_id):
            what = f"leads from {stop_id!r} back to itself."
            findings.fatal(lines[stop_id], "parent_station", "feed_parent", what, _CIRCLE)
        elif kind is LocationType.STATION or stops[parent].location_type is not above:
            findings.error(
                lines[stop_id],
                "parent_station",
                "feed_parent",
                f"names {parent!r} of location_type {stops[parent].location_type.value}"
                f" for one of location_type {kind.value}.",
                "Put platforms into stations, boarding areas into platforms, stations nowhere.",
            )


def _is_circle(stops: Mapping[str, Stop], stop_id: str) -> bool:
    seen: set[str] = set()
    place = stop_id
    while place in stops and stops[place].parent_station:
        if place in seen:
            return True
        seen.add(place)
        place = stops[place].parent_station
    return False


def _areas(files: FeedFiles, cells: Cells) -> dict[str, Area]:
    areas: dict[str, Area] = {}
    for at, (area_id, name) in files.rows("areas.txt", "area_id", "area_name"):
        if cells.require(at, area_id=area_id) and cells.first(at, "area_id", area_id, areas):
            areas[area_id] = Area(area_id=area_id, area_name=name)
    return areas


def _stop_areas(
    files: FeedFiles, cells: Cells, areas: Table, stops: Table
) -> dict[str, frozenset[str]]:
    of_stop: dict[str, frozenset[str]] = {}
    # Many stops share their areas: keep each set once.
    shared: dict[frozenset[str], frozenset[str]] = {}
    for at, (area_id, stop_id) in files.rows("stop_areas.txt", "area_id", "stop_id"):
        if not (area_id and stop_id):
            cells.require(at, area_id=area_id, stop_id=stop_id)
            continue
        readable = cells.refer(at, "area_id", area_id, areas)
        if not cells.mention(at, "stop_id", stop_id, stops) or not readable:
            continue
        before = of_stop.get(stop_id, frozenset())
        if area_id in before:
            files.findings.warning(
                at, "", "feed_duplicate", f"repeats {area_id}, {stop_id}.", "Keep one row."
            )
        together = before | {area_id}
        of_stop[stop_id] = shared.setdefault(together, together)
    return of_stop


def _routes(files: FeedFiles, cells: Cells, agencies: tuple[Agency, ...]) -> dict[str, Route]:
    routes: dict[str, Route] = {}
    known = frozenset(agency.agency_id for agency in agencies)
    table = Table(name="agency.txt", known=known, present=True)
    fields = ("route_id", "agency_id", "route_short_name", "route_long_name", "network_id")
    for at, (route_id, agency_id, short, long, network_id) in files.rows("routes.txt", *fields):
        if not cells.require(at, route_id=route_id):
            continue
        if not cells.first(at, "route_id", route_id, routes):
            continue
        cells.mention(at, "agency_id", agency_id, table)
        if not agency_id and len(agencies) > 1:
            what = "is empty, and there are several agencies."
            files.findings.error(at, "agency_id", "feed_conditional", what, "Name the agency.")
        routes[route_id] = Route(
            route_id=route_id,
            agency_id=agency_id,
            route_short_name=short,
            route_long_name=long,
            network_id=network_id,
        )
    if not routes:
        files.findings.warning(
            Place("routes.txt", 0),
            "",
            "feed_file_missing",
            "is missing, or has no rows.",
            "Add the routes: the network of a leg is that of its route.",
        )
    return routes


def _networks(
    files: FeedFiles, cells: Cells, routes: Mapping[str, Route]
) -> tuple[dict[str, Network], dict[str, str]]:
    """Give the networks that exist, and the network of each route that is in one."""
    networks: dict[str, Network] = {}
    for at, (network_id, name) in files.rows("networks.txt", "network_id", "network_name"):
        if cells.require(at, network_id=network_id) and cells.first(
            at, "network_id", network_id, networks
        ):
            networks[network_id] = Network(network_id=network_id, network_name=name)
    listed = Table(name="networks.txt", known=dict(networks), present=files.has("networks.txt"))
    of_route = {route.route_id: route.network_id for route in routes.values() if route.network_id}
    for file in ("networks.txt", "route_networks.txt"):
        if of_route and files.has(file):
            files.findings.warning(
                Place(file, 0),
                "",
                "feed_network_twice",
                "is there though routes.txt names networks.",
                "Keep the networks in one place.",
            )
    _route_networks(files, cells, listed, routes, of_route)
    for network_id in of_route.values():
        networks.setdefault(network_id, Network(network_id=network_id, network_name=""))
    return networks, of_route


def _route_networks(
    files: FeedFiles,
    cells: Cells,
    listed: Table,
    routes: Mapping[str, Route],
    of_route: dict[str, str],
) -> None:
    """Add the rows of route_networks.txt to `of_route`."""
    table = Table(name="routes.txt", known=routes, present=True)
    seen: set[str] = set()
    for at, (network_id, route_id) in files.rows("route_networks.txt", "network_id", "route_id"):
        if not cells.require(at, network_id=network_id, route_id=route_id):
            continue
        if not cells.first(at, "route_id", route_id, seen):
            continue
        seen.add(route_id)
        readable = cells.refer(at, "network_id", network_id, listed)
        if not cells.mention(at, "route_id", route_id, table) or not readable:
            continue
        if of_route.setdefault(route_id, network_id) != network_id:
            files.findings.fatal(
                at,
                "network_id",
                "feed_duplicate",
                f"puts {route_id!r} into another network than routes.txt does.",
                "A route is in one network; keep one of the two.",
            )
