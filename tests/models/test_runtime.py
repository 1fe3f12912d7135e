"""The inference runtime reports to nobody."""

import os
import subprocess
import sys
from pathlib import Path


def test_leaves_no_trace_of_telemetry(tmp_path: Path) -> None:
    """Loading the runtime writes no session id, even where the environment allows it to."""
    environment = {key: value for key, value in os.environ.items() if "TELEMETRY" not in key}
    subprocess.run(
        [sys.executable, "-c", "import faregate.models.session"],
        env={**environment, "TMPDIR": str(tmp_path), "ORT_DISABLE_TELEMETRY": "0"},
        check=True,
        timeout=120,
    )
    assert list(tmp_path.iterdir()) == []
