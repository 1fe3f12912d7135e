"""Short-lived keys as files of their own, apart from the database and from every backup.

A database page that once held a key may survive in a backup, a log or a copy; a file in a folder
that nobody backs up (best: tmpfs) can be destroyed. What an SSD keeps beneath the file system is
beyond this: PRIVACY.md says so.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from faregate.errors import MachineError

KEY_SIZE: Final = 32
_SUFFIX: Final = ".key"


class KeyFolder:
    """A folder (mode 0700) of 32-byte keys (mode 0600), one file a name."""

    def __init__(self, path: Path) -> None:
        """Use or make the folder. Raises `MachineError` if it can't be written."""
        self._path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(0o700)
        except OSError as error:
            raise _unwritable(path, error) from error

    def get_or_create(self, name: str) -> bytes:
        """Give the key of this name; a random one that survives a power cut if there was none."""
        target = self._file(name)
        with suppress(FileNotFoundError):
            return target.read_bytes()
        draft = self._path / f"{secrets.token_hex(8)}.draft"
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(KEY_SIZE))
                file.flush()
                os.fsync(file.fileno())
            # link fails where another process was first: then its key is the one.
            with suppress(FileExistsError):
                os.link(draft, target)
            draft.unlink()
            self._sync()
            return target.read_bytes()
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def get(self, name: str) -> bytes | None:
        """Give the key of this name, or None: never made, or destroyed."""
        with suppress(FileNotFoundError):
            return self._file(name).read_bytes()
        return None

    def names(self) -> tuple[str, ...]:
        """Give the names of all keys, sorted."""
        return tuple(sorted(path.stem for path in self._path.glob(f"*{_SUFFIX}")))

    def destroy(self, name: str) -> None:
        """Overwrite and delete a key. Again changes nothing."""
        target = self._file(name)
        try:
            with target.open("r+b") as file:
                file.write(bytes(KEY_SIZE))
                file.flush()
                os.fsync(file.fileno())
            target.unlink()
            self._sync()
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def _file(self, name: str) -> Path:
        return self._path / f"{name}{_SUFFIX}"

    def _sync(self) -> None:
        descriptor = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> MachineError:
    return MachineError(
        "key_folder_unwritable",
        f"The key folder {path} can't be used: {error.strerror}.",
        remedy="Choose a folder that only this user may read and write.",
    )
