"""The relay: fixed sizes, bounded queues, forgotten on delivery; stops heard by every line."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy import table as sa_table

from fakes.log_world import START
from faregate.clock import ManualClock
from faregate.consent.capture_reply import REPLY_SIZE
from faregate.consent.lease import SEALED_SIZE
from faregate.consent.relay import (
    RELAY_STORE,
    NoReply,
    PostOutcome,
    Relay,
    RelayPolicy,
)
from faregate.consent.stop import ACK_SIZE
from faregate.db.engine import forget_deleted, open_database
from faregate.db.migrate import migrate
from faregate.errors import InvalidInputError
from faregate.ids import LineId
from faregate.wire.canonical import b64
from faregate.wire.messages import Stop

LINE: Final = LineId("harbour-1")
OTHER: Final = LineId("harbour-2")
HOUR: Final = timedelta(hours=1)


class Office:
    """A relay for two lines, on a database of its own."""

    def __init__(self, folder: Path) -> None:
        """Make the database in `folder`."""
        self.folder = folder
        self.clock = ManualClock(START)
        self.engine = open_database(folder / "relay.db")
        migrate(self.engine, (RELAY_STORE,))
        self.relay = self.restart()

    def restart(self) -> Relay:
        """Open the relay again."""
        policy = RelayPolicy(queue_max=3, stops_per_minute_max=3, replies_per_minute_max=3)
        return Relay(self.engine, lines=[LINE, OTHER], clock=self.clock, policy=policy)

    def post(self, number: int, *, line: LineId = LINE, hours: int = 2) -> PostOutcome:
        """Post a lease that lasts some hours."""
        not_after = self.clock.now() + hours * HOUR
        return self.relay.post_lease(line, _sealed(number), not_after=not_after)


def _sealed(number: int) -> bytes:
    return bytes([number]) * SEALED_SIZE


def _stop(number: int) -> Stop:
    return Stop(preimage=b64(bytes([number]) * 32))


def _count(engine: Engine, name: str) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(sa_table(name))).scalar_one()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Give an empty relay."""
    office = Office(tmp_path)
    yield office
    office.engine.dispose()


def test_leases_are_delivered_once_and_in_order(office: Office) -> None:
    """Each line takes its own, oldest first, and afterwards nothing is left."""
    for number in (1, 2):
        assert office.post(number) is PostOutcome.TAKEN
    assert office.post(3, line=OTHER) is PostOutcome.TAKEN
    assert office.relay.take_leases(LINE) == (_sealed(1), _sealed(2))
    assert office.relay.take_leases(LINE) == ()
    assert office.restart().take_leases(OTHER) == (_sealed(3),)
    assert _count(office.engine, "relay_lease") == 0


def test_a_lost_answer_does_not_queue_twice(office: Office) -> None:
    """The same bytes for the same line wait once, also when the queue is full."""
    for number in (1, 1, 2, 3, 1):
        assert office.post(number) is PostOutcome.TAKEN
    assert office.post(1, line=OTHER) is PostOutcome.TAKEN
    assert len(office.relay.take_leases(LINE)) == 3


def test_a_queue_is_bounded(office: Office) -> None:
    """A flooded line fills its own queue, not another's, and not for good."""
    for number in range(3):
        office.post(number, hours=1)
    assert office.post(9) is PostOutcome.QUEUE_FULL
    assert office.post(9, line=OTHER) is PostOutcome.TAKEN
    office.clock.advance(HOUR)
    assert office.post(9) is PostOutcome.TAKEN


def test_an_undelivered_lease_ends_with_its_term(office: Office) -> None:
    """At not_after it is gone; no wallet keeps one here for longer than 12 hours."""
    office.post(1, hours=2)
    office.post(2, hours=100)
    office.clock.advance(2 * HOUR)
    office.relay.purge()
    assert _count(office.engine, "relay_lease") == 1
    office.clock.advance(10 * HOUR)
    assert office.relay.take_leases(LINE) == ()
    assert _count(office.engine, "relay_lease") == 0


def test_a_row_holds_no_address_and_no_name(office: Office) -> None:
    """T31: line, ciphertext, its digest, its end; nothing of who or when."""
    office.post(1)
    with office.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM relay_lease").mappings().one()
    assert set(row) == {"place", "line", "digest", "sealed", "drop_at"}


def test_delivered_bytes_leave_the_files(office: Office) -> None:
    """After delivery and `forget_deleted` the ciphertext is in no file."""
    office.post(0xAB)
    needle = bytes([0xAB]) * 64
    assert any(needle in path.read_bytes() for path in office.folder.iterdir())
    office.relay.take_leases(LINE)
    forget_deleted(office.engine)
    assert not any(needle in path.read_bytes() for path in office.folder.iterdir())


def test_stops_reach_every_line_for_twelve_hours(office: Office) -> None:
    """Each reader has its own cursor; a repeated stop is one stop."""
    office.relay.post_stop(_stop(1))
    first = office.relay.take_stops(0)
    assert first.stops == (_stop(1),)
    office.relay.post_stop(_stop(1))
    office.relay.post_stop(_stop(2))
    assert office.relay.take_stops(first.cursor).stops == (_stop(2),)
    assert office.relay.take_stops(0).stops == (_stop(1), _stop(2))
    last = office.relay.take_stops(0).cursor
    assert office.relay.take_stops(last).cursor == last
    office.clock.advance(12 * HOUR - timedelta(seconds=1))
    assert len(office.restart().take_stops(0).stops) == 2
    office.clock.advance(timedelta(minutes=5, seconds=1))
    assert office.relay.take_stops(0).stops == ()
    office.relay.purge()
    assert _count(office.engine, "relay_stop") == 0


def test_a_cursor_never_comes_back(office: Office) -> None:
    """After all stops were dropped a new one is still behind the old cursors."""
    office.relay.post_stop(_stop(1))
    cursor = office.relay.take_stops(0).cursor
    office.clock.advance(13 * HOUR)
    office.relay.purge()
    office.relay.post_stop(_stop(2))
    assert office.relay.take_stops(cursor).stops == (_stop(2),)


def test_a_stop_does_not_tell_when(office: Office) -> None:
    """What is kept of the time is rounded to five minutes."""
    office.clock.advance(timedelta(seconds=77))
    office.relay.post_stop(_stop(1))
    with office.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT drop_at FROM relay_stop").scalar_one()
    assert kept % 300 == 0


def test_a_reply_waits_ten_minutes(office: Office) -> None:
    """The first reply stays, may be fetched again, and is gone after ten minutes."""
    box, reply = bytes(16), bytes([1]) * REPLY_SIZE
    assert office.relay.get_reply(box) is NoReply.EMPTY
    office.relay.put_reply(box, reply)
    office.relay.put_reply(box, bytes([2]) * REPLY_SIZE)
    assert office.relay.get_reply(box) == office.relay.get_reply(box) == reply
    office.clock.advance(timedelta(minutes=10))
    assert office.relay.get_reply(box) is NoReply.EMPTY
    office.relay.put_reply(bytes(32), bytes(ACK_SIZE))
    assert _count(office.engine, "relay_reply") == 1


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda office: office.post(1, line=LineId("nowhere")), "unknown_line"),
        (
            lambda office: office.relay.post_lease(LINE, b"short", not_after=START + HOUR),
            "lease_size",
        ),
        (lambda office: office.relay.put_reply(bytes(8), bytes(ACK_SIZE)), "reply_size"),
        (lambda office: office.relay.put_reply(bytes(32), bytes(ACK_SIZE + 1)), "reply_size"),
    ],
)
def test_refuses(office: Office, act: Callable[[Office], object], code: str) -> None:
    """Only fixed sizes for known lines are taken."""
    with pytest.raises(InvalidInputError) as refused:
        act(office)
    assert refused.value.code == code


def test_stops_and_replies_are_limited(office: Office) -> None:
    """Nobody fills the store; a minute later there is room again."""
    for number in range(3):
        office.relay.post_stop(_stop(number))
        office.relay.put_reply(bytes([number]) * 32, bytes(ACK_SIZE))
    with pytest.raises(InvalidInputError) as refused:
        office.relay.post_stop(_stop(9))
    assert refused.value.code == "rate_limit"
    with pytest.raises(InvalidInputError) as refused:
        office.relay.put_reply(bytes([9]) * 32, bytes(ACK_SIZE))
    assert refused.value.code == "rate_limit"
    office.clock.advance(timedelta(minutes=1))
    office.relay.post_stop(_stop(9))
    assert len(office.relay.take_stops(0).stops) == 4
