"""What a line deletes is gone from the bytes of its files while it runs on, not just unlinked."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from faregate.db.engine import open_database, transaction
from faregate.gate.outbox import SpentUse, SqliteOutbox
from faregate.wire.messages import DayClose, DeviceAck, SealedPassage

DEVICE = "harbour-1"
TODAY = date(2026, 3, 4)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
LEASE_LINE = b"the hash of a lease and a line.."
SEALED = "QSBzZWFsZWQgcGFzc2FnZQ"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Open the line's database, and leave it open for the test."""
    engine = open_database(tmp_path / "outbox.db")
    with transaction(engine) as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    yield engine
    engine.dispose()


@pytest.fixture
def outbox(engine: Engine) -> SqliteOutbox:
    """Give an outbox with one passage, which spent one use."""
    outbox = SqliteOutbox(engine, device=DEVICE)
    passage = SealedPassage(
        device=DEVICE, boot=1, seq=1, line=DEVICE, day=TODAY.isoformat(), sealed=SEALED
    )
    outbox.add(passage, [SpentUse(LEASE_LINE, NOON)])
    return outbox


def _left(folder: Path) -> list[bytes]:
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    return [trace for trace in (LEASE_LINE, SEALED.encode()) if trace in content]


def _settle(outbox: SqliteOutbox) -> None:
    ack = DeviceAck(device=DEVICE, boot=1, seq=1)
    outbox.acknowledge(ack)
    outbox.settle(
        DayClose(
            deployment="harbour",
            line=DEVICE,
            day=TODAY.isoformat(),
            accepted=1,
            charged=1,
            last=[ack],
        )
    )


def test_forgets_every_byte(outbox: SqliteOutbox, tmp_path: Path) -> None:
    """After the day close and the lease's end neither is in the database or its log."""
    assert _left(tmp_path) == [LEASE_LINE, SEALED.encode()]
    _settle(outbox)
    assert _left(tmp_path) == [LEASE_LINE]
    outbox.forget(today=TODAY, now=NOON)
    assert _left(tmp_path) == []


def test_forgets_once_nobody_reads_any_more(outbox: SqliteOutbox, tmp_path: Path) -> None:
    """A reader in the way stops no lane: the bytes go with a later round."""
    with closing(sqlite3.connect(tmp_path / "outbox.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM gate_outbox").fetchall()
        outbox.forget(today=TODAY, now=NOON)
        assert LEASE_LINE in _left(tmp_path)
    outbox.forget(today=TODAY, now=NOON + timedelta(minutes=1))
    assert LEASE_LINE not in _left(tmp_path)


def test_forgets_what_a_killed_run_left(
    outbox: SqliteOutbox, engine: Engine, tmp_path: Path
) -> None:
    """The next start does not know what was deleted before; its first round makes up for it."""
    with transaction(engine) as connection:
        connection.exec_driver_sql("DELETE FROM gate_spent_use")
    assert LEASE_LINE in _left(tmp_path)
    again = SqliteOutbox(engine, device=DEVICE)
    again.forget(today=TODAY, now=NOON)
    assert LEASE_LINE not in _left(tmp_path)
    assert len(outbox.pending()) == 1
