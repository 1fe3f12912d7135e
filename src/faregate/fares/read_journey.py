"""Read journeys as JSON gives them, or say which part of which leg cannot be used."""

from collections.abc import Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from itertools import pairwise

from faregate.errors import InvalidInputError
from faregate.fares.legs import Leg, leg_on_route
from faregate.fares.tables import Feed


def read_journey(document: object, feed: Feed) -> tuple[Leg, ...]:
    """Read `{"legs": [{"route_id", "from_stop_id", "to_stop_id", "departure", "arrival"}, …]}`.

    Times are ISO 8601 with an offset. Other keys are read past. Raises `InvalidInputError`.
    """
    legs = document.get("legs") if isinstance(document, Mapping) else None
    if not isinstance(legs, list):
        raise InvalidInputError(
            "journey_shape",
            "The journey is not an object with a list named legs.",
            remedy='Write {"legs": [{"route_id": …, "from_stop_id": …, …}]}.',
        )
    if not legs:
        raise InvalidInputError(
            "no_legs", "The journey has no legs.", remedy="Give at least one leg."
        )
    journey = tuple(_leg(leg, number, feed) for number, leg in enumerate(legs, start=1))
    _check_order(journey)
    return journey


def _check_order(journey: Sequence[Leg]) -> None:
    """Refuse legs that go back in time: a transfer within a limit could be had by it."""
    for number, (earlier, later) in enumerate(pairwise(journey), start=2):
        if later.departure.astimezone(UTC) < earlier.departure.astimezone(UTC):
            raise InvalidInputError(
                "legs_order",
                f"Leg {number} departs before leg {number - 1} does.",
                remedy="Give the legs in the order of travel; mind the offsets of their times.",
            )


def _leg(leg: object, number: int, feed: Feed) -> Leg:
    if not isinstance(leg, Mapping):
        raise InvalidInputError(
            "journey_shape", f"Leg {number} is not an object.", remedy="Write {…} for each leg."
        )
    return leg_on_route(
        feed,
        route_id=_name(leg, "route_id", number),
        from_stop_id=_name(leg, "from_stop_id", number),
        to_stop_id=_name(leg, "to_stop_id", number),
        departure=_instant(leg, "departure", number),
        arrival=_instant(leg, "arrival", number),
    )


def _name(leg: Mapping[str, object], key: str, number: int) -> str:
    value = leg.get(key)
    if not isinstance(value, str) or not value:
        code = {"route_id": "unknown_route"}.get(key, "unknown_stop")
        raise InvalidInputError(
            code, f"Leg {number} has no {key}.", remedy="Name one of the feed, as a string."
        )
    return value


def _instant(leg: Mapping[str, object], key: str, number: int) -> datetime:
    value = leg.get(key)
    if value is None or value == "":
        raise InvalidInputError(
            "missing_time",
            f"Leg {number} has no {key}.",
            remedy="Give ISO 8601 with an offset, such as 2026-03-02T08:15:00+01:00.",
        )
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    # The outermost years have no room for another offset.
    if instant is None or instant.utcoffset() is None or not MINYEAR < instant.year < MAXYEAR:
        raise InvalidInputError(
            "bad_time",
            f"Leg {number}: {key} {value!r} is no time with an offset.",
            remedy="Give ISO 8601 with an offset, such as 2026-03-02T08:15:00+01:00.",
        )
    return instant
