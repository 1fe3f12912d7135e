"""What a gate line must not forget in a power cut: sealed passages, spent uses, its own numbers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import DatabaseError

from faregate.db.engine import empty_log, snapshot, transaction
from faregate.db.migrate import Store, migrate
from faregate.errors import InvalidInputError, MachineError
from faregate.ids import EpochId, LeaseId, LineId, PassageId, check_name
from faregate.wire.canonical import sha256, typed, unb64
from faregate.wire.messages import DayClose, DeviceAck, SealedPassage

ROWS_MAX: Final = 200_000
"""8 cut-off days of a line that opens 25,000 times a day."""
BATCH_MAX: Final = 256
FROM_THE_START: Final = (0, 0)
KEPT_AT_MOST: Final = timedelta(days=8)
"""Passage keys are gone by then: nobody could read the row any more."""

_METADATA: Final = MetaData()
_BOOTS: Final = Table(
    "gate_boot",
    _METADATA,
    Column("boot", Integer, primary_key=True),
    Column("last_seq", Integer, nullable=False),
    Column("acknowledged_seq", Integer, nullable=False),
)
_ROWS: Final = Table(
    "gate_outbox",
    _METADATA,
    Column("boot", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("line", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("sealed", Text, nullable=False),
)
_SPENT: Final = Table(
    "gate_spent_use",
    _METADATA,
    Column("lease_line", LargeBinary, primary_key=True),
    Column("uses", Integer, nullable=False),
    Column("not_after", Integer, nullable=False),
)
_EPOCHS: Final = Table("gate_epoch", _METADATA, Column("epoch", Integer, primary_key=True))

OUTBOX_STORE: Final = Store(
    name="gate", metadata=_METADATA, migrations=Path(__file__).parent / "migrations"
)


@dataclass(frozen=True, slots=True)
class SpentUse:
    """One use of a lease at this line. `lease_line` is H(lease_id, line), kept to `not_after`."""

    lease_line: bytes
    not_after: datetime


def lease_line_hash(lease_id: LeaseId, line: LineId) -> bytes:
    """Name a lease at a line without naming the lease; 32 bytes."""
    return sha256(typed("spent-use", unb64(lease_id, length=16), line.encode("ascii")))


class Outbox(Protocol):
    """A queue on disk between one gate line and the office.

    Delivery is at least once: the office ignores a passage id that it has seen. Sequence numbers
    have no gaps within a boot. One process uses an outbox at a time; each is a boot of its own.
    Every method may raise `MachineError` for a disk that fails.
    """

    @property
    def boot(self) -> int:
        """How many times this device has started, this time included."""

    def next_id(self) -> PassageId:
        """Give the id that the next new passage must have. Takes nothing."""

    def add(self, passage: SealedPassage, spent: Sequence[SpentUse] = ()) -> None:
        """Keep the passage and count its spent uses, both or neither.

        On return they survive a power cut. Adding the same again changes nothing. Raises
        `ValueError` for an id other than the next, or the same id with another content, and
        `MachineError` for a full outbox.
        """

    def uses_spent(self, lease_line: bytes) -> int:
        """Give how many uses of a lease were spent at this line, also before a restart."""

    def pending(
        self, limit: int = BATCH_MAX, *, after: tuple[int, int] = FROM_THE_START
    ) -> tuple[SealedPassage, ...]:
        """Give at most `limit` passages that are not acknowledged, oldest first.

        `after` is the boot and number of the last one that was given already.
        """

    def acknowledge(self, ack: DeviceAck) -> None:
        """Stop sending what has arrived without a gap; an older acknowledgement changes nothing.

        The rows stay until a day close counts them. Raises `InvalidInputError` for an
        acknowledgement of what was never added.
        """

    def settle(self, close: DayClose) -> None:
        """Drop the acknowledged rows that a verified day close counts."""

    def forget(self, *, today: date, now: datetime) -> int:
        """Drop rows of days more than 8 days ago, and spent uses whose lease is over.

        Gives how many of the dropped rows had never been acknowledged: lost rides.
        """

    def next_epoch(self) -> EpochId:
        """Take the next number of an epoch of this line; none is ever given twice."""


class SqliteOutbox:
    """The outbox in a SQLite file, with synchronous=FULL. Safe between the lanes' threads.

    What is deleted is gone from the file's bytes, too, with this round or the next.
    """

    def __init__(self, engine: Engine, *, device: str, rows_max: int = ROWS_MAX) -> None:
        """Count one boot. Raises `MachineError` for tables of a newer release."""
        self._engine = engine
        self._device = check_name(device, what="device")
        self._rows_max = rows_max
        # True at first: who knows what the run before deleted and left in the log.
        self._log_may_tell = True
        migrate(engine, (OUTBOX_STORE,))
        with transaction(engine) as connection:
            last = connection.scalar(select(func.max(_BOOTS.c.boot)))
            self._boot = (last or 0) + 1
            connection.execute(
                insert(_BOOTS).values(boot=self._boot, last_seq=0, acknowledged_seq=0)
            )

    @property
    def boot(self) -> int:
        """How many times this device has started, this time included."""
        return self._boot

    def next_id(self) -> PassageId:
        """Give the id that the next new passage must have. Takes nothing."""
        with self._reading() as connection:
            return PassageId(self._device, self._boot, self._last_seq(connection) + 1)

    def add(self, passage: SealedPassage, spent: Sequence[SpentUse] = ()) -> None:
        """Keep the passage and count its spent uses, both or neither; see `Outbox.add`."""
        with self._writing() as connection:
            known = connection.execute(
                select(_ROWS).where(_ROWS.c.boot == passage.boot, _ROWS.c.seq == passage.seq)
            ).one_or_none()
            if known is not None and self._passage(known) == passage:
                return
            last = self._last_seq(connection)
            if (passage.device, passage.boot, passage.seq) != (self._device, self._boot, last + 1):
                raise ValueError(f"the next passage of boot {self._boot} is number {last + 1}")
            if (connection.scalar(select(func.count()).select_from(_ROWS)) or 0) >= self._rows_max:
                raise MachineError(
                    "outbox_full",
                    f"The outbox holds {self._rows_max} passages that no day close has counted.",
                    remedy="Connect the line to the office; until then cards are asked for.",
                )
            connection.execute(insert(_ROWS).values(passage.model_dump(exclude={"device"})))
            connection.execute(
                update(_BOOTS).where(_BOOTS.c.boot == self._boot).values(last_seq=passage.seq)
            )
            for use in spent:
                _count_use(connection, use)

    def uses_spent(self, lease_line: bytes) -> int:
        """Give how many uses of a lease were spent at this line, also before a restart."""
        with self._reading() as connection:
            return _uses_spent(connection, lease_line)

    def pending(
        self, limit: int = BATCH_MAX, *, after: tuple[int, int] = FROM_THE_START
    ) -> tuple[SealedPassage, ...]:
        """Give at most `limit` passages that are not acknowledged; see `Outbox.pending`."""
        with self._reading() as connection:
            rows = connection.execute(
                select(_ROWS)
                .join(_BOOTS, _BOOTS.c.boot == _ROWS.c.boot)
                .where(
                    _ROWS.c.seq > _BOOTS.c.acknowledged_seq,
                    tuple_(_ROWS.c.boot, _ROWS.c.seq) > after,
                )
                .order_by(_ROWS.c.boot, _ROWS.c.seq)
                .limit(limit)
            )
            return tuple(self._passage(row) for row in rows)

    def acknowledge(self, ack: DeviceAck) -> None:
        """Stop sending what has arrived without a gap; see `Outbox.acknowledge`."""
        with self._writing() as connection:
            last = connection.scalar(select(_BOOTS.c.last_seq).where(_BOOTS.c.boot == ack.boot))
            if ack.device != self._device or last is None or ack.seq > last:
                raise InvalidInputError(
                    "ack_unknown",
                    "The office acknowledges passages that this line never sent.",
                    remedy="Check that no two lines share a device name.",
                )
            connection.execute(
                update(_BOOTS)
                .where(_BOOTS.c.boot == ack.boot, _BOOTS.c.acknowledged_seq < ack.seq)
                .values(acknowledged_seq=ack.seq)
            )

    def settle(self, close: DayClose) -> None:
        """Drop the acknowledged rows that a verified day close counts."""
        with self._writing() as connection:
            for last in close.last:
                if last.device != self._device:
                    continue
                acknowledged = (
                    select(_BOOTS.c.acknowledged_seq)
                    .where(_BOOTS.c.boot == last.boot)
                    .scalar_subquery()
                )
                dropped = connection.execute(
                    delete(_ROWS).where(
                        _ROWS.c.boot == last.boot,
                        _ROWS.c.seq <= last.seq,
                        _ROWS.c.seq <= acknowledged,
                    )
                )
                self._log_may_tell |= dropped.rowcount > 0
        self._empty_log()

    def forget(self, *, today: date, now: datetime) -> int:
        """Drop what is over its time; see `Outbox.forget`."""
        first_kept = (today - KEPT_AT_MOST).isoformat()
        with self._writing() as connection:
            ended = connection.execute(delete(_SPENT).where(_SPENT.c.not_after <= now.timestamp()))
            lost = connection.scalar(
                select(func.count())
                .select_from(_ROWS.join(_BOOTS, _BOOTS.c.boot == _ROWS.c.boot))
                .where(_ROWS.c.day < first_kept, _ROWS.c.seq > _BOOTS.c.acknowledged_seq)
            )
            dropped = connection.execute(delete(_ROWS).where(_ROWS.c.day < first_kept))
            connection.execute(
                delete(_BOOTS).where(
                    _BOOTS.c.boot < self._boot, _BOOTS.c.boot.not_in(select(_ROWS.c.boot))
                )
            )
            self._log_may_tell |= ended.rowcount > 0 or dropped.rowcount > 0
        self._empty_log()
        return lost or 0

    def next_epoch(self) -> EpochId:
        """Take the next number of an epoch of this line; none is ever given twice."""
        with self._writing() as connection:
            epoch = (connection.scalar(select(func.max(_EPOCHS.c.epoch))) or 0) + 1
            connection.execute(delete(_EPOCHS))
            connection.execute(insert(_EPOCHS).values(epoch=epoch))
            return EpochId(epoch)

    def _empty_log(self) -> None:
        if self._log_may_tell:
            self._log_may_tell = not empty_log(self._engine)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _disk_errors(), transaction(self._engine) as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _disk_errors(), snapshot(self._engine) as connection:
            yield connection

    def _last_seq(self, connection: Connection) -> int:
        last = connection.scalar(select(_BOOTS.c.last_seq).where(_BOOTS.c.boot == self._boot))
        assert last is not None  # the row of this boot is never deleted
        return int(last)

    def _passage(self, row: Row[Any]) -> SealedPassage:
        return SealedPassage(
            device=self._device,
            boot=row.boot,
            seq=row.seq,
            line=row.line,
            day=row.day,
            sealed=row.sealed,
        )


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise MachineError(
            "outbox_unusable",
            f"The outbox can't be used: {error.orig}.",
            remedy="Make room on its disk; until then cards are asked for.",
        ) from error


def _uses_spent(connection: Connection, lease_line: bytes) -> int:
    uses = connection.scalar(select(_SPENT.c.uses).where(_SPENT.c.lease_line == lease_line))
    return int(uses or 0)


def _count_use(connection: Connection, use: SpentUse) -> None:
    uses = _uses_spent(connection, use.lease_line)
    connection.execute(delete(_SPENT).where(_SPENT.c.lease_line == use.lease_line))
    connection.execute(
        insert(_SPENT).values(
            lease_line=use.lease_line, uses=uses + 1, not_after=int(use.not_after.timestamp())
        )
    )
