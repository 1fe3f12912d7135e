"""Rules that link taps to journeys, one kind at a time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from fakes.gate_network import TARIFF, at
from faregate.fares.journey_rules import (
    DegradedMode,
    Disruption,
    EmergencyInterchange,
    Interchange,
    JourneyRules,
    JourneyTimes,
    LongestStay,
    ReEntry,
    SameStationBand,
    SameStationCharge,
)
from faregate.fares.journeys import Journey, Tap, pair

MINUTE: Final = timedelta(minutes=1)
BANDS: Final = (
    SameStationBand(below=2 * MINUTE, charge=SameStationCharge.MAXIMUM),
    SameStationBand(below=30 * MINUTE, charge=SameStationCharge.MINIMUM),
    SameStationBand(below=timedelta.max, charge=SameStationCharge.TWO_MAXIMUM),
)
SEOUL: Final = JourneyRules(re_entry=ReEntry(within=15 * MINUTE))
ON_FOOT: Final = JourneyRules(
    interchanges=(
        Interchange(from_stop_id="cross", to_stop_id="park", within=40 * MINUTE),
        Interchange(from_stop_id="park", to_stop_id="cross", within=20 * MINUTE),
    )
)
EMERGENCY: Final = JourneyRules(
    emergencies=(
        EmergencyInterchange(
            stop_ids=frozenset({"cross", "wood"}),
            starts=at("08:00"),
            ends=at("09:00"),
            within=30 * MINUTE,
        ),
    )
)
SHORT_STAYS: Final = LongestStay(
    weekday=30 * MINUTE, evening_or_saturday=40 * MINUTE, sunday_or_holiday=50 * MINUTE
)
TIMES: Final = JourneyRules(
    times=JourneyTimes(zone_of={"centre": 1, "park": 1}, by_zones={(1, 1): SHORT_STAYS})
)


def journeys(taps: Sequence[Tap], rules: JourneyRules) -> tuple[Journey, ...]:
    """Pair taps under rules."""
    return pair(taps, replace(TARIFF, rules=rules))


def disruption(
    mode: str, *stop_ids: str, starts: str = "08:00", ends: str = "09:00"
) -> JourneyRules:
    """Make rules with one degraded mode."""
    return JourneyRules(
        disruptions=(
            Disruption(
                mode=DegradedMode(mode),
                stop_ids=frozenset(stop_ids),
                starts=at(starts),
                ends=at(ends),
            ),
        )
    )
