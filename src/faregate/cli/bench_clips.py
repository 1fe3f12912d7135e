"""`faregate bench clips`: render walk-ups and attacks from stills, into a folder."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress

from faregate.bench.people import Split
from faregate.bench.report import require_bench_extra
from faregate.cli.models import ModelsDir
from faregate.models.pack import verify
from faregate.scenes.looks import AttackKind
from faregate.video.recording import ClipCodec

if TYPE_CHECKING:
    from faregate.bench.liveness_stills import Stills

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
    from faregate.bench.liveness_stills import find_stills  # noqa: PLC0415 - an extra
    from faregate.face.pipeline import open_models  # noqa: PLC0415 - with its models

    detector = open_models(verify(pack, models_dir), threads=1).detector
    enough = max(live, per_kind)
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("people", total=enough)
        found = find_stills(
            stills,
            detector,
            people=people,
            people_max=enough,
            on_person=lambda: progress.advance(task),
        )
        progress.update(task, total=len(found.of_people))
    for reason, count in found.skipped.items():
        typer.echo(f"skipped {count} stills: {reason}")
    _make(
        _Wanted(
            out=out,
            live=live,
            per_kind=per_kind,
            kinds=tuple(dict.fromkeys(kinds or AttackKind)),
            people=people,
            seed=seed,
            codec=ClipCodec.FFV1 if lossless else ClipCodec.MJPEG,
            jobs=jobs or os.cpu_count() or 1,
        ),
        found,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What was asked for."""

    out: Path
    live: int
    per_kind: int
    kinds: tuple[AttackKind, ...]
    people: Split
    seed: int
    codec: ClipCodec
    jobs: int


def _make(wanted: _Wanted, found: "Stills") -> None:
    from faregate.bench.liveness_clips import generated_clips  # noqa: PLC0415 - an extra
    from faregate.bench.liveness_writing import (  # noqa: PLC0415 - an extra
        ClipSettings,
        bytes_needed,
        write_clips,
    )

    planned = generated_clips(
        found,
        people=wanted.people,
        seed=wanted.seed,
        live=wanted.live,
        per_kind=wanted.per_kind,
        kinds=wanted.kinds,
    )
    needed = bytes_needed(len(planned), wanted.codec) // _MIB
    typer.echo(f"{len(planned)} clips of {len(found.of_people)} people: about {needed} MiB")
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("clips", total=len(planned))
        written = write_clips(
            wanted.out,
            planned,
            ClipSettings(seed=wanted.seed, people=wanted.people, codec=wanted.codec),
            jobs=wanted.jobs,
            on_clip=lambda: progress.advance(task),
        )
        progress.update(task, completed=len(planned))
    typer.echo(f"{written} clips written, {len(planned) - written} were there.")
