"""`faregate bench faces`: how well a pack recognises the people of a data set."""

import shlex
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from faregate.bench.people import Split
from faregate.bench.report import require_bench_extra, require_writable, write_report
from faregate.cli.models import ModelsDir
from faregate.errors import InvalidInputError

if TYPE_CHECKING:
    from faregate.bench.faces import FacesFindings, FacesPlan

_JOBS_MAX: Final = 64
_RIDERS: Final = (16, 128)
"""What a gate holds at most, and a line that would hold everybody on a train."""

_RIDERS_MAX: Final = 100_000


class People(StrEnum):
    """Whose pictures are used."""

    DEVELOPMENT = "development"
    REPORT = "report"
    ALL = "all"


_Dataset = Annotated[Path, typer.Argument(help="A folder of people: person/picture.jpg.")]
_Report = Annotated[
    Path, typer.Option(help="The folder for report.json and report.html; older ones are replaced.")
]
_Pack = Annotated[str, typer.Option(help="The models to measure.")]
_People = Annotated[
    People, typer.Option(help="One half of the people, by a hash of their names, or all.")
]
_Pairs = Annotated[
    Path | None, typer.Option(help="Pairs in the form of LFW's pairs.txt, of these people.")
]
_Groups = Annotated[Path | None, typer.Option(help="A CSV file, person,group: errors by group.")]
_Riders = Annotated[
    list[int] | None,
    typer.Option(
        min=1,
        max=_RIDERS_MAX,
        help="Riders present; may be given several times.",
        show_default="16 and 128",
    ),
]
_Enrolled = Annotated[int, typer.Option(min=1, max=100, help="Pictures of each rider.")]
_Probe = Annotated[int, typer.Option(min=1, max=100, help="Frames fused at the gate.")]
_WithPeer = Annotated[
    bool, typer.Option(help="Measure the face_recognition recipe on the same pictures.")
]
_Variants = Annotated[
    bool,
    typer.Option(
        "--variants", help="Try other ways of embedding too, on development people alone."
    ),
]
_Jobs = Annotated[int, typer.Option(min=1, max=_JOBS_MAX, help="Pictures looked at at a time.")]
_Seed = Annotated[int, typer.Option(min=0, help="What chance begins with.")]
_Bootstrap = Annotated[
    int, typer.Option(min=100, max=100_000, help="Draws of people behind each interval.")
]


def faces(  # noqa: PLR0913 - each is an option
    dataset: _Dataset,
    models_dir: ModelsDir,
    *,
    report: _Report,
    pack: _Pack = "permissive-small",
    people: _People = People.ALL,
    pairs: _Pairs = None,
    groups: _Groups = None,
    riders: _Riders = None,
    enrolled: _Enrolled = 3,
    probe: _Probe = 3,
    peer: _WithPeer = True,
    variants: _Variants = False,
    jobs: _Jobs = 1,
    seed: _Seed = 0,
    bootstrap: _Bootstrap = 1_000,
) -> None:
    """Measure how well a pack recognises people: FNMR at FMR, FNIR at FPIR, and speed."""
    require_bench_extra()
    from faregate.bench.faces import FacesPlan, Peer  # noqa: PLC0415 - an extra

    if report.resolve().is_relative_to(dataset.resolve()):
        raise InvalidInputError(
            "report_in_dataset",
            f"The report would lie inside the data set {dataset}.",
            remedy="Choose another folder with --report.",
        )
    require_writable(report)
    plan = FacesPlan(
        dataset=dataset,
        pairs=pairs,
        groups=groups,
        pack=pack,
        models_dir=models_dir,
        people=None if people is People.ALL else Split(people),
        riders=tuple(dict.fromkeys(riders or _RIDERS)),
        enrolled=enrolled,
        probe=probe,
        peer=Peer.MEASURED if peer else Peer.LEFT_OUT,
        jobs=jobs,
        seed=seed,
        resamples=bootstrap,
        variants=variants,
    )
    _measure(plan, report)


def _measure(plan: "FacesPlan", report: Path) -> None:
    from faregate.bench.face_page import page_of  # noqa: PLC0415 - an extra
    from faregate.bench.face_report import document  # noqa: PLC0415 - an extra
    from faregate.bench.faces import bench_faces  # noqa: PLC0415 - an extra

    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("reading", total=None)
        findings = bench_faces(
            plan,
            on_picture=lambda: progress.advance(task),
            on_stage=lambda stage, total: progress.update(
                task, description=stage, total=total, completed=0
            ),
        )
    found = document(
        findings,
        made=datetime.now(UTC),
        version=version("faregate"),
        command=command_of(plan),
    )
    write_report(report, found, page_of(found))
    _show(findings, Console())
    console.print(f"Written to {report}: report.json, report.html")


def command_of(plan: "FacesPlan") -> str:
    """Give the command that was run, with names instead of this machine's paths."""
    words = ["faregate", "bench", "faces", plan.dataset.resolve().name, "--pack", plan.pack]
    words += ["--people", "all" if plan.people is None else str(plan.people)]
    for option, path in (("--pairs", plan.pairs), ("--groups", plan.groups)):
        words += [] if path is None else [option, path.name]
    for riders in plan.riders:
        words += ["--riders", str(riders)]
    words += ["--enrolled", str(plan.enrolled), "--probe", str(plan.probe)]
    words += [] if plan.peer == "measured" else ["--no-peer"]
    words += ["--variants"] if plan.variants else []
    words += ["--seed", str(plan.seed), "--bootstrap", str(plan.resamples), "--report", "DIR"]
    return shlex.join(words)


def _show(findings: "FacesFindings", console: Console) -> None:
    from faregate.bench.face_report import level_name  # noqa: PLC0415 - an extra

    table = Table("", "No face", *(f"FNMR at FMR {name}" for name in ("1e-2", "1e-3", "1e-4")))
    for name, way in findings.measures.ways.items():
        levels = {level_name(rate): at for rate, at in way.verification.levels.items()}
        table.add_row(
            name,
            f"{way.failure_to_acquire.value:.2%}",
            *(
                f"{levels[level].fnmr.value:.2%}" if level in levels else "too few"
                for level in ("1e-2", "1e-3", "1e-4")
            ),
        )
    console.print(table)
    for one in findings.measures.ways["product"].identified:
        setting = one.setting
        console.print(
            f"1 : {setting.riders}, {setting.enrolled} enrolled x {setting.probe} probe frames: "
            + (
                f"{one.in_use.people_missed} of {one.in_use.people} people missed in any trial "
                f"at the pack's thresholds: not above {one.in_use.not_above:.2%}"
                if one.in_use.people
                else "too few people with enough pictures"
            )
        )
