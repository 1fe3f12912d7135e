"""How fast fares are priced: on given feeds, and as rules and legs grow in number."""

import gc
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from faregate.errors import InvalidInputError
from faregate.fares.legs import Leg
from faregate.fares.price import FareQuote, FareTable, price
from faregate.fares.read_feed import read_feed
from faregate.fares.tables import Area, FareLegRule, FareMedium, FareProduct, Feed, Stop
from faregate.money import Money

JOURNEYS_MIN: Final = 5_000
_STARTS: Final = datetime(2026, 3, 2, tzinfo=UTC)
_MINUTES: Final = 14 * 24 * 60
_RIDE: Final = timedelta(minutes=20)
_WAIT: Final = timedelta(minutes=5)
_CHAIN: Final = 3
_SEED: Final = 6
_RULES: Final = (100, 1_000, 10_000)
_LEGS: Final = (1, 2, 4, 8, 16)
_NS: Final = 1e9
_ANYWHERE: Final = ("anywhere",)
"""The stop of feeds without stops.txt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One pass over distinct journeys, in one thread."""

    legs_each: int
    journeys: int
    """All different in route, stops or time."""
    priced: int
    """The others have no known fare, or products in several currencies; they count as well."""
    per_second: float
    """As a caller meets it: with one fare table, empty at first, that remembers places."""
    known_legs: int
    """Legs whose places and network had been asked for before: what it remembered."""
    per_second_forgetting: float
    """With the table's memory emptied before every journey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpeed:
    """What a feed costs to load and to price."""

    feed: str
    load_s: float
    load_peak_mib: float
    """The most that Python held while it was read, in a second reading that counts it."""
    held_mib: float
    """What feed and fare table hold afterwards."""
    speeds: tuple[Speed, ...]


@dataclass(frozen=True, slots=True)
class Growth:
    """Speed at one size of a made feed or journey."""

    size: int
    per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FareBench:
    """All that was measured."""

    feeds: tuple[FeedSpeed, ...]
    by_rules: tuple[Growth, ...]
    """Single legs, nothing remembered, by the number of rows in fare_leg_rules.txt."""
    by_legs: tuple[Growth, ...]
    """Journeys by their number of legs."""


def bench_fares(feeds: Sequence[Path], *, journeys: int = JOURNEYS_MIN) -> FareBench:
    """Measure. Raises `InvalidInputError` for a feed that cannot be read or has no routes."""
    return FareBench(
        feeds=tuple(_feed_speed(path, journeys) for path in feeds),
        by_rules=tuple(_by_rules(number, journeys) for number in _RULES),
        by_legs=tuple(_by_legs(number, max(journeys // number, 1)) for number in _LEGS),
    )


def _feed_speed(path: Path, journeys: int) -> FeedSpeed:
    begins = time.perf_counter_ns()
    read_feed(path)
    load_s = (time.perf_counter_ns() - begins) / _NS
    gc.collect()
    tracemalloc.start()
    try:
        feed = read_feed(path)
        table = FareTable(feed)
        gc.collect()
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    speeds = tuple(
        _speed(table, distinct_journeys(feed, journeys, legs_each=legs)) for legs in (1, _CHAIN)
    )
    return FeedSpeed(
        feed="/".join(path.parts[-2:]),
        load_s=load_s,
        load_peak_mib=peak / 2**20,
        held_mib=held / 2**20,
        speeds=speeds,
    )


def distinct_journeys(feed: Feed, number: int, *, legs_each: int) -> list[tuple[Leg, ...]]:
    """Make different journeys by chance, always the same ones. Raises `InvalidInputError`."""
    if not feed.routes:
        raise InvalidInputError(
            "bench_no_routes", "The feed has no routes.", remedy="Name a feed with routes.txt."
        )
    random = Random(_SEED)  # noqa: S311 - for a repeatable choice, not for a secret
    routes = sorted(feed.routes)
    stops = sorted(feed.stops) or _ANYWHERE
    found: dict[tuple[Leg, ...], None] = {}
    while len(found) < number:
        found[_journey(feed, random, routes, stops, legs_each)] = None
    return list(found)


def _journey(
    feed: Feed, random: Random, routes: Sequence[str], stops: Sequence[str], legs_each: int
) -> tuple[Leg, ...]:
    departure = _STARTS + timedelta(minutes=random.randrange(_MINUTES))
    at = random.choice(stops)
    legs: list[Leg] = []
    for _ in range(legs_each):
        route_id, to_stop_id = random.choice(routes), random.choice(stops)
        legs.append(
            Leg(
                route_id=route_id,
                network_id=feed.route_networks.get(route_id, ""),
                from_stop_id=at,
                to_stop_id=to_stop_id,
                departure=departure,
                arrival=departure + _RIDE,
            )
        )
        at, departure = to_stop_id, departure + _RIDE + _WAIT
    return tuple(legs)


def _speed(table: FareTable, journeys: Sequence[tuple[Leg, ...]]) -> Speed:
    legs = sum(map(len, journeys))
    priced, seconds = _timed(table, journeys)
    return Speed(
        legs_each=len(journeys[0]),
        journeys=len(journeys),
        priced=priced,
        per_second=len(journeys) / seconds,
        known_legs=max(legs - table.remembered, 0),
        per_second_forgetting=len(journeys) / _forgetting(table, journeys),
    )


def _timed(table: FareTable, journeys: Sequence[tuple[Leg, ...]]) -> tuple[int, float]:
    """Price all, from an empty memory; give how many have a fare, and the seconds."""
    table.forget()
    begins = time.perf_counter_ns()
    priced = sum(_has_fare(journey, table) for journey in journeys)
    return priced, (time.perf_counter_ns() - begins) / _NS


def _forgetting(table: FareTable, journeys: Sequence[tuple[Leg, ...]]) -> float:
    """Price all, each from an empty memory; give the seconds."""
    spent = 0
    for journey in journeys:
        table.forget()
        begins = time.perf_counter_ns()
        _has_fare(journey, table)
        spent += time.perf_counter_ns() - begins
    return spent / _NS


def _has_fare(journey: tuple[Leg, ...], table: FareTable) -> bool:
    try:
        return isinstance(price(journey, table), FareQuote)
    except InvalidInputError:
        return False  # several currencies to choose from: an answer, though no fare


def _by_rules(number: int, journeys: int) -> Growth:
    feed = made_feed(number)
    legs = distinct_journeys(feed, journeys, legs_each=1)
    return Growth(number, journeys / _forgetting(FareTable(feed), legs))


def _by_legs(number: int, journeys: int) -> Growth:
    feed = made_feed(_RULES[0])
    _, seconds = _timed(FareTable(feed), distinct_journeys(feed, journeys, legs_each=number))
    return Growth(number, journeys / seconds)


def made_feed(rules: int) -> Feed:
    """Make a feed with a fare for every pair of areas, about `rules` of them, and one network."""
    side = max(round(rules**0.5), 1)
    areas = [f"area-{number}" for number in range(side)]
    stops = {
        area: Stop(stop_id=area, stop_name="", parent_station="", stop_timezone="")
        for area in areas
    }
    pairs = [(one, other) for one in areas for other in areas]
    base = read_feed(Path(__file__).parents[1] / "demo" / "feed")
    return replace(
        base,
        stops=stops,
        areas={area: Area(area_id=area, area_name="") for area in areas},
        stop_areas={area: frozenset({area}) for area in areas},
        fare_media={"card": FareMedium(fare_media_id="card", fare_media_name="")},
        fare_products=tuple(
            FareProduct(
                fare_product_id=f"{one} {other}",
                rider_category_id="",
                fare_media_id="",
                amount=Money(100 + number, "EUR"),
            )
            for number, (one, other) in enumerate(pairs)
        ),
        fare_leg_rules=tuple(
            FareLegRule(
                line=number + 2,
                leg_group_id="ride",
                network_id="",
                from_area_id=one,
                to_area_id=other,
                fare_product_id=f"{one} {other}",
            )
            for number, (one, other) in enumerate(pairs)
        ),
    )
