"""A person alive: walking up to a gate, or turning at a kiosk.

The person is `faregate.scenes.person.Person`, a smooth average head with somebody's picture on it.
`LiveLook` adds what else moves in front of a camera: lids, lips, lamps overhead, people behind.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole, turned
from faregate.scenes.expression import Expression
from faregate.scenes.infrared import skin_seen
from faregate.scenes.light import Lamps, brightened, defocused
from faregate.scenes.person import Person
from faregate.scenes.portraits import Portrait
from faregate.scenes.surface import Layer, drawn
from faregate.scenes.takes import Beside, Take
from faregate.scenes.walkup import WalkUp, Wander

KIOSK_LANE: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLook:
    """What moves besides the head, 0 to 1 each; 0 switches it off."""

    expression: float = 1.0
    """Blinks, and lips that speak."""

    lamps: float = 1.0
    """The hall's lamps are passed underneath, so that the light's direction changes."""

    crowd: float = 1.0
    """People cross the hall behind."""

    defocus: float = 1.0
    """The lens has one distance at which it is sharp."""


QUIET: Final = LiveLook(expression=0.0, lamps=0.0, crowd=0.0, defocus=0.0)
"""Nothing moves but the person."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """Where the middle between the eyes is (3,), and how head and body are turned (3, 3)."""

    at: NDArray[np.float64]
    head: NDArray[np.float32] = field(repr=False)
    body: NDArray[np.float32] = field(repr=False)


Moves = Callable[[float], Pose]
"""Where a person is at each instant, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LivePerson:
    """Somebody who moves in front of a camera."""

    person: Person
    moves: Moves
    camera: Pinhole
    expression: Expression
    lamps: Lamps
    aperture_m: float
    skin: float
    """The face's own brightness, 0 to 1."""

    @classmethod
    def of(
        cls, portrait: Portrait, walk: WalkUp, moves: Moves, look: LiveLook, camera: Pinhole
    ) -> Self:
        """Bring a portrait to life before a camera."""
        chance = walk.face_chance()
        return cls(
            person=Person.of(portrait),
            moves=moves,
            camera=camera,
            expression=Expression.drawn(
                portrait, chance, seconds=walk.seconds, part=look.expression
            ),
            lamps=Lamps.drawn(walk, part=look.lamps),
            aperture_m=walk.aperture_m() * look.defocus,
            skin=_brightness(portrait),
        )

    def paint(self, frame: NDArray[np.uint8], t_s: float, exposure_s: float) -> None:
        """Paint the person over a frame (H, W, 3)."""
        layer, placed = self._drawn(t_s)
        brightened(layer, placed[::3, ::3], self.lamps)
        at, soon = self.moves(t_s).at, self.moves(t_s + exposure_s).at
        way = np.diff(self.camera.project(np.array([at, soon], np.float32)), axis=0)[0]
        blurred = defocused(layer, float(at[2]), self.camera, self.aperture_m)
        blurred.smeared(way).over(frame)

    def beside(self, t_s: float, into: Beside) -> None:
        """Add depth and infrared of the person."""
        layer, placed = self._drawn(t_s)
        into.add(layer, placed, skin_seen(layer, self.skin))

    def _drawn(self, t_s: float) -> tuple[Layer, NDArray[np.float32]]:
        now = self.moves(t_s)
        placed = self.person.placed(now.at, now.head, now.body)
        return drawn(self.person.body, placed, self.camera, self.expression.at(t_s)), placed


def live_walk_up(
    portrait: Portrait, walk: WalkUp, look: LiveLook = QUIET
) -> Iterator[NDArray[np.uint8]]:
    """Give the frames (H, W, 3) uint8 RGB of the person walking up to the gate."""
    yield from live_take(portrait, walk, look).frames()


def live_take(portrait: Portrait, walk: WalkUp, look: LiveLook = QUIET) -> Take:
    """Set up a live walk-up, for frames with or without depth and infrared."""
    return _take(portrait, walk, walking(walk), look)


def kiosk_session(
    portrait: Portrait, *, seed: int, seconds: float = 4.0
) -> Iterator[NDArray[np.uint8]]:
    """Give the frames of the person enrolling: standing, turning the head slowly, nodding.

    The camera, the hall and the seed's draws are not those of any `WalkUp` with a lane below
    `KIOSK_LANE`, so no picture taken here is a frame of a walk-up.
    """
    walk = WalkUp(seed=seed, lane=KIOSK_LANE, seconds=seconds)
    yield from _take(portrait, walk, enrolling(walk), QUIET).frames()


def _take(portrait: Portrait, walk: WalkUp, moves: Moves, look: LiveLook) -> Take:
    actor = LivePerson.of(portrait, walk, moves, look, walk.camera())
    return Take.of(walk, actor, crowd_part=look.crowd)


def walking(walk: WalkUp) -> Moves:
    """Give how somebody walks up who looks at the camera more or less."""
    chance = walk.person_chance()
    gait = walk.gait(chance)
    attention = chance.uniform(0.0, 0.7)  # 1 would keep the face turned to the camera all the way
    yaws, pitches, rolls, leans = (
        Wander.drawn(chance, deviation=float(np.radians(degrees)), speed=1.5)
        for degrees in (2.5, 1.5, 1.2, 1.0)
    )

    def pose(t_s: float) -> Pose:
        at = gait.position(t_s)
        yaw = attention * float(np.arctan2(at[0], at[2])) + yaws.at(t_s)
        pitch = attention * float(np.arctan2(-at[1], at[2])) + pitches.at(t_s)
        body = turned(0.3 * yaw + leans.at(t_s), 0.0, 0.0)
        return Pose(at=at, head=turned(yaw, pitch, rolls.at(t_s)), body=body)

    return pose


def enrolling(walk: WalkUp) -> Moves:
    """Give how somebody stands at a kiosk who turns the head left and right, then nods."""
    chance, camera = walk.kiosk_chance(), walk.camera()
    distance, height = chance.uniform(0.52, 0.68), chance.uniform(0.02, 0.06)
    turn, nod = np.radians(chance.uniform(11, 15)), np.radians(chance.uniform(5, 8))
    way = chance.choice([-1.0, 1.0])
    still = [Wander.drawn(chance, deviation=0.004) for _ in range(3)]
    roll = Wander.drawn(chance, deviation=float(np.radians(1.0)))

    def pose(t_s: float) -> Pose:
        # Left and right in the first two thirds, a nod in the last; ahead when either begins.
        part = t_s / walk.seconds
        yaw = way * turn * np.sin(2 * np.pi * min(part * 1.5, 1.0))
        pitch = nod * np.sin(2 * np.pi * max(part * 3 - 2, 0.0))
        ahead = camera.tilt * distance + height
        at = np.array([0.0, -ahead, distance]) + [sway.at(t_s) for sway in still]
        body = turned(0.1 * float(yaw), 0.0, 0.0)
        return Pose(at=at, head=turned(float(yaw), float(pitch), roll.at(t_s)), body=body)

    return pose


def _brightness(portrait: Portrait) -> float:
    """Give the median brightness between eyes and mouth, 0 to 1."""
    low, high = portrait.points.min(axis=0).astype(int), portrait.points.max(axis=0).astype(int)
    return float(np.median(portrait.pixels[low[1] : high[1] + 1, low[0] : high[0] + 1])) / 255
