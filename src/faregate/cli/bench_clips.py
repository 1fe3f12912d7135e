"""`faregate bench clips`: render walk-ups and attacks from stills, into a folder."""

import os
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress

from faregate.bench.people import Split
from faregate.bench.report import require_bench_extra
from faregate.cli.models import ModelsDir
from faregate.scenes.looks import AttackKind
from faregate.video.recording import ClipCodec

_JOBS_MAX: Final = 64
_MIB: Final = 2**20


def clips(  # noqa: PLR0913 -- one for each option
    models_dir: ModelsDir,
    stills: Annotated[Path, typer.Argument(help="Pictures of people: person/picture.jpg.")],
    *,
    out: Annotated[Path, typer.Option(help="The folder for the clips: new, or left unfinished.")],
    people: Annotated[
        Split, typer.Option(help="Which half of the people. Choose on one, report on the other.")
    ] = Split.DEVELOPMENT,
    live: Annotated[int, typer.Option(min=1, max=100_000, help="Walk-ups of living people.")] = 300,
    per_kind: Annotated[int, typer.Option(min=1, max=100_000, help="Attacks of each kind.")] = 300,
    kinds: Annotated[
        list[AttackKind] | None, typer.Option(help="Only these kinds; without it, all.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="What chance begins with.")] = 0,
    lossless: Annotated[
        bool, typer.Option("--lossless", help="FFV1 instead of MJPEG; fifteen times as large.")
    ] = False,
    pack: Annotated[str, typer.Option(help="The pack whose detector finds the faces.")] = (
        "permissive-small"
    ),
    jobs: Annotated[
        int,
        typer.Option(min=0, max=_JOBS_MAX, help="Clips at a time; 0: one for each processor."),
    ] = 0,
) -> None:
    """Render walk-ups of living people and attacks with their pictures, from a folder of stills."""
    require_bench_extra()
    from faregate.bench.liveness_clips import generated_clips  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_stills import find_stills  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_writing import (  # noqa: PLC0415 - an extra
        ClipSettings,
        bytes_needed,
        write_clips,
    )
    from faregate.face.pipeline import open_models  # noqa: PLC0415 - with its models
    from faregate.models.pack import verify  # noqa: PLC0415 - with its models

    wanted = tuple(dict.fromkeys(kinds or AttackKind))
    codec = ClipCodec.FFV1 if lossless else ClipCodec.MJPEG
    detector = open_models(verify(pack, models_dir), threads=1).detector
    with Progress(console=Console(stderr=True)) as progress:
        enough = max(live, per_kind)
        task = progress.add_task("people", total=enough)
        found = find_stills(
            stills,
            detector,
            people=people,
            people_max=enough,
            on_person=lambda: progress.advance(task),
        )
        progress.update(task, total=len(found.of_people))
        planned = generated_clips(
            found, people=people, seed=seed, live=live, per_kind=per_kind, kinds=wanted
        )
        needed = bytes_needed(len(planned), codec) // _MIB
        progress.console.print(
            f"{len(planned)} clips of {len(found.of_people)} people: about {needed} MiB."
        )
        task = progress.add_task("clips", total=len(planned))
        written = write_clips(
            out,
            planned,
            ClipSettings(seed=seed, people=people, codec=codec),
            jobs=jobs or os.cpu_count() or 1,
            on_clip=lambda: progress.advance(task),
        )
        progress.update(task, completed=len(planned))
    for reason, count in found.skipped.items():
        typer.echo(f"skipped {count} stills: {reason}")
    typer.echo(f"{written} clips written, {len(planned) - written} were there.")
