"""`faregate demo` as a person runs it: the day, and every mistake that can be made with it."""

import json
import socket
import subprocess
from pathlib import Path
from typing import Final

import pytest

from faregate.models.manifest import shipped_manifests

ZERO: Final = (
    "strangers_opened",
    "prints_opened",
    "stopped_opened",
    "camera_opens_idle",
    "duplicate_charges",
    "templates_at_rest_clear",
    "rows_after_withdrawal",
)
AT_LEAST_ONE: Final = (
    "strangers_seen",
    "prints_seen",
    "prints_matched_but_refused",
    "controls_opened",
    "offline_rides",
    "withdrawn_ids_kept",
    "ledger_rows_kept",
)


def run_demo(command: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, with nothing to answer it."""
    return subprocess.run(
        [command, "demo", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.demo
def test_the_day_goes_well(faregate_command: Path, tmp_path: Path) -> None:
    """One command plays the whole day from installed packages, and every figure is right."""
    report, roles = tmp_path / "report.json", tmp_path / "day"
    finished = run_demo(faregate_command, "--once", "--report", report, "--folder", roles)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    figures = json.loads(report.read_text("utf-8"))
    assert {key: figures[key] for key in ZERO} == dict.fromkeys(ZERO, 0)
    assert [key for key in AT_LEAST_ONE if figures[key] < 1] == []
    assert figures["enrolled"] == 2
    assert figures["charges"] == 4
    assert (figures["charged_minor"], figures["currency"]) == (4 * 275, "EUR")
    assert figures["reasons"]["not_live"] == 1
    assert 0 < figures["frame_to_open_ms_p50"] <= figures["frame_to_open_ms_p95"]
    assert "Every figure is what it must be." in finished.stdout
    assert "Rider A reads, with a key of their own: Harbour - Museum" in finished.stdout
    # What a person finds who looks into the folder afterwards: no picture but the recordings.
    suffixes = {path.suffix for path in (roles / "roles").rglob("*") if path.is_file()}
    assert suffixes <= {".db", ".pem", ".key", ""}


def assert_one_clear_line(finished: subprocess.CompletedProcess[str], *, code: str) -> None:
    """Check how a mistake is told: exit code 2, one line, what to do, and the stable code."""
    assert finished.returncode == 2, finished.stdout + finished.stderr
    (line,) = finished.stderr.strip().splitlines()
    assert line.startswith("faregate: ")
    assert line.endswith(f"[{code}]")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--camera", "97"], "camera_missing"),
        (["--camera", "nonsense"], "camera_name"),
        (["--camera", "{tmp}/none.mkv"], "video_missing"),
        (["--camera", "{tmp}/text.mp4"], "video_unreadable"),
        (["--folder", "/proc/demo"], "folder_unwritable"),
        (["--folder", "{tmp}"], "folder_in_use"),
        (["--report", "{tmp}/none/report.json"], "report_unwritable"),
        (["--config", "{tmp}/none.toml"], "config_unreadable"),
        (["--config", "{tmp}/typo.toml"], "config_unknown_key"),
        (["--config", "{tmp}/corrupt.toml"], "model_corrupt"),
        (["--config", "{tmp}/missing.toml"], "model_missing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_is_one_clear_line(
    faregate_command: Path, tmp_path: Path, arguments: list[str], code: str
) -> None:
    """Bad input is told in one line with what to do, and leaves nothing behind."""
    (tmp_path / "text.mp4").write_text("this is no video")
    (tmp_path / "typo.toml").write_text("[gate]\nsimilarity_mn = 0.9\n")
    (tmp_path / "missing.toml").write_text(
        f'[models]\npack = "permissive-small"\nfolder = "{tmp_path}/empty"\n'
    )
    (tmp_path / "corrupt.toml").write_text(
        f'[models]\npack = "permissive-small"\nfolder = "{tmp_path}/models"\n'
    )
    pack = next(one for one in shipped_manifests() if one.pack == "permissive-small")
    (tmp_path / "models" / pack.pack).mkdir(parents=True)
    for file in pack.files:
        (tmp_path / "models" / pack.pack / file.name).write_bytes(b"not a model")
    before = sorted(tmp_path.rglob("*"))
    filled = [argument.format(tmp=tmp_path) for argument in arguments]
    assert_one_clear_line(run_demo(faregate_command, "--once", *filled), code=code)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.enable_socket
def test_a_taken_port_is_one_clear_line(faregate_command: Path) -> None:
    """A port in use is told before anything is played."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        finished = run_demo(faregate_command, "--once", "--port", port)
    assert_one_clear_line(finished, code="port")


def test_the_version_is_told(faregate_command: Path) -> None:
    """`--version` prints one line."""
    finished = subprocess.run(
        [faregate_command, "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert finished.stdout.startswith("faregate 0.")
