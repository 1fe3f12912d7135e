"""Stills that clips are rendered from: found in a folder of people, bad ones counted.

`person/picture.jpg`, as `faregate bench faces` reads it. A still needs one face that is large and
frontal enough to be put on a head: from one that is turned away no frontal walk-up can be made.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from faregate.bench.face_folder import SUFFIXES
from faregate.bench.face_ways import frame_of
from faregate.bench.people import Split, split_of
from faregate.bench.pictures import PictureDefect, read_picture
from faregate.errors import InvalidInputError
from faregate.face.detect import DetectedFace
from faregate.video.frame import Frame

PICTURES_EACH: Final = 2
"""Stills used of a person: an attacker rarely has the one that the person resembles today."""

EYES_MIN_PX: Final = 25.0
"""Coarser faces would be enlarged more than twice at the gate, where they have 50 to 80 px."""

_TURN_MAX: Final = 0.25
"""Nose off the middle between the eyes, in eye distances: about 20 degrees of turn."""

_RIVAL: Final = 0.7
"""Of faces at least this part as large as the largest, the one nearest the middle is meant."""


class FaceFinder(Protocol):
    """What finds the five points; a detector, or a pipeline with one."""

    def detect(self, frame: Frame) -> tuple[DetectedFace, ...]:
        """Give the faces of a frame."""


@dataclass(frozen=True, slots=True)
class StillFile:
    """One usable picture. Picklable. `person` is an opaque number, `points` are five (x, y)."""

    path: Path = field(repr=False)
    person: int
    points: tuple[tuple[float, float], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stills:
    """What a folder holds: the stills of each person, and how many were skipped and why."""

    of_people: tuple[tuple[StillFile, ...], ...] = field(repr=False)
    skipped: dict[str, int]


def find_stills(
    folder: Path,
    finder: FaceFinder,
    *,
    people: Split,
    people_max: int,
    on_person: Callable[[], None] = lambda: None,
) -> Stills:
    """Find stills of up to `people_max` people of one half, in an order that their names decide.

    Raises `InvalidInputError` for a folder without any.
    """
    if not folder.is_dir():
        raise InvalidInputError(
            "stills_missing", f"{folder} is no folder.", remedy="Lay it out as person/picture.jpg."
        )
    skipped: Counter[str] = Counter()
    found: list[tuple[StillFile, ...]] = []
    for home in _homes(folder, people):
        if len(found) == people_max:
            break
        theirs = tuple(_usable(home, len(found), finder, skipped))
        if theirs:
            found.append(theirs)
            on_person()
    if not found:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(skipped.items()))
        raise InvalidInputError(
            "stills_empty",
            f"{folder} has no usable still of the {people} half ({reasons or 'no pictures'}).",
            remedy="Lay it out as person/picture.jpg, with faces that look at the camera.",
        )
    return Stills(of_people=tuple(found), skipped=dict(sorted(skipped.items())))


def _homes(folder: Path, people: Split) -> list[Path]:
    homes = [path for path in folder.iterdir() if path.is_dir() and path.name[0] != "."]
    # Not by the alphabet: where names come from, faces do.
    return sorted((home for home in homes if split_of(home.name) is people), key=_shuffled)


def _shuffled(home: Path) -> bytes:
    return hashlib.sha256(home.name.encode("utf-8", "surrogatepass")).digest()


def _usable(
    home: Path, person: int, finder: FaceFinder, skipped: Counter[str]
) -> Iterator[StillFile]:
    used = 0
    for path in sorted(home.iterdir()):
        if used == PICTURES_EACH:
            return
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        points = _points(path, finder)
        if isinstance(points, str):
            skipped[points] += 1
            continue
        used += 1
        places = tuple((float(x), float(y)) for x, y in points)
        yield StillFile(path=path, person=person, points=places)


def _points(path: Path, finder: FaceFinder) -> NDArray[np.float32] | str:
    """Give the five points (5, 2) of the face that is meant, or why there is none."""
    picture = read_picture(path)
    if isinstance(picture, PictureDefect):
        return picture.value
    faces = finder.detect(frame_of(picture))
    if not faces:
        return "no_face"
    face = _meant(faces, picture.shape[1], picture.shape[0])
    if face.inter_eye_px() < EYES_MIN_PX:
        return "too_small"
    left, right = face.eyes()
    along = right - left
    nose = float((face.nose() - (left + right) / 2) @ along) / float(along @ along)
    return face.points if abs(nose) <= _TURN_MAX else "turned_away"


def _meant(faces: tuple[DetectedFace, ...], width: int, height: int) -> DetectedFace:
    largest = max(face.inter_eye_px() for face in faces)

    def off(face: DetectedFace) -> float:
        left, top, right, bottom = face.box
        return float(np.hypot((left + right - width) / 2, (top + bottom - height) / 2))

    return min((face for face in faces if face.inter_eye_px() >= _RIVAL * largest), key=off)
