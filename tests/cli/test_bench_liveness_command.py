"""`faregate bench liveness` from outside: a report in a folder, or one line that says why not."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from faregate.cli.app import app
from faregate.errors import InvalidInputError
from faregate.video.recording import write_clip


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Give recordings of a grey wall, as living people and as prints."""
    for name in ("live/a/1.mkv", "live/b/1.mkv", "attack/print/a/1.mkv"):
        path = tmp_path / "clips" / name
        path.parent.mkdir(parents=True)
        write_clip(path, [np.full((120, 160, 3), 90, np.uint8)] * 3, 10)
    return tmp_path / "clips"


def _run(*words: str | Path) -> list[str]:
    return ["bench", "liveness", *map(str, words), "--pack", "pip-offline", "--jobs", "1"]


def test_reports_recordings(clips: Path, tmp_path: Path) -> None:
    """Nobody is seen: no response at all, and the report says how little that proves."""
    result = CliRunner().invoke(app, _run(clips, "--report", tmp_path / "out", "--limit", "1"))
    assert result.exit_code == 0, result.output
    assert "no certification" in result.stdout
    assert "the interval decides" in result.stdout
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    assert report["generated"] is False
    assert report["data"]["clips"] == {"live": 1, "print": 1}
    assert report["apnrr"]["print"]["no_response"] == 1
    assert report["bpnrr"]["ci95"][1] == 1.0
    assert str(clips) not in json.dumps(report)
    assert (tmp_path / "out" / "report.html").is_file()
    again = CliRunner().invoke(
        app, ["bench", "rejudge", str(tmp_path / "out"), "--report", str(tmp_path / "again")]
    )
    assert again.exit_code == 0, again.output
    anew = json.loads((tmp_path / "again" / "report.json").read_text("utf-8"))
    assert anew["played_at"] == report["made_at"]
    for key in ("command", "data", "apnrr", "bpnrr", "frame_cpu_ms", "settings"):
        assert anew[key] == report[key]


def test_judges_only_reports_anew(tmp_path: Path) -> None:
    """A folder without a report is named, and what is needed is said."""
    words = ["bench", "rejudge", str(tmp_path), "--report", str(tmp_path / "again")]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, InvalidInputError)
    assert result.exception.code == "rejudge_report"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], "bench_clips"),
        (["{clips}", "--generate", "{clips}"], "bench_clips"),
        (["{clips}/live"], "clips_missing"),
        (["{clips}", "--fit-on", "{clips}"], "scores_unreadable"),
        (["--generate", "{clips}", "--stills-pack", "pip-offline"], "stills_empty"),
    ],
    ids=["nothing", "both", "no clips", "no scores", "no stills"],
)
def test_says_what_is_wrong(clips: Path, tmp_path: Path, words: list[str], code: str) -> None:
    """One clear error for each mistake, before anything is played."""
    given = [word.format(clips=clips) for word in words]
    result = CliRunner().invoke(app, _run(*given, "--report", tmp_path / "out"))
    assert isinstance(result.exception, InvalidInputError)
    assert result.exception.code == code
