"""A small network to price journeys in: four stops, two areas, routes of two networks and none."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Final

from fakes.fares_world import write_feed
from faregate.fares.legs import Leg, leg_on_route
from faregate.fares.price import FareQuote, FareTable, price
from faregate.fares.read_feed import read_feed
from faregate.fares.tables import Feed

MONDAY: Final = datetime(2026, 3, 2, tzinfo=UTC)

BASE: Final = {
    "agency.txt": "agency_name,agency_url,agency_timezone\nMetro,https://metro.example,UTC\n",
    "stops.txt": (
        "stop_id,stop_name,location_type,parent_station\n"
        "harbour,Harbour,1,\nharbour-1,Harbour 1,0,harbour\nharbour-2,Harbour 2,0,harbour\n"
        "museum,Museum,0,\npark,Park,0,\nzoo,Zoo,0,\n"
    ),
    "routes.txt": "route_id,route_short_name,route_type\nm1,M1,1\nm2,M2,1\nb1,B1,3\nf1,F1,4\n",
    "networks.txt": "network_id\nmetro\nbus\n",
    "route_networks.txt": "network_id,route_id\nmetro,m1\nmetro,m2\nbus,b1\n",
    "areas.txt": "area_id\nA\nB\n",
    "stop_areas.txt": "area_id,stop_id\nA,harbour\nA,park\nB,museum\n",
    "fare_products.txt": (
        "fare_product_id,rider_category_id,fare_media_id,amount,currency\n"
        "metro,,,3.00,EUR\nbus,,,2.00,EUR\nchange,,,0.50,EUR\nrebate,,,-0.50,EUR\n"
    ),
    "fare_leg_rules.txt": "leg_group_id,network_id,fare_product_id\nM,metro,metro\nB,bus,bus\n",
}
TRANSFERS: Final = (
    "from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,"
    "fare_transfer_type,fare_product_id\n"
)


def small_feed(folder: Path, **tables: str) -> Feed:
    """Read the network, with tables changed or added: `fare_media="fare_media_id,…"`."""
    changed = {f"{name}.txt": text for name, text in tables.items()}
    return read_feed(write_feed(folder, {**BASE, **changed}))


def ride(feed: Feed, route_id: str, ends: str, times: str) -> Leg:
    """Make a leg on a Monday: `ride(feed, "m1", "harbour museum", "10:00 10:20")`."""
    from_stop_id, to_stop_id = ends.split()
    departure, arrival = (
        datetime.combine(MONDAY, time.fromisoformat(text), tzinfo=UTC) for text in times.split()
    )
    return leg_on_route(
        feed,
        route_id=route_id,
        from_stop_id=from_stop_id,
        to_stop_id=to_stop_id,
        departure=departure,
        arrival=arrival,
    )


def rides(feed: Feed, routes: str) -> list[Leg]:
    """Make legs of ten minutes every quarter of an hour from 10:00, from the harbour and back."""
    return [
        ride(
            feed,
            route_id,
            "harbour museum",
            f"{10 + number // 4}:{number % 4 * 15:02} {10 + number // 4}:{number % 4 * 15 + 10:02}",
        )
        for number, route_id in enumerate(routes.split())
    ]


def total(legs: Sequence[Leg], feed: Feed, *, fare_media_ids: Collection[str] = ()) -> str | None:
    """Price legs for anybody; None for an unknown fare."""
    fare = price(legs, FareTable(feed, fare_media_ids=fare_media_ids))
    return str(fare.total.to_decimal()) if isinstance(fare, FareQuote) else None
