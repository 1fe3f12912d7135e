"""The import contracts of pyproject.toml say what the design says, and bite.

`scripts/check` runs import-linter on the real package. Here each contract is shown to catch an
offence planted in a package of empty modules, so that none of them holds just because a name in
it matches nothing.
"""

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
SRC: Final = ROOT / "src" / "faregate"
PYPROJECT: Final[Mapping[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SETTINGS: Final[Mapping[str, Any]] = PYPROJECT["tool"]["importlinter"]
CONTRACTS: Final = {contract["name"]: contract for contract in SETTINGS["contracts"]}

LAYERS: Final = "Dependencies point downwards only"
HELP: Final = "Help detection cannot know who anybody is"
READER: Final = "The token reader sees no faces"
PURE: Final = "Decisions do no I/O"

DESIGN: Final = (
    {"cli"},
    {"demo", "bench"},
    {"bootstrap"},
    {"config"},
    {"web"},
    {"gate", "assist", "enrolment", "charging", "payments"},
    {"face", "consent", "fares", "ledger", "scenes"},
    {"translog", "video", "models"},
    {"wire"},
    {"clock", "db"},
    {"ids", "money", "errors"},
)
"""From top to bottom; ARCHITECTURE.md shows the same to people."""

MATCH_NOTHING_YET: Final = {
    "faregate.*.reader": "presence tokens, and their reader, are planned",
}
"""Wildcards in contracts that stand for a module to come. Shrinks; the wildcards stay."""

PURE_MODULES: Final = [
    SRC / "charging" / "rating.py",
    *sorted((SRC / "fares").glob("*.py")),
    SRC / "gate" / "decision.py",
    SRC / "translog" / "merkle.py",
]


def _names(layer: str) -> list[str]:
    return layer.replace("|", " ").replace(":", " ").split()


def _exists(dotted: str) -> bool:
    path = ROOT.joinpath("src", *dotted.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def test_layers_are_those_of_the_design() -> None:
    """The map that people read and the contract that the machine checks are one."""
    layers = [_names(layer) for layer in CONTRACTS[LAYERS]["layers"]]
    assert tuple({name.strip("()") for name in layer} for layer in layers) == DESIGN
    assert CONTRACTS[LAYERS]["exhaustive"] is True
    assert CONTRACTS[LAYERS]["containers"] == ["faregate"]


def test_architecture_page_shows_the_same_layers() -> None:
    """The block that begins with `cli` in ARCHITECTURE.md is the contract."""
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    block = page[page.index("    cli\n") :].split("\n\n")[0]
    shown = [set(line.replace("|", " ").replace(",", " ").split()) for line in block.splitlines()]
    assert tuple(shown) == DESIGN


def test_only_parts_to_come_are_optional() -> None:
    """A part in parentheses does not exist; one without does."""
    for layer in CONTRACTS[LAYERS]["layers"]:
        for name in _names(layer):
            assert _exists(f"faregate.{name.strip('()')}") is not name.startswith("("), name


def test_no_contract_has_exceptions() -> None:
    """No import is let through."""
    assert [name for name, contract in CONTRACTS.items() if "ignore_imports" in contract] == []


def test_what_a_contract_names_exists() -> None:
    """A wildcard that matches nothing is listed above; any other name is there."""
    wildcards = {
        source
        for contract in CONTRACTS.values()
        for source in contract.get("source_modules", [])
        if "*" in source
    }
    empty = {wildcard for wildcard in wildcards if not _matches(wildcard)}
    assert empty == set(MATCH_NOTHING_YET)


def _matches(wildcard: str) -> bool:
    folders = wildcard.removeprefix("faregate.").split(".")
    pattern = "/".join(folders if wildcard.startswith("faregate.") else folders[1:])
    return any([*SRC.glob(pattern), *SRC.glob(f"{pattern}.py")])


@pytest.mark.parametrize("path", PURE_MODULES, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_pure_parts_ask_for_no_time(path: Path) -> None:
    """Time is handed in: `datetime` and `date` are used as types there, never as clocks."""
    clocks = {"now", "today", "utcnow"}
    asked = [
        ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in clocks
    ]
    assert asked == []


OFFENCES: Final = [
    pytest.param("wire/messages.py", "import faregate.gate.decision", LAYERS, id="upwards"),
    pytest.param("gate/decision.py", "import faregate.charging.rating", LAYERS, id="sibling"),
    pytest.param("misc/stuff.py", "", LAYERS, id="a part that is on no map"),
    pytest.param("assist/posture.py", "import faregate.face.detect", HELP, id="help knows faces"),
    pytest.param("gate/reader.py", "import faregate.face.detect", READER, id="reader sees"),
    pytest.param("gate/decision.py", "import sqlalchemy", PURE, id="database"),
    pytest.param("gate/decision.py", "import faregate.clock", PURE, id="our clock"),
    pytest.param("fares/pricing.py", "from time import time", PURE, id="clock"),
    pytest.param("charging/rating.py", "import random", PURE, id="random"),
    pytest.param("translog/merkle.py", "from socket import socket", PURE, id="socket"),
    pytest.param("gate/decision.py", "import onnxruntime", PURE, id="model runtime"),
]


@pytest.mark.parametrize(("path", "line", "contract"), OFFENCES)
def test_contracts_catch_a_planted_offence(
    tmp_path: Path, path: str, line: str, contract: str
) -> None:
    """One offending import, or one unlisted part, breaks its contract by name."""
    _write_empty_package(tmp_path)
    _write(tmp_path / "faregate" / path, line)
    finished = _lint(tmp_path)
    assert finished.returncode == 1
    assert f"{contract} BROKEN" in finished.stdout


def test_contracts_hold_where_nothing_is_planted(tmp_path: Path) -> None:
    """The same package without an offence passes: the offence is what was caught."""
    _write_empty_package(tmp_path)
    finished = _lint(tmp_path)
    assert finished.returncode == 0, finished.stdout
    assert finished.stdout.count("KEPT") == len(CONTRACTS)


def _write_empty_package(folder: Path) -> None:
    _write(folder / "faregate" / "__init__.py", "")
    named = {f"faregate.{name}" for layer in DESIGN for name in layer}
    for contract in CONTRACTS.values():
        named |= {*contract.get("source_modules", ()), *contract.get("forbidden_modules", ())}
    for dotted in named:
        if dotted.startswith("faregate.") and "*" not in dotted:
            _write(folder.joinpath(*dotted.split(".")).with_suffix(".py"), "")


def _write(module: Path, text: str) -> None:
    module.parent.mkdir(parents=True, exist_ok=True)
    (module.parent / "__init__.py").touch()
    # A package takes the place of a module of the same name.
    module.parent.with_suffix(".py").unlink(missing_ok=True)
    if not module.with_suffix("").is_dir():
        module.write_text(text, "utf-8")


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            Path(sys.executable).with_name("lint-imports"),
            "--config",
            ROOT / "pyproject.toml",
            "--no-cache",
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
