"""`faregate models` says in plain words what is there, and fails with one clear line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from fakes.own_pack import put_files, put_manifest
from faregate.cli.models import models_app
from faregate.errors import FaregateError, VerificationError


def run(models_dir: Path, *arguments: str) -> str:
    """Run one command; give what it printed, or raise what it raised."""
    result = CliRunner(env={"COLUMNS": "200"}).invoke(
        models_app, [*arguments, "--models-dir", str(models_dir)]
    )
    if result.exception is not None:
        raise result.exception
    return result.output


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    """Make a models folder that knows one own pack, without its files."""
    put_manifest(tmp_path)
    return tmp_path


def row(output: str, pack: str) -> str:
    """Find the line of the table about a pack."""
    return next(line for line in output.splitlines() if f" {pack} " in line)


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({}, " no "),
        ({"net.onnx": b"not really a network"}, " in part "),
        ({"net.onnx": b"damaged"}, " damaged "),
        ({"net.onnx": b"not really a network", "live.onnx": b"nor is this"}, " yes "),
    ],
    ids=["none", "one", "damaged", "both"],
)
def test_list_says_what_is_here(files: dict[str, bytes], word: str, models_dir: Path) -> None:
    """Absent, in part, damaged and whole packs are told apart."""
    for name, content in files.items():
        (models_dir / "mine" / name).write_bytes(content)
    assert word in row(run(models_dir, "list"), "mine")


def test_list_says_what_may_take_money(models_dir: Path) -> None:
    """The demo's pack is shown as refused for real charging."""
    output = run(models_dir, "list")
    assert "refused" in row(output, "pip-offline")
    assert "allowed" in row(output, "permissive-small")


def test_card_shows_what_was_measured(models_dir: Path) -> None:
    """Thresholds, the rate with its interval, on what, and when; of shipped and own packs."""
    own = run(models_dir, "card", "mine")
    for word in ("0.6", "1.0e-06", "1.0e-07 to 5.0e-06", "1,000,000", "made up", "2026-06-01"):
        assert word in own
    assert "0.964" in run(models_dir, "card", "pip-offline")


def test_verify_names_every_file(models_dir: Path) -> None:
    """Every pack that is here, with the licence of each file."""
    put_files(models_dir / "mine")
    output = run(models_dir, "verify")
    assert "mine: net.onnx: embedder, Apache-2.0: whole" in output
    assert "pip-offline: dlib_face_recognition_resnet_model_v1.dat" in output
    assert "permissive-small" not in output


def test_verify_fails_for_a_damaged_pack(models_dir: Path) -> None:
    """Damaged is not skipped, neither by name nor among all."""
    put_files(models_dir / "mine")
    (models_dir / "mine" / "live.onnx").write_bytes(b"damaged")
    for arguments in (("verify",), ("verify", "mine")):
        with pytest.raises(VerificationError, match=r"live\.onnx"):
            run(models_dir, *arguments)


def test_install_says_where(models_dir: Path, tmp_path: Path) -> None:
    """After installing, verify passes."""
    put_files(tmp_path / "source")
    assert "mine is installed in" in run(
        models_dir, "install", "mine", "--from", str(tmp_path / "source")
    )
    assert "mine: live.onnx" in run(models_dir, "verify", "mine")


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "absent"),
        ("verify", "mine"),
        ("install", "mine", "--from", "/absent"),
        ("card", "absent"),
    ],
    ids=["unknown pack", "missing files", "missing source", "no card"],
)
def test_failures_carry_code_two_and_a_remedy(arguments: tuple[str, ...], models_dir: Path) -> None:
    """The entry point prints these on one line and exits with their code."""
    with pytest.raises(FaregateError) as error:
        run(models_dir, *arguments)
    assert error.value.exit_code == 2
    assert "\n" not in str(error.value)
    assert error.value.remedy
