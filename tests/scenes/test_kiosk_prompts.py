"""At a kiosk, people turn their heads when asked, attackers their pictures."""

import numpy as np
import pytest

from faregate.scenes.attacks import Attack
from faregate.scenes.films import Screening
from faregate.scenes.head import LivePerson
from faregate.scenes.kiosk import Move, TimedMove, prompted_attack, prompted_session
from faregate.scenes.looks import BARE, AttackKind
from faregate.scenes.portraits import rider_a

RIDER = rider_a()
ASKED = [
    TimedMove(Move.TURN_LEFT, 0.5),
    TimedMove(Move.LOOK_UP, 2.5),
    TimedMove(Move.TURN_RIGHT, 4.5),
    TimedMove(Move.COME_CLOSER, 6.5),
]
MIDDLES = [timed.at_s + timed.lasts_s / 2 for timed in ASKED]
AHEAD = np.array([0.0, 0.0, -1.0])


@pytest.mark.parametrize("seed", range(3))
def test_a_person_does_what_is_asked_when_it_is_asked(seed: int) -> None:
    """Left, up, right and nearer, each at its time, ahead again between."""
    actor = prompted_session(RIDER, ASKED, seed=seed).actor
    assert isinstance(actor, LivePerson)
    left, up, right, _ = (actor.moves(t_s).head @ AHEAD for t_s in MIDDLES)
    assert left[0] < -0.2
    assert up[1] < -0.13
    assert right[0] > 0.2
    near, far = (actor.moves(t_s).at[2] for t_s in (MIDDLES[3], 2.2))
    assert near < 0.9 * far
    assert abs((actor.moves(2.2).head @ AHEAD)[0]) < 0.05


@pytest.mark.parametrize("kind", [kind for kind in AttackKind if kind != "replay"])
def test_an_attacker_turns_the_carrier_as_asked(kind: AttackKind) -> None:
    """The tilt is as large as a head's, and it stays the carrier's whole surface."""
    actor = prompted_attack(RIDER, ASKED, kind, seed=1, look=BARE).actor
    assert isinstance(actor, Attack)
    left, up, right, _ = (actor.hold.rotation(t_s) @ AHEAD for t_s in MIDDLES)
    assert left[0] < -0.2
    assert up[1] < -0.13
    assert right[0] > 0.2
    near, far = (actor.path.position(t_s)[2] for t_s in (MIDDLES[3], 2.2))
    assert near < 0.9 * far


def test_a_replay_answers_in_the_order_of_its_film() -> None:
    """Recorded before the order was drawn: the first move comes last, the display keeps still."""
    actor = prompted_attack(RIDER, ASKED, AttackKind.REPLAY, seed=1, look=BARE).actor
    assert isinstance(actor, Attack)
    assert isinstance(actor.shows, Screening)
    moves = actor.shows.actor.moves
    asked_left = moves(MIDDLES[0]).head @ AHEAD
    asked_closer = moves(MIDDLES[3]).head @ AHEAD
    assert abs(asked_left[0]) < 0.05
    assert asked_left[1] < -0.13
    assert asked_closer[0] < -0.2
    tilts = [actor.hold.rotation(t_s) @ AHEAD for t_s in MIDDLES]
    assert np.ptp(tilts, axis=0).max() < 1e-6


def test_sessions_are_the_same_for_the_same_seed() -> None:
    """To the last bit, alive and as an attack."""
    for _ in range(2):
        once, again = (
            next(prompted_session(RIDER, ASKED, seed=4, seconds=0.1).frames()) for _ in range(2)
        )
        assert np.array_equal(once, again)
    once, again = (
        next(prompted_attack(RIDER, ASKED, AttackKind.SCREEN, seed=4, seconds=0.1).frames())
        for _ in range(2)
    )
    assert np.array_equal(once, again)
