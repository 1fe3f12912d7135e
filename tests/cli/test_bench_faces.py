"""`faregate bench faces` from outside, on a data set of two people in the public domain."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from faregate.cli.app import app
from faregate.errors import FaregateError, InvalidInputError, MachineError
from faregate.scenes.portraits import rider_a, rider_b

NAMES = ("Quillon Zabriskie", "Ottoline Vandermeer")
FACE_PX = 110


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make two pictures each of the demo's two faces: as it is, and darker."""
    folder = tmp_path_factory.mktemp("people")
    for name, portrait in zip(NAMES, (rider_a(), rider_b()), strict=True):
        (folder / name).mkdir()
        left, top = (portrait.points.mean(axis=0) - FACE_PX).round().astype(int).clip(min=0)
        picture = portrait.pixels[top : top + 2 * FACE_PX, left : left + 2 * FACE_PX, ::-1]
        for number, pixels in enumerate((picture, (picture * 0.7).astype(np.uint8))):
            cv2.imwrite(str(folder / name / f"{number}.png"), pixels)
    (folder / NAMES[0] / "broken.png").write_bytes(b"no picture")
    return folder


def run(*arguments: str) -> str:
    """Run the command; give what it printed, or raise what it raised."""
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["bench", *arguments])
    if result.exception is not None:
        raise result.exception
    return result.output


@pytest.fixture(scope="module")
def report(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Measure the demo's pack on them, with the recipe beside it."""
    folder = tmp_path_factory.mktemp("report")
    small = ("--riders", "1", "--enrolled", "1", "--probe", "1", "--bootstrap", "100")
    run("faces", str(people), "--pack", "pip-offline", *small, "--report", str(folder))
    return folder


def test_report(report: Path) -> None:
    """Everyone is recognised, nobody mistaken; the broken picture is a failure to acquire."""
    found: Mapping[str, Any] = json.loads((report / "report.json").read_text("utf-8"))
    assert found["format"] == "faregate-bench-faces/v1"
    assert (found["data"]["people"], found["data"]["pictures"]) == (2, 5)
    assert found["failure_to_acquire"]["reasons"] == {"not_a_picture": 1}
    assert found["peer"]["failure_to_acquire"]["n_failed"] == 1
    assert found["fnmr_at_fmr"]["1e-3"]["value"] is None
    assert found["eer"]["value"] == 0
    gate = found["identification"][0]["at_similarity_min"]
    assert (gate["n_people"], gate["wrong_rider"]["value"]) == (2, 0)
    assert found["frame_ms_p50"] > 0


def test_nobody_is_named(report: Path, people: Path) -> None:
    """Neither a person's name nor a path of this machine is in the files, nor a picture."""
    for name in ("report.json", "report.html"):
        text = (report / name).read_text("utf-8")
        for secret in (*NAMES, *(name.split()[1] for name in NAMES), str(people), "base64"):
            assert secret not in text


def test_card_of_a_report(report: Path, tmp_path: Path) -> None:
    """The card is written from the file alone."""
    out = tmp_path / "cards" / "face.md"
    assert "Written" in run("card", str(report / "report.json"), "--out", str(out))
    assert "pip-offline, all" in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "card_report"),
        ("[]", "card_report"),
        ("{}", "card_reports"),
        ('{"format": "other/v1"}', "card_reports"),
    ],
)
def test_a_card_of_something_else(content: str, code: str, tmp_path: Path) -> None:
    """A file that is no report of a known kind is refused."""
    path = tmp_path / "report.json"
    path.write_text(content, "utf-8")
    with pytest.raises(InvalidInputError) as error:
        run("card", str(path), "--out", str(tmp_path / "card.md"))
    assert error.value.code == code


def test_a_card_of_nothing(tmp_path: Path) -> None:
    """Neither an absent report nor a place that can't be written ends in a trace."""
    with pytest.raises(InvalidInputError, match="can't be read"):
        run("card", str(tmp_path / "absent.json"), "--out", str(tmp_path / "card.md"))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (("--pack", "absent"), "no model pack"),
        (("--people", "report"), "half"),
        (("--pairs", "/absent/pairs.txt"), "pairs.txt can't be read"),
        (("--groups", "/absent/groups.csv"), "groups.csv can't be read"),
    ],
)
def test_errors_come_before_the_work(
    spoil: tuple[str, str], message: str, people: Path, tmp_path: Path
) -> None:
    """One line that says what is wrong; no report is written."""
    report = tmp_path / "report"
    alone = tmp_path / "one-half"
    alone.mkdir()
    (alone / "person-1").symlink_to(people / NAMES[0])
    data = alone if spoil[0] == "--people" else people
    with pytest.raises(FaregateError, match=message) as error:
        run("faces", str(data), "--pack", "pip-offline", *spoil, "--report", str(report))
    assert error.value.remedy
    assert not list(report.iterdir())


def test_a_report_never_lies_among_the_pictures(people: Path) -> None:
    """It would be taken for a person the next time."""
    with pytest.raises(InvalidInputError, match="inside the data set"):
        run("faces", str(people), "--report", str(people / "report"))


def test_a_report_that_can_not_be_written(people: Path, tmp_path: Path) -> None:
    """Told at once."""
    (tmp_path / "file").touch()
    with pytest.raises(MachineError, match="can't be written"):
        run("faces", str(people), "--report", str(tmp_path / "file"))
