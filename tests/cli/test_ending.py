"""However a person or a service manager ends the demo, nothing of it stays behind."""

import os
import signal
import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("ending", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_a_signal_ends_the_demo_cleanly(
    faregate_command: Path, tmp_path: Path, ending: signal.Signals, code: int
) -> None:
    """Its temporary folder is gone, and there is no traceback."""
    # A job in the background of a shell is born deaf to Ctrl-C; this one must hear it.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        running = subprocess.Popen(
            [faregate_command, "demo", "--once"],
            env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, heard)
    with running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("Faregate demo")
        running.send_signal(ending)
        _, complaints = running.communicate(timeout=60)
    assert (running.returncode, complaints) == (code, "")
    assert list(tmp_path.iterdir()) == []
