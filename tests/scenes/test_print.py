"""A print is a plane held by hand, each of its flaws on its own switch."""

from dataclasses import replace

import numpy as np
import pytest

from faregate.scenes.portraits import rider_a, rider_b
from faregate.scenes.print import PLAIN, Hand, PrintLook, Sheet, print_walk_up
from faregate.scenes.walkup import WalkUp

NEAR = WalkUp(seed=7, seconds=0.1)


def test_the_same_seed_gives_the_same_print() -> None:
    """Rendering is deterministic to the last bit, all flaws included."""
    once, again = next(print_walk_up(rider_a(), NEAR)), next(print_walk_up(rider_a(), NEAR))
    assert np.array_equal(once, again)
    assert once.shape == (480, 640, 3)


@pytest.mark.parametrize(
    "flawed",
    [
        replace(PLAIN, border_m=0.01),
        replace(PLAIN, halftone=0.1),
        replace(PLAIN, grain=8.0),
        replace(PLAIN, glare=0.5),
    ],
    ids=["border", "halftone", "grain", "glare"],
)
def test_each_flaw_shows_alone(flawed: PrintLook) -> None:
    """Switching one flaw on changes the paper and nothing else in the picture."""
    plain, shown = (next(print_walk_up(rider_a(), NEAR, look)) for look in (PLAIN, flawed))
    assert not np.array_equal(plain, shown)
    assert np.array_equal(plain[:40], shown[:40])


def test_a_sheet_is_flat() -> None:
    """All vertices lie in one plane, whatever is printed."""
    for portrait in (rider_a(), rider_b()):
        sheet = Sheet.of(portrait, PrintLook(), np.random.default_rng(1))
        assert not sheet.surface.vertices[:, :, 2].any()


def test_a_hand_moves_and_turns_the_sheet() -> None:
    """It shifts by millimetres and turns by degrees: held, neither fixed nor waved."""
    shifts, turns = [], []
    for seed in range(20):
        hand = Hand.drawn(np.random.default_rng(seed))
        first, later = hand.rotation(0.0), hand.rotation(1.0)
        turns.append(np.degrees(np.arccos((np.trace(first.T @ later) - 1) / 2)))
        shifts.append(np.linalg.norm(hand.shift(1.0) - hand.shift(0.0)))
    assert 1 < np.median(turns) < 15
    assert 0.002 < np.median(shifts) < 0.05
