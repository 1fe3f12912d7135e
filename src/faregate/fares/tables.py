"""The tables of a GTFS feed that decide fares, with the reference's own names.

Source: GTFS Schedule reference, https://gtfs.org/documentation/schedule/reference/ (adopted part).
An empty id is an empty string, as in the file: what it means depends on the table. `line` is the
line of the file on which a row ends, for explanations; the header is line 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from zoneinfo import ZoneInfo

from faregate.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A row of agency.txt."""

    agency_id: str
    agency_name: str
    agency_timezone: str


class LocationType(IntEnum):
    """What a row of stops.txt stands for."""

    STOP = 0
    STATION = 1
    ENTRANCE = 2
    NODE = 3
    BOARDING_AREA = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A row of stops.txt."""

    stop_id: str
    stop_name: str
    parent_station: str
    stop_timezone: str
    location_type: LocationType = LocationType.STOP
    zone_id: str = ""
    """Of Fares v1: nothing here is priced by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A row of routes.txt."""

    route_id: str
    agency_id: str
    route_short_name: str
    route_long_name: str
    network_id: str
    """As in routes.txt; `Feed.route_networks` knows route_networks.txt too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A row of networks.txt, or a network that routes.txt names."""

    network_id: str
    network_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A row of areas.txt."""

    area_id: str
    area_name: str


class FareMediaType(IntEnum):
    """What a fare medium is."""

    NONE = 0
    PAPER_TICKET = 1
    TRANSIT_CARD = 2
    CEMV = 3
    MOBILE_APP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FareMedium:
    """A row of fare_media.txt."""

    fare_media_id: str
    fare_media_name: str
    fare_media_type: FareMediaType = FareMediaType.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class RiderCategory:
    """A row of rider_categories.txt."""

    rider_category_id: str
    rider_category_name: str
    is_default_fare_category: bool
    eligibility_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FareProduct:
    """A row of fare_products.txt; empty ids mean any category, and an unknown medium."""

    fare_product_id: str
    rider_category_id: str
    fare_media_id: str
    amount: Money
    """May be negative (a discount on a transfer) or zero (free)."""
    fare_product_name: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeframe:
    """A row of timeframes.txt: wall-clock seconds since local midnight, half-open."""

    timeframe_group_id: str
    start_time: int
    """0 to 86400, included; 0 where the cell is empty."""
    end_time: int
    """0 to 86400, not included; 86400 where the cell is empty."""
    service_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The days of a service_id: its row of calendar.txt, and its rows of calendar_dates.txt."""

    service_id: str
    weekdays: frozenset[int]
    """`date.weekday()`: 0 is Monday. Empty where only calendar_dates.txt names the service."""
    start_date: date
    end_date: date
    """Included."""
    added: frozenset[date]
    removed: frozenset[date]

    def runs_on(self, day: date) -> bool:
        """Tell whether the service has this date."""
        if day in self.added:
            return True
        return (
            day not in self.removed
            and self.start_date <= day <= self.end_date
            and day.weekday() in self.weekdays
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FareLegRule:
    """A row of fare_leg_rules.txt."""

    line: int
    leg_group_id: str
    network_id: str
    from_area_id: str
    to_area_id: str
    fare_product_id: str
    from_timeframe_group_id: str = ""
    to_timeframe_group_id: str = ""
    rule_priority: int | None = None
    """None for an empty cell: it counts as 0, but does not make `rule_priority` exist."""
    proposed_condition: str = ""
    """A further condition that GTFS has not adopted, as "field=value". Such a rule prices no leg:
    to read past the condition alone would charge whoever does not meet it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FareLegJoinRule:
    """A row of fare_leg_join_rules.txt; an empty cell constrains nothing."""

    line: int
    from_network_id: str
    to_network_id: str
    from_stop_id: str
    to_stop_id: str


class DurationLimitType(IntEnum):
    """Between which validations of the first and last leg a duration limit is measured."""

    DEPARTURE_TO_ARRIVAL = 0
    DEPARTURE_TO_DEPARTURE = 1
    ARRIVAL_TO_DEPARTURE = 2
    ARRIVAL_TO_ARRIVAL = 3


class FareTransferType(IntEnum):
    """What a transfer costs: A and B are the legs' products, AB is the transfer's."""

    FROM_LEG_PLUS_TRANSFER = 0  # A + AB
    BOTH_LEGS_PLUS_TRANSFER = 1  # A + AB + B
    TRANSFER_ONLY = 2  # AB


@dataclass(frozen=True, slots=True, kw_only=True)
class FareTransferRule:
    """A row of fare_transfer_rules.txt."""

    line: int
    from_leg_group_id: str
    to_leg_group_id: str
    transfer_count: int | None
    """-1: no limit; None for an empty cell."""
    duration_limit: int | None
    """Seconds; None for no limit."""
    duration_limit_type: DurationLimitType | None
    fare_transfer_type: FareTransferType
    fare_product_id: str
    """Empty: the transfer costs nothing."""
    proposed_condition: str = ""
    """As in `FareLegRule`: such a rule makes no transfer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """All tables that decide fares."""

    agency_timezone: ZoneInfo
    stops: Mapping[str, Stop]
    stop_areas: Mapping[str, frozenset[str]]
    """By stop_id, as listed: a platform without an entry is in the areas of its station."""
    route_networks: Mapping[str, str]
    """By route_id, from route_networks.txt or routes.txt; absent for a route in no network."""
    fare_media: Mapping[str, FareMedium]
    rider_categories: Mapping[str, RiderCategory]
    fare_products: tuple[FareProduct, ...]
    fare_leg_rules: tuple[FareLegRule, ...]
    fare_leg_join_rules: tuple[FareLegJoinRule, ...] = ()
    fare_transfer_rules: tuple[FareTransferRule, ...] = ()
    agencies: tuple[Agency, ...] = ()
    routes: Mapping[str, Route] = field(default_factory=dict)
    networks: Mapping[str, Network] = field(default_factory=dict)
    areas: Mapping[str, Area] = field(default_factory=dict)
    timeframes: Mapping[str, tuple[Timeframe, ...]] = field(default_factory=dict)
    """By timeframe_group_id."""
    services: Mapping[str, Service] = field(default_factory=dict)
    """By service_id; only those that timeframes.txt names."""

    def areas_of(self, stop_id: str) -> frozenset[str]:
        """Give the areas of a stop: its own, else those of the nearest parent that has any."""
        for place in self._up(stop_id):
            if areas := self.stop_areas.get(place.stop_id):
                return areas
        return frozenset()

    def station_of(self, stop_id: str) -> str:
        """Give the station that a stop belongs to; a stop without one is its own."""
        return self._up(stop_id)[-1].stop_id

    def timezone_of(self, stop_id: str) -> ZoneInfo:
        """Give the time zone of a stop: its station's, its own, or else the agency's.

        The agency's too for a stop that is not in the feed: its taps have a day, if no fare.
        """
        if stop_id not in self.stops:
            return self.agency_timezone
        # A location with a parent station inherits that one's zone "instead of applying its own".
        owner = self._up(stop_id)[-1]
        return ZoneInfo(owner.stop_timezone) if owner.stop_timezone else self.agency_timezone

    def _up(self, stop_id: str) -> list[Stop]:
        """Give a stop and what it lies in. The reader refuses parents that go round in a circle."""
        places = [self.stops[stop_id]]
        while parent := places[-1].parent_station:
            places.append(self.stops[parent])
        return places
