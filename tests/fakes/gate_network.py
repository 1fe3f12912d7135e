"""A small network of gates with two zones and two networks, and taps by the wall clock."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from faregate.fares.caps import Cap, CapPeriod
from faregate.fares.journeys import Direction, Journey, Tap
from faregate.fares.tables import (
    Area,
    FareLegRule,
    FareMedium,
    FareProduct,
    Feed,
    Network,
    RiderCategory,
    Stop,
)
from faregate.fares.tariff import Tariff
from faregate.ids import PassageId
from faregate.money import Money

BERLIN: Final = ZoneInfo("Europe/Berlin")
GATES: Final = ("centre", "cross", "park", "wood", "wood-west")
_AREAS: Final = {
    "centre": "inner",
    "cross": "inner",
    "park": "inner",
    "wood": "outer",
    "wood-west": "outer",
}


def stop(stop_id: str, *, station: str = "", timezone: str = "") -> Stop:
    """Make a row of stops.txt."""
    return Stop(stop_id=stop_id, stop_name="", parent_station=station, stop_timezone=timezone)


def product(
    name: str, minor: int, *, category: str = "", medium: str = "", currency: str = "EUR"
) -> FareProduct:
    """Make a row of fare_products.txt."""
    return FareProduct(
        fare_product_id=name,
        rider_category_id=category,
        fare_media_id=medium,
        amount=Money(minor, currency),
    )


def rule(
    line: int, cells: str, name: str, *, from_group: str = "", to_group: str = ""
) -> FareLegRule:
    """Make a row of fare_leg_rules.txt; `cells` is network, from and to, `-` for empty."""
    network_id, from_area_id, to_area_id = cells.replace("-", "").split(",")
    return FareLegRule(
        line=line,
        leg_group_id=name,
        network_id=network_id,
        from_area_id=from_area_id,
        to_area_id=to_area_id,
        fare_product_id=name,
        from_timeframe_group_id=from_group,
        to_timeframe_group_id=to_group,
    )


FEED: Final = Feed(
    agency_timezone=BERLIN,
    stops={
        **{name: stop(name) for name in GATES},
        "wood": stop("wood", station="wood-station"),
        "wood-west": stop("wood-west", station="wood-station"),
        "wood-station": stop("wood-station"),
    },
    stop_areas={name: frozenset({area}) for name, area in _AREAS.items()},
    areas={name: Area(area_id=name, area_name="") for name in ("inner", "outer")},
    networks={name: Network(network_id=name, network_name="") for name in ("metro", "ring")},
    route_networks={},
    fare_media={"face": FareMedium(fare_media_id="face", fare_media_name="")},
    rider_categories={
        name: RiderCategory(
            rider_category_id=name, rider_category_name="", is_default_fare_category=name == "adult"
        )
        for name in ("adult", "child", "staff")
    },
    fare_products=tuple(
        product(name, minor, category=category)
        for name, adult in (("short", 200), ("long", 500), ("around", 300))
        for category, minor in (("adult", adult), ("child", adult // 2), ("staff", 0))
    ),
    fare_leg_rules=(
        rule(2, "metro,inner,inner", "short"),
        rule(3, "metro,outer,outer", "short"),
        rule(4, "metro,inner,outer", "long"),
        rule(5, "metro,outer,inner", "long"),
        rule(6, "ring,inner,outer", "around"),
        rule(7, "ring,outer,inner", "around"),
    ),
)
TARIFF: Final = Tariff(
    version="1",
    feed=FEED,
    fare_media_id="face",
    gated_stop_ids=frozenset(GATES),
    journey_max=timedelta(minutes=90),
    rider_category_id="adult",
)


def at(clock: str, day: str = "2026-03-02") -> datetime:
    """Give an instant by the wall clock of Berlin; the default day is a Monday."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN)


def taps(story: str, day: str = "2026-03-02", *, companion: int = 0) -> list[Tap]:
    """Read taps from words: `08:00>centre 08:20<park`; `>` in, `<` out, `|` on the way.

    A stop may name its network after a slash. Ids follow from what is told.
    """
    return [_tap(word, day, companion) for word in story.split()]


def _tap(word: str, day: str, companion: int) -> Tap:
    sign = next(character for character in word if character in "<>|")
    clock, place = word.split(sign)
    stop_id, _, network_id = place.partition("/")
    when = at(clock, day)
    directions = {">": Direction.ENTRY, "<": Direction.EXIT, "|": Direction.INTERMEDIATE}
    return Tap(
        passage_id=PassageId(f"{stop_id}-{companion}-{directions[sign]}", 1, int(when.timestamp())),
        direction=directions[sign],
        network_id=network_id or "metro",
        stop_id=stop_id,
        at=when,
        companion=companion,
    )


def told(journeys: Iterable[Journey]) -> list[str]:
    """Tell journeys in words: status, then where and when it was read."""
    return [
        " ".join(
            [
                one.status.value,
                *(f"{tap.at.astimezone(BERLIN):%H:%M}{tap.stop_id}" for tap in one.taps),
            ]
        )
        for one in journeys
    ]


def cap(name: str, minor: int, period: CapPeriod = CapPeriod.DAY) -> Cap:
    """Make a cap in euros."""
    return Cap(cap_id=name, period=period, amount=Money(minor, "EUR"))
