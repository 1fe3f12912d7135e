"""LFW's pairs: read as published, judged by thresholds of other folds."""

from pathlib import Path

import numpy as np
import pytest

from fakes.faces_in_numbers import made_up_people, on_a_line
from faregate.bench.face_folder import FaceFolder
from faregate.bench.lfw_pairs import Pairs, read_pairs, ten_fold
from faregate.errors import InvalidInputError

GOOD = "2\t1\nA\t1\t2\nA\t1\tB\t1\nB\t1\t2\nA\t2\tC\t9\n"


def folder() -> FaceFolder:
    """Two people with two pictures each, called as LFW calls them."""
    names = ("A_0001.jpg", "A_0002.jpg", "B_0001.jpg", "B_0002.png", "B_odd.jpg")
    return FaceFolder(
        names=("A", "B"),
        pictures=tuple(Path(name[0], name) for name in names),
        person=np.array([0, 0, 1, 1, 1]),
        passed_over=0,
    )


def read(tmp_path: Path, text: str) -> Pairs:
    """Read a pairs file with this text."""
    path = tmp_path / "pairs.txt"
    path.write_text(text, "utf-8")
    return read_pairs(path, folder())


def test_pairs_of_absent_people_are_skipped_and_counted(tmp_path: Path) -> None:
    """The rest keeps its fold."""
    pairs = read(tmp_path, GOOD)
    assert list(zip(pairs.one.tolist(), pairs.other.tolist(), strict=True)) == [
        (0, 1),
        (0, 2),
        (2, 3),
    ]
    assert pairs.mated.tolist() == [True, False, True]
    assert pairs.fold.tolist() == [0, 0, 1]
    assert (pairs.folds, pairs.skipped) == (2, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("10\n", "line 1"),
        ("1\t1\nA\t1\t2\nA\t1\tB\t1\n", "line 1"),
        ("2\t1\nA\t1\t2\n", "promises 4 pairs, 1 follow"),
        (GOOD.replace("B\t1\t2", "B\t1"), "line 4"),
        (GOOD.replace("B\t1\t2", "B\tone\t2"), "line 4"),
        (GOOD.replace("A\t1\tB\t1", "A\t1\tA\t2"), "line 3"),
        (GOOD.replace("A\t1\tB\t1", "A\t1\tX\t1"), "no pairs"),
        (GOOD.replace("A\t", "X\t").replace("B\t", "Y\t"), "no pairs"),
    ],
)
def test_a_file_that_does_not_hold(text: str, message: str, tmp_path: Path) -> None:
    """The error names the line, or what is missing."""
    with pytest.raises(InvalidInputError, match=message):
        read(tmp_path, text)


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    """Absent, or no text."""
    with pytest.raises(InvalidInputError, match="can't be read"):
        read_pairs(tmp_path / "absent", folder())
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInputError, match="can't be read"):
        read_pairs(tmp_path / "bytes", folder())


def test_counted_by_hand() -> None:
    """Fold 1's threshold judges fold 0 and the other way round; no face is never the same person.

    Fold 0: mated at distances 1 and 3, non-mated at 5 and 9: its threshold is 4. Fold 1: mated at
    2 and one not acquired, non-mated at 3.5 and 8: its threshold is 2.75. So in fold 0 the mated
    pair at 3 is wrong; in fold 1 the missing one and the pair at 3.5 are.
    """
    missing = float("nan")
    places = [(0, 0), (0, 1), (0, 3), (1, 5), (1, 9), (2, 100), (2, 102), (2, missing)]
    places += [(3, 103.5), (3, 108)]
    line = on_a_line(places, people=4)
    pairs = Pairs(
        one=np.array([0, 0, 0, 0, 5, 5, 5, 5]),
        other=np.array([1, 2, 3, 4, 6, 7, 8, 9]),
        mated=np.array([True, True, False, False] * 2),
        fold=np.repeat([0, 1], 4),
        folds=2,
        skipped=0,
    )
    found = ten_fold(line, pairs, np.ones((1, 4), np.int64))
    assert found.accuracy.value == 5 / 8
    assert found.threshold == pytest.approx(-(4 + 2.75) / 2, abs=1e-2)


def test_people_far_apart_are_all_judged_rightly() -> None:
    """And a draw of people in which nobody is drawn twice says the same."""
    embedded = made_up_people(20, pictures=2, noise=0.1)
    first = np.arange(20, dtype=np.intp) * 2
    pairs = Pairs(
        one=np.concatenate([first, first]),
        other=np.concatenate([first + 1, np.roll(first, 1)]),
        mated=np.repeat([True, False], 20),
        fold=np.tile(np.arange(20, dtype=np.intp) % 10, 2),
        folds=10,
        skipped=3,
    )
    found = ten_fold(embedded, pairs, np.ones((5, 20), np.int64))
    assert found.accuracy.value == found.accuracy.interval.low == 1.0
    assert (found.pairs_used, found.pairs_skipped) == (40, 3)
