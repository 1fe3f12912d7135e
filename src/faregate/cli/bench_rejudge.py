"""`faregate bench rejudge`: an earlier liveness report, judged by the boundaries of today."""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from faregate.bench.report import machine, pack_facts, require_bench_extra, require_writable
from faregate.cli.bench_liveness import FitOn, ReportFolder
from faregate.cli.models import ModelsDir
from faregate.errors import InvalidInputError

_BYTES_MAX: Final = 64 * 2**20
_FIT: Final = " --fit-on DEVELOPMENT"


def rejudge(
    models_dir: ModelsDir,
    earlier: Annotated[Path, typer.Argument(help="The folder of a report of bench liveness.")],
    *,
    report: ReportFolder,
    fit_on: FitOn = None,
) -> None:
    """Judge what the cues measured in an earlier liveness report anew, without playing any clip."""
    require_bench_extra()
    from faregate.bench.liveness import choose, judged_again, refuse_mixing  # noqa: PLC0415
    from faregate.bench.liveness_page import write_findings  # noqa: PLC0415
    from faregate.bench.liveness_report import Made, findings  # noqa: PLC0415
    from faregate.bench.liveness_run import PackChoice  # noqa: PLC0415
    from faregate.bench.liveness_scores import read_scores  # noqa: PLC0415

    require_writable(report)
    before = _report_of(earlier)
    scores = read_scores(earlier)
    faces = PackChoice(scores.pack, models_dir).open()
    facts, policy = pack_facts(faces.manifest), faces.liveness_policy
    if before["pack"] != facts or before["settings"]["required"] != sorted(policy.required):
        raise InvalidInputError(
            "rejudge_differs",
            "The earlier report is of other models, or of cues that were required otherwise.",
            remedy="Play the clips again: faregate bench liveness.",
        )
    development = None if fit_on is None else read_scores(fit_on)
    if development is not None:
        refuse_mixing(
            development, generated=scores.generated, people=scores.people, pack=scores.pack
        )
    again = judged_again(scores, policy)
    made = Made(
        at=datetime.now(UTC),
        version=version("faregate"),
        command=before["command"].removesuffix(_FIT) + (_FIT if fit_on else ""),
        machine=machine(),
        pack=facts,
        source=before["data"]["source"],
        seed=before["data"]["seed"],
        played_at=datetime.fromisoformat(before["made_at"]),
        frame_cpu_ms=before["frame_cpu_ms"],
    )
    found = findings(again, policy, chosen=choose(again, policy, development))
    for sentence in write_findings(report, found, made):
        typer.echo(sentence)


def _report_of(folder: Path) -> dict[str, Any]:
    path = folder / "report.json"
    try:
        with path.open("rb") as stream:
            found = json.loads(stream.read(_BYTES_MAX))
        return {
            key: found[key]
            for key in ("command", "made_at", "pack", "settings", "data", "frame_cpu_ms")
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidInputError(
            "rejudge_report",
            f"{path} is no report of faregate bench liveness: {error!r}.",
            remedy="Name the folder of such a report.",
        ) from error
