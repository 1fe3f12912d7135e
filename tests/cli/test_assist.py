"""`faregate assist`: evaluate, coverage, zones, convert-labels, as a user runs them."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from faregate.cli.app import app
from faregate.errors import FaregateError

ZONES = """
[[cameras]]
camera = "north"
place = "North end"

[[cameras.zones]]
name = "edge"
kind = "tracks"
corners = [[0.0, 0.5], [1.0, 0.5], [1.0, 1.0], [0.0, 1.0]]

[[cameras]]
camera = "south"
place = "South end"
"""


def run(*words: object) -> str:
    """Run a command; give what it printed, or raise what it raised."""
    result = CliRunner().invoke(app, ["assist", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def still(tmp_path: Path) -> Path:
    """Write a grey still without anybody."""
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), np.full((120, 200, 3), 128, np.uint8))
    return path


@pytest.fixture
def zones(tmp_path: Path) -> Path:
    """Write zones of two cameras."""
    path = tmp_path / "zones.toml"
    path.write_text(ZONES, "utf-8")
    return path


def test_zones_are_drawn_on_a_still(still: Path, zones: Path, tmp_path: Path) -> None:
    """The drawing has the still's size, and colour where the tracks are."""
    output = tmp_path / "drawn.png"
    printed = run("zones", zones, "--preview", still, "--output", output, "--of", "north")
    assert "north: North end: 1 zones" in printed
    drawn = cv2.imread(str(output))
    assert drawn is not None
    assert drawn.shape == (120, 200, 3)
    assert (drawn[90, 100] != 128).any()
    assert (drawn[5, 190] == 128).all()


def test_zones_alone_are_checked(zones: Path) -> None:
    """Without a still, they are only read."""
    assert "south: South end: 0 zones" in run("zones", zones)


@pytest.mark.parametrize("of", ["", "west"])
def test_a_camera_must_be_chosen(of: str, still: Path, zones: Path, tmp_path: Path) -> None:
    """Of several, none or an unknown one is an error that lists them."""
    with pytest.raises(FaregateError, match="north, south"):
        run("zones", zones, "--preview", still, "--output", tmp_path / "x.png", "--of", of)


def test_evaluate_and_coverage_with_the_pack(
    test_models: Path, test_data: Path, still: Path, tmp_path: Path
) -> None:
    """One real clip gives a report; a still without people says what it lacks."""
    labels = tmp_path / "labels.csv"
    assert "9 clips" in run("convert-labels", test_data / "falls", "--labels", labels)
    head, *rows = labels.read_text("utf-8").splitlines()
    one = [row for row in rows if row.startswith("subject2/Fall/14.mp4")]
    labels.write_text("\n".join([head, *one]), "utf-8")
    policy = tmp_path / "policy.toml"
    policy.write_text("[watch]\nfallen_after_s = 4\n", "utf-8")
    models = ("--models-dir", test_models)
    report = tmp_path / "report"
    options = ("--labels", labels, "--report", report, "--policy", policy, *models)
    printed = run("evaluate", test_data / "falls", *options)
    assert "1 of 1 falls" in printed
    document = json.loads((report / "report.json").read_text("utf-8"))
    assert document["policy"]["fallen_after_s"] == 4.0
    assert document["false_alarms_per_camera_hour"]["events"] == 0
    assert "subject2/Fall/14.mp4" in (report / "report.html").read_text("utf-8")
    with pytest.raises(FaregateError, match="0 people stand"):
        run("coverage", still, *models)


def test_coverage_needs_one_source(test_models: Path, still: Path) -> None:
    """A still or a camera, not both and not neither."""
    for words in ([still, "--camera", "0"], []):
        with pytest.raises(FaregateError, match="Give a still or --camera"):
            run("coverage", *words, "--models-dir", test_models)
