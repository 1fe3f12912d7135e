"""The office's shelf of sealed templates and wraps (message 4): ciphertext, and nobody's name.

Anybody may put a record and read one whose locator they know; a locator is 32 bytes that only the
rider can derive. To replace or delete one, the preimage of its hash must be shown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from faregate.clock import Clock
from faregate.consent.certificate import utc_day
from faregate.consent.rate import RateLimit
from faregate.consent.record import SealedRecord, verify_delete_secret, verify_write_secret
from faregate.consent.sealed_template import BLOB_SIZE as TEMPLATE_BLOB_SIZE
from faregate.consent.tombstones import Tombstones, record_name
from faregate.db.engine import snapshot, transaction
from faregate.db.migrate import Store
from faregate.errors import InvalidInputError, VerificationError
from faregate.ids import Locator
from faregate.wire.canonical import unb64

_WRAP_BLOB_SIZE: Final = 16 + 12 + 32 + 16
"""Wrap id, nonce, root key and tag, as `wrap.make_wraps` makes them."""
_HASH_SIZE: Final = 32
_MONTHS_KEPT: Final = 14
"""A consent lasts at most twelve months; the rest is rounding."""
_MONTHS: Final = 12

_METADATA: Final = MetaData()

# Kept until deleted by its rider, or `not_after`: the first day of a month, 14 months after the
# last write. The day of writing would join records to consents, so only its month is left. Without
# a rowid for the same reason: rows lie in the order of their random locators, not of their arrival.
_SEALED_RECORDS: Final = Table(
    "sealed_record",
    _METADATA,
    Column("locator", Text, primary_key=True),
    Column("blob", LargeBinary, nullable=False),
    Column("write_hash", LargeBinary, nullable=False),
    Column("delete_hash", LargeBinary, nullable=False),
    Column("not_after", Text, nullable=False),
    sqlite_with_rowid=False,
)

RECORD_STORE: Final = Store(
    name="records",
    metadata=_METADATA,
    migrations=Path(__file__).parent / "migrations" / "records",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPolicy:
    """Limits of the store, from `[office.records]`."""

    new_per_hour_max: int = 6_000
    """Records put in an hour: three a rider, so 2000 enrolments; each is about 8 KiB of disk."""


class SealedRecordStore:
    """Sealed records in the office's database; the wallet's `RecordStore`.

    Each call is one transaction and may be made again when its answer was lost.
    """

    def __init__(
        self, engine: Engine, *, tombstones: Tombstones, clock: Clock, policy: RecordPolicy
    ) -> None:
        """Use a migrated database; deletes at once what the tombstones say must be gone."""
        self._engine = engine
        self._tombstones = tombstones
        self._clock = clock
        self._limit = RateLimit(policy.new_per_hour_max, window=timedelta(hours=1))
        self._replay_tombstones()

    def put(self, record: SealedRecord) -> None:
        """Keep a new record. The same one again changes nothing.

        Raises `InvalidInputError` (`record_size`, `rate_limit`), `VerificationError`
        (`record_exists`: another one lies there; `record_deleted`: this one was deleted).
        """
        _check_form(record)
        # Looked up first: the tombstones are a database of their own.
        if self._tombstones.has_record(record_name(record)):
            raise VerificationError("record_deleted", "This record was deleted by its rider.")
        now = self._clock.now()
        with transaction(self._engine) as connection:
            row = _find(connection, record.locator)
            if row is not None:
                if _record(row) != record:
                    raise VerificationError("record_exists", "Another record lies here.")
                return
            self._limit.take(now)
            connection.execute(insert(_SEALED_RECORDS), _values(record, now))

    def get(self, locator: Locator) -> bytes:
        """Give the blob there. Raises `VerificationError` (`no_record`)."""
        with snapshot(self._engine) as connection:
            return _record(_existing(connection, locator)).blob

    def replace(self, record: SealedRecord, write_secret: bytes) -> None:
        """Put another record at the same locator.

        Raises `InvalidInputError` (`record_size`), `VerificationError` (`no_record`,
        `write_secret`, `record_hashes`: the secrets' hashes stay as they were put).
        """
        _check_form(record)
        with transaction(self._engine) as connection:
            existing = _record(_existing(connection, record.locator))
            verify_write_secret(existing, write_secret)
            if (existing.write_hash, existing.delete_hash) != (
                record.write_hash,
                record.delete_hash,
            ):
                raise VerificationError("record_hashes", "A record's secrets do not change.")
            connection.execute(
                update(_SEALED_RECORDS).where(_SEALED_RECORDS.c.locator == record.locator),
                _values(record, self._clock.now()),
            )

    def delete(self, locator: Locator, delete_secret: bytes) -> None:
        """Delete the record. Again changes nothing.

        Raises `VerificationError` (`delete_secret`).
        """
        with snapshot(self._engine) as connection:
            row = _find(connection, locator)
        if row is None:
            return
        record = _record(row)
        verify_delete_secret(record, delete_secret)
        # The tombstone first: whatever happens next, no restart serves this record again.
        self._tombstones.add_record(record_name(record), not_after=row.not_after)
        with transaction(self._engine) as connection:
            _delete(connection, record)

    def purge(self) -> None:
        """Drop records that nobody has written for longer than a consent lasts."""
        with transaction(self._engine) as connection:
            connection.execute(
                delete(_SEALED_RECORDS).where(
                    _SEALED_RECORDS.c.not_after <= utc_day(self._clock.now())
                )
            )

    def _replay_tombstones(self) -> None:
        dead = self._tombstones.records()
        with transaction(self._engine) as connection:
            names = connection.execute(
                select(_SEALED_RECORDS.c.locator, _SEALED_RECORDS.c.delete_hash)
            ).all()
            for row in names:
                record = SealedRecord(
                    locator=Locator(row.locator),
                    blob=b"",
                    write_hash=b"",
                    delete_hash=row.delete_hash,
                )
                if record_name(record) in dead:
                    _delete(connection, record)


def _check_form(record: SealedRecord) -> None:
    unb64(record.locator, length=_HASH_SIZE)
    hashes_fit = len(record.write_hash) == len(record.delete_hash) == _HASH_SIZE
    if not hashes_fit or len(record.blob) not in (TEMPLATE_BLOB_SIZE, _WRAP_BLOB_SIZE):
        raise InvalidInputError(
            "record_size",
            "A sealed record has one of two fixed sizes, and two hashes of 32 bytes.",
            remedy="Send it as the wallet makes it.",
        )


def _find(connection: Connection, locator: Locator) -> Row[tuple[object, ...]] | None:
    return connection.execute(
        select(_SEALED_RECORDS).where(_SEALED_RECORDS.c.locator == locator)
    ).first()


def _existing(connection: Connection, locator: Locator) -> Row[tuple[object, ...]]:
    row = _find(connection, locator)
    if row is None:
        raise VerificationError("no_record", "There is no record at this locator.")
    return row


def _record(row: Row[tuple[object, ...]]) -> SealedRecord:
    return SealedRecord(
        locator=Locator(row.locator),
        blob=row.blob,
        write_hash=row.write_hash,
        delete_hash=row.delete_hash,
    )


def _values(record: SealedRecord, now: datetime) -> dict[str, object]:
    return {
        "locator": record.locator,
        "blob": record.blob,
        "write_hash": record.write_hash,
        "delete_hash": record.delete_hash,
        "not_after": _month_after(now, _MONTHS_KEPT),
    }


def _delete(connection: Connection, record: SealedRecord) -> None:
    connection.execute(
        delete(_SEALED_RECORDS).where(
            _SEALED_RECORDS.c.locator == record.locator,
            _SEALED_RECORDS.c.delete_hash == record.delete_hash,
        )
    )


def _month_after(now: datetime, months: int) -> str:
    """Give the first day of the month that is `months` after this one."""
    day = utc_day(now)
    count = int(day[:4]) * _MONTHS + int(day[5:7]) - 1 + months
    return f"{count // _MONTHS:04}-{count % _MONTHS + 1:02}-01"
