"""What is priced: legs, each from stop to stop on one network, in the order of travel."""

from dataclasses import dataclass
from datetime import UTC, datetime

from faregate.errors import InvalidInputError
from faregate.fares.tables import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """Travel from one stop to another without changing."""

    from_stop_id: str
    to_stop_id: str
    departure: datetime
    """Aware. The fare validation at the start; gates give the passage in."""
    arrival: datetime
    """Aware. The fare validation at the end; gates give the passage out."""
    network_id: str = ""
    """Empty for a route in no network."""
    route_id: str = ""
    """Empty where only the network is known: a gate does not see which train comes."""


def leg_on_route(
    feed: Feed,
    *,
    route_id: str,
    from_stop_id: str,
    to_stop_id: str,
    departure: datetime,
    arrival: datetime,
) -> Leg:
    """Make a leg on a route of the feed. Raises `InvalidInputError` for an unknown route or stop.

    A feed without stops.txt (its places are in locations.geojson) cannot tell which stops it has:
    there, any id stands for a place in no area.
    """
    if route_id not in feed.routes:
        raise InvalidInputError(
            "unknown_route",
            f"The feed has no route {route_id!r}.",
            remedy="Name a route_id of routes.txt.",
        )
    for stop_id in (from_stop_id, to_stop_id):
        if feed.stops and stop_id not in feed.stops:
            raise InvalidInputError(
                "unknown_stop",
                f"The feed has no stop {stop_id!r}.",
                remedy="Name a stop_id of stops.txt.",
            )
    if arrival.astimezone(UTC) < departure.astimezone(UTC):
        raise InvalidInputError(
            "arrival_before_departure",
            f"The leg on {route_id!r} arrives before it departs.",
            remedy="Correct the two times; mind their offsets.",
        )
    return Leg(
        from_stop_id=from_stop_id,
        to_stop_id=to_stop_id,
        departure=departure,
        arrival=arrival,
        network_id=feed.route_networks.get(route_id, ""),
        route_id=route_id,
    )
