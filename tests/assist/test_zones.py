"""Zones are read strictly, and know which points are theirs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.assist.posture import Point
from faregate.assist.zones import BenchRule, ZoneKind, parse_zones
from faregate.errors import InvalidInputError

ZONES = """
[[cameras]]
camera = "north"
place = "Platform 2, north end"

[[cameras.zones]]
name = "edge"
kind = "tracks"
corners = [[0.0, 0.5], [0.3, 0.5], [0.3, 1.0], [0.0, 1.0]]

[[cameras.zones]]
name = "all"
kind = "platform"
corners = [[0.0, 0.4], [1.0, 0.4], [1.0, 1.0], [0.0, 1.0]]

[[cameras.zones]]
name = "seats"
kind = "bench"
bench = "as-floor"
corners = [[0.6, 0.6], [0.9, 0.6], [0.75, 0.9]]
"""


def test_a_good_file_is_read() -> None:
    """The example that the next test spoils is good."""
    [camera] = parse_zones(ZONES, origin="zones.toml").cameras
    assert (camera.camera, camera.place) == ("north", "Platform 2, north end")
    assert [zone.bench for zone in camera.zones][1:] == [BenchRule.LET_SLEEP, BenchRule.AS_FLOOR]


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ('camera = "north"', 'camera = "North!"', "camera"),
        ('place = "Platform 2, north end"\n', "", "place"),
        ('kind = "tracks"', 'kind = "rails"', "kind"),
        ('name = "edge"', 'name = "edge"\ncolour = "red"', "colour"),
        ("[0.0, 0.5], [0.3, 0.5]", "[0.0, 0.5], [1.3, 0.5]", "corners"),
        ("[[0.6, 0.6], [0.9, 0.6], [0.75, 0.9]]", "[[0.6, 0.6], [0.9, 0.6]]", "corners"),
        ('bench = "as-floor"', 'bench = "wake"', "bench"),
        ("[[cameras]]", "[[cameras", "TOML"),
        ("[[cameras]]", "deep = " + "[" * 5_000, "TOML"),
    ],
)
def test_a_spoiled_file_is_refused(before: str, after: str, place: str) -> None:
    """One defect at a time; the message names the file and the place."""
    assert before in ZONES
    with pytest.raises(InvalidInputError, match=rf"zones\.toml.*{place}"):
        parse_zones(ZONES.replace(before, after, 1), origin="zones.toml")


@pytest.mark.parametrize("text", [ZONES + ZONES, "#" * (1 << 20) + "#"], ids=["twice", "long"])
def test_doubled_and_endless_files_are_refused(text: str) -> None:
    """A camera has one list of zones; a file has an end."""
    with pytest.raises(InvalidInputError):
        parse_zones(text, origin="zones.toml")


@pytest.mark.parametrize(
    ("x", "y", "kind"),
    [
        pytest.param(0.1, 0.8, ZoneKind.TRACKS, id="over the platform, tracks count"),
        pytest.param(0.5, 0.8, ZoneKind.PLATFORM, id="platform"),
        pytest.param(0.75, 0.7, ZoneKind.BENCH, id="bench"),
        pytest.param(0.61, 0.85, ZoneKind.PLATFORM, id="beside the slanted edge"),
    ],
)
def test_the_zone_at_a_point(x: float, y: float, kind: ZoneKind) -> None:
    """Where zones lie over each other, the more urgent counts."""
    [camera] = parse_zones(ZONES, origin="zones.toml").cameras
    zone = camera.at(Point(x, y))
    assert zone is not None
    assert zone.kind is kind


@given(x=st.floats(0, 1), y=st.floats(0, 0.39))
def test_outside_of_all(x: float, y: float) -> None:
    """A point above every zone is in none."""
    [camera] = parse_zones(ZONES, origin="zones.toml").cameras
    assert camera.at(Point(x, y)) is None
