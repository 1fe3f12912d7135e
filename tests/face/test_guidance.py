"""Advice follows from what was seen, and does not flicker."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faregate.face.capture import Sight, Sighting, Zone
from faregate.face.guidance import SENTENCES, Guidance, Shown, advise, keep_or_change

ZONE = Zone(inter_eye_min_px=40.0)
STEP_NS = 100_000_000


def sighting(sight: Sight, *, inter_eye_px: float = 60.0) -> Sighting:
    """See a face in a picture 640 pixels wide."""
    return Sighting(sight=sight, inter_eye_px=inter_eye_px, inter_eye_share=inter_eye_px / 640)


@pytest.mark.parametrize(
    ("seen", "advice"),
    [
        (sighting(Sight.NOBODY, inter_eye_px=0), Guidance.COME_HERE),
        (sighting(Sight.OUTSIDE_ZONE, inter_eye_px=30), Guidance.CLOSER),
        (sighting(Sight.OUTSIDE_ZONE), Guidance.TO_THE_MIDDLE),
        (sighting(Sight.SEVERAL_FACES), Guidance.ONE_AT_A_TIME),
        (sighting(Sight.CUT_OFF), Guidance.TO_THE_MIDDLE),
        (sighting(Sight.CUT_OFF, inter_eye_px=250), Guidance.FURTHER),
        (sighting(Sight.FUSED, inter_eye_px=250), Guidance.FURTHER),
        (sighting(Sight.COVERED), Guidance.UNCOVER),
        (sighting(Sight.TURNED_AWAY), Guidance.LOOK_HERE),
        (sighting(Sight.TOO_DARK), Guidance.MORE_LIGHT),
        (sighting(Sight.TOO_BRIGHT), Guidance.LESS_LIGHT),
        (sighting(Sight.BLURRED), Guidance.HOLD_STILL),
        (sighting(Sight.FOLLOWED), Guidance.STAY),
        (sighting(Sight.FUSED), Guidance.STAY),
        (sighting(Sight.UNUSABLE_FRAME, inter_eye_px=0), Guidance.CALL_STAFF),
    ],
)
def test_each_sight_has_its_advice(seen: Sighting, advice: Guidance) -> None:
    """One for what the person can change, none for what they can't."""
    assert advise(seen, ZONE) is advice


@pytest.mark.parametrize("sight", list(Sight))
def test_there_is_advice_whatever_is_seen(sight: Sight) -> None:
    """No sight is forgotten."""
    assert SENTENCES[advise(sighting(sight), ZONE)]


def test_each_advice_has_one_sentence() -> None:
    """Plain, short, and no two alike."""
    assert set(SENTENCES) == set(Guidance)
    assert len(set(SENTENCES.values())) == len(SENTENCES)
    assert all(text.endswith(".") and len(text) <= 50 for text in SENTENCES.values())


LETTERS = {".": Guidance.STAY, "b": Guidance.HOLD_STILL, "d": Guidance.MORE_LIGHT}


@pytest.mark.parametrize(
    ("seen", "shown"),
    [
        pytest.param("................", "................", id="nothing to say"),
        pytest.param("...............b..", "..................", id="a blink is nothing"),
        pytest.param("............bbbbbb", "...............bbb", id="blurred for good"),
        pytest.param("............b.b.b.b.", "....................", id="at the limit"),
        pytest.param("bbb.............", "bbbbbbbbbbbb....", id="shown long enough to be read"),
        pytest.param("............bddddd", "................dd", id="the last advice counts"),
    ],
)
def test_nothing_flickers(seen: str, shown: str) -> None:
    """A tenth of a second a letter."""
    now = Shown.begin(LETTERS[seen[0]], at_ns=0)
    story = ""
    for step, letter in enumerate(seen):
        now = keep_or_change(now, LETTERS[letter], at_ns=step * STEP_NS)
        story += next(key for key, guidance in LETTERS.items() if guidance is now.guidance)
    assert story == shown


@given(st.lists(st.sampled_from(list(Guidance)), min_size=1, max_size=80))
def test_a_change_never_comes_sooner_than_it_can_be_read(advices: list[Guidance]) -> None:
    """Whatever is seen, two changes lie at least 1.2 seconds apart."""
    now = Shown.begin(Guidance.STAY, at_ns=0)
    changes = [0]
    for step, advice in enumerate(advices):
        after = keep_or_change(now, advice, at_ns=step * STEP_NS)
        if after.guidance is not now.guidance:
            changes.append(step)
        now = after
    assert all(later - sooner >= 12 for sooner, later in pairwise(changes))
