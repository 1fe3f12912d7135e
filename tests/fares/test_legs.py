"""A leg is on a route and between stops that the feed has."""

from pathlib import Path

import pytest

from fakes.fare_network import ride, small_feed
from faregate.errors import InvalidInputError


@pytest.mark.parametrize(
    ("route_id", "network_id"), [("m1", "metro"), ("b1", "bus"), ("f1", "")], ids=str
)
def test_the_route_gives_the_network(route_id: str, network_id: str, tmp_path: Path) -> None:
    """A route in no network gives none."""
    feed = small_feed(tmp_path)
    assert ride(feed, route_id, "harbour museum", "10:00 10:20").network_id == network_id


@pytest.mark.parametrize(
    ("route_id", "ends", "times", "code"),
    [
        ("m9", "harbour museum", "10:00 10:20", "unknown_route"),
        ("m1", "nowhere museum", "10:00 10:20", "unknown_stop"),
        ("m1", "harbour nowhere", "10:00 10:20", "unknown_stop"),
        ("m1", "harbour museum", "10:20 10:00", "arrival_before_departure"),
    ],
    ids=["route", "from", "to", "backwards"],
)
def test_refuses_what_the_feed_does_not_have(
    route_id: str, ends: str, times: str, code: str, tmp_path: Path
) -> None:
    """Each mistake has its own code."""
    feed = small_feed(tmp_path)
    with pytest.raises(InvalidInputError) as error:
        ride(feed, route_id, ends, times)
    assert error.value.code == code


def test_a_feed_without_stops_takes_any_place(tmp_path: Path) -> None:
    """Its places are zones that stops.txt does not list; a leg may take no time at all."""
    feed = small_feed(tmp_path, stops="stop_id\n", stop_areas="area_id,stop_id\n")
    assert ride(feed, "m1", "zone-1 zone-2", "10:00 10:00").from_stop_id == "zone-1"
