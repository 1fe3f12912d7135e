"""LFW's own protocol: ten folds of pairs, and how many a threshold of the other nine gets right.

Huang et al., Labeled Faces in the Wild, University of Massachusetts, 2007: "View 2". What the
thresholds do at a gate it does not tell: it asks for one error in a hundred.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from faregate.bench.error_rates import percentile_interval
from faregate.bench.face_folder import FaceFolder
from faregate.bench.samples import Embedded
from faregate.bench.verification import Measured
from faregate.errors import InvalidInputError

_BYTES_MAX: Final = 32 * 2**20
_FOLDS: Final = range(2, 101)
_SAME: Final = 3
_DIFFERENT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """The pairs whose pictures are here. `one` and `other` (n,) are places in the folder's list.

    `fold` (n,) from 0; `mated` (n,) says whether a pair shows one person.
    """

    one: NDArray[np.intp]
    other: NDArray[np.intp]
    mated: NDArray[np.bool_]
    fold: NDArray[np.intp]
    folds: int
    skipped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TenFold:
    """The share of pairs judged rightly. `threshold` is the mean over the folds."""

    accuracy: Measured
    threshold: float
    pairs_used: int
    pairs_skipped: int


def read_pairs(path: Path, folder: FaceFolder) -> Pairs:
    """Read a pairs file; pairs of people who are not here are skipped and counted.

    Its first line gives folds and pairs of each kind in a fold; then, fold by fold, lines `name i
    j` and lines `name i name j`, divided by tabs. Raises `InvalidInputError`, with the line.
    """
    lines = _lines(path)
    match lines[0].split():
        case [folds, each] if folds.isdecimal() and each.isdecimal() and int(folds) in _FOLDS:
            number, size = int(folds), int(each)
        case _:
            raise _wrong(path, 1, "does not give the folds and the pairs of each kind in a fold")
    if len(lines) != 1 + number * 2 * size:
        raise _wrong(path, 1, f"promises {number * 2 * size} pairs, {len(lines) - 1} follow")
    places = _places(folder)
    rows = []
    for index, line in enumerate(lines[1:]):
        first, second, mated = _pair(path, index + 2, line)
        if first in places and second in places:
            rows.append((places[first], places[second], mated, index // (2 * size)))
    used = np.array(rows, np.intp).reshape(-1, 4)
    if not 0 < used[:, 2].sum() < len(used):
        raise InvalidInputError(
            "pairs_absent",
            f"{path}: no pairs of one person and of different people are in the folder.",
            remedy="Give the folder that the file is about, or leave out --pairs.",
        )
    return Pairs(
        one=used[:, 0],
        other=used[:, 1],
        mated=used[:, 2].astype(np.bool_),
        fold=used[:, 3],
        folds=number,
        skipped=len(lines) - 1 - len(used),
    )


def _lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as stream:
            content = stream.read(_BYTES_MAX + 1)
        text = content.decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            "pairs_unreadable", f"{path} can't be read: {error}.", remedy="Check --pairs."
        ) from error
    lines = text.strip().splitlines()
    if len(content) > _BYTES_MAX or not lines:
        raise InvalidInputError(
            "pairs_unreadable", f"{path} is empty or too long.", remedy="Check --pairs."
        )
    return lines


def _pair(path: Path, line: int, text: str) -> tuple[tuple[str, int], tuple[str, int], bool]:
    fields = text.strip().split("\t")
    match fields:
        case [name, i, j] if i.isdecimal() and j.isdecimal():
            return (name, int(i)), (name, int(j)), True
        case [name, i, other, j] if i.isdecimal() and j.isdecimal() and name != other:
            return (name, int(i)), (other, int(j)), False
        case _:
            raise _wrong(path, line, "is neither `name i j` nor `name i name j`, divided by tabs")


def _wrong(path: Path, line: int, what: str) -> InvalidInputError:
    return InvalidInputError(
        "pairs_line", f"{path}, line {line} {what}.", remedy="Use the form of LFW's pairs.txt."
    )


def _places(folder: FaceFolder) -> Mapping[tuple[str, int], int]:
    """Give where each picture stands, by person and the number that its file name ends in."""
    places = {}
    for index, (picture, person) in enumerate(
        zip(folder.pictures, folder.person.tolist(), strict=True)
    ):
        name = folder.names[person]
        number = picture.stem.removeprefix(f"{name}_")
        if number.isdecimal():
            places[name, int(number)] = index
    return places


def ten_fold(embedded: Embedded, pairs: Pairs, weights: NDArray[np.int64]) -> TenFold:
    """Judge each fold by the threshold that does best on the others. `weights` (R, P): draws.

    A pair with a picture that was not acquired counts as different people: as a user meets it.
    """
    scores = np.array(
        [embedded.similarity(a, b) for a, b in zip(pairs.one, pairs.other, strict=True)]
    )
    order = np.argsort(scores, kind="stable")
    ordered = scores[order], pairs.mated[order], pairs.fold[order]
    people = embedded.person[pairs.one][order], embedded.person[pairs.other][order]
    value, thresholds = _accuracy(ordered, np.ones(len(order), np.int64), pairs.folds)
    draws = []
    for row in weights:
        # A pair of one person comes as often as the person, any other as both people together.
        often = np.where(ordered[1], row[people[0]], row[people[0]] * row[people[1]])
        draws.append(_accuracy(ordered, often, pairs.folds)[0])
    return TenFold(
        accuracy=Measured(value=value, interval=percentile_interval(np.array(draws))),
        threshold=float(np.mean(thresholds)),
        pairs_used=len(order),
        pairs_skipped=pairs.skipped,
    )


def _accuracy(
    ordered: tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.intp]],
    often: NDArray[np.int64],
    folds: int,
) -> tuple[float, list[float]]:
    """Give the accuracy over all folds, and each threshold. Scores ascend."""
    scores, mated, fold = ordered
    right, total, thresholds = 0, int(often.sum()), []
    for number in range(folds):
        here = fold == number
        others = np.flatnonzero(~here)
        # With the threshold at place i, mated pairs from i on are right, and others before it.
        gained = np.where(mated[others], -often[others], often[others])
        place = int(np.argmax(np.concatenate([[0], np.cumsum(gained)])))
        threshold = _between(scores[others], place)
        right += int(often[here & ((scores >= threshold) == mated)].sum())
        thresholds.append(threshold)
    return right / total if total else float("nan"), thresholds


def _between(scores: NDArray[np.float64], place: int) -> float:
    """Give the middle between the scores before and at `place`: nearer to neither kind of pair."""
    if place == len(scores):
        return float(np.nextafter(scores[-1], np.inf)) if len(scores) else 0.0
    if place == 0 or not np.isfinite(scores[place - 1]):
        return float(scores[place])
    return float(scores[place - 1] + scores[place]) / 2
