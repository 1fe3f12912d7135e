"""The searcher finds what it is told to look for, in every spelling, or it proves nothing."""

import base64
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from faregate.demo.at_rest import (
    databases,
    files_with,
    id_needle,
    rows_with,
    template_bytes_needle,
    template_needles,
)

VECTOR = np.random.default_rng(7).standard_normal(128).astype(np.float32)
VECTOR /= np.linalg.norm(VECTOR)
QUANTIZED = np.rint(VECTOR * (127.0 / np.abs(VECTOR).max())).astype(np.int8).tobytes()
CONSENT = bytes(range(16))


@pytest.mark.parametrize(
    "content",
    [
        VECTOR.tobytes(),
        VECTOR.astype(np.float64).tobytes(),
        VECTOR.astype(np.float16).tobytes(),
        QUANTIZED,
        QUANTIZED.hex().encode(),
        base64.b64encode(QUANTIZED),
        base64.urlsafe_b64encode(b"x" + QUANTIZED),
        base64.b64encode(b"xy" + VECTOR.tobytes()),
        QUANTIZED[48:],
    ],
    ids=["f4", "f8", "f2", "int8", "hex", "base64", "shifted", "shifted-f4", "a-piece"],
)
def test_finds_a_template(tmp_path: Path, content: bytes) -> None:
    """A template in the clear is found in any usual spelling, inside other bytes."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_bytes(b"\x01before" + content + b"after")
    found = files_with(tmp_path, [template_needles("A", VECTOR)])
    assert found == [(tmp_path / "inner" / "file", "A")]


def test_finds_the_stored_form(tmp_path: Path) -> None:
    """The int8 form that is sealed is looked for by its own bytes."""
    (tmp_path / "file").write_bytes(b"x" * 100 + QUANTIZED)
    assert files_with(tmp_path, [template_bytes_needle("T", QUANTIZED)])


def test_finds_nothing_in_other_bytes(tmp_path: Path) -> None:
    """Ciphertext and other people's templates are not mistaken for it."""
    random = np.random.default_rng(8)
    (tmp_path / "file").write_bytes(random.bytes(1_000_000))
    assert files_with(tmp_path, [template_needles("A", VECTOR)]) == []


def test_finds_rows(tmp_path: Path) -> None:
    """Each row that holds an id is found: as raw bytes, and inside text as base64url."""
    store = tmp_path / "office.db"
    text = base64.urlsafe_b64encode(CONSENT).rstrip(b"=").decode()
    with closing(sqlite3.connect(store)) as connection:
        connection.execute('CREATE TABLE "odd ""name" (id BLOB, note TEXT)')
        connection.execute(
            'INSERT INTO "odd ""name" VALUES (?, ?), (?, ?), (?, ?)',
            (CONSENT, "", b"", f'{{"consent_id":"{text}"}}', b"other", "other"),
        )
        connection.commit()
    found = rows_with(tmp_path, [id_needle("consent", CONSENT)])
    assert [(row.table, row.needle) for row in found] == [('odd "name', "consent")] * 2
    assert databases(tmp_path) == [store]
