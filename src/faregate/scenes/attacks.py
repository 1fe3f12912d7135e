"""Somebody walks up with a picture of somebody else: printed, bent, cut out, or on a display.

What holds for all: the carrier is held so near that the face on it is seen about as large as a
living one would be, camera, hall and walk are drawn as for the person alive, and all that could
give the attack away besides its geometry is in `AttackLook`, each on a switch of its own.

Easier than reality: nobody's own head shows beside a small display, no glove, no stand, no second
picture; nobody learns from a refusal. Masks, busts and prints with eye holes are not made at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Protocol, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole
from faregate.scenes.carriers import Bent, Carrier, Device, Flat, cut_out, sheet
from faregate.scenes.films import Film
from faregate.scenes.hold import Hold, Holder, paint_strokes
from faregate.scenes.infrared import glass_seen, paper_seen
from faregate.scenes.light import Lamps, Shine, brightened, defocused, glaring
from faregate.scenes.looks import AttackKind, AttackLook, Grid, Tones
from faregate.scenes.portraits import Portrait
from faregate.scenes.surface import Layer, drawn
from faregate.scenes.takes import Beside, Take
from faregate.scenes.walkup import WalkUp

_NEAREST_M: Final = 0.17
_FACE_M: Final = 0.145
_SMEAR_PX: Final = 1.5
_STEP_M: Final = 0.05


class Path(Protocol):
    """Where a head would be; a carrier is held on the way from the camera to there."""

    def position(self, t_s: float) -> NDArray[np.float64]:
        """Give the middle between the eyes (3,) at an instant, in the camera's world."""


class Holding(Protocol):
    """How a carrier is held."""

    def rotation(self, t_s: float) -> NDArray[np.float32]:
        """Give how it is turned (3, 3) at an instant."""

    def shift(self, t_s: float) -> NDArray[np.float64]:
        """Give how far it is from its path (3,), in metres."""


class Shows(Protocol):
    """What gives the carrier at an instant: always the same one, or one with the film's picture."""

    def at(self, t_s: float) -> Carrier:
        """Give it."""


@dataclass(frozen=True, slots=True)
class Still:
    """Always the same carrier."""

    carrier: Carrier

    def at(self, t_s: float) -> Carrier:
        """Give it."""
        del t_s
        return self.carrier


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Brighter and darker rows that roll through the frames."""

    depth: float
    period_px: float
    rolls_hz: float

    @classmethod
    def drawn(cls, chance: np.random.Generator, part: float) -> Self:
        """Draw them; many displays have none that are seen."""
        return cls(
            depth=part * max(0.0, chance.uniform(-0.04, 0.06)),
            period_px=chance.uniform(60, 400),
            rolls_hz=chance.uniform(-4, 4),
        )

    def darken(self, layer: Layer, t_s: float) -> None:
        """Lay the bands over a layer, in place."""
        if self.depth == 0.0 or layer.pixels.size == 0:
            return
        rows = np.arange(layer.pixels.shape[0], dtype=np.float32) + layer.top
        wave = np.cos(2 * np.pi * (rows / self.period_px + self.rolls_hz * t_s))
        gain = np.float32(1 - self.depth / 2) + np.float32(self.depth / 2) * wave
        colours = layer.pixels[:, :, :3]
        colours[:] = colours * gain[:, None, None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attack:
    """A carrier on its way to the camera."""

    kind: AttackKind
    look: AttackLook
    camera: Pinhole
    path: Path
    shows: Shows
    nearer: float
    """Where the carrier is, as a part of the way from the camera to where a head would be."""

    hold: Holding
    holder: Holder
    grid: Grid
    bands: Bands
    shines: tuple[Shine, ...]
    lamps: Lamps
    aperture_m: float
    toner: float

    def paint(self, frame: NDArray[np.uint8], t_s: float, exposure_s: float) -> None:
        """Paint holder, carrier and fingers over a frame (H, W, 3)."""
        at, soon = self._place(t_s), self._place(t_s + exposure_s)
        way = np.diff(self.camera.project(np.array([at, soon], np.float32)), axis=0)[0]
        turn, carrier = self.hold.rotation(t_s), self.shows.at(t_s)
        layer, placed = self._drawn(t_s, carrier)
        if not self.kind.is_display:
            brightened(layer, placed, self.lamps)
        for shine in self.shines:
            glaring(layer, placed, shine)
        layer = defocused(layer, float(at[2]), self.camera, self.aperture_m).smeared(way)
        self._beat(layer, carrier, float(at[2]), float(np.linalg.norm(way)))
        self.bands.darken(layer, t_s)
        if self.look.hands:
            self.holder.paint_behind(frame, self.camera, at)
            paint_strokes(frame, self.camera, self.holder.arms(carrier), turn, at)
        layer.over(frame)
        if self.look.hands:
            paint_strokes(frame, self.camera, self.holder.fingers(carrier), turn, at)

    def beside(self, t_s: float, into: Beside) -> None:
        """Add depth and infrared of the carrier; its holder is left out."""
        layer, placed = self._drawn(t_s, self.shows.at(t_s))
        seen = glass_seen(layer) if self.kind.is_display else paper_seen(layer, self.toner)
        into.add(layer, placed, seen)

    def placed(self, t_s: float, carrier: Carrier) -> NDArray[np.float32]:
        """Give the carrier's vertices (R, C, 3) in the world at an instant."""
        vertices = carrier.surface(t_s).vertices
        return vertices @ self.hold.rotation(t_s).T + self._place(t_s).astype(np.float32)

    def _drawn(self, t_s: float, carrier: Carrier) -> tuple[Layer, NDArray[np.float32]]:
        placed = self.placed(t_s, carrier)
        return drawn(carrier.surface(t_s), placed, self.camera), placed

    def _place(self, t_s: float) -> NDArray[np.float64]:
        place: NDArray[np.float64] = self.path.position(t_s) * self.nearer + self.hold.shift(t_s)
        place[2] = max(float(place[2]), _NEAREST_M)
        return place

    def _beat(self, layer: Layer, carrier: Carrier, distance_m: float, smear_px: float) -> None:
        """Let the carrier's grid beat against the sensor's, in place."""
        kept = self.grid.kept(distance_m / self.camera.focal_px)
        kept /= 1 + (smear_px / _SMEAR_PX) ** 2
        if kept <= 0.0 or layer.pixels.size == 0:
            return
        size_m = carrier.flat[-1, -1] - carrier.flat[0, 0]
        turns = layer.where * (size_m * np.float32(2 * np.pi / self.grid.pitch_m))
        down = np.cos(turns[:, :, 1])
        gains = [
            1 + np.float32(kept / 2) * (np.cos(turns[:, :, 0] + np.float32(shift)) + down)
            for shift in 2 * np.pi * self.grid.apart * np.arange(-1, 2)
        ]
        bright = cv2.multiply(layer.pixels[:, :, :3], cv2.merge(gains), dtype=cv2.CV_8U)
        layer.pixels[:, :, :3] = cv2.min(bright, cv2.merge([layer.pixels[:, :, 3]] * 3))


def attack_walk_up(
    portrait: Portrait, walk: WalkUp, kind: AttackKind, look: AttackLook | None = None
) -> Iterator[NDArray[np.uint8]]:
    """Give the frames (H, W, 3) uint8 RGB of somebody walking up with a picture of the person.

    `look` is `AttackLook()` unless given.
    """
    yield from attack_take(portrait, walk, kind, look).frames()


def attack_take(
    portrait: Portrait, walk: WalkUp, kind: AttackKind, look: AttackLook | None = None
) -> Take:
    """Set up an attack, for frames with or without depth and infrared."""
    look = look or AttackLook()
    return Take.of(walk, attack(portrait, walk, kind, look), crowd_part=look.crowd)


def attack(portrait: Portrait, walk: WalkUp, kind: AttackKind, look: AttackLook) -> Attack:
    """Make the carrier and draw how it is carried to a gate."""
    chance = walk.attack_chance(list(AttackKind).index(kind))
    gait = walk.gait(walk.person_chance())
    hold = Hold.drawn(chance, seconds=walk.seconds, part=look.motion)
    film = Film.drawn(portrait, walk, chance, part=look.film)
    if kind is AttackKind.REPLAY and film.walks_up:
        # The walk is in the film; the display stays where it ends.
        gait = replace(gait, start_m=gait.stop_m + _STEP_M)
    return held(film, walk, kind, look, chance=chance, path=gait, hold=hold, nearest_m=gait.stop_m)


def held(
    film: Film,
    walk: WalkUp,
    kind: AttackKind,
    look: AttackLook,
    *,
    chance: np.random.Generator,
    path: Path,
    hold: Holding,
    nearest_m: float,
) -> Attack:
    """Make the carrier for a path that ends `nearest_m` before the camera; `film` for a replay."""
    shows, grid = _shown(film, kind, look, chance)
    carrier = shows.at(0.0)
    nearer = carrier.magnified * chance.uniform(0.9, 1.2)
    nearer = max(nearer, _NEAREST_M / nearest_m)
    holder = Holder.drawn(chance, carrier)
    bands = Bands.drawn(chance, look.banding if kind.is_display else 0.0)
    at_s = walk.seconds * chance.uniform(0.3, 1.0)
    place = path.position(at_s) * nearer + hold.shift(at_s)
    return Attack(
        kind=kind,
        look=look,
        camera=walk.camera(),
        path=path,
        shows=shows,
        nearer=nearer,
        hold=hold,
        holder=holder,
        grid=grid,
        bands=bands,
        shines=_shines(place, hold.rotation(at_s), chance, kind, look.glare),
        lamps=Lamps.drawn(walk, part=look.lamps),
        aperture_m=walk.aperture_m() * look.defocus,
        toner=chance.uniform(0.1, 1.0),
    )


def _shown(
    film: Film, kind: AttackKind, look: AttackLook, chance: np.random.Generator
) -> tuple[Shows, Grid]:
    """Make what is held up, and the grid that its picture is made of."""
    portrait = film.portrait
    if kind.is_display:
        device = Device.drawn(chance)
        tones = Tones.of_display(chance, look.tones)
        grid = Grid.of_display(chance, look.moire, device.pitch_m)
        magnified = chance.uniform(0.6, 0.95) * device.window_m[0] / _FACE_M
        eyes = (chance.uniform(0.46, 0.54), chance.uniform(0.38, 0.48))
        if kind is AttackKind.REPLAY:
            return film.on(device, tones, magnified=magnified, eyes=eyes), grid
        still = portrait.as_still()
        shown = device.picture(still, magnified=magnified, eyes=eyes)
        return Still(device.around(tones.rendered(shown), magnified=magnified, eyes=eyes)), grid
    tones = Tones.of_paper(chance, look.tones)
    grid = Grid.of_paper(chance, look.moire)
    if kind is AttackKind.CUT_OUT:
        return Still(cut_out(portrait, chance, tones=tones, grain=look.grain)), grid
    bent = Bent.drawn(chance, motion=look.motion)
    shape = bent if kind is AttackKind.BENT_PRINT else Flat()
    paper = sheet(portrait, chance, shape, tones=tones, border=look.border, grain=look.grain)
    return Still(paper), grid


def _shines(
    at: NDArray[np.float64],
    turn: NDArray[np.float32],
    chance: np.random.Generator,
    kind: AttackKind,
    part: float,
) -> tuple[Shine, ...]:
    """Give a lamp that is mirrored near the face at one moment, mostly, and one anywhere."""
    if kind.is_display:
        strength, spread = chance.uniform(0.05, 0.7), chance.uniform(0.03, 0.12)
    else:
        strength, spread = chance.uniform(0.0, 0.5), chance.uniform(0.10, 0.35)
    normal = turn[:, 2].astype(np.float64)
    spot = at + turn @ np.array([*chance.uniform(-0.09, 0.09, 2), 0.0]) * float(at[2])
    sight = -spot / np.linalg.norm(spot)
    mirrored = 2 * (normal @ sight) * normal - sight
    near = spot + mirrored * chance.uniform(1.0, 2.5)
    anywhere = chance.uniform((-2.0, -1.7, -0.5), (2.0, -0.9, 2.0))
    aimed = strength * float(chance.random() < 0.6)  # noqa: PLR2004 -- more often than not
    return (
        Shine(place=near, strength=aimed * part, spread=spread),
        Shine(place=anywhere, strength=strength * part, spread=spread),
    )
