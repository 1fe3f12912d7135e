"""Where somebody lying is too small follows from how high people stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.people import lying, person, standing
from faregate.assist.coverage import (
    Coverage,
    Standing,
    advise,
    cover,
    perspective_of,
    standing_people,
)
from faregate.assist.movenet import Tiles
from faregate.assist.posture import ANKLES
from faregate.assist.zones import CameraZones, Zone, ZoneKind
from faregate.errors import InvalidInputError

NEAR, FAR = Standing(0.9, 0.6), Standing(0.5, 0.2)
"""On the line with the horizon at 0.3."""
FLOOR = Zone(name="floor", kind=ZoneKind.PLATFORM, corners=((0, 0.4), (1, 0.4), (1, 1), (0, 1)))
ZONES = CameraZones(camera="north", place="North", zones=(FLOOR,))


def test_the_line_through_two_people() -> None:
    """The horizon is where nobody has any height."""
    perspective = perspective_of([NEAR, FAR])
    assert perspective.horizon_y == pytest.approx(0.3)
    assert perspective.height_at(0.7) == pytest.approx(0.4)
    assert perspective.height_at(0.1) == 0.0


@given(slope=st.floats(0.2, 2.0), horizon=st.floats(-1.0, 0.4))
def test_the_fit_finds_the_line(slope: float, horizon: float) -> None:
    """Of any camera, from people on its floor."""
    people = [Standing(y, slope * (y - horizon)) for y in (0.5, 0.7, 0.95)]
    perspective = perspective_of(people)
    assert perspective.slope == pytest.approx(slope)
    assert perspective.horizon_y == pytest.approx(horizon, abs=1e-6)


@pytest.mark.parametrize(
    ("people", "message"),
    [
        ([], "0 people"),
        ([NEAR], "1 people"),
        ([NEAR, NEAR], "none much nearer"),
        ([Standing(0.9, 0.2), Standing(0.5, 0.6)], "not smaller"),
    ],
)
def test_too_little_to_tell(people: list[Standing], message: str) -> None:
    """One person, or several at one distance, or people on several floors."""
    with pytest.raises(InvalidInputError, match=message):
        perspective_of(people)


def test_where_somebody_is_too_small() -> None:
    """1280 x 720 at 320 px: a height of the picture is 180 px, so 70 px are 0.389 heights."""
    found = cover(
        perspective_of([NEAR, FAR]), ZONES, width=1280, height=720, side=320, tiles=Tiles()
    )
    assert found.too_small_above_y == pytest.approx(0.3 + 70 / 180)
    [floor] = found.zones
    assert floor.zone == "floor"
    assert floor.too_small == pytest.approx(0.48, abs=0.03)


def test_more_tiles_see_farther() -> None:
    """Advice ends with the first tiling that covers the zone."""
    perspective = perspective_of([NEAR, FAR])
    advice = advise(perspective, ZONES, width=1280, height=720, side=320)
    lines = [one.too_small_above_y for one in advice if one.tiles.rows == 1]
    assert lines == sorted(lines, reverse=True)
    assert [one.is_whole for one in advice[:-1]] == [False] * (len(advice) - 1)
    near = CameraZones(
        camera="a",
        place="A",
        zones=(FLOOR.model_copy(update={"corners": ((0, 0.8), (1, 0.8), (1, 1), (0, 1))}),),
    )
    [one] = advise(perspective, near, width=1280, height=720, side=320)
    assert isinstance(one, Coverage)
    assert one.is_whole


def test_only_whole_standing_people_measure() -> None:
    """Not those who lie, whose feet are hidden, or who are cut off below."""
    people = [standing(), lying(), person(hidden=ANKLES), standing(foot=1.05)]
    [measured] = standing_people(people)
    assert measured.foot_y == pytest.approx(0.9)
