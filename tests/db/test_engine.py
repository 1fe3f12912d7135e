"""The database keeps what was committed, is private, and forgets when told to."""

import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from faregate.db.engine import forget_deleted, open_database, snapshot, transaction
from faregate.errors import MachineError

CANARY = "canary-5f2c9a"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Give an empty database with one table."""
    engine = open_database(tmp_path / "office.db")
    with transaction(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
    yield engine
    engine.dispose()


def _write(engine: Engine, text: str) -> None:
    with transaction(engine) as connection:
        connection.exec_driver_sql("INSERT INTO notes (text) VALUES (?)", (text,))


def _count(engine: Engine) -> int:
    with snapshot(engine) as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one())


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 10_000),
        ("temp_store", 2),
    ],
)
def test_every_connection_is_prepared(engine: Engine, pragma: str, value: str | int) -> None:
    """Each connection has the settings that durability and forgetting rest on."""
    with snapshot(engine) as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


def test_only_the_owner_may_read_the_files(engine: Engine, tmp_path: Path) -> None:
    """The database and its companions have mode 0600."""
    _write(engine, "x")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"office.db": 0o600, "office.db-wal": 0o600, "office.db-shm": 0o600}


def test_opening_closes_a_file_that_was_open_to_others(tmp_path: Path) -> None:
    """A database that others could read is made private on opening."""
    path = tmp_path / "office.db"
    path.touch(mode=0o644)
    open_database(path).dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_exception_rolls_back(engine: Engine) -> None:
    """Nothing of a failed transaction stays."""
    _write(engine, "first")
    with pytest.raises(ZeroDivisionError), transaction(engine) as connection:
        assert connection.exec_driver_sql("INSERT INTO notes (text) VALUES ('x')").rowcount // 0
    assert _count(engine) == 1


def test_a_transaction_takes_the_write_lock_at_once(engine: Engine, tmp_path: Path) -> None:
    """A second writer is kept out before the first one has written anything."""
    with (
        transaction(engine),
        sqlite3.connect(tmp_path / "office.db", timeout=0) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_snapshot_waits_for_no_writer(engine: Engine) -> None:
    """A reader sees the state before a transaction that is still open."""
    _write(engine, "before")
    with transaction(engine) as connection:
        connection.exec_driver_sql("INSERT INTO notes (text) VALUES ('after')")
        assert _count(engine) == 1
    assert _count(engine) == 2


_KILLED = """
import os, sys
from pathlib import Path
from faregate.db.engine import open_database, transaction
with transaction(open_database(Path(sys.argv[1]))) as connection:
    connection.exec_driver_sql("CREATE TABLE notes (id INTEGER PRIMARY KEY)")
    connection.exec_driver_sql("INSERT INTO notes VALUES (7)")
with transaction(connection.engine) as connection:
    connection.exec_driver_sql("INSERT INTO notes VALUES (8)")
    os.kill(os.getpid(), 9)
"""


def test_a_kill_keeps_what_was_committed_and_nothing_else(tmp_path: Path) -> None:
    """A process killed within a transaction loses that one, and none before it."""
    path = tmp_path / "office.db"
    done = subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False)
    assert done.returncode == -9
    engine = open_database(path)
    assert _count(engine) == 1
    engine.dispose()


def test_an_error_does_not_show_the_values(engine: Engine) -> None:
    """The text of a database error carries no row into a log."""
    _write(engine, CANARY)
    with pytest.raises(IntegrityError) as caught:
        _write(engine, CANARY)
    assert CANARY not in str(caught.value)


def _holds_canary(folder: Path) -> bool:
    return any(CANARY.encode() in path.read_bytes() for path in folder.iterdir())


def test_forgets_deleted_bytes(engine: Engine, tmp_path: Path) -> None:
    """After deleting and forgetting no file holds the row; before forgetting one still does."""
    for number in range(200):
        _write(engine, f"{number} {CANARY} " + "x" * 300)
    with transaction(engine) as connection:
        connection.exec_driver_sql("DELETE FROM notes")
    assert _holds_canary(tmp_path)
    forget_deleted(engine)
    assert not _holds_canary(tmp_path)


def test_forgetting_says_so_when_a_reader_needs_the_old_bytes(
    engine: Engine, tmp_path: Path
) -> None:
    """An open reader makes forgetting fail loudly instead of quietly leaving bytes behind."""
    _write(engine, CANARY)
    with transaction(engine) as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    reader = sqlite3.connect(tmp_path / "office.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM notes").fetchall()
    with pytest.raises(MachineError) as caught:
        forget_deleted(engine)
    reader.close()
    assert caught.value.code == "database_busy"
    forget_deleted(engine)


def test_forgetting_says_so_while_another_connection_writes(engine: Engine, tmp_path: Path) -> None:
    """A writer in the way is told like a reader."""
    _write(engine, CANARY)
    with transaction(engine) as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    writer = sqlite3.connect(tmp_path / "office.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(MachineError) as caught:
        forget_deleted(engine)
    writer.close()
    assert caught.value.code == "database_busy"


def _missing_folder(folder: Path) -> Path:
    return folder / "missing" / "office.db"


def _folder(folder: Path) -> Path:
    return folder


def _text_file(folder: Path) -> Path:
    path = folder / "office.db"
    path.write_text("a plain text, longer than the header of a database file\n" * 20)
    return path


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (_missing_folder, "database_unwritable"),
        (_folder, "database_unwritable"),
        (_text_file, "not_a_database"),
    ],
)
def test_refuses_what_cannot_be_a_database(tmp_path: Path, place: object, code: str) -> None:
    """A missing folder, a folder and a text file are each told apart, with a remedy."""
    assert callable(place)
    with pytest.raises(MachineError) as caught:
        open_database(place(tmp_path))
    assert (caught.value.code, bool(caught.value.remedy)) == (code, True)
