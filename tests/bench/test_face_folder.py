"""Folders of people, in order and out of order."""

from pathlib import Path

import pytest

from faregate.bench.face_folder import read_face_folder
from faregate.bench.people import Split, split_of
from faregate.errors import InvalidInputError


def put(folder: Path, *names: str) -> Path:
    """Make empty files; nothing is opened to list them."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_people_are_numbered_in_order_of_their_names(tmp_path: Path) -> None:
    """Pictures by content of the name only; what is no picture is counted, hidden files are not."""
    folder = put(tmp_path, "b/1.jpg", "a/2.PNG", "a/1.jpeg", "a/list.txt", "a/.x.jpg", "note.md")
    put(tmp_path, ".git/1.jpg", "c/nothing.txt")
    found = read_face_folder(folder)
    assert found.names == ("a", "b")
    assert [path.name for path in found.pictures] == ["1.jpeg", "2.PNG", "1.jpg"]
    assert found.person.tolist() == [0, 0, 1]
    assert found.passed_over == 3


def test_halves_share_nobody(tmp_path: Path) -> None:
    """Each person is in the half that their name says."""
    put(tmp_path, *(f"person-{number}/{n}.jpg" for number in range(20) for n in range(2)))
    halves = {half: set(read_face_folder(tmp_path, only=half).names) for half in Split}
    assert not halves[Split.DEVELOPMENT] & halves[Split.REPORT]
    assert all(split_of(name) is half for half, names in halves.items() for name in names)
    assert sum(map(len, halves.values())) == 20


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([], "faces_empty"),
        (["a/list.txt"], "faces_empty"),
        (["1.jpg", "2.jpg"], "faces_empty"),
        (["a/1.jpg", "a/2.jpg"], "faces_one_person"),
        (["a/1.jpg", "b/1.jpg"], "faces_one_picture_each"),
    ],
    ids=["empty", "no pictures", "no people", "one person", "one picture each"],
)
def test_what_can_not_be_measured(files: list[str], code: str, tmp_path: Path) -> None:
    """One error that says what is wrong, and what to do."""
    with pytest.raises(InvalidInputError) as error:
        read_face_folder(put(tmp_path, *files))
    assert error.value.code == code
    assert error.value.remedy


def test_no_folder(tmp_path: Path) -> None:
    """A file, or nothing at all, is no data set."""
    with pytest.raises(InvalidInputError, match="is no folder"):
        read_face_folder(put(tmp_path, "file") / "file")
    with pytest.raises(InvalidInputError, match="half"):
        read_face_folder(put(tmp_path, "person-1/1.jpg", "person-1/2.jpg"), only=Split.REPORT)
