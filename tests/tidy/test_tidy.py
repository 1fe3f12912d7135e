"""Keep the house: what no linter checks, with exception lists that can only shrink.

Each list names what may break a rule, and why. A test fails both when something that is not on
its list breaks the rule and when something on the list no longer does.
"""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
SRC: Final = ROOT / "src" / "faregate"
TESTS: Final = ROOT / "tests"

FILE_LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 60
FILE_BYTES_MAX: Final = 1_000_000

TOO_LONG: Final[Mapping[str, str]] = {}
"""Python files over the limit."""

TOO_LONG_FUNCTIONS: Final[Mapping[str, str]] = {
    "src/faregate/bootstrap/roles.py::build_office": "wiring: one call a part, and no branch",
    "src/faregate/demo/world.py::open_world": "wiring: one call a role, and no branch but a loop",
    "src/faregate/consent/verify_lease.py::verify_lease": (
        "the numbered steps of message 6, to be read in one piece beside the protocol"
    ),
}
"""`path::function` over the limit."""

CATCHES_EVERYTHING: Final[Mapping[str, str]] = {}
"""Files at a process edge, where nothing above is left to handle an unforeseen error."""

TESTS_OF_SEVERAL_MODULES: Final[Mapping[str, str]] = {
    "tests/charging/test_late_rides.py": "intake and day close over several days",
    "tests/cli/test_ending.py": "how a signal ends any command",
    "tests/demo/test_broken_day.py": "the whole day, with one part of the system broken",
    "tests/face/test_any_frame.py": "frames of any size and shape through both packs",
    "tests/face/test_own_pack.py": "a pack of one's own, from its manifest to a template",
    "tests/face/test_turns_at_a_kiosk.py": "detectors and pose, for the challenge's limits",
    "tests/gate/test_failing_rounds.py": "rounds, line and outbox when the disk or the log fails",
    "tests/gate/test_hostile_leases.py": "what the wire, consent and admission refuse together",
}
"""Test files in a part's folder that are about no single module of that part."""

PARTS_TESTED_ELSEWHERE: Final[Mapping[str, str]] = {}
"""Parts without a folder of tests of their own."""

READ_WITHOUT_IMPORT: Final[Mapping[str, str]] = {
    "dlib-bin": "imported as `dlib`, which its metadata does not name",
    "face-recognition-models": "its files are read by path: importing it needs pkg_resources",
    "scikit-image": "a portrait is read by path",
    "tzdata": "zoneinfo finds it by itself",
}
"""Dependencies that no module imports."""

TEST_FOLDERS_OF_NO_PART: Final[Mapping[str, str]] = {
    "contract": "an interface's contract, on every implementation",
    "abuse": "what must never work, attack by attack",
    "docs": "what README and the other pages say is true",
    "golden": "bytes that other programs rely on",
    "tidy": "the house itself",
    "wheel": "the built package",
}
"""Folders of `tests` that mirror no part of `src`."""

# Machine-made folders, and version control; everything else in the checkout is looked at.
NOT_OURS: Final = frozenset({".git", ".venv", "__pycache__", "build", "dist"})


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in NOT_OURS or path.name.endswith("_cache") or path.name == ".hypothesis":
            continue
        if path.is_dir():
            yield from _walk(path)
        elif not path.name.startswith(".coverage"):
            yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


EVERY_FILE: Final = list(_walk(ROOT))
SOURCES: Final = [path for path in EVERY_FILE if path.suffix == ".py" and SRC in path.parents]
TEST_CODE: Final = [path for path in EVERY_FILE if path.suffix == ".py" and TESTS in path.parents]
TEST_FILES: Final = [path for path in TEST_CODE if path.name.startswith("test_")]
TREES: Final = {path: ast.parse(path.read_text("utf-8")) for path in [*SOURCES, *TEST_CODE]}

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.Module) -> Iterator[_Function]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _test_functions() -> Iterator[tuple[str, _Function]]:
    for path in TEST_FILES:
        for function in _functions(TREES[path]):
            if function.name.startswith("test_"):
                yield f"{_name(path)}::{function.name}", function


def _assert_list_is_exact(offenders: set[str], allowed: Mapping[str, str], rule: str) -> None:
    assert offenders - set(allowed) == set(), f"{rule}: mend these, or list them with a reason"
    assert set(allowed) - offenders == set(), f"{rule}: these keep the rule now; unlist them"
    assert all(allowed.values()), f"{rule}: each exception needs a reason"


def test_files_are_short() -> None:
    """A file that nobody can hold in mind gets split."""
    offenders = {
        _name(path)
        for path, tree in TREES.items()
        if len(path.read_text("utf-8").splitlines()) > FILE_LINES_MAX and tree.body
    }
    _assert_list_is_exact(offenders, TOO_LONG, f"at most {FILE_LINES_MAX} lines")


def test_functions_are_short() -> None:
    """A function fits on a screen."""
    offenders = {
        f"{_name(path)}::{function.name}"
        for path, tree in TREES.items()
        for function in _functions(tree)
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LINES_MAX
    }
    _assert_list_is_exact(offenders, TOO_LONG_FUNCTIONS, f"at most {FUNCTION_LINES_MAX} lines")


def test_packages_are_empty() -> None:
    """A name is imported from where it is defined: a package exports nothing."""
    assert [_name(path) for path in SOURCES if path.name == "__init__.py" and _size(path)] == []


def test_tests_are_no_packages() -> None:
    """Test files have unique names instead of packages, so none hides another."""
    assert [_name(path) for path in TEST_CODE if path.name == "__init__.py"] == []
    names = Counter(path.name for path in TEST_FILES)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_module_says_what_it_is() -> None:
    """Each module with code begins with a docstring."""
    silent = [_name(path) for path, tree in TREES.items() if tree.body and not _doc(tree)]
    assert silent == []


def test_every_test_says_what_it_proves() -> None:
    """Each test has a docstring that is a sentence."""
    silent = [name for name, function in _test_functions() if not _doc(function).endswith(".")]
    assert silent == []


def test_every_test_can_fail() -> None:
    """Each test asserts something: itself, by an expected exception, or by what raises."""
    harmless = [name for name, function in _test_functions() if not _asserts(function)]
    assert harmless == []


def _asserts(function: _Function) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2].lstrip("_")
            if called in {"raises", "warns", "fail"} or called.startswith(
                ("assert", "check", "verify")
            ):
                return True
    return False


def _doc(node: ast.Module | _Function) -> str:
    return ast.get_docstring(node) or ""


def _size(path: Path) -> int:
    return path.stat().st_size


def test_the_package_is_typed() -> None:
    """Users' type checkers see our annotations."""
    assert (SRC / "py.typed").is_file()


def test_only_process_edges_catch_everything() -> None:
    """An unforeseen error is seen by a person, not swallowed on its way."""
    offenders = {
        _name(path)
        for path in SOURCES
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node)
    }
    _assert_list_is_exact(offenders, CATCHES_EVERYTHING, "no `except Exception`")


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    if isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None:
        return False  # cleans up and lets the error go on
    if handler.type is None:
        return True
    named = {ast.unparse(node) for node in ast.walk(handler.type)}
    return bool(named & {"Exception", "BaseException"})


def _lines_with(pattern: re.Pattern[str], keep: Callable[[Path], bool]) -> list[str]:
    found = []
    for path in filter(keep, EVERY_FILE):
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture or an archive, not a text
        found += [
            f"{_name(path)}:{number}: {line.strip()}"
            for number, line in enumerate(lines, 1)
            if pattern.search(line)
        ]
    return found


def test_what_is_left_to_do_has_an_owner() -> None:
    """Work that is left in the text names who will do it."""
    ownerless = re.compile(r"\b(?:T[O]DO|F[I]XME|X[X]X|H[A]CK)\b(?!\([a-z0-9-]+\))")
    assert _lines_with(ownerless, lambda path: path.suffix in {".py", ".js", ".html", ".css"}) == []


def test_no_path_of_one_machine() -> None:
    """Nothing works, or reads well, on one machine only."""
    machine = re.compile(r"(?<![\w.~-])/(?:home|Users|root|tmp|work|mnt)/\w|[A-Z]:\\\\?Users")
    assert _lines_with(machine, lambda path: path.name != "uv.lock") == []


def test_the_lock_names_the_public_index_only() -> None:
    """A fresh machine installs from where everybody does."""
    hosts = set(re.findall(r"https?://([^/\"]+)|file:", (ROOT / "uv.lock").read_text("utf-8")))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_nothing_large_is_committed() -> None:
    """Weights and recordings of people stay out of the repository."""
    assert [_name(path) for path in EVERY_FILE if _size(path) > FILE_BYTES_MAX] == []


def test_dependencies_are_what_the_source_imports() -> None:
    """Every declared package is imported somewhere, and every imported one is declared."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {
        re.split(r"[<>=!~ \[]", line, maxsplit=1)[0].lower()
        for lines in (project["dependencies"], *project["optional-dependencies"].values())
        for line in lines
    }
    imported = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else alias.name
        for path in SOURCES
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    owners = packages_distributions()
    needed = {
        owners[name.split(".")[0]][0].lower()
        for name in imported
        if name.split(".")[0] in owners and not name.startswith("faregate")
    }
    _assert_list_is_exact(declared - needed, READ_WITHOUT_IMPORT, "each dependency is imported")
    assert needed - declared == set(), "imported, and only installed through something else"


def test_tests_mirror_the_source() -> None:
    """Whoever looks for a module's test knows its folder and its name."""
    parts = {path.parent for path in SOURCES if path.name != "__init__.py"} - {SRC}
    parts = {SRC / path.relative_to(SRC).parts[0] for path in parts}
    untested = {part.name for part in parts if not list((TESTS / part.name).glob("test_*.py"))}
    _assert_list_is_exact(untested, PARTS_TESTED_ELSEWHERE, "each part has its tests/<part>")
    folders = {path.relative_to(TESTS).parts[0] for path in TEST_FILES if path.parent != TESTS}
    odd = folders - {part.name for part in parts}
    _assert_list_is_exact(odd, TEST_FOLDERS_OF_NO_PART, "tests/<part> mirrors src/faregate/<part>")


def test_test_files_are_named_after_modules() -> None:
    """A test file is called `test_<module>…` or `test_<part>_<module>…`."""
    offenders = set()
    for path in TEST_FILES:
        folder = path.relative_to(TESTS).parent.parts
        if folder and folder[0] in TEST_FOLDERS_OF_NO_PART:
            continue
        modules = [
            module.stem
            for module in SRC.joinpath(*folder[:1]).rglob("*.py")
            if module.stem[0] != "_"
        ]
        subject = path.stem.removeprefix("test_")
        named = (*modules, *(f"{folder[0]}_{module}" for module in modules if folder))
        if not any(subject == name or subject.startswith(f"{name}_") for name in named):
            offenders.add(_name(path))
    _assert_list_is_exact(offenders, TESTS_OF_SEVERAL_MODULES, "test_<module>.py")


PUBLIC_NAMES: Final = (ROOT / "docs" / "reference" / "public-names.txt").read_text("utf-8").split()


@pytest.mark.parametrize("public", PUBLIC_NAMES)
def test_public_names_exist_where_they_are_listed(public: str) -> None:
    """Each listed name is defined, in the open, in the module that the list says."""
    module, _, name = public.rpartition(".")
    tree = TREES[ROOT.joinpath("src", *module.split(".")).with_suffix(".py")]
    assert not name.startswith("_")
    assert name in set(_defined(tree))


def test_public_names_are_sorted_and_listed_once() -> None:
    """A change of the public names shows as one line in a diff."""
    assert sorted(set(PUBLIC_NAMES)) == PUBLIC_NAMES


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case _:
                pass
