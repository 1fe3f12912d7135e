"""Write docs/reference/cli.md, configuration.md and fares.md from the code.

Run it after a change of a command or a setting: `uv run scripts/write_reference.py`. A test
compares the committed pages with what this would write.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, Final, get_type_hints

import typer

from faregate.cli.app import app
from faregate.config import Config

REFERENCE: Final = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTICE: Final = "<!-- Written by scripts/write_reference.py from the code. Do not edit. -->"
MISTAKES: Final = """\
A mistake that you can mend ends in one line on standard error, which says what to do, and exit
code 2. `--help` works behind every command."""
SETTINGS: Final = """\
One TOML file. Every setting has a default; an unknown one is refused, with the names of those
that there are."""

FARES: Final = """\
What other programs may import of `faregate.fares`. It needs nothing else of this project but
money, ids and errors, and takes time from its caller. The [concepts](../concepts/fares.md) have
examples."""


def cli_page() -> str:
    """Describe every command with its arguments and options."""
    # Typer's click types are private to it; only attributes that its documentation names are used.
    root: Any = typer.main.get_command(app)
    parts = [
        NOTICE,
        "# The command line",
        MISTAKES,
        *_command("faregate", root),
    ]
    return "\n\n".join(parts) + "\n"


def _command(name: str, command: Any) -> Iterator[str]:  # noqa: ANN401 see cli_page
    yield f"## `{name}`"
    yield inspect.cleandoc(command.help or "")
    rows = [_parameter(one) for one in command.params if not one.hidden]
    if rows:
        yield "\n".join(["| argument or option | meaning |", "|---|---|", *rows])
    for inner, subcommand in sorted(getattr(command, "commands", {}).items()):
        yield from _command(f"{name} {inner}", subcommand)


def _parameter(parameter: Any) -> str:  # noqa: ANN401 see cli_page
    if parameter.param_type_name == "argument":
        name = parameter.name.upper()
    else:
        name = ", ".join([*parameter.opts, *parameter.secondary_opts])
    need = "Required. " if parameter.required else ""
    return f"| `{name}` | {need}{parameter.help}{_default(parameter)} |"


def _default(parameter: Any) -> str:  # noqa: ANN401 see cli_page
    if isinstance(parameter.show_default, str):
        return f" Default: {parameter.show_default}."
    match getattr(parameter, "default", None):
        case str() | int() | float() | Path() as value if value not in {"", False}:
            return f" Default: `{value}`."
        case _:
            return ""


def configuration_page() -> str:
    """Describe every setting with its default, in the order of the code."""
    parts = [
        NOTICE,
        "# Configuration",
        SETTINGS,
        *_section(Config, ""),
    ]
    return "\n\n".join(parts) + "\n"


def _section(section: type, path: str) -> Iterator[str]:
    hints, texts = get_type_hints(section), _attribute_docstrings(section)
    settings = [one for one in fields(section) if not _is_section(hints[one.name])]
    if path:
        yield f"## `[{path}]`"
        yield textwrap.dedent(inspect.getdoc(section) or "")
    if settings:
        rows = [f"| `{one.name}` | {_shown(one)} | {texts[one.name]} |" for one in settings]
        yield "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows])
    for one in fields(section):
        if _is_section(hints[one.name]):
            yield from _section(hints[one.name], f"{path}.{one.name}".lstrip("."))


def _is_section(hint: object) -> bool:
    return isinstance(hint, type) and is_dataclass(hint)


def _shown(setting: Field[Any]) -> str:
    match setting.default:
        case None:
            return "none"
        case default if default is MISSING:
            return "as the code makes it"
        case str(text):
            return f'`"{text}"`'
        case tuple(values):
            return f"`{list(values)}`"
        case value:
            return f"`{value}`"


def _attribute_docstrings(section: type) -> dict[str, str]:
    """Read the string behind each attribute; a setting without one is a `KeyError`."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(section))).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for attribute, text in zip(tree.body, tree.body[1:], strict=False):
        match attribute, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(said))),
            ):
                found[name] = " ".join(said.split())
            case _:
                pass
    return found


def fares_page() -> str:
    """Describe every public name of `faregate.fares`, module by module."""
    names = (REFERENCE / "public-names.txt").read_text("utf-8").split()
    by_module: dict[str, list[str]] = {}
    for name in names:
        where, _, attribute = name.rpartition(".")
        if where.startswith("faregate.fares."):
            by_module.setdefault(where, []).append(attribute)
    parts = [NOTICE, "# Fares from Python", FARES]
    for path, attributes in by_module.items():
        module = import_module(path)
        parts += [f"## `{path}`", inspect.cleandoc(module.__doc__ or "")]
        parts += ["\n\n".join(_public(module, attribute)) for attribute in attributes]
    return "\n\n".join(parts) + "\n"


def _public(module: object, attribute: str) -> Iterator[str]:
    found = getattr(module, attribute)
    yield f"### `{attribute}`"
    text = inspect.cleandoc(found.__doc__ or "")
    if isinstance(found, type):
        yield text
        yield from _members(found)
    else:
        yield f"```python\n{_signature(found, attribute)}\n```"
        yield text.split("\n>>>", maxsplit=1)[0].rstrip()


def _members(found: type) -> Iterator[str]:
    if issubclass(found, Enum):
        values = ", ".join(f"`{one.value}`" for one in found)
        yield f"Values: {values}."
        return
    if is_dataclass(found):
        shown = [one for one in fields(found) if one.init]
        rows = [f"    {one.name}: {_type_name(one.type)}," for one in shown]
        yield "```python\n" + "\n".join([f"{found.__name__}(", *rows, ")"]) + "\n```"
    elif "__init__" in vars(found):
        made = _signature(vars(found)["__init__"], found.__name__).removesuffix(" -> None")
        yield f"```python\n{made}\n```"
    for name, member in vars(found).items():
        function = member.__func__ if isinstance(member, classmethod) else member
        if inspect.isfunction(function) and not name.startswith("_"):
            first = inspect.cleandoc(function.__doc__ or "").split("\n\n")[0]
            yield f"`{_signature(function, name)}`: {' '.join(first.split())}"


def _signature(function: Any, name: str) -> str:  # noqa: ANN401 any function
    parameters = inspect.signature(function)
    shown = [
        f"{one.name}: {_type_name(one.annotation)}"
        for one in parameters.parameters.values()
        if one.name not in {"self", "cls"}
    ]
    return f"{name}({', '.join(shown)}) -> {_type_name(parameters.return_annotation)}"


def _type_name(annotation: object) -> str:
    shown = annotation.__name__ if type(annotation) is type else str(annotation)
    return re.sub(r"<\w+ '(?:\w+\.)*(\w+)'>|(?:[a-z_]\w*\.)+", r"\1", shown)


PAGES: Final = {
    "cli.md": cli_page,
    "configuration.md": configuration_page,
    "fares.md": fares_page,
}


if __name__ == "__main__":
    for file_name, page in PAGES.items():
        (REFERENCE / file_name).write_text(page(), "utf-8")
