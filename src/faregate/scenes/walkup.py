"""How somebody walks up to a gate: all that chance decides about a clip, drawn from its seed."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole

_BREATHS_HZ: Final = (0.18, 0.31, 0.47, 0.73)
"""Slow, and no two in step: a sum of these looks unplanned and never jumps."""

_START_MAX_M: Final = 2.2
_FOREHEAD_M: Final = 0.09
_CHIN_M: Final = 0.14
"""What must stay in the picture above and below the eyes, bobbing included."""


class _Chance(IntEnum):
    """What a seed is drawn for, so that more draws for one thing do not change another.

    A number stays with its thing, and a free one is left out: published figures were drawn so.
    """

    LANE = 0
    PERSON = 1
    SENSOR = 3
    KIOSK = 4
    FACE = 5
    CROWD = 6
    LIGHT = 7
    ATTACK = 8
    RENDERING = 9


class Pace(StrEnum):
    """How widely walks differ."""

    USUAL = "usual"  # grown-ups at an ordinary speed, who come to a stand close by
    ANY = "any"  # also slow and fast, short and tall, nearer or farther, by any camera


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkUp:
    """One clip of one approach. The same settings give the same pixels.

    `seed` decides about the person and the sensor, `lane` about the camera, the station behind
    and the light: clips of one gate share it. `size` is (width, height).
    """

    seed: int
    lane: int = 0
    fps: int = 15
    seconds: float = 2.5
    size: tuple[int, int] = (640, 480)
    pace: Pace = Pace.USUAL

    def __post_init__(self) -> None:
        if self.seed < 0 or self.lane < 0:
            raise ValueError("seed and lane must not be negative")
        if self.fps <= 0 or self.seconds <= 0 or min(self.size) <= 0:
            raise ValueError("fps, seconds and size must be positive")

    def times_s(self) -> NDArray[np.float64]:
        """Give the instants of the frames, in seconds from the first."""
        return np.arange(max(1, round(self.seconds * self.fps))) / self.fps

    def lane_chance(self) -> np.random.Generator:
        """Draw what belongs to the gate."""
        return np.random.default_rng([self.lane, _Chance.LANE])

    def person_chance(self) -> np.random.Generator:
        """Draw how the person walks."""
        return np.random.default_rng([self.seed, _Chance.PERSON])

    def kiosk_chance(self) -> np.random.Generator:
        """Draw how somebody stands and turns while enrolling."""
        return np.random.default_rng([self.seed, _Chance.KIOSK])

    def sensor_chance(self) -> np.random.Generator:
        """Draw noise and changes of light."""
        return np.random.default_rng([self.seed, _Chance.SENSOR])

    def face_chance(self) -> np.random.Generator:
        """Draw when somebody blinks and speaks."""
        return np.random.default_rng([self.seed, _Chance.FACE])

    def crowd_chance(self) -> np.random.Generator:
        """Draw who crosses the hall behind."""
        return np.random.default_rng([self.seed, _Chance.CROWD])

    def light_chance(self) -> np.random.Generator:
        """Draw where the gate's lamps hang."""
        return np.random.default_rng([self.lane, _Chance.LIGHT])

    def rendering_chance(self) -> np.random.Generator:
        """Draw how the gate's camera renders colours."""
        return np.random.default_rng([self.lane, _Chance.RENDERING])

    def attack_chance(self, kind: int) -> np.random.Generator:
        """Draw how a carrier of some kind is made and held."""
        return np.random.default_rng([self.seed, _Chance.ATTACK, kind])

    def aperture_m(self) -> float:
        """Give the width of the lens's opening: small cameras have 1 to 2 mm."""
        return float(self.light_chance().uniform(0.0008, 0.0020))

    def gait(self, chance: np.random.Generator) -> "Gait":
        """Draw where the face is while walking."""
        if self.pace is Pace.USUAL:
            return Gait.drawn(chance, self.camera())
        return Gait.of_any_pace(chance, self.camera(), within_s=self.seconds)

    def camera(self) -> Pinhole:
        """Give the gate's camera: at the height of a turnstile's head, looking up a little."""
        chance = self.lane_chance()
        return Pinhole.with_field(
            self.size,
            field=float(np.radians(chance.uniform(58, 63))),
            height_m=chance.uniform(1.47, 1.55),
            tilt=float(np.radians(chance.uniform(5, 10))),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wander:
    """A quantity that drifts about zero without ever jumping: a sum of slow sines."""

    amplitudes: NDArray[np.float64] = field(repr=False)
    frequencies_hz: NDArray[np.float64] = field(repr=False)
    phases: NDArray[np.float64] = field(repr=False)

    @classmethod
    def drawn(cls, chance: np.random.Generator, *, deviation: float, speed: float = 1.0) -> Self:
        """Draw one with this standard deviation; `speed` 1 is a person's sway while standing."""
        count = len(_BREATHS_HZ)
        weights = chance.uniform(0.4, 1.0, count)
        weights *= deviation * np.sqrt(2.0 / np.sum(weights**2))
        return cls(
            amplitudes=weights,
            frequencies_hz=np.array(_BREATHS_HZ) * speed * chance.uniform(0.8, 1.2, count),
            phases=chance.uniform(0, 2 * np.pi, count),
        )

    def at(self, t_s: float) -> float:
        """Give its value at an instant."""
        angles = 2 * np.pi * self.frequencies_hz * t_s + self.phases
        return float(np.sum(self.amplitudes * np.sin(angles)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gait:
    """Where the middle between the eyes is while somebody walks up and comes to a stand.

    Slows down evenly from an ordinary walking speed (about 1.3 m/s; Bohannon, Age and Ageing
    1997) to the stand at the gate. The head bobs twice and sways once a stride, by about 2 cm
    each way at full speed, less when slower (Hirasaki et al., Exp. Brain Res. 1999).
    """

    start_m: float
    stop_m: float
    walk_s: float
    side_m: float
    above_camera_m: float
    step_hz: float
    bob_m: float
    sway_m: float
    phase: float
    drift: tuple[Wander, Wander, Wander]

    @classmethod
    def drawn(cls, chance: np.random.Generator, camera: Pinhole) -> Self:
        """Draw one walk up to this camera."""
        eye_height_m = chance.uniform(1.48, 1.68)
        start_m, stop_m = chance.uniform(1.6, 2.0), chance.uniform(0.5, 0.6)
        # Slowing evenly from v over length l takes 2 l / v.
        walk_s = 2 * (start_m - stop_m) / chance.uniform(1.1, 1.5)
        return cls(
            start_m=start_m,
            stop_m=stop_m,
            walk_s=walk_s,
            side_m=chance.uniform(-0.08, 0.08),
            above_camera_m=eye_height_m - camera.height_m,
            step_hz=chance.uniform(1.6, 2.0),
            bob_m=chance.uniform(0.010, 0.020),
            sway_m=chance.uniform(0.010, 0.020),
            phase=chance.uniform(0, 2 * np.pi),
            drift=(
                Wander.drawn(chance, deviation=0.008),
                Wander.drawn(chance, deviation=0.003),
                Wander.drawn(chance, deviation=0.008),
            ),
        )

    @classmethod
    def of_any_pace(cls, chance: np.random.Generator, camera: Pinhole, *, within_s: float) -> Self:
        """Draw a walk of anybody, from slow to hurried, that ends within a time."""
        walk_s = min(chance.uniform(1.2, 2.4), 0.85 * within_s)
        stop_m = chance.uniform(0.48, 0.72)
        # Slowing evenly from v over time t takes v t / 2.
        start_m = min(stop_m + chance.uniform(0.8, 1.7) * walk_s / 2, _START_MAX_M)
        # Who is shorter or taller than the camera sees from close by stands farther off.
        rise = np.tan(
            camera.tilt + np.array([-1, 1]) * np.arctan(camera.height / 2 / camera.focal_px)
        )
        above_m = chance.uniform(1.40, 1.76) - camera.height_m
        stop_m = min(
            max(stop_m, (above_m + _FOREHEAD_M) / rise[1], (above_m - _CHIN_M) / rise[0]), 0.8
        )
        above_m = float(
            np.clip(above_m, stop_m * rise[0] + _CHIN_M, stop_m * rise[1] - _FOREHEAD_M)
        )
        return cls(
            start_m=max(start_m, stop_m + 0.3),
            stop_m=stop_m,
            walk_s=walk_s,
            side_m=chance.uniform(-0.10, 0.10),
            above_camera_m=above_m,
            step_hz=chance.uniform(1.4, 2.2),
            bob_m=chance.uniform(0.008, 0.025),
            sway_m=chance.uniform(0.008, 0.025),
            phase=chance.uniform(0, 2 * np.pi),
            drift=(
                Wander.drawn(chance, deviation=0.008),
                Wander.drawn(chance, deviation=0.003),
                Wander.drawn(chance, deviation=0.008),
            ),
        )

    def position(self, t_s: float) -> NDArray[np.float64]:
        """Give the middle between the eyes (3,) at an instant, in the camera's world."""
        left = max(0.0, 1.0 - t_s / self.walk_s)  # also the speed, as a part of the first speed
        beat = 2 * np.pi * self.step_hz * t_s + self.phase
        at_rest = np.array(
            [
                self.side_m,
                -self.above_camera_m,
                self.stop_m + (self.start_m - self.stop_m) * left**2,
            ]
        )
        walking = left * np.array([self.sway_m * np.sin(beat / 2), self.bob_m * np.cos(beat), 0.0])
        position: NDArray[np.float64] = at_rest + walking + [way.at(t_s) for way in self.drift]
        return position
