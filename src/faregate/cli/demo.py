"""`faregate demo`: a day at a station, with all roles in one process and no server to install."""

import sys
import time
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from faregate.config import Config, load_config
from faregate.demo.cameras import parse_live_input
from faregate.demo.play import NO_PAGE, Audience, DemoSettings, play_day
from faregate.demo.report import DayReport, check_writable
from faregate.demo.stage import StoryLine, Tone
from faregate.video.source import Pace

WENT_WRONG: Final = 1
_DEFAULT_PORT: Final = 8780
_FOREVER_STEP_S: Final = 3600.0
_STYLES: Final = {
    Tone.PLAIN: "",
    Tone.GOOD: "green",
    Tone.CARD: "yellow",
    Tone.CALM: "cyan",
    Tone.ALERT: "red",
}


def demo(
    *,
    once: Annotated[
        bool,
        typer.Option("--once", help="Play without waiting for a person, and without the page."),
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write the counted figures to this file, as JSON.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port of the page on localhost; 0: any free one."),
    ] = None,
    camera: Annotated[
        str | None,
        typer.Option(
            help="Be rider A yourself: 0 is the first webcam; or an rtsp:// address; or a video."
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="Keep the roles' files in this new folder, to look at them afterwards."),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Read settings from this TOML file.")] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Which of the endless possible recordings to render.")
    ] = 1,
) -> None:
    """Play a short day at a station: pay by face, a photo held up, Stop, withdrawal.

    Exits with 1 if a figure of the day is not what it must be.
    """
    if report is not None:
        check_writable(report)
    settings = DemoSettings(
        config=Config() if config is None else load_config(config),
        seed=seed,
        pace=Pace.AS_FAST_AS_POSSIBLE if once else Pace.REAL_TIME,
        port=_page_port(port, once=once),
        camera=None if camera is None else parse_live_input(camera),
        folder=folder,
    )
    terminal = _Terminal(waits=not once)
    outcome = terminal.watch(settings)
    if report is not None:
        outcome.write(report)
    sys.exit(WENT_WRONG if outcome.wrong() else 0)


def _page_port(port: int | None, *, once: bool) -> int:
    if port is not None:
        return port
    return NO_PAGE if once else _DEFAULT_PORT


class _Terminal:
    """Shows the day on the terminal."""

    def __init__(self, *, waits: bool) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._waits = waits
        self._progress = Progress(
            TextColumn("Rendering the day's recordings"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            console=self._console,
            transient=True,
        )
        self._task = self._progress.add_task("", total=None)

    def watch(self, settings: DemoSettings) -> DayReport:
        """Play, and tell what happens."""
        self._console.print(
            "Faregate demo: all roles in one process, software passkeys, one witness of its own.\n"
            "It shows how things work, and protects nobody (level P0)."
        )
        self._progress.start()
        try:
            return play_day(
                settings,
                Audience(
                    on_preparing=self._prepared,
                    on_page=self._page,
                    on_chapter=self._chapter,
                    on_story=self._story,
                    invite=self._invite,
                    on_finished=self._finished,
                ),
            )
        finally:
            self._progress.stop()

    def _page(self, address: str) -> None:
        self._console.print(f"Watch it at [bold]{address}[/bold]")

    def _prepared(self, number: int, total: int) -> None:
        self._progress.update(self._task, completed=number, total=total)
        if number == total:
            self._progress.stop()

    def _chapter(self, number: int, title: str, explanation: str) -> None:
        self._console.print(f"\n[bold]{number}. {title}[/bold]  {explanation}")

    def _story(self, line: StoryLine) -> None:
        self._console.print(f"   {line.at}  {line.text}", style=_STYLES[line.tone], markup=False)

    def _invite(self, request: str) -> None:
        self._console.print(f"   > {request}", style="bold", markup=False)
        if self._waits:
            self._console.input("     Press Enter when you are ready. ")

    def _finished(self, report: DayReport) -> None:
        table = Table("", "Figure", "Value", title="How the day went", title_justify="left")
        for figure in report.figures():
            table.add_row("ok" if figure.right else "WRONG", figure.label, figure.value)
        self._console.print()
        self._console.print(table)
        wrong = report.wrong()
        self._console.print(
            f"Not what it must be: {', '.join(wrong)}."
            if wrong
            else f"Every figure is what it must be. ({report.seconds:.0f} s, {report.pack})"
        )
        if self._waits:
            self._console.print("The page stays up. Press Ctrl-C to end.")
            _wait_for_a_person()


def _wait_for_a_person() -> None:
    try:
        while True:
            time.sleep(_FOREVER_STEP_S)
    except KeyboardInterrupt:
        return
