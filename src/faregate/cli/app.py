"""The command line: one file per noun, one way to end.

An error that a person can mend is one line on standard error, with what to do, and exit code 2.
"""

import signal
import sys
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from types import FrameType
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from faregate.errors import FaregateError

INTERRUPTED: Final = 130
_TERMINATED: Final = 143


@dataclass(frozen=True, slots=True)
class Noun:
    """A command of the first level, and where its code is."""

    module: str
    attribute: str
    """A function, or the `Typer` of a group of commands."""
    summary: str
    """For the list of commands; a test compares it with the command's own help."""


NOUNS: Final[Mapping[str, Noun]] = {
    "assist": Noun(
        "faregate.cli.assist",
        "assist_app",
        "See who has fallen, lies still or is on the tracks; never who it is.",
    ),
    "bench": Noun("faregate.cli.bench", "bench_app", "Measure what this machine can do."),
    "demo": Noun(
        "faregate.cli.demo",
        "demo",
        "Play a short day at a station: pay by face, a photo held up, Stop, withdrawal.",
    ),
    "fare": Noun(
        "faregate.cli.fare", "fare_app", "Price journeys by GTFS-Fares v2, and check a feed."
    ),
    "models": Noun(
        "faregate.cli.models",
        "models_app",
        "List, check and install the model packs.",
    ),
}


class _Commands(Mapping[str, Any]):
    """The commands by name; each is loaded when it is asked for.

    So `faregate fare` needs none of what cameras and faces need.
    """

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - Typer's command type is private to it
        return _load(name)

    def __iter__(self) -> Iterator[str]:
        return iter(NOUNS)

    def __len__(self) -> int:
        return len(NOUNS)


@cache
def _load(name: str) -> Any:  # noqa: ANN401 - Typer's command type is private to it
    noun = NOUNS[name]
    found = getattr(import_module(noun.module), noun.attribute)
    if isinstance(found, typer.Typer):
        group = typer.main.get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False)
    alone.command(name)(found)
    return typer.main.get_command(alone)


class _Nouns(TyperGroup):
    """The first level of commands."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - passed on as Typer gives them
        super().__init__(**settings)
        self.commands: Any = _Commands()

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - private to Typer
        """List the commands without loading any."""
        listed = copy(self)
        listed.commands = {
            name: TyperCommand(name, help=noun.summary) for name, noun in NOUNS.items()
        }
        super(_Nouns, listed).format_help(ctx, formatter)


app = typer.Typer(
    name="faregate",
    cls=_Nouns,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - the shape of a typer callback
    if wanted:
        typer.echo(f"faregate {version('faregate')}")
        raise typer.Exit


@app.callback()
def faregate(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Fare gates that open by face for riders who asked, and know nobody else."""


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    # As an exception, so that templates are wiped and temporary folders deleted on the way out.
    sys.exit(_TERMINATED)


def main() -> None:
    """Run the command line; errors that a person can mend end in one line and exit code 2."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _end)
    try:
        app()
    except FaregateError as error:
        typer.echo(f"faregate: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
