"""A journey in JSON is read whole, or the part that is wrong is named."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from fakes.fare_network import small_feed
from faregate.errors import InvalidInputError
from faregate.fares.legs import Leg
from faregate.fares.read_journey import read_journey

LEG: Final[dict[str, Any]] = {
    "route_id": "m1",
    "from_stop_id": "harbour",
    "to_stop_id": "museum",
    "departure": "2026-03-02T11:00:00+01:00",
    "arrival": "2026-03-02T10:20:00Z",
}


def test_reads_legs_in_order(tmp_path: Path) -> None:
    """Times have an offset; what else is written is read past."""
    back = LEG | {"from_stop_id": "museum", "to_stop_id": "harbour", "route_id": "b1"}
    feed = small_feed(tmp_path)
    first, second = read_journey({"legs": [LEG | {"trip": 7}, back], "rider": "x"}, feed)
    assert first == Leg(
        route_id="m1",
        network_id="metro",
        from_stop_id="harbour",
        to_stop_id="museum",
        departure=datetime(2026, 3, 2, 10, tzinfo=UTC),
        arrival=datetime(2026, 3, 2, 10, 20, tzinfo=UTC),
    )
    assert (second.network_id, second.from_stop_id) == ("bus", "museum")


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (None, "journey_shape"),
        ([], "journey_shape"),
        ({}, "journey_shape"),
        ({"legs": {}}, "journey_shape"),
        ({"legs": []}, "no_legs"),
        ({"legs": ["m1"]}, "journey_shape"),
    ],
    ids=str,
)
def test_refuses_another_shape(document: object, code: str, tmp_path: Path) -> None:
    """Whatever JSON holds, it is told what a journey looks like."""
    with pytest.raises(InvalidInputError) as error:
        read_journey(document, small_feed(tmp_path))
    assert error.value.code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"route_id": "m9"}, "unknown_route"),
        ({"route_id": ""}, "unknown_route"),
        ({"route_id": 1}, "unknown_route"),
        ({"route_id": None}, "unknown_route"),
        ({"from_stop_id": "nowhere"}, "unknown_stop"),
        ({"to_stop_id": "nowhere"}, "unknown_stop"),
        ({"to_stop_id": None}, "unknown_stop"),
        ({"departure": None}, "missing_time"),
        ({"arrival": ""}, "missing_time"),
        ({"departure": "soon"}, "bad_time"),
        ({"departure": 12}, "bad_time"),
        ({"departure": "2026-03-02T10:00:00"}, "bad_time"),
        ({"departure": "0001-01-01T00:00:00+14:00"}, "bad_time"),
        ({"arrival": "9999-12-31T23:59:00-12:00"}, "bad_time"),
        ({"arrival": "2026-03-02T09:00:00Z"}, "arrival_before_departure"),
    ],
    ids=str,
)
def test_refuses_one_defect(change: dict[str, Any], code: str, tmp_path: Path) -> None:
    """Each mistake has a code of its own."""
    with pytest.raises(InvalidInputError) as error:
        read_journey({"legs": [LEG, LEG | change]}, small_feed(tmp_path))
    assert error.value.code == code


def test_refuses_legs_that_go_back_in_time(tmp_path: Path) -> None:
    """Handed in out of order, a later transfer would look as if it came in time."""
    early = LEG | {"departure": "2026-03-02T08:00:00Z", "arrival": "2026-03-02T08:10:00Z"}
    feed = small_feed(tmp_path)
    assert len(read_journey({"legs": [early, LEG]}, feed)) == 2
    with pytest.raises(InvalidInputError, match="Leg 2 departs before leg 1") as error:
        read_journey({"legs": [LEG, early]}, feed)
    assert error.value.code == "legs_order"


@pytest.mark.parametrize("key", LEG)
def test_names_what_is_missing(key: str, tmp_path: Path) -> None:
    """With the number of the leg."""
    leg = {name: value for name, value in LEG.items() if name != key}
    with pytest.raises(InvalidInputError, match=f"Leg 1 has no {key}"):
        read_journey({"legs": [leg]}, small_feed(tmp_path))
