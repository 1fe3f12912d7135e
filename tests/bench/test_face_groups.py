"""Errors by group: from a list that people are given in, within each group."""

from pathlib import Path

import numpy as np
import pytest

from fakes.faces_in_numbers import made_up_people
from faregate.bench.error_rates import compare_all
from faregate.bench.face_folder import FaceFolder
from faregate.bench.face_groups import Groups, measure_groups, read_groups
from faregate.errors import InvalidInputError

FOLDER = FaceFolder(
    names=("Ann", "Bo", "Cy"), pictures=(), person=np.zeros(0, np.intp), passed_over=0
)


def read(tmp_path: Path, text: str) -> Groups:
    """Read a list with this text."""
    path = tmp_path / "groups.csv"
    path.write_text(text, "utf-8")
    return read_groups(path, FOLDER)


def test_people_find_their_group(tmp_path: Path) -> None:
    """Others of the list are passed over, and people without a group have none."""
    groups = read(tmp_path, "group,person,more\ny,Ann,1\nx,Cy,2\nz,Zed,3\n,Bo,4\n")
    assert groups.names == ("x", "y")
    assert groups.group.tolist() == [1, -1, 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "columns"), ("name,group\nAnn,x\n", "columns"), ("person,group\nZed,x\n", "0 groups")],
)
def test_a_list_that_does_not_hold(text: str, message: str, tmp_path: Path) -> None:
    """What is missing is named."""
    with pytest.raises(InvalidInputError, match=message):
        read(tmp_path, text)


def test_a_list_that_can_not_be_read(tmp_path: Path) -> None:
    """Absent."""
    with pytest.raises(InvalidInputError, match="can't be read"):
        read_groups(tmp_path / "absent.csv", FOLDER)


def test_each_group_by_itself() -> None:
    """A group that is harder to tell apart shows it; pairs across groups count for neither."""
    embedded = made_up_people(20, pictures=4, noise=0.3)
    embedded.probes[40:] = made_up_people(20, pictures=4, noise=3.0).probes[40:]
    groups = Groups(names=("easy", "hard"), group=np.repeat([0, 1], 10))
    found = measure_groups(compare_all(embedded), groups, np.ones((1, 20), np.int64), threshold=0.5)
    assert [one.group for one in found] == ["easy", "hard"]
    assert [(one.people, one.mated, one.nonmated) for one in found] == [(10, 60, 720)] * 2
    assert found[0].rates.fnmr.value < 0.1
    assert found[1].rates.fnmr.value > 0.9
