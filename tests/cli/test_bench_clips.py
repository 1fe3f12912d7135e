"""`faregate bench clips` from outside: clips in a folder, or one line that says why not."""

from pathlib import Path
from typing import Final

import cv2
import pytest
from typer.testing import CliRunner

from faregate.bench.liveness_folder import read_clip_folder
from faregate.bench.people import Split, split_of
from faregate.cli.app import app
from faregate.errors import InvalidInputError
from faregate.scenes.portraits import rider_a

NAME: Final = next(
    name for name in (f"p{number}" for number in range(40)) if split_of(name) is Split.DEVELOPMENT
)


@pytest.fixture
def stills(tmp_path: Path) -> Path:
    """Give a folder with one person and one file that is no picture."""
    home = tmp_path / "stills" / NAME
    home.mkdir(parents=True)
    assert cv2.imwrite(str(home / "a.png"), rider_a().pixels[:, :, ::-1])
    (home / "0.jpg").write_bytes(b"no picture")
    return home.parent


def _run(stills: Path, out: Path, *more: str) -> list[str]:
    few = ["--live", "1", "--per-kind", "1", "--kinds", "print", "--jobs", "1"]
    return ["bench", "clips", str(stills), "--out", str(out), "--pack", "pip-offline", *few, *more]


def test_makes_a_folder_that_the_bench_reads(stills: Path, tmp_path: Path) -> None:
    """One walk-up and one print, and a count of what was skipped."""
    result = CliRunner().invoke(app, _run(stills, tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "skipped 1 stills: not_a_picture" in result.output
    assert "2 clips written, 0 were there." in result.output
    assert {clip.label.kind for clip in read_clip_folder(tmp_path / "out").clips} == {
        "live",
        "print",
    }
    again = CliRunner().invoke(app, _run(stills, tmp_path / "out"))
    assert "0 clips written, 2 were there." in again.output


def test_the_other_half_is_empty(stills: Path, tmp_path: Path) -> None:
    """Development people are never used for a report."""
    result = CliRunner().invoke(app, _run(stills, tmp_path / "out", "--people", "report"))
    assert isinstance(result.exception, InvalidInputError)
    assert result.exception.code == "stills_empty"
    assert not (tmp_path / "out").exists()
