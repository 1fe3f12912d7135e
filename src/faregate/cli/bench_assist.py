"""`faregate bench assist`: how many cameras of help detection a machine can watch."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from faregate.bench.assist_labels import read_labels
from faregate.bench.report import require_bench_extra, require_writable, write_report
from faregate.cli.models import ModelsDir

if TYPE_CHECKING:
    from faregate.bench.assist import AssistBench

_LONG_LOOKS: Final = 20_000
"""More than an hour of a camera at the highest rate."""

_SHORT_LOOKS: Final = 500
"""Enough for an interval, though a wide one."""


def assist(
    clips: Annotated[Path, typer.Argument(help="The folder of clips, as cameras.")],
    *,
    labels: Annotated[Path, typer.Option(help="CSV: file,start_s,end_s,label (down or other).")],
    report: Annotated[Path, typer.Option(help="Folder for report.json and report.html.")],
    models_dir: ModelsDir,
    cores: Annotated[int, typer.Option(min=1, help="Processes, one for each core.")] = min(
        2, os.cpu_count() or 1
    ),
    seconds: Annotated[
        float, typer.Option(min=1, max=600, help="Of video or time for each measurement.")
    ] = 20.0,
    long: Annotated[
        bool, typer.Option("--long", help=f"Watch memory over {_LONG_LOOKS} looks.")
    ] = False,
) -> None:
    """Measure cameras on some cores, how late alerts are, memory, and whether it grows."""
    require_bench_extra()
    from faregate.bench.assist import (  # noqa: PLC0415 - an extra
        bench_assist,
        bench_document,
        bench_page,
    )

    require_writable(report)
    console = Console()
    found = bench_assist(
        clips,
        read_labels(labels),
        models_dir=models_dir,
        cores=cores,
        seconds=seconds,
        looks=_LONG_LOOKS if long else _SHORT_LOOKS,
        told=lambda step: console.print(step, style="dim", highlight=False),
    )
    document = bench_document(found, measured=datetime.now(UTC))
    write_report(report, document, bench_page(document))
    _show(found, console)
    console.print(f"Written to {report / 'report.html'}")


def _show(found: "AssistBench", console: Console) -> None:
    table = Table(
        "Looks a second",
        "Cameras",
        "Times plain",
        "CPU a camera-second",
        "Late p95",
        "MiB a camera",
    )
    for one in found.rates:
        table.add_row(
            f"{one.fps:g}",
            f"{one.cameras:.1f}",
            f"{one.cameras / found.plain_cameras:.1f}",
            f"{one.cpu_ms:.0f} ms",
            f"{one.late_ms_p95:.0f} ms",
            f"{one.mib_per_camera:.1f}",
        )
    console.print(table)
    console.print(
        f"Plain recipe: {found.plain_cameras:.2f} cameras, {found.plain_cpu_ms:.0f} ms of CPU"
    )
    low, high = found.growth.ci95
    console.print(
        f"Memory over {found.growth.looks} looks: {found.growth.mib_per_1000:+.3f} MiB per 1,000"
        f" ({low:+.3f} to {high:+.3f})"
    )
