"""What the tests of the web part share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.small_deployment import SmallDeployment, open_small_deployment


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallDeployment]:
    """Open an office of one line."""
    with open_small_deployment(tmp_path) as opened:
        yield opened
