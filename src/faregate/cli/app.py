"""The command line: one file per noun, one way to end.

An error that a person can mend is one line on standard error, with what to do, and exit code 2.
"""

import signal
import sys
from importlib.metadata import version
from types import FrameType
from typing import Annotated, Final, NoReturn

import typer

from faregate.cli.demo import demo
from faregate.cli.models import models_app
from faregate.errors import FaregateError

INTERRUPTED: Final = 130
_TERMINATED: Final = 143

app = typer.Typer(
    name="faregate",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo)
app.add_typer(models_app, name="models")


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
