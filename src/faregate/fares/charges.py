"""From all taps of a rider to what they pay: journeys, fares, caps. Pure, and blind to order.

Nothing is added up as taps come in. A tap that comes late, twice or corrected changes the input,
and all of it is computed again. Of days that are closed only what was paid towards caps is known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import assert_never

from faregate.fares.caps import CappedRide, CapSpent, PricedRide, apply_caps
from faregate.fares.gate_fare import GateFare, GateFareUnknown, gate_fare
from faregate.fares.journey_rules import DegradedMode
from faregate.fares.journeys import INCOMPLETE, Journey, Tap, pair
from faregate.fares.tariff import Tariff, TariffInTime
from faregate.fares.versions import Entitlement, category_even_if_over, category_on
from faregate.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedJourney:
    """A journey, its fare, and what caps leave of it."""

    journey: Journey
    fare: GateFare
    capped: CappedRide

    @property
    def charge(self) -> Money:
        """What the rider pays."""
        return self.capped.charge


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpricedJourney:
    """A journey that the tariff has no fare for. It is not charged; staff are told."""

    journey: Journey
    fare: GateFareUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Charges:
    """All journeys of one rider, oldest first."""

    charged: tuple[ChargedJourney, ...]
    unpriced: tuple[UnpricedJourney, ...]
    spent: tuple[CapSpent, ...]
    """What was paid towards caps, carries included: hand it in with the taps of later days."""


def charge_taps(
    taps: Iterable[Tap],
    tariffs: TariffInTime,
    *,
    entitlements: Sequence[Entitlement] = (),
    carried: Iterable[CapSpent] = (),
) -> Charges:
    """Charge the taps of one rider and of whoever they pay for.

    `tariffs` is one `Tariff`, or `TariffVersions`. A companion has journeys of their own and no
    caps: those are for one person's travel.
    """
    priced: list[tuple[Journey, GateFare, PricedRide]] = []
    unpriced: list[UnpricedJourney] = []
    for journey in pair(taps, tariffs):
        tariff = _tariff_of(journey, tariffs, entitlements)
        fare = gate_fare(journey, tariff)
        match fare:
            case GateFare():
                priced.append((journey, fare, _ride(journey, fare, tariff)))
            case GateFareUnknown():
                unpriced.append(UnpricedJourney(journey=journey, fare=fare))
            case _:
                assert_never(fare)
    capped = apply_caps((ride for _, _, ride in priced), carried)
    return Charges(
        charged=tuple(
            ChargedJourney(journey=journey, fare=fare, capped=ride)
            for (journey, fare, _), ride in zip(priced, capped.rides, strict=True)
        ),
        unpriced=tuple(unpriced),
        spent=capped.spent,
    )


def _tariff_of(
    journey: Journey, tariffs: TariffInTime, entitlements: Sequence[Entitlement]
) -> Tariff:
    tariff = tariffs.at(journey.taps[0].at)
    unchecked = any(
        tariff.rules.held(DegradedMode.DATE_FREE, tap.stop_id, tap.at) for tap in journey.taps
    )
    category_of = category_even_if_over if unchecked else category_on
    category = category_of(entitlements, journey.travel_day, fallback=tariff.rider_category_id)
    return tariff.for_category(category)


def _ride(journey: Journey, fare: GateFare, tariff: Tariff) -> PricedRide:
    return PricedRide(
        ride_id=journey.taps[0].passage_id,
        travel_day=journey.travel_day,
        fare=fare.amount,
        caps=() if journey.taps[0].companion else tariff.caps,
        area_ids=tuple(tariff.feed.areas_of(tap.stop_id) for tap in journey.taps),
        rider_category_id=tariff.rider_category_id,
        maximum_fare=journey.status in INCOMPLETE,
    )
