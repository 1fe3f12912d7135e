"""SQLite as the office and the gates use it: durable, private, and forgetting when told to.

A part keeps its own tables; this module knows none of them.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

from faregate.errors import MachineError

_BUSY_TIMEOUT_MS: Final = 10_000
_FILE_MODE: Final = 0o600
_SNAPSHOT: Final = "faregate_snapshot"
_PRAGMAS: Final = (
    f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    # In WAL mode NORMAL may lose the last commits in a power cut; a gate has opened on them.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Deleted rows are overwritten with zeros, not just unlinked.
    "PRAGMA secure_delete = ON",
    # VACUUM and sorting must not spill rows into files of their own.
    "PRAGMA temp_store = MEMORY",
)


def open_database(path: Path) -> Engine:
    """Open the SQLite file at `path`, made with mode 0600 if it is not there yet.

    SQLite gives its `-wal` and `-shm` companions the mode of the file. The caller disposes of the
    engine. Raises `MachineError` for a folder that cannot be written or a file that is no database.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE)
        with closing(os.fdopen(descriptor, "rb")) as file:
            os.fchmod(file.fileno(), _FILE_MODE)
    except OSError as error:
        raise MachineError(
            "database_unwritable",
            f"The database {path} cannot be written: {error.strerror}.",
            remedy="Choose a folder that exists and that this user may write.",
        ) from error
    # hide_parameters: an error text must not carry a consent or an account into a log.
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    try:
        with snapshot(engine) as connection:
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")
    except DatabaseError as error:
        engine.dispose()
        raise MachineError(
            "not_a_database",
            f"{path} is no database that can be used: {error.orig}.",
            remedy="Name another file, or restore this one from a backup.",
        ) from error
    return engine


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    # The driver's own implicit BEGIN would be a deferred one: _begin decides instead.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get(_SNAPSHOT, False)
    # IMMEDIATE takes the write lock at once: a transaction that read first and writes later could
    # otherwise fail half-way because another writer came between.
    connection.exec_driver_sql("BEGIN DEFERRED" if reads_only else "BEGIN IMMEDIATE")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Give a connection inside one writing transaction.

    Commits on leaving, and then survives a power cut; rolls back on an exception. Writers wait for
    each other; a wait longer than 10 s raises `sqlalchemy.exc.OperationalError`.
    """
    with engine.begin() as connection:
        yield connection


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Give a connection that reads one consistent state and waits for no writer."""
    with engine.connect().execution_options(**{_SNAPSHOT: True}) as connection:
        yield connection


def empty_log(engine: Engine) -> bool:
    """Empty the write-ahead log, where every page lies as it once was; tell whether it is empty.

    False while another connection needs it or the disk fails: call it again. It costs
    milliseconds, but leaves what moved pages may leave: `forget_deleted` is for what must be gone
    to the last byte.
    """
    with closing(engine.raw_connection()) as pooled, closing(pooled.cursor()) as cursor:
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError:
            return False
        checkpoint = cursor.fetchone()
    assert checkpoint is not None  # the pragma always answers (busy, pages, pages written)
    return not checkpoint[0]


def forget_deleted(engine: Engine) -> None:
    """Leave no byte of a deleted or replaced row in the database file or its write-ahead log.

    `secure_delete` alone is not enough: rows moved between pages may leave copies in unused space,
    and the log keeps every page as it once was. What a disk keeps beneath the file system is
    beyond this. Call it outside any transaction; again costs only time. Raises `MachineError` while
    another connection writes or holds a snapshot that needs the old bytes, or if the disk is full.
    """
    with closing(engine.raw_connection()) as pooled:
        cursor = pooled.cursor()
        try:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            checkpoint = cursor.fetchone()
        except sqlite3.OperationalError as error:
            raise _still_there(str(error)) from error
        finally:
            cursor.close()
    assert checkpoint is not None  # the pragma always answers (busy, pages, pages written)
    if checkpoint[0]:
        raise _still_there("a reader still uses them")


def _still_there(why: str) -> MachineError:
    return MachineError(
        "database_busy",
        f"Deleted rows could not be overwritten: {why}.",
        remedy="Let the other connections finish, make room on the disk, and run this again.",
    )
