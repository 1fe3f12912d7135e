"""Legs that count as one: fare_leg_join_rules.txt, applied before any leg rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from faregate.fares.legs import Leg
from faregate.fares.tables import FareLegJoinRule, Feed


@dataclass(frozen=True, slots=True)
class EffectiveLeg:
    """One leg, or several that a join rule makes one."""

    legs: tuple[Leg, ...]

    @property
    def network_ids(self) -> frozenset[str]:
        """The networks travelled on; several match no rule that names a network."""
        return frozenset(leg.network_id for leg in self.legs)

    @property
    def from_stop_id(self) -> str:
        """Where the first leg starts."""
        return self.legs[0].from_stop_id

    @property
    def to_stop_id(self) -> str:
        """Where the last leg ends."""
        return self.legs[-1].to_stop_id

    @property
    def departure(self) -> datetime:
        """The first fare validation."""
        return self.legs[0].departure

    @property
    def arrival(self) -> datetime:
        """The last fare validation."""
        return self.legs[-1].arrival


def join_legs(legs: Sequence[Leg], feed: Feed) -> tuple[EffectiveLeg, ...]:
    """Join what the feed's join rules join; consecutive joins make one leg of them all."""
    if not feed.fare_leg_join_rules:
        return tuple(EffectiveLeg((leg,)) for leg in legs)
    groups: list[list[Leg]] = []
    for leg in legs:
        if groups and joining_rule(groups[-1][-1], leg, feed) is not None:
            groups[-1].append(leg)
        else:
            groups.append([leg])
    return tuple(EffectiveLeg(tuple(group)) for group in groups)


def joining_rule(before: Leg, after: Leg, feed: Feed) -> FareLegJoinRule | None:
    """Give the first rule that joins two consecutive legs.

    Unless the rule names both stops, the legs must meet in one station.
    """
    end, start = _places(feed, before.to_stop_id), _places(feed, after.from_stop_id)
    for rule in feed.fare_leg_join_rules:
        stops_named = rule.from_stop_id and rule.to_stop_id
        if (
            rule.from_network_id in ("", before.network_id)
            and rule.to_network_id in ("", after.network_id)
            and (not rule.from_stop_id or rule.from_stop_id in end)
            and (not rule.to_stop_id or rule.to_stop_id in start)
            and (stops_named or end[-1] == start[-1])
        ):
            return rule
    return None


def _places(feed: Feed, stop_id: str) -> tuple[str, str]:
    """Give a stop and its station; a place that is not in stops.txt is its own."""
    station_id = feed.station_of(stop_id) if stop_id in feed.stops else stop_id
    return stop_id, station_id
