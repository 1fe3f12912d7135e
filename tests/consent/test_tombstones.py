"""Tombstones: what ended is remembered until it would have ended by itself."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine

from faregate.consent.record import SealedRecord
from faregate.consent.tombstones import TOMBSTONE_STORE, Tombstones, record_name
from faregate.consent.withdrawal import Tombstone
from faregate.db.engine import open_database
from faregate.db.migrate import migrate
from faregate.ids import ConsentId, Locator
from faregate.wire.canonical import b64

LATE: Final = Tombstone(consent_id=b64(bytes([2]) * 16), not_after="2027-03-02")
EARLY: Final = Tombstone(consent_id=b64(bytes([1]) * 16), not_after="2026-12-31")
RECORD: Final = SealedRecord(
    locator=Locator(b64(bytes(32))), blob=b"", write_hash=bytes(32), delete_hash=bytes(32)
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Give an empty database of tombstones."""
    engine = open_database(tmp_path / "tombstones.db")
    migrate(engine, (TOMBSTONE_STORE,))
    yield engine
    engine.dispose()


def test_the_list_is_in_the_order_of_ids(engine: Engine) -> None:
    """Who withdrew first is not told; doing it again changes nothing."""
    tombstones = Tombstones(engine)
    tombstones.add_consents([])
    for _ in range(2):
        tombstones.add_consents([LATE, EARLY])
    assert tombstones.withdrawn(today="2026-03-02") == (EARLY.consent_id, LATE.consent_id)
    assert tombstones.has_consent(ConsentId(EARLY.consent_id))
    assert not tombstones.has_consent(ConsentId("another"))


def test_a_tombstone_ends_with_its_consent(engine: Engine) -> None:
    """On the last day it is listed, the day after it is not, and then it is gone."""
    tombstones = Tombstones(engine)
    tombstones.add_consents([LATE, EARLY])
    tombstones.add_record("early", not_after="2026-12-31")
    tombstones.add_record("late", not_after="2027-03-02")
    tombstones.purge(today="2026-12-31")
    assert len(tombstones.withdrawn(today="2026-12-31")) == 2
    assert tombstones.withdrawn(today="2027-01-01") == (LATE.consent_id,)
    tombstones.purge(today="2027-01-01")
    assert tombstones.records() == {"late"}
    assert not tombstones.has_consent(ConsentId(EARLY.consent_id))
    assert not tombstones.has_record("early")


def test_a_deleted_record_is_remembered_without_its_locator() -> None:
    """The name tells the record from any other at its locator, and the locator from nothing."""
    other_place = replace(RECORD, locator=Locator(b64(bytes([1]) * 32)))
    other_rider = replace(RECORD, delete_hash=bytes([1]) * 32)
    rewritten = replace(RECORD, blob=b"changed")
    assert record_name(rewritten) == record_name(RECORD)
    assert len({record_name(one) for one in (RECORD, other_place, other_rider)}) == 3
    assert RECORD.locator not in record_name(RECORD)
