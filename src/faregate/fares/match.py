"""Which rows of fare_leg_rules.txt match a leg.

Empty cells have two meanings. Where no row has a `rule_priority`, an empty network or area stands
for all that no row lists; where one has, it constrains nothing and the highest priority wins. The
column alone decides nothing: a published feed has it, and no value in it. An empty timeframe
never constrains.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from faregate.fares.tables import FareLegRule, Feed


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of a leg decides its rules, but for the time of day."""

    network_ids: frozenset[str]
    """One, `""` for none; or several, for legs that are joined."""
    from_areas: frozenset[str]
    to_areas: frozenset[str]


@dataclass(frozen=True, slots=True)
class LegRules:
    """The leg rules of a feed, indexed once: matching costs the same however many there are."""

    by_cells: dict[tuple[str, str, str], list[FareLegRule]]
    listed: tuple[frozenset[str], frozenset[str], frozenset[str]]
    """The networks, departure areas and arrival areas that any row names."""
    has_priorities: bool

    @classmethod
    def of(cls, feed: Feed) -> "LegRules":
        """Index a feed's rules; one with a condition that GTFS has not adopted never matches."""
        by_cells: dict[tuple[str, str, str], list[FareLegRule]] = {}
        for rule in feed.fare_leg_rules:
            if not rule.proposed_condition:
                by_cells.setdefault(cells_of(rule), []).append(rule)
        networks, from_areas, to_areas = (
            frozenset(cells_of(rule)[column] for rule in feed.fare_leg_rules) - {""}
            for column in range(3)
        )
        return cls(
            by_cells=by_cells,
            listed=(networks, from_areas, to_areas),
            has_priorities=any(rule.rule_priority is not None for rule in feed.fare_leg_rules),
        )

    def candidates(self, leg: Surroundings) -> tuple[FareLegRule, ...]:
        """Give the rules that match at some time of day, in the order of the file."""
        of_leg = (leg.network_ids, leg.from_areas, leg.to_areas)
        # Legs on different networks, joined, are on no network that a rule could name.
        named = (leg.network_ids if len(leg.network_ids) == 1 else (), *of_leg[1:])
        cells = (
            [*(name for name in names if name), *([""] if empty else ())]
            for names, empty in zip(named, self.empty_matches(of_leg), strict=True)
        )
        return tuple(
            sorted(
                (rule for key in product(*cells) for rule in self.by_cells.get(key, ())),
                key=lambda rule: rule.line,
            )
        )

    def empty_matches(self, of_leg: tuple[frozenset[str], ...]) -> list[bool]:
        """Tell for network, departure and arrival whether an empty cell matches a leg."""
        return [
            self.has_priorities or names.isdisjoint(listed)
            for names, listed in zip(of_leg, self.listed, strict=True)
        ]


def cells_of(rule: FareLegRule) -> tuple[str, str, str]:
    """Give the cells of a rule that say where it applies."""
    return rule.network_id, rule.from_area_id, rule.to_area_id


def in_time(
    rules: Sequence[FareLegRule], from_groups: frozenset[str], to_groups: frozenset[str]
) -> list[FareLegRule]:
    """Give the rules whose timeframes, where they name any, the leg starts and ends in."""
    return [
        rule
        for rule in rules
        if (not rule.from_timeframe_group_id or rule.from_timeframe_group_id in from_groups)
        and (not rule.to_timeframe_group_id or rule.to_timeframe_group_id in to_groups)
    ]


def of_highest_priority(rules: Sequence[FareLegRule]) -> tuple[FareLegRule, ...]:
    """Give the rules of the highest priority; an empty cell counts as 0."""
    highest = max((rule.rule_priority or 0 for rule in rules), default=0)
    return tuple(rule for rule in rules if (rule.rule_priority or 0) == highest)
