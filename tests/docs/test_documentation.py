"""What README and the other pages say about commands, links and messages is true."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import typer

from faregate.cli.app import app
from faregate.wire import messages
from faregate.wire.document import SignedType

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
SHELL: Final = re.compile(r"^```(?:sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INSTALL: Final = "pip install uv && "


def _page_id(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _commands(page: Path) -> Iterator[str]:
    for block in SHELL.findall(page.read_text("utf-8")):
        yield from (line.removeprefix("$ ") for line in block.splitlines() if line)


def test_readme_has_exactly_two_set_up_commands() -> None:
    """On a fresh machine one command shows the demo and one runs the tests."""
    commands = list(_commands(ROOT / "README.md"))
    set_up = [command for command in commands if command.startswith(INSTALL)]
    assert set_up == commands[:2]
    demo, tests = (command.removeprefix(INSTALL) for command in set_up)
    assert demo.startswith("uv run --locked ")
    assert demo.endswith(" faregate demo")
    assert tests == "uv run --locked --all-extras scripts/check"


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """What CI proves is what README promises, letter for letter."""
    _, tests = (one for one in _commands(ROOT / "README.md") if one.startswith(INSTALL))
    last_line = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()[-1]
    assert last_line == tests


def test_contributing_names_the_same_check() -> None:
    """A contributor runs what CI runs."""
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert "uv run --locked --all-extras scripts/check" in page


@pytest.mark.parametrize("page", PAGES, ids=_page_id)
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a file of this repository, and to a heading in it, finds it."""
    for groups in LINK.findall(page.read_text("utf-8")):
        link = "".join(groups)
        if link.startswith(("https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if anchor:
            assert anchor in set(_anchors(target)), link


def _anchors(page: Path) -> Iterator[str]:
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("#"):
            kept = re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower())
            yield kept.replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=_page_id)
def test_commands_on_the_pages_exist(page: Path) -> None:
    """Each `faregate` command in a shell block has that noun, that verb and those options."""
    for command in _commands(page):
        words = shlex.split(command, comments=True)
        if "faregate" in words:
            _assert_command_exists(words[words.index("faregate") + 1 :])


def _assert_command_exists(words: list[str]) -> None:
    # Typer's click types are private to it: `Any`.
    command: Any = typer.main.get_command(app)
    for word in words:
        if word.startswith("-"):
            options = {
                option for one in command.params for option in (*one.opts, *one.secondary_opts)
            }
            assert word in options | {"--help"}, words
        elif hasattr(command, "commands"):
            assert word in command.commands, words
            command = command.commands[word]


def test_the_protocol_page_describes_every_signed_document() -> None:
    """No type is signed or hashed that the page does not name."""
    page = (ROOT / "docs" / "concepts" / "protocol.md").read_text("utf-8")
    types = {
        value.__name__
        for value in vars(messages).values()
        if isinstance(value, type) and issubclass(value, SignedType) and value is not SignedType
    }
    assert {name for name in types if f"**{name}**" not in page} == set()


def test_the_change_log_tells_of_this_version() -> None:
    """The newest entry is the version of the package, or what comes after it."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## \[([^\]]+)\]", changes, re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert version in headings or len(headings) == 1
