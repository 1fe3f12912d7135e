"""The contract of `Outbox`, on every implementation, the fake included."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fakes.memory_outbox import Disk, MemoryOutbox
from faregate.db.engine import open_database, snapshot, transaction
from faregate.errors import InvalidInputError, MachineError
from faregate.gate.outbox import Outbox, SpentUse, SqliteOutbox, lease_line_hash
from faregate.ids import LeaseId, LineId, PassageId
from faregate.wire.canonical import b64
from faregate.wire.messages import DayClose, DeviceAck, SealedPassage

DEVICE = "harbour-1"
TODAY = date(2026, 3, 4)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
LEASE = b"\x01" * 32
Boot = Callable[[], Outbox]


@pytest.fixture(params=["memory", "sqlite"])
def boot(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Boot]:
    """Start the device: each call is a restart with the same disk, room for 5 rows."""
    if request.param == "memory":
        disk = Disk()
        yield lambda: MemoryOutbox(disk, device=DEVICE, rows_max=5)
        return
    engine = open_database(tmp_path / "gate.db")
    yield lambda: SqliteOutbox(engine, device=DEVICE, rows_max=5)
    engine.dispose()


def sealed(passage_id: PassageId, *, day: date = TODAY, content: str = "AAAA") -> SealedPassage:
    """Make a sealed passage; what is inside does not matter to an outbox."""
    return SealedPassage(
        device=passage_id.device,
        boot=passage_id.boot,
        seq=passage_id.seq,
        line=DEVICE,
        day=day.isoformat(),
        sealed=content,
    )


def fill(outbox: Outbox, count: int, *, day: date = TODAY) -> None:
    """Add some passages, each with the next number."""
    for _ in range(count):
        outbox.add(sealed(outbox.next_id(), day=day))


def numbers(outbox: Outbox) -> list[tuple[int, int]]:
    """Give boot and number of each waiting passage."""
    return [(one.boot, one.seq) for one in outbox.pending()]


def day_close(boot: int, seq: int, *, device: str = DEVICE) -> DayClose:
    """Close a day up to a number."""
    return DayClose(
        deployment="harbour",
        line=DEVICE,
        day=TODAY.isoformat(),
        accepted=0,
        charged=0,
        last=[DeviceAck(device=device, boot=boot, seq=seq)],
    )


def test_added_passages_wait_in_order_and_survive_a_restart(boot: Boot) -> None:
    """What was added before a restart is sent first after it, each boot counted from 1."""
    fill(boot(), 2)
    again = boot()
    fill(again, 1)
    assert numbers(again) == [(1, 1), (1, 2), (2, 1)]
    assert again.boot == 2


def test_adding_again_changes_nothing(boot: Boot) -> None:
    """A retry after an unclear failure neither doubles the passage nor the spent use."""
    outbox = boot()
    passage = sealed(outbox.next_id())
    for _ in range(2):
        outbox.add(passage, [SpentUse(LEASE, NOON)])
    assert outbox.pending() == (passage,)
    assert outbox.uses_spent(LEASE) == 1


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param(sealed(PassageId(DEVICE, 1, 1), content="BBBB"), id="same id, other content"),
        pytest.param(sealed(PassageId(DEVICE, 1, 3)), id="a gap"),
        pytest.param(sealed(PassageId(DEVICE, 2, 2)), id="another boot"),
        pytest.param(sealed(PassageId("harbour-2", 1, 2)), id="another device"),
    ],
)
def test_numbers_are_contiguous(boot: Boot, spoiled: SealedPassage) -> None:
    """A passage out of number is a bug in the caller, and neither it nor its use is kept."""
    outbox = boot()
    fill(outbox, 1)
    with pytest.raises(ValueError, match="number"):
        outbox.add(spoiled, [SpentUse(LEASE, NOON)])
    assert numbers(outbox) == [(1, 1)]
    assert outbox.uses_spent(LEASE) == 0


def test_a_full_outbox_takes_no_more(boot: Boot) -> None:
    """With no room to record a ride, none is begun, and none is spent."""
    outbox = boot()
    fill(outbox, 5)
    with pytest.raises(MachineError):
        outbox.add(sealed(outbox.next_id()), [SpentUse(LEASE, NOON)])
    assert outbox.uses_spent(LEASE) == 0


def test_sends_in_bounded_batches(boot: Boot) -> None:
    """A long cut-off is worked off bit by bit."""
    outbox = boot()
    fill(outbox, 3)
    assert [one.seq for one in outbox.pending(2)] == [1, 2]
    assert [one.seq for one in outbox.pending(2, after=(1, 2))] == [3]


def test_only_a_contiguous_acknowledgement_ends_the_sending(boot: Boot) -> None:
    """An acknowledgement covers its own boot up to its number, and never goes back."""
    outbox = boot()
    fill(outbox, 3)
    outbox.acknowledge(DeviceAck(device=DEVICE, boot=1, seq=2))
    outbox.acknowledge(DeviceAck(device=DEVICE, boot=1, seq=1))
    assert numbers(outbox) == [(1, 3)]


@pytest.mark.parametrize(
    "ack",
    [
        pytest.param(DeviceAck(device=DEVICE, boot=1, seq=2), id="never added"),
        pytest.param(DeviceAck(device=DEVICE, boot=7, seq=0), id="boot that never was"),
        pytest.param(DeviceAck(device="harbour-2", boot=1, seq=1), id="another device"),
    ],
)
def test_refuses_acknowledgements_of_what_it_never_sent(boot: Boot, ack: DeviceAck) -> None:
    """An office that confuses two lines must not make one of them forget rides."""
    outbox = boot()
    fill(outbox, 1)
    with pytest.raises(InvalidInputError):
        outbox.acknowledge(ack)
    assert numbers(outbox) == [(1, 1)]


def test_keeps_rows_until_a_day_close_counts_them(boot: Boot) -> None:
    """Acknowledged rows stay until settled; what is not acknowledged stays even then."""
    outbox = boot()
    fill(outbox, 5)
    outbox.acknowledge(DeviceAck(device=DEVICE, boot=1, seq=3))
    outbox.settle(day_close(1, 5, device="harbour-2"))
    outbox.settle(day_close(1, 5))
    fill(outbox, 3)  # there is room again for exactly the three that were settled
    assert numbers(outbox) == [(1, 4), (1, 5), (1, 6), (1, 7), (1, 8)]


def test_forgets_after_eight_days(boot: Boot) -> None:
    """Rows whose passage key is gone are dropped; those never delivered are counted as lost."""
    outbox = boot()
    fill(outbox, 2, day=TODAY - timedelta(days=9))
    fill(outbox, 1, day=TODAY - timedelta(days=8))
    outbox.acknowledge(DeviceAck(device=DEVICE, boot=1, seq=1))
    assert outbox.forget(today=TODAY, now=NOON) == 1
    assert numbers(outbox) == [(1, 3)]
    assert outbox.forget(today=TODAY + timedelta(days=1), now=NOON) == 1
    assert outbox.next_id() == PassageId(DEVICE, 1, 4)


def test_forgets_a_boot_without_rows_but_not_its_number(boot: Boot) -> None:
    """Boot numbers are never used twice, also after all rows of a boot are gone."""
    boot()
    second = boot()
    second.forget(today=TODAY, now=NOON)
    with pytest.raises(InvalidInputError):
        second.acknowledge(DeviceAck(device=DEVICE, boot=1, seq=0))
    assert boot().boot == 3


def test_spent_uses_are_kept_to_the_end_of_the_lease(boot: Boot) -> None:
    """A restart does not give uses back; the end of the lease ends their record."""
    outbox = boot()
    for _ in range(2):
        outbox.add(sealed(outbox.next_id()), [SpentUse(LEASE, NOON)])
    again = boot()
    assert again.uses_spent(LEASE) == 2
    again.forget(today=TODAY, now=NOON - timedelta(seconds=1))
    assert again.uses_spent(LEASE) == 2
    again.forget(today=TODAY, now=NOON)
    assert again.uses_spent(LEASE) == 0


def test_epoch_numbers_are_never_given_twice(boot: Boot) -> None:
    """Each epoch of a line has its own number, across restarts."""
    first, second = boot().next_epoch(), boot().next_epoch()
    assert (first, second) == (1, 2)


def test_a_lease_is_not_named_at_rest() -> None:
    """The spent-use key is a hash that differs by lease and by line."""
    one, other = LeaseId(b64(bytes(16))), LeaseId(b64(bytes([1] * 16)))
    keys = {
        lease_line_hash(one, LineId("harbour-1")),
        lease_line_hash(one, LineId("harbour-2")),
        lease_line_hash(other, LineId("harbour-1")),
    }
    assert len(keys) == 3
    assert bytes(16) not in b"".join(keys)


def test_sqlite_waits_for_the_disk(tmp_path: Path) -> None:
    """On return from `add` the row is synced: FULL, for NORMAL may lose commits in WAL mode."""
    engine = open_database(tmp_path / "gate.db")
    outbox = SqliteOutbox(engine, device=DEVICE)
    assert outbox.pending() == ()
    with snapshot(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    engine.dispose()


def test_a_disk_that_fails_is_an_error_that_can_be_told(tmp_path: Path) -> None:
    """What SQLite can't do is a broken machine, with a remedy, and not a kept passage."""
    engine = open_database(tmp_path / "gate.db")
    outbox = SqliteOutbox(engine, device=DEVICE)
    passage = sealed(outbox.next_id())
    with transaction(engine) as connection:
        connection.exec_driver_sql("DROP TABLE gate_spent_use")
    with pytest.raises(MachineError, match="can't be used"):
        outbox.add(passage, [SpentUse(LEASE, NOON)])
    assert outbox.pending() == ()
    engine.dispose()
