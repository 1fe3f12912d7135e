"""Keys in files: private, durable, shared by processes, and destroyed for good."""

import stat
from pathlib import Path

import pytest

from faregate.charging.key_folder import KEY_SIZE, KeyFolder
from faregate.errors import MachineError


def test_makes_a_key_once(tmp_path: Path) -> None:
    """The same name gives the same random key, also in another process."""
    keys = KeyFolder(tmp_path / "keys")
    first = keys.get_or_create("2026-03-02")
    assert len(first) == KEY_SIZE
    assert keys.get_or_create("2026-03-02") == first
    assert KeyFolder(tmp_path / "keys").get("2026-03-02") == first
    assert keys.get_or_create("2026-03-03") != first
    assert keys.names() == ("2026-03-02", "2026-03-03")


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    """The folder has mode 0700, a key 0600, and no draft is left."""
    KeyFolder(tmp_path / "keys").get_or_create("a")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    (file,) = (tmp_path / "keys").iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("a.key", 0o600)


def test_another_process_may_be_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two processes that make a key at once both use the one that was there first."""
    keys, other = KeyFolder(tmp_path), KeyFolder(tmp_path)
    written: list[bytes] = []

    def slow(size: int) -> bytes:
        monkeypatch.undo()
        written.append(other.get_or_create("a"))
        return bytes(size)

    monkeypatch.setattr("faregate.charging.key_folder.secrets.token_bytes", slow)
    assert keys.get_or_create("a") == written[0]
    assert [path.name for path in tmp_path.iterdir()] == ["a.key"]


def test_a_destroyed_key_is_overwritten_and_gone(tmp_path: Path) -> None:
    """Even a second name for the file shows zeros only; destroying again changes nothing."""
    keys = KeyFolder(tmp_path / "keys")
    keys.get_or_create("a")
    (tmp_path / "second name").hardlink_to(tmp_path / "keys" / "a.key")
    keys.destroy("a")
    assert (tmp_path / "second name").read_bytes() == bytes(KEY_SIZE)
    assert (keys.get("a"), keys.names()) == (None, ())
    keys.destroy("a")


def test_says_when_the_folder_can_not_be_used(tmp_path: Path) -> None:
    """A file in the way, a vanished folder and a folder in place of a key: each is told."""
    (tmp_path / "file").touch()
    with pytest.raises(MachineError) as caught:
        KeyFolder(tmp_path / "file" / "keys")
    assert caught.value.code == "key_folder_unwritable"
    keys = KeyFolder(tmp_path / "keys")
    (tmp_path / "keys").rmdir()
    with pytest.raises(MachineError):
        keys.get_or_create("a")
    (tmp_path / "keys" / "a.key").mkdir(parents=True)
    with pytest.raises(MachineError):
        keys.destroy("a")
