"""A printed portrait, held up to the camera by hand: the attack that parallax is to stop.

The sheet is a plane and stays one. All that could give a print away by other means (its white
border, halftone, grain, the lamp it mirrors) can be switched off on its own, so that a test can
ask whether flatness alone is seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.scenes.camera import Pinhole, turned
from faregate.scenes.person import metres_per_pixel
from faregate.scenes.portraits import Portrait
from faregate.scenes.sensor import Sensor
from faregate.scenes.station import station
from faregate.scenes.surface import Layer, Surface, Texture, drawn
from faregate.scenes.walkup import Gait, WalkUp, Wander

_PAPERS_M: Final = ((0.210, 0.297), (0.297, 0.420), (0.200, 0.250))
"""ISO 216 A4 and A3, and an 8 x 10 inch photograph."""

_PIXELS_PER_M: Final = 1600
_MARGIN_M: Final = 0.006
_VERTICES: Final = 33
_EYES_FROM_TOP: Final = 0.42
_HANDS_FORWARD_M: Final = 0.28
_SKIN: Final = (196, 152, 128)
_COAT: Final = (46, 48, 56)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintLook:
    """What besides flatness could tell a print from a person; 0 switches each one off."""

    border_m: float = 0.010
    """White paper around the picture."""

    halftone: float = 0.06
    """Depth of the printing screen, 0 to 1; the sensor turns it into moire."""

    halftone_pitch_m: float = 0.0008
    """Distance of the screen's dots; a coarse ink-jet or a display's pixels."""

    grain: float = 4.0
    """Standard deviation of the ink's unevenness, in grey levels. It moves with the paper."""

    glare: float = 0.45
    """Brightness of the lamp mirrored in the paper, 0 to 1. It moves over the paper."""


PLAIN: Final = PrintLook(border_m=0.0, halftone=0.0, grain=0.0, glare=0.0)
"""A print without any flaw: only its flatness is left."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """One print as paper: a flat surface whose origin lies between the printed eyes.

    `size_m` is (width, height) of the paper.
    """

    surface: Surface
    size_m: tuple[float, float]

    @classmethod
    def of(cls, portrait: Portrait, look: PrintLook, chance: np.random.Generator) -> Self:
        """Print a portrait, about life-size, on a paper that chance picks."""
        width_m, height_m = _PAPERS_M[chance.integers(len(_PAPERS_M))]
        magnified = chance.uniform(0.85, 1.1)
        width, height = round(width_m * _PIXELS_PER_M), round(height_m * _PIXELS_PER_M)
        scale = 1.0 / (_PIXELS_PER_M * magnified * metres_per_pixel(portrait))
        eyes = portrait.points[:2].mean(axis=0)
        from_left, from_top = width / 2, height * _EYES_FROM_TOP
        crop = np.array(
            [[scale, 0, eyes[0] - scale * from_left], [0, scale, eyes[1] - scale * from_top]]
        )
        ink = cv2.warpAffine(
            portrait.pixels,
            crop,
            (width, height),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        ).astype(np.float32)
        ink += look.grain * chance.standard_normal((height, width, 1), np.float32)
        paper = np.clip(ink, 0, 255).astype(np.uint8)
        border = round(look.border_m * _PIXELS_PER_M)
        if border:
            cv2.rectangle(paper, (0, 0), (width - 1, height - 1), (246, 246, 242), 2 * border)
        return cls(surface=_flat(paper, from_left, from_top), size_m=(width_m, height_m))


def _flat(paper: NDArray[np.uint8], from_left: float, from_top: float) -> Surface:
    """Lay paper (H, W, 3) on a plane, with a transparent margin so that its edge is smooth."""
    margin = round(_MARGIN_M * _PIXELS_PER_M)
    height, width = paper.shape[:2]
    around = (margin,) * 4
    alpha = np.full((height, width), 255, np.uint8)
    alpha = cv2.copyMakeBorder(alpha, *around, cv2.BORDER_CONSTANT).astype(np.uint8, copy=False)
    pixels = cv2.copyMakeBorder(paper, *around, cv2.BORDER_REPLICATE).astype(np.uint8, copy=False)
    left, right = -from_left - margin, width - 1 - from_left + margin
    top, bottom = -from_top - margin, height - 1 - from_top + margin
    x, y = np.meshgrid(np.linspace(left, right, _VERTICES), np.linspace(top, bottom, _VERTICES))
    vertices = np.dstack([x, y, np.zeros_like(x)]) / _PIXELS_PER_M
    return Surface(texture=Texture.cut_out(pixels, alpha), vertices=vertices.astype(np.float32))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hand:
    """How the sheet is held: tilted, never quite still, and trembling.

    Postural hand tremor is 8 to 12 Hz and a fraction of a millimetre (Elble and Koller, Tremor,
    1990).
    """

    yaw: float
    pitch: float
    roll: float
    turns: tuple[Wander, Wander, Wander]
    shifts: tuple[Wander, Wander, Wander]
    tremor_m: NDArray[np.float64] = field(repr=False)
    tremor_hz: float

    @classmethod
    def drawn(cls, chance: np.random.Generator) -> Self:
        """Draw one way to hold it."""
        yaw, pitch, roll = np.radians(chance.normal(0, (8.0, 8.0, 3.0)))
        turn, shift = np.radians(chance.uniform(1.5, 5.0)), chance.uniform(0.004, 0.012)
        return cls(
            yaw=yaw,
            pitch=pitch,
            roll=roll,
            turns=_three_ways(chance, (turn, turn, turn / 2)),
            shifts=_three_ways(chance, (shift, shift, shift)),
            tremor_m=chance.normal(0, 0.0003, 3),
            tremor_hz=chance.uniform(8, 12),
        )

    def rotation(self, t_s: float) -> NDArray[np.float32]:
        """Give how the sheet is turned (3, 3) at an instant."""
        yaw, pitch, roll = (turn.at(t_s) for turn in self.turns)
        return turned(self.yaw + yaw, self.pitch + pitch, self.roll + roll)

    def shift(self, t_s: float) -> NDArray[np.float64]:
        """Give how far it is from where it should be held (3,), in metres."""
        trembling = self.tremor_m * np.sin(2 * np.pi * self.tremor_hz * t_s)
        shift: NDArray[np.float64] = trembling + [way.at(t_s) for way in self.shifts]
        return shift


def _three_ways(
    chance: np.random.Generator, deviations: tuple[float, float, float]
) -> tuple[Wander, Wander, Wander]:
    first, second, third = (Wander.drawn(chance, deviation=d, speed=2.5) for d in deviations)
    return first, second, third


def print_walk_up(
    portrait: Portrait, walk: WalkUp, look: PrintLook | None = None
) -> Iterator[NDArray[np.uint8]]:
    """Give the frames (H, W, 3) uint8 RGB of somebody walking up behind a print of the portrait.

    Camera, hall, walk and sensor are drawn as for the person alive. `look` is `PrintLook()` unless
    given.
    """
    look = look or PrintLook()
    camera, sensor, chance = walk.camera(), Sensor.drawn(walk), walk.hand_chance()
    gait = Gait.drawn(walk.person_chance(), camera)
    sheet, hand = Sheet.of(portrait, look, chance), Hand.drawn(chance)
    lamp = _lamp(gait.position(walk.seconds), hand.rotation(walk.seconds), chance)
    hall = station(walk, camera)
    for t_s in map(float, walk.times_s()):
        at = gait.position(t_s) + hand.shift(t_s)
        soon = t_s + sensor.exposure_s
        moved = np.array([at, gait.position(soon) + hand.shift(soon)], np.float32)
        way = np.diff(camera.project(moved), axis=0)[0]
        turn = hand.rotation(t_s)
        placed = sheet.surface.vertices @ turn.T + at.astype(np.float32)
        layer = drawn(sheet.surface, placed, camera)
        _screen(layer, sheet, look)
        _mirror(layer, camera, _mirrored(lamp, at, turn), look)
        frame = hall.copy()
        _paint_holder(frame, camera, gait.position(t_s))
        layer.smeared(way).over(frame)
        _paint_fingers(frame, camera, sheet, turn, at)
        yield sensor.exposed(frame, t_s)


def _screen(layer: Layer, sheet: Sheet, look: PrintLook) -> None:
    """Darken by the printing screen, sampled at the pixels as the sensor does."""
    if look.halftone == 0.0 or layer.pixels.size == 0:
        return
    texture = sheet.surface.texture
    size_m = np.array([texture.width, texture.height], np.float32) / _PIXELS_PER_M
    waves = np.cos(layer.where * (size_m * np.float32(2 * np.pi / look.halftone_pitch_m)))
    dots = np.float32(1) - np.float32(look.halftone / 2) * (1 + waves[:, :, 0] * waves[:, :, 1])
    colours = layer.pixels[:, :, :3]
    colours[:] = colours * dots[:, :, None]


def _lamp(
    at: NDArray[np.float64], turn: NDArray[np.float32], chance: np.random.Generator
) -> NDArray[np.float64]:
    """Give the place of a lamp (3,) that the paper mirrors near the face when held like this."""
    on_paper = at + turn @ np.array([*chance.uniform(-0.06, 0.06, 2), 0.0])
    behind = on_paper * (1 + chance.uniform(1.5, 3.0) / float(np.linalg.norm(on_paper)))
    return _mirrored(behind, at, turn)


def _mirrored(
    point: NDArray[np.float64], at: NDArray[np.float64], turn: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Give a point's mirror image (3,) in the plane of the paper."""
    normal = turn[:, 2].astype(np.float64)
    image: NDArray[np.float64] = point - 2 * normal * ((point - at) @ normal)
    return image


def _mirror(
    layer: Layer, camera: Pinhole, image_of_lamp: NDArray[np.float64], look: PrintLook
) -> None:
    """Add the lamp's reflection where the paper shows its mirror image."""
    if look.glare == 0.0 or layer.pixels.size == 0:
        return
    x, y = camera.project(image_of_lamp.astype(np.float32)) - (layer.left, layer.top)
    size = 0.10 * camera.focal_px / max(float(image_of_lamp[2]), 0.5)  # a lamp 20 cm wide, blurred
    height, width = layer.pixels.shape[:2]
    across = np.exp(-0.5 * ((np.arange(width, dtype=np.float32) - x) / size) ** 2)
    down = np.exp(-0.5 * ((np.arange(height, dtype=np.float32) - y) / size) ** 2)
    shine = np.float32(look.glare) * np.outer(down, across)[:, :, None]
    colours, alpha = layer.pixels[:, :, :3], layer.pixels[:, :, 3:]
    colours[:] = colours + shine * (alpha - colours.astype(np.float32))


def _paint_holder(frame: NDArray[np.uint8], camera: Pinhole, at: NDArray[np.float64]) -> None:
    """Paint who holds the print: a hooded coat behind it, without a face of its own."""
    middle = camera.project((at + np.array([0.0, 0.02, _HANDS_FORWARD_M])).astype(np.float32))
    metre = camera.focal_px / float(at[2] + _HANDS_FORWARD_M)
    hood = (round(float(middle[0])), round(float(middle[1])))
    cv2.ellipse(frame, hood, (round(0.09 * metre), round(0.12 * metre)), 0, 0, 360, _COAT, -1)
    shape = ((-0.06, 0.10), (0.06, 0.10), (0.20, 0.20), (0.26, 0.45), (0.28, 1.5), (-0.28, 1.5))
    coat = np.array([*shape, (-0.26, 0.45), (-0.20, 0.20)]) * metre + middle
    cv2.fillPoly(frame, [np.rint(coat).astype(np.int32)], _COAT, cv2.LINE_AA)


def _paint_fingers(
    frame: NDArray[np.uint8],
    camera: Pinhole,
    sheet: Sheet,
    turn: NDArray[np.float32],
    at: NDArray[np.float64],
) -> None:
    """Paint the thumbs that hold the paper at its lower half, and the forearms beside it."""
    width_m, height_m = sheet.size_m
    low = height_m * (0.8 - _EYES_FROM_TOP)
    thick = max(1, round(0.018 * camera.focal_px / float(at[2])))
    for side in (-1, 1):
        edge = side * width_m / 2
        thumb = ((edge + side * 0.03, low + 0.03), (edge, low), (edge - side * 0.022, low - 0.008))
        arm = ((edge + side * 0.03, low + 0.03), (edge + side * 0.05, low + 0.35))
        for joints, colour, width in ((arm, _COAT, 4 * thick), (thumb, _SKIN, thick)):
            on_paper = np.array([(x, y, -0.004) for x, y in joints], np.float32)
            pixels = camera.project(on_paper @ turn.T + at.astype(np.float32))
            path = [np.rint(pixels).astype(np.int32)]
            cv2.polylines(frame, path, False, colour, width, cv2.LINE_AA)  # noqa: FBT003 -- open
