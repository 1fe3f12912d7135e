"""What the abuse tests share: a deployment that is under attack."""

from pathlib import Path

import pytest

from fakes.gate_world import GateWorld, make_gate_world


@pytest.fixture
def world(tmp_path: Path) -> GateWorld:
    """Give a deployment of one line that is connected."""
    return make_gate_world(tmp_path)
