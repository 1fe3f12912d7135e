"""What the tests of the gate share."""

from pathlib import Path

import pytest

from fakes.gate_world import GateWorld, make_gate_world


@pytest.fixture
def world(tmp_path: Path) -> GateWorld:
    """Give a deployment of one line that is connected."""
    return make_gate_world(tmp_path)
