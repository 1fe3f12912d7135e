"""One picture of a person: standing, seated and bent bodies are carried, lying ones are not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.people import lying, person, seated, standing
from faregate.assist.posture import ANKLES, HEAD, HIPS, KNEES, SHOULDERS, WRISTS, Keypoint, Posture
from faregate.assist.stance import Stance, middle, reaches_up, read_stance


@pytest.mark.parametrize(
    ("angles", "stance"),
    [
        pytest.param({}, Stance.UPRIGHT, id="stands"),
        pytest.param({"trunk": 25.0}, Stance.UPRIGHT, id="leans against a wall"),
        pytest.param({"thigh": 150.0, "shank": 210.0}, Stance.UPRIGHT, id="walks"),
        pytest.param({"thigh": 90.0}, Stance.LOW, id="sits"),
        pytest.param({"thigh": 90.0, "trunk": -35.0}, Stance.LOW, id="slouches"),
        pytest.param({"thigh": 90.0, "trunk": 85.0}, Stance.LOW, id="ties a shoe, seated"),
        pytest.param({"trunk": 95.0}, Stance.LOW, id="picks something up, standing"),
        pytest.param({"trunk": 130.0}, Stance.LOW, id="touches the toes"),
        pytest.param({"thigh": 180.0, "shank": 90.0}, Stance.UPRIGHT, id="kneels, straight"),
        pytest.param({"trunk": 50.0, "thigh": 100.0, "shank": 250.0}, Stance.LOW, id="crouches"),
        pytest.param({"trunk": -90.0, "thigh": 90.0, "shank": 90.0}, Stance.DOWN, id="lies"),
        pytest.param(
            {"trunk": -70.0, "thigh": 110.0, "shank": 110.0}, Stance.DOWN, id="on a slope"
        ),
        pytest.param({"trunk": -90.0, "thigh": 40.0, "shank": 140.0}, Stance.DOWN, id="knees up"),
        pytest.param({"trunk": -90.0, "thigh": -80.0, "shank": 90.0}, Stance.DOWN, id="curled up"),
        pytest.param({"trunk": 180.0, "thigh": 0.0, "shank": 0.0}, Stance.DOWN, id="head nearest"),
    ],
)
def test_stances_of_drawn_bodies(angles: dict[str, float], stance: Stance) -> None:
    """Each posture by its angles alone, from either side, with nothing known of before."""
    for side in (1, -1):
        trunk, thigh, shank = (
            side * angles.get(name, straight)
            for name, straight in {"trunk": 0.0, "thigh": 180.0, "shank": 180.0}.items()
        )
        assert read_stance(person(trunk=trunk, thigh=thigh, shank=shank), None) is stance


@pytest.mark.parametrize(
    ("height", "stance"), [(0.28, Stance.DOWN), (0.52, Stance.LOW), (0.77, Stance.LOW)]
)
def test_somebody_lying_along_the_line_of_sight(height: float, stance: Stance) -> None:
    """Foreshortened, they seem upright, and are told by their height of before.

    Knees drawn up, seated on the ground, and seated on a chair, in statures.
    """
    before = standing()
    now = person(stature=0.4 * height)
    assert read_stance(now, None) is Stance.UPRIGHT
    assert read_stance(now, before.box) is stance


def test_a_hidden_lower_half_is_no_fall() -> None:
    """Whoever steps behind a wall grows shorter from below."""
    before = standing()
    now = person(foot=0.9 - 0.27, stature=0.4 * 0.3)
    assert now.box.top == pytest.approx(before.box.top, abs=0.06)
    assert read_stance(now, before.box) is not Stance.DOWN


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(person(foot=0.9, stature=0.1, hidden=(*HIPS, *KNEES, *ANKLES)), id="stairs"),
        pytest.param(person(foot=1.25), id="out below the picture"),
    ],
)
def test_who_sinks_out_of_sight_is_not_down(now: Posture) -> None:
    """Going down some stairs, or out below the picture, hides the hips before the head."""
    carried = standing(foot=1.0).box
    shown = replace(now, box=replace(now.box, top=0.88, bottom=min(now.box.bottom, 1.0)))
    assert read_stance(shown, carried) is Stance.UNKNOWN


@pytest.mark.parametrize(
    ("hidden", "stance"),
    [
        pytest.param(HIPS, Stance.UNKNOWN, id="no hips"),
        pytest.param(tuple(Keypoint), Stance.UNKNOWN, id="nothing"),
        pytest.param(ANKLES, Stance.DOWN, id="no feet"),
        pytest.param((*KNEES, *ANKLES), Stance.DOWN, id="no legs"),
        pytest.param(HIPS[:1], Stance.DOWN, id="one hip"),
    ],
)
def test_hidden_points(hidden: tuple[Keypoint, ...], stance: Stance) -> None:
    """Too little to tell is UNKNOWN; a trunk is enough for somebody who lies."""
    body = person(trunk=-90.0, thigh=90.0, shank=90.0, hidden=hidden)
    assert read_stance(body, None) is stance


def test_bodies_of_no_length_have_no_stance() -> None:
    """Shoulders upon hips, or nothing above them: UNKNOWN, and no division by nothing."""
    folded = standing().points.copy()
    folded[list(SHOULDERS)] = folded[list(HIPS)]
    assert read_stance(replace(standing(), points=folded), None) is Stance.UNKNOWN
    headless = person(hidden=(*SHOULDERS, *HEAD))
    assert read_stance(headless, None) is Stance.UNKNOWN
    legless = standing().points.copy()
    legless[[*KNEES, *ANKLES]] = legless[[*HIPS, *HIPS]]
    assert read_stance(replace(standing(), points=legless), None) is Stance.LOW


def test_raised_hands_do_not_make_anybody_taller() -> None:
    """A hand above the head makes the box higher than the body."""
    points = standing().points.copy()
    assert not reaches_up(standing())
    points[list(WRISTS), 1] = 0.0
    assert reaches_up(replace(standing(), points=points))


def test_a_posture_has_seventeen_points() -> None:
    """Of three numbers each."""
    with pytest.raises(ValueError, match="17, 3"):
        replace(standing(), points=np.zeros((16, 3), np.float32))


def test_the_middle_of_nothing_is_nothing() -> None:
    """Points below the score do not count."""
    assert middle(person(hidden=HIPS), HIPS) is None
    assert middle(standing(), HIPS) is not None


@given(x=st.floats(0.2, 0.8), foot=st.floats(0.5, 1.0), stature=st.floats(0.05, 0.6))
def test_place_and_size_do_not_matter(x: float, foot: float, stature: float) -> None:
    """Near or far, left or right: the same body has the same stance."""
    assert read_stance(person(x=x, foot=foot, stature=stature), None) is Stance.UPRIGHT
    down = person(x=x, foot=foot, stature=stature, trunk=-90.0, thigh=90.0, shank=90.0)
    assert read_stance(down, None) is Stance.DOWN


def test_the_drawn_people_are_what_they_are_called() -> None:
    """The figures of other tests."""
    drawn = [read_stance(one, None) for one in (standing(), seated(), lying())]
    assert drawn == [Stance.UPRIGHT, Stance.LOW, Stance.DOWN]
