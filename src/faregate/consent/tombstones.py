"""What must stay gone: withdrawn consents and deleted records, in a database file of their own.

The file is kept outside the backups of the office's other data: after an older backup was restored
the tombstones are replayed before anything is served, so that nothing rises again (G6). It is
the withdrawal list, too: the one place that says which consents have ended.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sqlalchemy import Column, Engine, MetaData, Table, Text, delete, select
from sqlalchemy.dialects.sqlite import insert

from faregate.consent.record import SealedRecord
from faregate.consent.withdrawal import Tombstone
from faregate.db.engine import snapshot, transaction
from faregate.db.migrate import Store
from faregate.ids import ConsentId
from faregate.wire.canonical import b64, sha256, typed

_METADATA: Final = MetaData()

# Kept until the consent would have ended. Without a rowid: rows lie in the order of the random
# ids, so the file does not tell in which order riders withdrew.
_CONSENTS: Final = Table(
    "tombstone_consent",
    _METADATA,
    Column("consent_id", Text, primary_key=True),
    Column("not_after", Text, nullable=False),
    sqlite_with_rowid=False,
)
# Kept until the record would have been dropped unread. The name is a hash: the locator is gone.
_RECORDS: Final = Table(
    "tombstone_record",
    _METADATA,
    Column("name", Text, primary_key=True),
    Column("not_after", Text, nullable=False),
    sqlite_with_rowid=False,
)

TOMBSTONE_STORE: Final = Store(
    name="tombstones",
    metadata=_METADATA,
    migrations=Path(__file__).parent / "migrations" / "tombstones",
)


def record_name(record: SealedRecord) -> str:
    """Name a deleted record without its locator.

    The delete hash is part of it: a rider who enrols anew with the same passkey finds the wrap at
    the same locator, but under another root key, and that record is not dead.
    """
    return b64(sha256(typed("record-tombstone", record.locator.encode(), record.delete_hash)))


class Tombstones:
    """Append-only but for `purge`. On return of an `add_…` it survives a power cut."""

    def __init__(self, engine: Engine) -> None:
        """Use a migrated database that holds `TOMBSTONE_STORE` and nothing that is backed up."""
        self._engine = engine

    def add_consents(self, tombstones: Iterable[Tombstone]) -> None:
        """Put consents on the withdrawal list. Again changes nothing."""
        rows = [one.model_dump() for one in tombstones]
        if rows:
            with transaction(self._engine) as connection:
                connection.execute(insert(_CONSENTS).on_conflict_do_nothing(), rows)

    def add_record(self, name: str, *, not_after: str) -> None:
        """Note a record as deleted. Again changes nothing."""
        with transaction(self._engine) as connection:
            connection.execute(
                insert(_RECORDS).on_conflict_do_nothing(),
                {"name": name, "not_after": not_after},
            )

    def withdrawn(self, *, today: str) -> tuple[ConsentId, ...]:
        """Give the withdrawn consents that would still be in force, in the order of their ids."""
        with snapshot(self._engine) as connection:
            rows = connection.execute(
                select(_CONSENTS.c.consent_id)
                .where(_CONSENTS.c.not_after >= today)
                .order_by(_CONSENTS.c.consent_id)
            )
            return tuple(ConsentId(row.consent_id) for row in rows)

    def has_consent(self, consent_id: ConsentId) -> bool:
        """Tell whether a consent was withdrawn."""
        return self._has(_CONSENTS.c.consent_id, consent_id)

    def has_record(self, name: str) -> bool:
        """Tell whether this very record was deleted."""
        return self._has(_RECORDS.c.name, name)

    def records(self) -> frozenset[str]:
        """Give the names of all deleted records, for the replay."""
        with snapshot(self._engine) as connection:
            return frozenset(connection.execute(select(_RECORDS.c.name)).scalars())

    def purge(self, *, today: str) -> None:
        """Drop what would have ended by itself by now."""
        with transaction(self._engine) as connection:
            for table in (_CONSENTS, _RECORDS):
                connection.execute(delete(table).where(table.c.not_after < today))

    def _has(self, column: Column[str], value: str) -> bool:
        with snapshot(self._engine) as connection:
            return connection.execute(select(column).where(column == value)).first() is not None
