"""A folder of people: `person/picture.jpg`, one folder a person, as LFW and most sets have it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.bench.people import Split, split_of
from faregate.errors import InvalidInputError

SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})
"""A file of another name is passed over and counted: sets have lists and notes among pictures."""

_PICTURES_MAX: Final = 200_000
_PEOPLE_MIN: Final = 2
_REMEDY: Final = "Lay it out as person/picture.jpg: a folder a person, several pictures of each."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceFolder:
    """Whose pictures there are. Nothing is opened yet. Names of people stay in here.

    `person` (n,) numbers the people from 0, in the order of `names`, for each of `pictures`.
    """

    names: tuple[str, ...] = field(repr=False)
    pictures: tuple[Path, ...] = field(repr=False)
    person: NDArray[np.intp]
    passed_over: int


def read_face_folder(folder: Path, *, only: Split | None = None) -> FaceFolder:
    """Find the pictures of everyone, or of one half of the people. Raises `InvalidInputError`."""
    if not folder.is_dir():
        raise InvalidInputError("faces_folder", f"{folder} is no folder.", remedy=_REMEDY)
    names: list[str] = []
    pictures: list[Path] = []
    person: list[int] = []
    passed_over = 0
    for home in sorted(path for path in folder.iterdir() if path.name[0] != "."):
        if not home.is_dir():
            passed_over += 1
            continue
        if only is not None and split_of(home.name) is not only:
            continue
        files = sorted(path for path in home.iterdir() if path.is_file() and path.name[0] != ".")
        theirs = [path for path in files if path.suffix.lower() in SUFFIXES]
        passed_over += len(files) - len(theirs)
        if theirs:
            person += [len(names)] * len(theirs)
            names.append(home.name)
            pictures += theirs
    _check(folder, people=len(names), pictures=len(pictures), only=only)
    return FaceFolder(
        names=tuple(names),
        pictures=tuple(pictures),
        person=np.array(person, np.intp),
        passed_over=passed_over,
    )


def _check(folder: Path, *, people: int, pictures: int, only: Split | None) -> None:
    whose = "" if only is None else f" of the {only} half of the people"
    if pictures == 0:
        raise InvalidInputError(
            "faces_empty", f"{folder} has no folder with pictures{whose}.", remedy=_REMEDY
        )
    if people < _PEOPLE_MIN:
        raise InvalidInputError(
            "faces_one_person",
            f"{folder} has pictures{whose} of one person only: nobody to be confused with.",
            remedy="Add people; or use --people all, if it was one half that is too small.",
        )
    if pictures == people:
        raise InvalidInputError(
            "faces_one_picture_each",
            f"{folder} has no two pictures{whose} of anybody: nothing to recognise.",
            remedy="Add a second picture of some people.",
        )
    if pictures > _PICTURES_MAX:
        raise InvalidInputError(
            "faces_too_many",
            f"{folder} has {pictures} pictures; at most {_PICTURES_MAX} are compared.",
            remedy="Divide it, by people.",
        )
