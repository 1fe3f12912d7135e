"""MoveNet MultiPose: all people of a picture in one run, from the points up."""

import math
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from faregate.assist.posture import HIPS, KEYPOINTS, SHOULDERS, Box, Posture
from faregate.errors import InvalidInputError
from faregate.models.int_session import open_int_session
from faregate.models.manifest import MoveNetMultiPose
from faregate.models.pack import VerifiedPack
from faregate.video.frame import Frame

_TILES_MAX: Final = 8
"""Each is one more run of the network for every picture."""

_SIDE_MAX: Final = 1024
"""Pixels; a manifest has no more either. Time and memory grow by its square."""

_SAME_PERSON: Final = 0.5
"""Mean distance of shoulders and hips, in trunk lengths, within which two finds are one person.
Two people side by side are a shoulder breadth apart, 0.26 / 0.288 = 0.9 of a trunk."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """How a wide picture is cut, `columns` by `rows`; 1 by 1 is the whole picture alone.

    Neighbours share a third of a tile, so that whoever lies across an edge is whole in one of them.
    With more than one tile, the whole picture is looked at as well: who is near fills it.
    """

    columns: int = 1
    rows: int = 1

    def __post_init__(self) -> None:
        if not (self.columns >= 1 <= self.rows and self.columns * self.rows <= _TILES_MAX):
            raise InvalidInputError(
                "tiles",
                f"{self.columns} x {self.rows} tiles are not possible.",
                remedy=f"Use 1 to {_TILES_MAX} tiles in all.",
            )

    def boxes(self) -> tuple[Box, ...]:
        """Give the parts to look at, in fractions of the picture."""
        whole = Box(left=0.0, top=0.0, right=1.0, bottom=1.0)
        if self.columns * self.rows == 1:
            return (whole,)
        return (
            whole,
            *(
                Box(left=left, top=top, right=right, bottom=bottom)
                for top, bottom in _cuts(self.rows)
                for left, right in _cuts(self.columns)
            ),
        )


def _cuts(count: int) -> Iterator[tuple[float, float]]:
    """Cut 0..1 into `count` equal parts of which neighbours share a third."""
    length = 1.0 / (1.0 + (count - 1) * 2.0 / 3.0)
    for number in range(count):
        start = number * length * 2.0 / 3.0
        yield start, min(start + length, 1.0)


class MultiPose:
    """The people of a picture. Not thread-safe; holds no picture once `look` has returned."""

    def __init__(
        self,
        pack: VerifiedPack,
        *,
        threads: int,
        tiles: Tiles = Tiles(),
        side: int | None = None,
    ) -> None:
        """Open the one file of a pack of postures; raises `InvalidInputError` for other packs.

        `side` is the longer side of its input in px, if not the manifest's.
        """
        file = _network_of(pack)
        self._session = open_int_session(pack, file, threads=threads)
        self._side = file.side if side is None else side
        self._stride = file.stride
        self._score_min = file.score_min
        self._tiles = tiles.boxes()
        if self._side % self._stride or not self._stride <= self._side <= _SIDE_MAX:
            raise InvalidInputError(
                "pose_side",
                f"{self._side} px is no input size of {file.name}.",
                remedy=f"Use a multiple of {self._stride}, up to {_SIDE_MAX}.",
            )

    def cut(self, tiles: Tiles) -> Self:
        """Give the same model for pictures cut in another way."""
        other = copy(self)
        other._tiles = tiles.boxes()  # noqa: SLF001 - of a copy of itself
        return other

    def look(self, frame: Frame) -> tuple[Posture, ...]:
        """Find the people of a picture, best score first; each once, whatever the tiles."""
        found: list[Posture] = []
        for tile in self._tiles:
            found += self._look_at(frame.pixels, tile)
        return _each_once(found)

    def _look_at(self, pixels: NDArray[np.uint8], tile: Box) -> Iterator[Posture]:
        height, width = pixels.shape[:2]
        top, bottom = round(tile.top * height), round(tile.bottom * height)
        left, right = round(tile.left * width), round(tile.right * width)
        part = pixels[top:bottom, left:right]
        scale = self._side / max(part.shape[:2])
        size = (max(round(part.shape[1] * scale), 1), max(round(part.shape[0] * scale), 1))
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        # Filled up with black to the right and below, to whole strides.
        rows = math.ceil(size[1] / self._stride) * self._stride
        columns = math.ceil(size[0] / self._stride) * self._stride
        given = np.zeros((1, rows, columns, 3), np.int32)
        given[0, : size[1], : size[0]] = small
        table = self._session.run(given)
        # From fractions of what was given to fractions of the whole picture.
        grow = np.array(
            [
                columns / size[0] * (right - left) / width,
                rows / size[1] * (bottom - top) / height,
            ]
        )
        shift = np.array([left / width, top / height])
        yield from read_people(
            table, grow=grow, shift=shift, aspect=width / height, score_min=self._score_min
        )


def _network_of(pack: VerifiedPack) -> MoveNetMultiPose:
    match pack.manifest.files:
        case (MoveNetMultiPose() as file,):
            return file
        case _:
            raise InvalidInputError(
                "pack_without_postures",
                f"The pack {pack.manifest.pack} finds no postures.",
                remedy="Name a pack of postures; `faregate models list` shows them.",
            )


def read_people(
    table: NDArray[np.float32],
    *,
    grow: NDArray[np.float64],
    shift: NDArray[np.float64],
    aspect: float,
    score_min: float,
) -> Iterator[Posture]:
    """Read the model's (1, N, 56): 17 times (y, x, score), box (ymin, xmin, ymax, xmax), score.

    `grow` and `shift` are (x, y): what the model gives, times `grow`, plus `shift`, are fractions
    of the picture. Rows with a number that is none, or an empty box, are left out.
    """
    for row in table.reshape(-1, 56):
        score = float(row[55])
        if not np.isfinite(row).all() or score < score_min:
            continue
        points = row[:51].reshape(KEYPOINTS, 3)[:, [1, 0, 2]].astype(np.float64)
        points[:, :2] = points[:, :2] * grow + shift
        (left, top), (right, bottom) = row[51:55].reshape(2, 2)[:, ::-1] * grow + shift
        if right > left and bottom > top:
            yield Posture(
                points=points.astype(np.float32),
                box=Box(left=float(left), top=float(top), right=float(right), bottom=float(bottom)),
                score=score,
                aspect=aspect,
            )


def _each_once(found: Sequence[Posture]) -> tuple[Posture, ...]:
    kept: list[Posture] = []
    for posture in sorted(found, key=lambda one: -one.score):
        if not any(_same(posture, other) for other in kept):
            kept.append(posture)
    return tuple(kept)


def _same(one: Posture, other: Posture) -> bool:
    first, second = _trunk(one), _trunk(other)
    length = max(float(np.linalg.norm(trunk[0] - trunk[1])) for trunk in (first, second))
    apart = float(np.linalg.norm(first - second, axis=1).mean())
    return apart < _SAME_PERSON * length


def _trunk(posture: Posture) -> NDArray[np.float32]:
    """Give the middle of the shoulders and of the hips, (2, 2), in heights of the picture."""
    ends = [posture.points[list(pair), :2].mean(axis=0) for pair in (SHOULDERS, HIPS)]
    return np.array(ends, np.float32) * np.array([posture.aspect, 1.0], np.float32)
