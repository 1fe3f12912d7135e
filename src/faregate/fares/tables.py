"""The tables of a GTFS feed that price a leg, with the reference's own names.

Source: GTFS Schedule reference, https://gtfs.org/documentation/schedule/reference/ (adopted part).
An empty cell is an empty string, as in the file: what it means depends on the table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from faregate.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A row of stops.txt."""

    stop_id: str
    stop_name: str
    parent_station: str
    stop_timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FareMedium:
    """A row of fare_media.txt."""

    fare_media_id: str
    fare_media_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FareProduct:
    """A row of fare_products.txt; empty ids mean any category, and an unknown medium."""

    fare_product_id: str
    rider_category_id: str
    fare_media_id: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class FareLegRule:
    """A row of fare_leg_rules.txt, with its line in the file for explanations."""

    line: int
    leg_group_id: str
    network_id: str
    from_area_id: str
    to_area_id: str
    fare_product_id: str
    rule_priority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """All tables that price a leg. Every reference between them has been checked."""

    agency_timezone: ZoneInfo
    stops: Mapping[str, Stop]
    stop_areas: Mapping[str, frozenset[str]]
    """By stop_id, as listed: a platform without an entry is in the areas of its station."""
    route_networks: Mapping[str, str]
    """By route_id, from route_networks.txt or routes.txt; absent for a route in no network."""
    fare_media: Mapping[str, FareMedium]
    rider_categories: frozenset[str]
    fare_products: tuple[FareProduct, ...]
    fare_leg_rules: tuple[FareLegRule, ...]

    def areas_of(self, stop_id: str) -> frozenset[str]:
        """Give the areas of a stop: its own, else those of its station."""
        own = self.stop_areas.get(stop_id, frozenset())
        return own or self.stop_areas.get(self.stops[stop_id].parent_station, frozenset())

    def timezone_of(self, stop_id: str) -> ZoneInfo:
        """Give the time zone of a stop: its station's, its own, or else the agency's.

        The agency's too for a stop that is not in the feed: its taps have a day, if no fare.
        """
        stop = self.stops.get(stop_id)
        if stop is None:
            return self.agency_timezone
        # A location with a parent station inherits that one's zone "instead of applying its own".
        owner = self.stops[stop.parent_station] if stop.parent_station else stop
        return ZoneInfo(owner.stop_timezone) if owner.stop_timezone else self.agency_timezone
