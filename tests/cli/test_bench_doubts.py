"""`faregate bench doubts` from outside: the figures of a report's scores, or why there are none."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fakes.liveness_trials import drawn, scores
from faregate.bench.liveness_scores import write_scores
from faregate.bench.liveness_trials import Trial
from faregate.bench.people import Split
from faregate.cli.app import app
from faregate.errors import InvalidInputError
from faregate.face.liveness import CueKind, LivenessPolicy


def _report(folder: Path, people: Split) -> str:
    folder.mkdir()
    trials = [_with_relief(trial) for trial in drawn(["print", "screen"], seed=1, each=20)]
    write_scores(folder, scores(trials, people=people))
    return str(folder)


def _with_relief(trial: Trial) -> Trial:
    """Add the other cue that the product's policy requires."""
    parallax = next(cue for cue in trial.cues if cue.kind is CueKind.PARALLAX)
    relief = replace(parallax, kind=CueKind.RELIEF, measure=parallax.measure / 8.0)
    return replace(trial, cues=(*trial.cues, relief))


def test_shows_what_the_policy_is_chosen_from(tmp_path: Path) -> None:
    """Of two runs together: each cue's measures of the living, and the sum in use."""
    words = [_report(tmp_path / name, Split.DEVELOPMENT) for name in ("one", "other")]
    result = CliRunner().invoke(app, ["bench", "doubts", *words])
    assert result.exit_code == 0, result.output
    rows = [line.split("│")[1:-1] for line in result.stdout.splitlines() if "│" in line]
    measured = {row[0].strip(): row[-1].strip() for row in rows}
    assert measured["parallax"] == measured["passive"] == "40"
    assert f"at most {LivenessPolicy().doubts_max:g}." in result.stdout


@pytest.mark.parametrize(
    ("people", "code"), [(Split.REPORT, "people_split"), (None, "scores_unreadable")]
)
def test_refuses_other_reports(tmp_path: Path, people: Split | None, code: str) -> None:
    """Nothing is chosen on people who are reported; a folder without scores is named."""
    folder = _report(tmp_path / "one", people) if people else str(tmp_path)
    result = CliRunner().invoke(app, ["bench", "doubts", folder])
    assert isinstance(result.exception, InvalidInputError)
    assert result.exception.code == code
