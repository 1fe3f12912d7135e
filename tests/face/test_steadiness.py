"""The frames of one probe agree, and one that does not is seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.face.liveness import CueKind
from faregate.face.steadiness import Steadiness
from faregate.face.template import FaceTemplate
from faregate.ids import ModelId

MODEL = ModelId("made-up-1")
SAME_PERSON_MIN = 0.4


def at_angle(degrees: float) -> FaceTemplate:
    """Make a template that lies this far from the first axis."""
    angle = np.radians(degrees)
    return FaceTemplate(MODEL, np.array([np.cos(angle), np.sin(angle)], np.float32))


def shown(*degrees: float) -> Steadiness:
    """Show templates to a new one."""
    steadiness = Steadiness(same_person_min=SAME_PERSON_MIN)
    for angle in degrees:
        steadiness.add(at_angle(angle))
    return steadiness


@pytest.mark.parametrize(
    ("degrees", "least"),
    [((0.0, 0.0, 0.0), 1.0), ((0.0, 10.0, 20.0), 20.0), ((0.0, 60.0, 5.0, 2.0), 60.0)],
    ids=["the same", "all alike", "one of another"],
)
def test_the_two_least_alike_count(degrees: tuple[float, ...], least: float) -> None:
    """1 where all are equal, 0 where two are as unlike as the pack allows, linear between."""
    cue = shown(*degrees).measure()
    cosine = np.cos(np.radians(least)) if least > 1.0 else 1.0
    assert (cue.kind, cue.judged) == (CueKind.STEADINESS, True)
    assert cue.measure == pytest.approx((cosine - SAME_PERSON_MIN) / (1 - SAME_PERSON_MIN))


def test_two_frames_are_too_few() -> None:
    """Two say little about steadiness."""
    assert not shown(0.0, 90.0).measure().judged


@given(st.lists(st.floats(0, 180), min_size=3, max_size=6), st.floats(0, 180))
def test_another_frame_never_steadies(degrees: list[float], more: float) -> None:
    """Whatever comes next, what disagreed still does."""
    assert shown(*degrees, more).measure().measure <= shown(*degrees).measure().measure


def test_a_template_that_was_wiped_is_no_other_person() -> None:
    """A better frame takes a frame's place; the empty template is left out of account."""
    steadiness = Steadiness(same_person_min=SAME_PERSON_MIN)
    first = at_angle(0.0)
    steadiness.add(first)
    first.wipe()
    for _ in range(2):
        steadiness.add(at_angle(10.0))
    assert steadiness.measure().measure == pytest.approx(1.0)


def test_nothing_is_copied_and_all_is_forgotten() -> None:
    """Templates stay as they are; after `wipe` it is as new."""
    steadiness = shown(0.0, 90.0, 0.0)
    steadiness.wipe()
    assert not steadiness.measure().judged
    template = at_angle(30.0)
    for _ in range(3):
        steadiness.add(template)
    assert steadiness.measure().measure == pytest.approx(1.0)
    assert template.vector.any()
