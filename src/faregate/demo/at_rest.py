"""Search everything that the roles keep on disk, byte by byte and row by row.

This is the demo's own auditor. It is given what to look for by the riders' side, and opens every
file and every table as somebody who seized the folder would.
"""

import base64
import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SQLITE_MAGIC: Final = b"SQLite format 3\x00"
_SQLITE_INDEX: Final = "-shm"
"""The index of a write-ahead log: page numbers and readers' marks, no content of any page."""
_WINDOW: Final = 24
"""Bytes of a template that can't be there by chance: 24 of a 128-byte template at once."""


@dataclass(frozen=True, slots=True)
class Needle:
    """One secret or id, in every spelling in which it could lie about."""

    name: str
    spellings: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """One row of one table that holds a needle; `number` counts the table's rows from 0."""

    store: Path
    table: str
    number: int
    needle: str


def id_needle(name: str, raw: bytes) -> Needle:
    """Look for an id: raw, hex, base64url and base64."""
    return Needle(
        name,
        (
            raw,
            raw.hex().encode(),
            raw.hex().upper().encode(),
            base64.urlsafe_b64encode(raw).rstrip(b"="),
            base64.b64encode(raw).rstrip(b"="),
        ),
    )


def template_needles(name: str, vector: NDArray[np.float32]) -> Needle:
    """Look for a template, unit float32 vector of length D: whole or any piece of 24 bytes.

    As float32, float64, float16 and int8 (at the scale of a stored template, max |v| = 127),
    each raw, hex and base64 at its three alignments.
    """
    quantized = np.rint(vector * (127.0 / float(np.max(np.abs(vector))))).astype(np.int8)
    plain = [
        vector.astype("<f4").tobytes(),
        vector.astype("<f8").tobytes(),
        vector.astype("<f2").tobytes(),
        quantized.tobytes(),
    ]
    return Needle(name, tuple(spelling for data in plain for spelling in _pieces(data)))


def template_bytes_needle(name: str, quantized: bytes | bytearray | memoryview) -> Needle:
    """Look for the stored form of a template (int8, D bytes), whole or any piece of 24 bytes."""
    return Needle(name, tuple(_pieces(bytes(quantized))))


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data) - _WINDOW + 1, _WINDOW):
        piece = data[start : start + _WINDOW]
        yield piece
        yield piece.hex().encode()
        for shift in range(3):
            # Inside base64 text only whole groups of three bytes are spelled by themselves.
            aligned = piece[shift : shift + (_WINDOW - shift) // 3 * 3]
            yield base64.b64encode(aligned)
            yield base64.urlsafe_b64encode(aligned)


def files_with(folder: Path, needles: Iterable[Needle]) -> list[tuple[Path, str]]:
    """Give each file under `folder` that holds a needle in any spelling, with its name."""
    wanted = tuple(needles)
    found: list[tuple[Path, str]] = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        found.extend((path, needle.name) for needle in wanted if _holds(content, needle))
    return found


def fingerprints(folder: Path) -> dict[Path, bytes]:
    """Give the SHA-256 of each file under `folder`, to see later what was written meanwhile."""
    return {
        path: hashlib.sha256(path.read_bytes()).digest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(_SQLITE_INDEX)
    }


def rows_with(folder: Path, needles: Iterable[Needle]) -> list[FoundRow]:
    """Give each row of each SQLite table under `folder` that holds a needle."""
    wanted = tuple(needles)
    return [
        FoundRow(store=path, table=table, number=number, needle=needle.name)
        for path in databases(folder)
        for table, number, row in _rows(path)
        for needle in wanted
        if any(_holds(value, needle) for value in row)
    ]


def databases(folder: Path) -> list[Path]:
    """Give the SQLite files under `folder`, known by their first bytes, not by their names."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.read_bytes()[: len(_SQLITE_MAGIC)] == _SQLITE_MAGIC
    )


def row_count(store: Path, table: str) -> int:
    """Count the rows of one table; none where there is no such table."""
    return sum(name == table for name, _, _ in _rows(store))


def _rows(store: Path) -> Iterator[tuple[str, int, tuple[bytes, ...]]]:
    with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        tables = [
            str(name)
            for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        ]
        for table in tables:
            quoted = table.replace('"', '""')
            rows = connection.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - quoted
            for number, row in enumerate(rows):
                yield table, number, tuple(_as_bytes(value) for value in row)


def _as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _holds(content: bytes, needle: Needle) -> bool:
    return any(spelling in content for spelling in needle.spellings)
