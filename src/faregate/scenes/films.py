"""A film of the person alive, played on a display: the attack that moves as a head does.

The film is rendered by the same code as a live clip, in another hall and by another camera, so its
head has depth, blinks and turns; only the display that shows it is flat. Half of the films show
somebody who stands and turns, as one made in passing or taken from a call; half somebody who walks
up, as one made at another gate. A display with a walk-up on it is held still near the camera.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole, turned
from faregate.scenes.carriers import Carrier, Device
from faregate.scenes.head import LiveLook, LivePerson, Moves, Pose
from faregate.scenes.looks import Tones
from faregate.scenes.person import BETWEEN_PUPILS_M
from faregate.scenes.portraits import Portrait
from faregate.scenes.station import station
from faregate.scenes.surface import Texture
from faregate.scenes.walkup import WalkUp, Wander

FILM_LANE: Final = 2_000_000
"""Films are made in halls that are no gate's and no kiosk's."""

_FPS: Final = 30
_EYES_PX: Final = 80.0
"""Between the eyes at the nearest: about as fine as the camera will see it."""

Act = Callable[[np.random.Generator, NDArray[np.float64], WalkUp], Moves]
"""Makes the moves of a film from chance, the place where the eyes should be, and its walk."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Film:
    """Who moves how in a film, and what its own camera adds."""

    portrait: Portrait
    walk: WalkUp
    moves_before: Callable[[Pinhole, tuple[float, float]], Moves]
    distance_m: float
    walks_up: bool
    blur_px: float
    noise: float

    @classmethod
    def drawn(
        cls,
        portrait: Portrait,
        walk: WalkUp,
        chance: np.random.Generator,
        *,
        part: float,
        act: Act | None = None,
    ) -> Self:
        """Draw one; of `act` where it is given, else of somebody who stands or walks up."""
        seed = int(chance.integers(1 << 31))
        film_walk = WalkUp(
            seed=seed, lane=FILM_LANE + walk.lane, fps=_FPS, seconds=walk.seconds, pace=walk.pace
        )
        walks_up = bool(chance.random() < 0.5) and act is None  # noqa: PLR2004 -- half of each
        distance_m = chance.uniform(0.45, 0.8)
        make = act or (_walking if walks_up else _standing)
        moves_chance = film_walk.person_chance()

        def moves(camera: Pinhole, eyes: tuple[float, float]) -> Moves:
            return make(moves_chance, aimed(camera, eyes, distance_m), film_walk)

        return cls(
            portrait=portrait,
            walk=film_walk,
            moves_before=moves,
            distance_m=distance_m,
            walks_up=walks_up,
            blur_px=chance.uniform(0.3, 0.9) * part,
            noise=chance.uniform(1.0, 4.0) * part,
        )

    def on(
        self, device: Device, tones: Tones, *, magnified: float, eyes: tuple[float, float]
    ) -> "Screening":
        """Play it on a display, the eyes about a place given as parts of the window."""
        width = round(_EYES_PX * device.window_m[0] / (BETWEEN_PUPILS_M * magnified))
        height = round(width * device.window_m[1] / device.window_m[0])
        camera = Pinhole(
            width=width,
            height=height,
            focal_px=_EYES_PX * self.distance_m / BETWEEN_PUPILS_M,
            height_m=1.5,
            tilt=0.0,
        )
        moves = self.moves_before(camera, eyes)
        actor = LivePerson.of(self.portrait, self.walk, moves, LiveLook(defocus=0.0), camera)
        hall = station(self.walk, camera)
        return Screening(
            film=self,
            actor=actor,
            hall=hall,
            tones=tones,
            body=device.around(hall, magnified=magnified, eyes=eyes),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Screening:
    """A film on a display."""

    film: Film
    actor: LivePerson
    hall: NDArray[np.uint8] = field(repr=False)
    tones: Tones
    body: Carrier

    def at(self, t_s: float) -> Carrier:
        """Give the display with the picture of an instant."""
        number = int(t_s * _FPS)
        frame = self.hall.copy()
        self.actor.paint(frame, number / _FPS, 1 / 60)
        if self.film.blur_px:
            frame = cv2.GaussianBlur(frame, (0, 0), self.film.blur_px).astype(np.uint8, copy=False)
        if self.film.noise:
            chance = np.random.default_rng([self.film.walk.seed, number])
            noise = chance.standard_normal(frame.shape, np.float32) * np.float32(self.film.noise)
            frame = cv2.add(frame, noise, dtype=cv2.CV_8U).astype(np.uint8, copy=False)
        body = self.body
        per_m = (body.texture.width - 1) / float(body.flat[-1, -1, 0] - body.flat[0, 0, 0])
        left, top = ((np.array(body.window[:2]) - body.flat[0, 0]) * per_m).round().astype(int)
        whole = dict(body.texture.levels)[1.0].copy()
        whole[top : top + frame.shape[0], left : left + frame.shape[1], :3] = self.tones.rendered(
            frame
        )
        texture = Texture(
            width=body.texture.width, height=body.texture.height, levels=((1.0, whole),)
        )
        return replace(body, texture=texture)


def aimed(camera: Pinhole, eyes: tuple[float, float], distance_m: float) -> NDArray[np.float64]:
    """Give the place (3,) that is seen where the eyes should be, in parts of the picture."""
    x = (eyes[0] - 0.5) * camera.width / camera.focal_px
    y = (eyes[1] - 0.5) * camera.height / camera.focal_px
    return np.array([x, y, 1.0]) * distance_m


def _standing(chance: np.random.Generator, place: NDArray[np.float64], walk: WalkUp) -> Moves:
    """Give how somebody stands who looks about: slow turns and nods, never quite still."""
    del walk
    turn, nod = np.radians(chance.uniform(3, 14)), np.radians(chance.uniform(1, 6))
    yaws = Wander.drawn(chance, deviation=float(turn), speed=1.5)
    pitches = Wander.drawn(chance, deviation=float(nod), speed=1.5)
    rolls = Wander.drawn(chance, deviation=float(np.radians(2)))
    sways = [Wander.drawn(chance, deviation=0.008) for _ in range(3)]

    def pose(t_s: float) -> Pose:
        yaw, pitch = np.clip((yaws.at(t_s), pitches.at(t_s)), -0.4, 0.4)
        return Pose(
            at=place + [sway.at(t_s) for sway in sways],
            head=turned(float(yaw), float(pitch), rolls.at(t_s)),
            body=turned(0.2 * float(yaw), 0.0, 0.0),
        )

    return pose


def _walking(chance: np.random.Generator, place: NDArray[np.float64], walk: WalkUp) -> Moves:
    """Give how somebody walks up to the film's camera and comes to a stand."""
    gait = walk.gait(chance)
    stand = np.array([gait.side_m, -gait.above_camera_m, gait.stop_m])
    yaws = Wander.drawn(chance, deviation=float(np.radians(2.5)), speed=1.5)
    pitches = Wander.drawn(chance, deviation=float(np.radians(1.5)), speed=1.5)

    def pose(t_s: float) -> Pose:
        step = gait.position(t_s) - stand
        # Along the line of sight, so that the face stays where the film has it.
        at = place * (1 + step[2] / place[2]) + np.array([step[0], step[1], 0.0])
        yaw, pitch = yaws.at(t_s), pitches.at(t_s)
        return Pose(at=at, head=turned(yaw, pitch, 0.0), body=turned(0.2 * yaw, 0.0, 0.0))

    return pose
