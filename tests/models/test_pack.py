"""A pack is found without importing it, and only whole files pass."""

import sys
from pathlib import Path

import pytest

from fakes.own_pack import EMBEDDER, MANIFEST, put_files, put_manifest
from faregate.errors import InvalidInputError, MachineError, VerificationError
from faregate.models.pack import (
    FileState,
    VerifiedPack,
    default_models_dir,
    inspect,
    known_packs,
    locate,
    verify,
)


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    """Make a models folder with one own pack, whole."""
    put_files(put_manifest(tmp_path))
    return tmp_path


def test_an_own_pack_is_found_and_proven(models_dir: Path) -> None:
    """Bring your own: a manifest and its file in the models folder are enough."""
    assert [manifest.pack for manifest in known_packs(models_dir)] == [
        "permissive-small",
        "pip-offline",
        "pose",
        "mine",
    ]
    pack = verify("mine", models_dir)
    file = pack.manifest.files[0]
    assert pack.read(file) == EMBEDDER
    assert pack.path(file) == models_dir / "mine" / "net.onnx"


def test_a_missing_file_is_named_with_a_remedy(models_dir: Path) -> None:
    """The broken environment says which file and what to run."""
    (models_dir / "mine" / "net.onnx").unlink()
    (_, state), _ = inspect(locate("mine", models_dir))
    assert state is FileState.MISSING
    with pytest.raises(MachineError, match=r"net\.onnx.*missing.*models install mine") as error:
        verify("mine", models_dir)
    assert error.value.code == "model_missing"


@pytest.mark.parametrize(
    "content", [b"", EMBEDDER[:-1], EMBEDDER[:-1] + b"!", EMBEDDER + b"!"], ids=repr
)
def test_a_corrupt_file_is_refused(content: bytes, models_dir: Path) -> None:
    """Empty, cut, changed in one byte or longer: all are another file."""
    (models_dir / "mine" / "net.onnx").write_bytes(content)
    (_, state), _ = inspect(locate("mine", models_dir))
    assert state is FileState.CORRUPT
    with pytest.raises(VerificationError, match=r"net\.onnx.*not the one") as error:
        verify("mine", models_dir)
    assert error.value.code == "model_corrupt"


@pytest.mark.parametrize(
    "content", [EMBEDDER + b"!", EMBEDDER[:-1] + b"!"], ids=["longer", "changed"]
)
def test_a_file_changed_after_verification_is_refused(content: bytes, models_dir: Path) -> None:
    """What is opened are the proven bytes, not whatever lies there later."""
    pack = verify("mine", models_dir)
    file = pack.manifest.files[0]
    (models_dir / "mine" / "net.onnx").write_bytes(content)
    for use in (pack.read, pack.path):
        with pytest.raises(VerificationError, match="not the one"):
            use(file)
    (models_dir / "mine" / "net.onnx").unlink()
    with pytest.raises(MachineError, match="missing"):
        pack.read(file)


def test_an_unknown_pack_lists_the_known(tmp_path: Path) -> None:
    """A typing mistake is answered with the choices."""
    with pytest.raises(InvalidInputError, match="permissive-small, pip-offline"):
        locate("permisive", tmp_path)


@pytest.mark.parametrize(
    ("folder", "before", "after"),
    [
        ("pip-offline", 'pack = "mine"', 'pack = "pip-offline"'),
        ("mine", 'pack = "mine"', 'pack = "other"'),
        ("mine", 'pack = "mine"', 'pack = "mine"\npackage = "os"'),
    ],
    ids=["shipped name", "other name", "package"],
)
def test_an_own_pack_keeps_to_its_folder(
    folder: str, before: str, after: str, tmp_path: Path
) -> None:
    """It can't stand in for a shipped pack, nor point elsewhere."""
    put_manifest(tmp_path, folder=folder, text=MANIFEST.replace(before, after, 1))
    with pytest.raises(InvalidInputError) as error:
        known_packs(tmp_path)
    assert error.value.code == "manifest_name"


@pytest.mark.parametrize("content", [b"\xff\xfe", b"#" * 70_000], ids=["not text", "too long"])
def test_an_unreadable_manifest_is_named(content: bytes, tmp_path: Path) -> None:
    """Junk in the models folder is an error with the path, not a crash."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "manifest.toml").write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"mine/manifest\.toml"):
        known_packs(tmp_path)


def test_the_pip_pack_is_found_without_importing_it(tmp_path: Path) -> None:
    """Its package needs pkg_resources when imported; its files do not."""
    pack = verify("pip-offline", tmp_path)
    assert isinstance(pack, VerifiedPack)
    assert "face_recognition_models" not in sys.modules


def test_a_missing_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the demo extra the remedy is to install it."""
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(MachineError, match=r"faregate\[demo\]") as error:
        locate("pip-offline", tmp_path)
    assert error.value.code == "pack_package_missing"


def test_the_permissive_pack_is_what_its_manifest_says(test_models: Path) -> None:
    """The published files have the digests that the shipped manifest names."""
    assert verify("permissive-small", test_models).manifest.real_charging


@pytest.mark.parametrize("data_home", ["set", ""])
def test_models_lie_where_xdg_says(
    data_home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """XDG_DATA_HOME, else .local/share at home; nothing is made by asking."""
    chosen = tmp_path / data_home if data_home else tmp_path / ".local" / "share"
    monkeypatch.setenv("XDG_DATA_HOME", str(chosen) if data_home else "")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_models_dir() == chosen / "faregate" / "models"
    assert list(tmp_path.iterdir()) == []
