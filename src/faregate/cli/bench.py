"""`faregate bench`: what this machine can do, measured now."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from faregate.bench.fares import JOURNEYS_MIN, FareBench, bench_fares
from faregate.cli.bench_assist import assist
from faregate.cli.bench_card import card
from faregate.cli.bench_clips import clips
from faregate.cli.bench_doubts import doubts
from faregate.cli.bench_faces import faces
from faregate.cli.bench_liveness import liveness
from faregate.cli.bench_rejudge import rejudge

bench_app = typer.Typer(help="Measure what this machine can do.", no_args_is_help=True)


@bench_app.callback()
def bench() -> None:
    """Measure what this machine can do."""


bench_app.command("assist")(assist)
bench_app.command("card")(card)
bench_app.command("clips")(clips)
bench_app.command("doubts")(doubts)
bench_app.command("faces")(faces)
bench_app.command("liveness")(liveness)
bench_app.command("rejudge")(rejudge)


@bench_app.command("fares")
def fares(
    feeds: Annotated[list[Path], typer.Argument(help="GTFS feeds, each a zip file or a folder.")],
    *,
    journeys: Annotated[
        int, typer.Option(min=1, help="How many distinct journeys of each kind to price.")
    ] = JOURNEYS_MIN,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Measure how fast fares are priced, with what memory, and how that grows."""
    found = bench_fares(feeds, journeys=journeys)
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=2))
    else:
        _show(found, Console())


def _show(found: FareBench, console: Console) -> None:
    table = Table(
        "Feed",
        "Load",
        "Peak",
        "Held",
        "Legs",
        "Journeys",
        "Priced",
        "Per second",
        "Legs known",
        "Forgetting",
        title="One core",
    )
    for feed in found.feeds:
        for speed in feed.speeds:
            table.add_row(
                feed.feed,
                f"{feed.load_s:.2f} s",
                f"{feed.load_peak_mib:.1f} MiB",
                f"{feed.held_mib:.1f} MiB",
                f"{speed.legs_each}",
                f"{speed.journeys}",
                f"{speed.priced}",
                f"{speed.per_second:,.0f}",
                f"{speed.known_legs}",
                f"{speed.per_second_forgetting:,.0f}",
            )
    console.print(table)
    growth = Table("Grows with", "Size", "Journeys per second")
    for what, rows in (("leg rules", found.by_rules), ("legs", found.by_legs)):
        for row in rows:
            growth.add_row(what, f"{row.size}", f"{row.per_second:,.0f}")
    console.print(growth)
