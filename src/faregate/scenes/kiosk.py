"""A kiosk that prompts: somebody answers, or somebody turns a picture in answer.

A person turns the head about the neck; an attacker turns the carrier by hand, whose tilt is as
large, or plays a film of the person answering the same prompts in another order: it was recorded
before the order was drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.scenes.attacks import held
from faregate.scenes.camera import turned
from faregate.scenes.films import Act, Film
from faregate.scenes.head import KIOSK_LANE, LiveLook, LivePerson, Moves, Pose
from faregate.scenes.hold import Hold
from faregate.scenes.looks import AttackKind, AttackLook
from faregate.scenes.portraits import Portrait
from faregate.scenes.takes import Take
from faregate.scenes.walkup import WalkUp, Wander

_RISE: Final = 0.35
"""Of a move's time: getting there, and as much for coming back."""

_NEARER: Final = 0.28


class Move(StrEnum):
    """What somebody is asked to do. Left and right are the image's."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    LOOK_UP = "look_up"
    LOOK_DOWN = "look_down"
    COME_CLOSER = "come_closer"


@dataclass(frozen=True, slots=True)
class TimedMove:
    """One move: begun `at_s`, over and ahead again `lasts_s` later."""

    move: Move
    at_s: float
    lasts_s: float = 1.4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """How far somebody has turned (radians) and come closer (a part of the distance)."""

    moves: Sequence[TimedMove]
    """Looked at anew for each frame, so that prompts may be added while they are answered."""

    yaw: float
    pitch: float
    closer: float

    def at(self, t_s: float) -> tuple[float, float, float]:
        """Give yaw, pitch and how much closer at an instant."""
        done = dict.fromkeys(Move, 0.0)
        for timed in self.moves:
            part = (t_s - timed.at_s) / timed.lasts_s
            up = float(np.clip(min(part, 1 - part) / _RISE, 0, 1))
            done[timed.move] = max(done[timed.move], up * up * (3 - 2 * up))
        return (
            self.yaw * (done[Move.TURN_LEFT] - done[Move.TURN_RIGHT]),
            self.pitch * (done[Move.LOOK_DOWN] - done[Move.LOOK_UP]),
            self.closer * done[Move.COME_CLOSER],
        )


def prompted_session(
    portrait: Portrait,
    moves: Sequence[TimedMove],
    *,
    seed: int,
    seconds: float = 8.0,
    look: LiveLook | None = None,
) -> Take:
    """Set up somebody at a kiosk who does as asked. `look` is `LiveLook()` unless given.

    Moves may be added while the frames are taken: each frame shows those known by then.
    """
    look = look or LiveLook()
    walk = WalkUp(seed=seed, lane=KIOSK_LANE, seconds=seconds)
    chance, camera = walk.kiosk_chance(), walk.camera()
    acting = _acting(moves)(chance, _place(walk, chance), walk)
    actor = LivePerson.of(portrait, walk, acting, look, camera)
    return Take.of(walk, actor, crowd_part=look.crowd)


def prompted_attack(
    portrait: Portrait,
    moves: Sequence[TimedMove],
    kind: AttackKind,
    *,
    seed: int,
    seconds: float = 8.0,
    look: AttackLook | None = None,
) -> Take:
    """Set up somebody at a kiosk who turns a carrier as asked.

    A replay is not turned: its film answers, with the same moves in another order (the first one
    last). `look` is `AttackLook()` unless given.
    """
    look = look or AttackLook()
    walk = WalkUp(seed=seed, lane=KIOSK_LANE, seconds=seconds)
    chance = walk.attack_chance(list(AttackKind).index(kind))
    place = _place(walk, walk.kiosk_chance())
    hold = Hold.drawn(chance, seconds=seconds, part=look.motion)
    replays = kind is AttackKind.REPLAY
    answer = _answer(() if replays else moves, chance)
    film = Film.drawn(portrait, walk, chance, part=look.film, act=_acting(_reordered(moves)))
    actor = held(
        film,
        walk,
        kind,
        look,
        chance=chance,
        path=_Stand(place, answer),
        hold=_TurnedByHand(hold, answer),
        nearest_m=float(place[2]) * (1 - _NEARER),
    )
    return Take.of(walk, actor, crowd_part=look.crowd)


@dataclass(frozen=True, slots=True, eq=False)
class _Stand:
    """Somebody stands where they are, and comes closer when asked."""

    place: NDArray[np.float64]
    answer: _Answer

    def position(self, t_s: float) -> NDArray[np.float64]:
        """Give the middle between the eyes (3,)."""
        return self.place * (1 - self.answer.at(t_s)[2])


@dataclass(frozen=True, slots=True, eq=False)
class _TurnedByHand:
    """A carrier whose holder answers prompts by turning it."""

    hold: Hold
    answer: _Answer

    def rotation(self, t_s: float) -> NDArray[np.float32]:
        """Give how the carrier is turned (3, 3)."""
        yaw, pitch, _ = self.answer.at(t_s)
        return turned(yaw, pitch, 0.0) @ self.hold.rotation(t_s)

    def shift(self, t_s: float) -> NDArray[np.float64]:
        """Give how far it is from where it should be held (3,)."""
        return self.hold.shift(t_s)


def _place(walk: WalkUp, chance: np.random.Generator) -> NDArray[np.float64]:
    distance, height = chance.uniform(0.55, 0.70), chance.uniform(0.02, 0.06)
    return np.array([0.0, -(walk.camera().tilt * distance + height), distance])


def _answer(moves: Sequence[TimedMove], chance: np.random.Generator) -> _Answer:
    """Draw how far somebody goes: a relief is drawn rightly up to 25 degrees of turn."""
    return _Answer(
        moves=moves,
        yaw=float(np.radians(chance.uniform(15, 23))),
        pitch=float(np.radians(chance.uniform(9, 15))),
        closer=chance.uniform(0.6, 1.0) * _NEARER,
    )


def _acting(moves: Sequence[TimedMove]) -> Act:
    def act(chance: np.random.Generator, place: NDArray[np.float64], walk: WalkUp) -> Moves:
        del walk
        answer = _answer(moves, chance)
        sways = [Wander.drawn(chance, deviation=0.004) for _ in range(3)]
        roll = Wander.drawn(chance, deviation=float(np.radians(1.0)))

        def pose(t_s: float) -> Pose:
            yaw, pitch, closer = answer.at(t_s)
            at = place * (1 - closer) + [sway.at(t_s) for sway in sways]
            head = turned(yaw, pitch, roll.at(t_s))
            return Pose(at=at, head=head, body=turned(0.1 * yaw, 0.0, 0.0))

        return pose

    return act


def _reordered(moves: Sequence[TimedMove]) -> list[TimedMove]:
    """Give the moves of a film that was made before the order was known: the first comes last."""
    kinds = [timed.move for timed in moves]
    others = kinds[1:] + kinds[:1]
    return [
        TimedMove(move, timed.at_s, timed.lasts_s)
        for move, timed in zip(others, moves, strict=True)
    ]
