"""The first level of commands is listed whole, and loaded one by one."""

import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from typer.testing import CliRunner

from faregate.cli import app as module
from faregate.cli.app import NOUNS, app, main
from faregate.errors import InvalidInputError

WIDE: Final = {"COLUMNS": "200"}


def test_help_lists_every_command(repository: Path) -> None:
    """Each noun has a file, and files of its own for long verbs; its help says the same."""
    files = {path.stem for path in (repository / "src/faregate/cli").glob("[!_]*.py")}
    assert set(NOUNS) <= files
    assert set(NOUNS) == {stem.partition("_")[0] for stem in files} - {"app"}
    shown = CliRunner(env=WIDE).invoke(app, ["--help"]).stdout
    root: Any = typer.main.get_command(app)
    for name, noun in NOUNS.items():
        assert f" {name} " in shown
        assert noun.summary in shown
        assert root.commands[name].help.startswith(noun.summary)
    assert len(root.commands) == len(NOUNS)


def test_help_loads_no_command() -> None:
    """Whoever wants to see what there is waits for nothing."""
    script = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from faregate.cli.app import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print(*(name for name in sys.modules if name.startswith('faregate.cli.')))\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert finished.stdout.split() == ["faregate.cli.app"]


def test_what_needs_no_extra_loads_without_it() -> None:
    """Of nouns whose measurements need the extra `bench`, everything else works without it."""
    script = (
        "import sys\n"
        "for name in ('matplotlib', 'PIL', 'scipy'):\n"
        "    sys.modules[name] = None\n"
        "from typer.testing import CliRunner\n"
        "from faregate.cli.app import NOUNS, app\n"
        "for noun in NOUNS:\n"
        "    assert CliRunner().invoke(app, [noun, '--help']).exit_code == 0, noun\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert (finished.returncode, finished.stderr) == (0, "")


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """With the one that was meant."""
    with pytest.raises(SystemExit) as stop:
        app(["fares"])
    assert stop.value.code == 2
    assert "Did you mean 'fare'?" in capsys.readouterr().err


def test_version_is_printed() -> None:
    """And nothing else is done."""
    result = CliRunner().invoke(app, ["--version"])
    assert result.stdout.startswith("faregate ")
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (InvalidInputError("x", "It is so.", remedy="Do this."), 2, "faregate: It is so. Do this."),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=["mistake", "interrupt"],
)
def test_ends_in_one_way(
    error: BaseException,
    code: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line on standard error for what a person can mend; never a traceback."""

    def fail() -> None:
        raise error

    monkeypatch.setattr(module, "app", fail)
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == code
    assert capsys.readouterr().err.startswith(line)
