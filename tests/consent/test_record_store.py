"""Sealed records: whoever knows the secret may change one, and what was deleted stays so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, text

from fakes.log_world import START
from faregate.clock import ManualClock
from faregate.consent.record import SealedRecord
from faregate.consent.record_store import RECORD_STORE, RecordPolicy, SealedRecordStore
from faregate.consent.sealed_template import BLOB_SIZE
from faregate.consent.tombstones import TOMBSTONE_STORE, Tombstones
from faregate.db.engine import open_database
from faregate.db.migrate import migrate
from faregate.errors import FaregateError, InvalidInputError, VerificationError
from faregate.ids import Locator
from faregate.wire.canonical import b64, sha256

WRITE: Final = b"w" * 32
DELETE: Final = b"d" * 32
LOCATOR: Final = Locator(b64(bytes([1]) * 32))
RECORD: Final = SealedRecord(
    locator=LOCATOR,
    blob=bytes([5]) * BLOB_SIZE,
    write_hash=sha256(WRITE),
    delete_hash=sha256(DELETE),
)
CHANGED: Final = replace(RECORD, blob=bytes([6]) * BLOB_SIZE)


class Office:
    """The two databases of sealed records, and a clock."""

    def __init__(self, folder: Path, policy: RecordPolicy) -> None:
        """Make the databases in `folder`."""
        self.clock = ManualClock(START)
        self.policy = policy
        self.engine = open_database(folder / "office.db")
        self.tombstone_engine = open_database(folder / "tombstones.db")
        migrate(self.engine, (RECORD_STORE,))
        migrate(self.tombstone_engine, (TOMBSTONE_STORE,))
        self.store = self.restart()

    def restart(self) -> SealedRecordStore:
        """Open the store again, as after a restart."""
        return SealedRecordStore(
            self.engine,
            tombstones=Tombstones(self.tombstone_engine),
            clock=self.clock,
            policy=self.policy,
        )

    def close(self) -> None:
        """Close the databases."""
        self.engine.dispose()
        self.tombstone_engine.dispose()


def _count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM sealed_record")).scalar_one())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an empty store."""
    office = Office(tmp_path, RecordPolicy(new_per_hour_max=3))
    yield office
    office.close()


def test_put_and_get(office: Office) -> None:
    """A record is found at its locator; putting it again changes nothing."""
    office.store.put(RECORD)
    office.store.put(RECORD)
    assert office.store.get(LOCATOR) == RECORD.blob
    assert _count(office.engine) == 1


def test_replace_needs_the_write_secret(office: Office) -> None:
    """With the secret the record changes, twice as well as once."""
    office.store.put(RECORD)
    for _ in range(2):
        office.store.replace(CHANGED, WRITE)
    assert office.store.get(LOCATOR) == CHANGED.blob


def test_delete_needs_the_delete_secret(office: Office) -> None:
    """With the secret the record goes, and asking again is no error."""
    office.store.put(RECORD)
    for _ in range(2):
        office.store.delete(LOCATOR, DELETE)
    with pytest.raises(VerificationError) as refused:
        office.store.get(LOCATOR)
    assert refused.value.code == "no_record"


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda store: store.put(CHANGED), "record_exists"),
        (lambda store: store.put(replace(RECORD, blob=b"short")), "record_size"),
        (lambda store: store.put(replace(RECORD, write_hash=b"short")), "record_size"),
        (lambda store: store.put(replace(RECORD, locator=Locator("short"))), "base64url"),
        (lambda store: store.replace(CHANGED, DELETE), "write_secret"),
        (lambda store: store.replace(replace(CHANGED, blob=b""), WRITE), "record_size"),
        (
            lambda store: store.replace(replace(CHANGED, delete_hash=sha256(b"mine")), WRITE),
            "record_hashes",
        ),
        (
            lambda store: store.replace(replace(CHANGED, locator=Locator(b64(bytes(32)))), WRITE),
            "no_record",
        ),
        (lambda store: store.delete(LOCATOR, WRITE), "delete_secret"),
    ],
)
def test_refuses(office: Office, act: object, code: str) -> None:
    """Each misuse has its own code, and the record stays as it is."""
    assert callable(act)
    office.store.put(RECORD)
    with pytest.raises(FaregateError) as refused:
        act(office.store)
    assert refused.value.code == code
    assert office.store.get(LOCATOR) == RECORD.blob


def test_a_deleted_record_stays_deleted(office: Office) -> None:
    """It can't be put again, but a record under another root key may lie at its locator."""
    office.store.put(RECORD)
    office.store.delete(LOCATOR, DELETE)
    with pytest.raises(VerificationError) as refused:
        office.store.put(RECORD)
    assert refused.value.code == "record_deleted"
    anew = replace(RECORD, delete_hash=sha256(b"another root key"))
    office.store.put(anew)
    assert office.restart().get(LOCATOR) == anew.blob


def test_a_restored_backup_rises_from_no_grave(office: Office, tmp_path: Path) -> None:
    """G6: rows that came back with an older database are gone before anything is served."""
    office.store.put(RECORD)
    kept = replace(RECORD, locator=Locator(b64(bytes([2]) * 32)))
    office.store.put(kept)
    backup = tmp_path / "backup.db"
    with office.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"VACUUM INTO '{backup}'")
        connection.exec_driver_sql("BEGIN")
    office.store.delete(LOCATOR, DELETE)
    office.engine.dispose()
    office.engine = open_database(backup)
    assert _count(office.engine) == 2
    store = office.restart()
    with pytest.raises(VerificationError):
        store.get(LOCATOR)
    assert store.get(kept.locator) == kept.blob


def test_records_are_dropped_when_no_consent_can_be_left(office: Office) -> None:
    """A record that was not written for 14 months goes; replacing it renews it."""
    office.store.put(RECORD)
    office.clock.advance(timedelta(days=366))
    office.store.replace(CHANGED, WRITE)
    office.clock.advance(timedelta(days=366))
    office.store.purge()
    assert office.store.get(LOCATOR) == CHANGED.blob
    office.clock.advance(timedelta(days=60))
    office.store.purge()
    assert _count(office.engine) == 0


def test_a_row_tells_only_the_month(office: Office) -> None:
    """Nothing beside the ciphertext would join a record to the day of a consent."""
    office.store.put(RECORD)
    with office.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM sealed_record")).mappings().one()
    assert set(row) == {"locator", "blob", "write_hash", "delete_hash", "not_after"}
    assert row["not_after"] == "2027-05-01"


def test_new_records_are_limited(office: Office) -> None:
    """Nobody fills the disk: the limit counts new records only, and passes."""
    for number in range(3):
        office.store.put(replace(RECORD, locator=Locator(b64(bytes([number]) * 32))))
    office.store.put(RECORD)
    another = replace(RECORD, locator=Locator(b64(bytes([9]) * 32)))
    with pytest.raises(InvalidInputError) as refused:
        office.store.put(another)
    assert refused.value.code == "rate_limit"
    office.clock.advance(timedelta(hours=1))
    office.store.put(another)
    assert _count(office.engine) == 4
