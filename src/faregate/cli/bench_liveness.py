"""`faregate bench liveness`: how often attacks are accepted, and living people refused."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress

from faregate.bench.people import Split
from faregate.bench.report import machine, pack_facts, require_bench_extra, require_writable
from faregate.cli.models import ModelsDir
from faregate.errors import InvalidInputError

if TYPE_CHECKING:
    from faregate.bench.liveness import ClipSet
    from faregate.bench.liveness_run import OnTrial, PackChoice

_JOBS_MAX: Final = 64
_GENERATE: Final = "--generate STILLS --people"

ReportFolder = Annotated[
    Path, typer.Option(help="The folder for the report and its scores; older ones are replaced.")
]
FitOn = Annotated[
    Path | None,
    typer.Option(
        help="A report on development people: boundaries are chosen on it, and tested here."
    ),
]


def liveness(  # noqa: PLR0913 - one parameter an option
    models_dir: ModelsDir,
    clips: Annotated[
        Path | None,
        typer.Argument(help="A folder with live/ and attack/<kind>/; or give --generate."),
    ] = None,
    *,
    report: ReportFolder,
    generate: Annotated[
        Path | None,
        typer.Option(help="Render clips of these stills (person/picture.jpg), none to disk."),
    ] = None,
    people: Annotated[Split, typer.Option(help="With --generate: whose stills.")] = Split.REPORT,
    live: Annotated[
        int, typer.Option(min=1, max=100_000, help="With --generate: walk-ups of living people.")
    ] = 300,
    per_kind: Annotated[
        int, typer.Option(min=1, max=100_000, help="With --generate: attacks of each kind.")
    ] = 300,
    seed: Annotated[int, typer.Option(min=0, help="With --generate: chance's beginning.")] = 0,
    pack: Annotated[str, typer.Option(help="The models to measure.")] = "permissive-small",
    stills_pack: Annotated[
        str, typer.Option(help="With --generate: the pack that finds the faces in the stills.")
    ] = "permissive-small",
    fit_on: FitOn = None,
    limit: Annotated[int, typer.Option(min=0, help="Clips of each kind at most; 0: all.")] = 0,
    jobs: Annotated[
        int,
        typer.Option(min=0, max=_JOBS_MAX, help="Clips at a time; 0: one for each processor."),
    ] = 0,
) -> None:
    """Measure how often attacks pass (APCER) and living people are refused (BPCER)."""
    require_bench_extra()
    from faregate.bench.liveness import limited  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_run import PackChoice  # noqa: PLC0415 - an extra

    require_writable(report)
    choice = PackChoice(pack, models_dir)
    match clips, generate:
        case Path() as folder, None:
            clip_set, how = _recorded(folder), "CLIPS"
        case None, Path() as stills:
            finder = PackChoice(stills_pack, models_dir)
            clip_set = _generated(
                stills, people, live=live, per_kind=per_kind, seed=seed, finder=finder
            )
            how = f"{_GENERATE} {people} --live {live} --per-kind {per_kind} --seed {seed}"
        case _:
            raise _neither_or_both()
    if limit:
        clip_set = replace(clip_set, clips=limited(clip_set.clips, limit))
        how += f" --limit {limit}"
    how += f" --pack {pack}" + (" --fit-on DEVELOPMENT" if fit_on else "")
    _measure(clip_set, choice, report=report, fit_on=fit_on, jobs=jobs, how=how)


def _neither_or_both() -> InvalidInputError:
    return InvalidInputError(
        "bench_clips",
        "Give either a folder of clips or --generate.",
        remedy="Generated and real clips are measured apart.",
    )


def _recorded(folder: Path) -> "ClipSet":
    from faregate.bench.liveness import ClipSet  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_folder import read_clip_folder  # noqa: PLC0415 - an extra

    found = read_clip_folder(folder)
    return ClipSet(
        clips=found.clips,
        generated=found.generated,
        people=found.people,
        seed=found.seed,
        source="Generated clips on disk" if found.generated else "Recordings",
    )


def _generated(
    stills: Path, people: Split, *, live: int, per_kind: int, seed: int, finder: "PackChoice"
) -> "ClipSet":
    from faregate.bench.liveness import ClipSet  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_clips import generated_clips  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_stills import find_stills  # noqa: PLC0415 - an extra

    found = find_stills(stills, finder.open(), people=people, people_max=max(live, per_kind))
    clips = generated_clips(found, people=people, seed=seed, live=live, per_kind=per_kind)
    source = f"Clips generated from stills of {len(found.of_people)} people of {stills.name}"
    if found.skipped:
        reasons = ", ".join(f"{count} {why}" for why, count in found.skipped.items())
        source += f" (stills left out: {reasons.replace('_', ' ')})"
    return ClipSet(clips=clips, generated=True, people=people, seed=seed, source=source)


def _measure(
    clip_set: "ClipSet",
    choice: "PackChoice",
    *,
    report: Path,
    fit_on: Path | None,
    jobs: int,
    how: str,
) -> None:
    from faregate.bench.liveness import measure_liveness  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_page import write_findings  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_report import Made  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_scores import read_scores  # noqa: PLC0415 - an extra

    development = None if fit_on is None else read_scores(fit_on)
    with _progress(len(clip_set.clips)) as on_trial:
        found = measure_liveness(
            clip_set,
            choice,
            jobs=jobs or os.cpu_count() or 1,
            development=development,
            on_trial=on_trial,
        )
    made = Made(
        at=datetime.now(UTC),
        version=version("faregate"),
        command=f"faregate bench liveness {how} --report DIR",
        machine=machine(),
        pack=pack_facts(choice.open().manifest),
        source=clip_set.source,
        seed=clip_set.seed,
    )
    for sentence in write_findings(report, found, made):
        typer.echo(sentence)


@contextmanager
def _progress(total: int) -> Iterator["OnTrial"]:
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("clips", total=total)
        yield lambda _trial: progress.advance(task)
