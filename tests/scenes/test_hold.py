"""A hand tilts, shifts and trembles what it holds: neither fixed nor waved."""

import numpy as np
import pytest

from faregate.scenes.carriers import Flat, sheet
from faregate.scenes.hold import Hold, Holder
from faregate.scenes.looks import Tones
from faregate.scenes.portraits import rider_a


def test_a_hand_moves_and_turns_what_it_holds() -> None:
    """It shifts by millimetres and turns by degrees."""
    shifts, turns = [], []
    for seed in range(20):
        hold = Hold.drawn(np.random.default_rng(seed), seconds=3.0, part=1.0)
        first, later = hold.rotation(0.0), hold.rotation(1.0)
        turns.append(np.degrees(np.arccos(np.clip((np.trace(first.T @ later) - 1) / 2, -1, 1))))
        shifts.append(np.linalg.norm(hold.shift(1.0) - hold.shift(0.0)))
    assert 1 < np.median(turns) < 15
    assert 0.002 < np.median(shifts) < 0.05


def test_without_motion_it_is_held_still_and_straight() -> None:
    """Switched off, nothing tilts and nothing trembles."""
    hold = Hold.drawn(np.random.default_rng(1), seconds=3.0, part=0.0)
    for t_s in (0.0, 0.7, 2.0):
        assert hold.rotation(t_s) == pytest.approx(np.eye(3), abs=1e-6)
        assert hold.shift(t_s) == pytest.approx(np.zeros(3), abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_fingers_hold_the_edges_and_leave_the_face_free(seed: int) -> None:
    """Thumbs lie over the edge, below the chin where the paper reaches so far."""
    chance = np.random.default_rng(seed)
    ink = Tones.of_paper(chance, 0.0)
    paper = sheet(rider_a(), chance, Flat(), tones=ink, border=0.0, grain=0.0)
    holder = Holder.drawn(chance, paper)
    left, _, right, bottom = paper.edges
    for joints, thick_m, _ in holder.fingers(paper):
        x, y = joints[:, 0], joints[:, 1]
        assert ((np.abs(x - left) < 0.03) | (np.abs(x - right) < 0.03)).all()
        assert (y + thick_m > min(0.118 * paper.magnified, bottom - 0.03)).all()
