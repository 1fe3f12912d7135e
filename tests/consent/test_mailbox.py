"""Receipt bundles wait, sealed and nameless, until their rider has them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine

from fakes.log_world import START
from faregate.clock import ManualClock
from faregate.consent.mailbox import MAILBOX_STORE, Mailbox, deposit, mailbox_of
from faregate.db.engine import open_database, transaction
from faregate.db.migrate import migrate
from faregate.errors import InvalidInputError

KEY: Final = bytes([1]) * 32
BOX: Final = mailbox_of(KEY)
DAY: Final = "2026-03-02"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Give a database with an empty mailbox store."""
    engine = open_database(tmp_path / "office.db")
    migrate(engine, (MAILBOX_STORE,))
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> ManualClock:
    """Give a clock."""
    return ManualClock(START)


def _deposit(engine: Engine, sealed: bytes, day: str = DAY) -> None:
    with transaction(engine) as connection:
        deposit(connection, sealed, history_pk=KEY, day=day)


def test_a_bundle_waits_until_it_was_read(engine: Engine, clock: ManualClock) -> None:
    """It may be fetched again until the wallet says that it has it; then it is gone."""
    mailbox = Mailbox(engine, clock=clock)
    for _ in range(2):
        _deposit(engine, b"sealed")
    (mail,) = mailbox.fetch(BOX)
    assert mailbox.fetch(BOX) == (mail,)
    assert mail.sealed == b"sealed"
    for _ in range(2):
        mailbox.forget(BOX, mail.digest)
    assert mailbox.fetch(BOX) == ()


def test_a_box_is_its_riders_own(engine: Engine, clock: ManualClock) -> None:
    """Another key has another box, and another box forgets nothing here."""
    mailbox = Mailbox(engine, clock=clock)
    _deposit(engine, b"sealed")
    other = mailbox_of(bytes([2]) * 32)
    (mail,) = mailbox.fetch(BOX)
    assert mailbox.fetch(other) == ()
    mailbox.forget(other, mail.digest)
    assert mailbox.fetch(BOX) == (mail,)


def test_a_deposit_belongs_to_the_callers_transaction(engine: Engine, clock: ManualClock) -> None:
    """A day close that fails leaves no receipt of it."""

    def fail_half_way() -> None:
        with transaction(engine) as connection:
            deposit(connection, b"sealed", history_pk=KEY, day=DAY)
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way()
    assert Mailbox(engine, clock=clock).fetch(BOX) == ()


@pytest.mark.parametrize(
    ("day", "last", "gone"),
    [
        (DAY, datetime(2027, 4, 2, 23, tzinfo=UTC), datetime(2027, 4, 3, tzinfo=UTC)),
        ("2026-11-30", datetime(2027, 12, 30, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)),
        ("2027-01-31", datetime(2028, 2, 29, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_bundle_is_kept_for_thirteen_months(
    engine: Engine, clock: ManualClock, day: str, last: datetime, gone: datetime
) -> None:
    """Nobody fetched it: on the last day it is there, the day after it is not."""
    mailbox = Mailbox(engine, clock=clock)
    _deposit(engine, b"sealed", day)
    clock.move_to(last)
    mailbox.purge()
    assert len(mailbox.fetch(BOX)) == 1
    clock.move_to(gone)
    assert mailbox.fetch(BOX) == ()
    mailbox.purge()
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM receipt_mail").scalar_one()
    assert rows == 0


@pytest.mark.parametrize("size", [0, 128 * 1024 + 1])
def test_a_bundle_has_a_limit(engine: Engine, size: int) -> None:
    """Nothing empty or oversized is kept."""
    with pytest.raises(InvalidInputError) as refused:
        _deposit(engine, bytes(size))
    assert refused.value.code == "bundle_size"
