"""The log's one file: framed records, appended and synced, read back with verification.

A record is header ‖ data; the header is u32 length, u8 kind, u32 CRC-32 of the data and u32 CRC-32
of the nine bytes before, big-endian. Records come in commits: any number of leaves and, as the last
record, the signed checkpoint over them. A commit without its checkpoint was never acknowledged.

The checksums tell a torn write from damage; they are no protection against an attacker. That is
the signed root, which `OneFileLog` recomputes.
"""

import fcntl
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from faregate.errors import MachineError

_MAGIC: Final = b"faregate log v1\n"
_FIELDS: Final = struct.Struct(">IBI")
_CRC: Final = struct.Struct(">I")
_HEADER_SIZE: Final = _FIELDS.size + _CRC.size
_DATA_MAX: Final = 64 * 1024


class RecordKind(IntEnum):
    """What a record holds."""

    LEAF = 1
    CHECKPOINT = 2


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the file."""

    kind: RecordKind
    data: bytes


class Journal:
    """An append-only file of commits, open in one process at a time.

    `append` returns when the commit survives a power cut. After a failed write or sync the file's
    state is unknown, and the journal refuses everything until it is opened again.
    """

    def __init__(self, path: Path) -> None:
        """Open and lock the file. Raises `MachineError` if it is missing, damaged or in use."""
        self._path = path
        self._usable = True
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise MachineError(
                "log_file",
                f"The log at {path} cannot be opened: {error.strerror}.",
                remedy="Check the path; a new log is made by its set-up only.",
            ) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._records, self._end = self._recover(path.read_bytes())
        except BlockingIOError:
            os.close(self._fd)
            raise MachineError(
                "log_in_use", f"The log at {path} is open elsewhere.", remedy="Stop the other one."
            ) from None
        except MachineError:
            os.close(self._fd)
            raise

    @staticmethod
    def create(path: Path) -> None:
        """Make an empty file. Raises `MachineError` if there is one, or it can't be written."""
        try:
            with path.open("xb") as file:
                file.write(_MAGIC)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise MachineError(
                "log_file",
                f"A log cannot be made at {path}: {error.strerror}.",
                remedy="Give a new file name in a folder that can be written.",
            ) from error

    def take_records(self) -> Sequence[Record]:
        """Give the committed records that were found on opening; once, to save memory."""
        records, self._records = self._records, []
        return records

    def append(self, records: Sequence[Record]) -> None:
        """Write one commit behind the last and sync it. Raises `MachineError`."""
        if not records or records[-1].kind is not RecordKind.CHECKPOINT:
            raise ValueError("a commit ends with its checkpoint")
        if not self._usable:
            raise _write_failed(self._path, "an earlier write failed")
        data = b"".join(map(_frame, records))
        try:
            written = 0
            while written < len(data):
                written += os.pwrite(self._fd, data[written:], self._end + written)
            os.fsync(self._fd)
        except OSError as error:
            # After a failed fsync the kernel may have dropped the pages: what is on disk is known
            # only by reading it again.
            self._usable = False
            raise _write_failed(self._path, str(error.strerror)) from error
        self._end += len(data)

    def close(self) -> None:
        """Release the file. A second call changes nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self._usable = False

    def _recover(self, data: bytes) -> tuple[list[Record], int]:
        """Read all commits and cut off a torn one at the end."""
        if not data.startswith(_MAGIC):
            raise _damaged(self._path, 0)
        records: list[Record] = []
        committed, end = 0, len(_MAGIC)
        for record, position in _parse(data, self._path):
            records.append(record)
            if record.kind is RecordKind.CHECKPOINT:
                committed, end = len(records), position
        if end < len(data):
            os.ftruncate(self._fd, end)
            os.fsync(self._fd)
        return records[:committed], end


def _frame(record: Record) -> bytes:
    if not 0 < len(record.data) <= _DATA_MAX:
        raise ValueError(f"a record holds 1 to {_DATA_MAX} bytes")
    fields = _FIELDS.pack(len(record.data), record.kind, zlib.crc32(record.data))
    return fields + _CRC.pack(zlib.crc32(fields)) + record.data


def _parse(data: bytes, path: Path) -> Iterator[tuple[Record, int]]:
    """Give each whole record with the position behind it, up to the end or a torn record.

    Torn is what a power cut leaves: the file ends inside the record, or the rest of it is zeros.
    Everything else that does not add up is damage, perhaps to an acknowledged entry, and is
    refused: to cut it off would be to forget. (A disk that wrote a later block of the last commit
    before an earlier one looks like damage too; refusing is the safe mistake.)
    """
    written = len(data.rstrip(b"\x00"))  # from here on all is zero
    position = len(_MAGIC)
    while position < len(data):
        header = data[position : position + _HEADER_SIZE]
        body = position + _HEADER_SIZE
        if len(header) < _HEADER_SIZE or written <= position:
            return
        length, kind, crc = _FIELDS.unpack(header[: _FIELDS.size])
        if _CRC.pack(zlib.crc32(header[: _FIELDS.size])) != header[_FIELDS.size :]:
            if written < body:
                return
            raise _damaged(path, position)
        content = data[body : body + length]
        if len(content) < length:
            return
        if zlib.crc32(content) != crc:
            if written < body + length:
                return
            raise _damaged(path, position)
        try:
            record = Record(RecordKind(kind), content)
        except ValueError:
            raise _damaged(path, position) from None
        position = body + length
        yield record, position


def _damaged(path: Path, position: int) -> MachineError:
    return MachineError(
        "log_damaged",
        f"The log at {path} is damaged at byte {position}.",
        remedy="Restore it from a copy; never shorten it, the witnesses would refuse it.",
    )


def _write_failed(path: Path, why: str) -> MachineError:
    return MachineError(
        "log_write",
        f"The log at {path} cannot be written: {why}.",
        remedy="Free some space or mend the disk, then restart; nothing was acknowledged.",
    )
