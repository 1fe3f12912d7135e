"""What tests of several parts share.

Data and weights that are not in the repository are found by two environment variables only;
without them the tests that need them are skipped, and say so.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

REPOSITORY: Final = Path(__file__).resolve().parents[1]

# One profile for every run of the tests: the same examples each time, so that a red run can be
# repeated; no deadline, because the machine may be busy. `long` looks for new examples.
settings.register_profile("check", derandomize=True, deadline=None, print_blob=True)
settings.register_profile(
    "long",
    deadline=None,
    max_examples=2_000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("FAREGATE_HYPOTHESIS_PROFILE", "check"))


# What a user of the built package meets: scripts/check runs it again on the installed wheel.
_ON_THE_WHEEL: Final = frozenset({"cli", "contract", "demo", "wheel"})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the user's tests `wheel`; leave out the `long` ones unless `-m` speaks of them."""
    for item in items:
        if _ON_THE_WHEEL & set(item.path.relative_to(REPOSITORY).parts[1:2]):
            item.add_marker("wheel")
    if "long" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("long")]


def _folder_named_by(variable: str, otherwise: str, what: str) -> Path:
    folder = Path(os.environ.get(variable, REPOSITORY / otherwise))
    if not folder.is_dir():
        pytest.skip(f"{what}: {variable} names no folder, and {otherwise} is none")
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """Give the folder of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Give the folder of data sets and reference vectors that are too large to commit."""
    return _folder_named_by("FAREGATE_TEST_DATA", "../shared/data", "needs reference data")


@pytest.fixture(scope="session")
def test_models() -> Path:
    """Give the folder of model packs that cannot be had from PyPI."""
    return _folder_named_by("FAREGATE_TEST_MODELS", "../shared/models", "needs model packs")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Give Debian's browser for the tests marked `browser`."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("needs a browser: no `chromium` on PATH")
    return Path(found)


@pytest.fixture(scope="session")
def faregate_command() -> Path:
    """Give the installed `faregate` of the Python that runs the tests, wheel or checkout."""
    command = Path(sys.executable).with_name("faregate")
    if not command.exists():
        pytest.fail(f"{command} is missing: install the project into this environment")
    return command
