"""The relay between wallets and lines: leases, stops and reply boxes, for people without a login.

It takes ciphertext of fixed sizes and forgets it on delivery. It knows no address and no name, and
of time only when a row must be gone. Who posts what is bounded per line and in total.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from faregate.clock import Clock
from faregate.consent.capture_reply import REPLY_SIZE
from faregate.consent.lease import SEALED_SIZE
from faregate.consent.rate import RateLimit
from faregate.consent.stop import ACK_SIZE
from faregate.db.engine import snapshot, transaction
from faregate.db.migrate import Store
from faregate.errors import InvalidInputError
from faregate.ids import LineId
from faregate.wire.canonical import sha256
from faregate.wire.messages import Stop

_LEASE_KEPT: Final = timedelta(hours=12)
"""The longest lease (message 5)."""
_STOP_KEPT: Final = timedelta(hours=12)
_REPLY_KEPT: Final = timedelta(minutes=10)
_STEP_S: Final = 300
_TAKE_MAX: Final = 64
_STOP_PAGE: Final = 1000
_BOX_SIZES: Final = (16, 32)

_METADATA: Final = MetaData()

# Kept until delivered, or `drop_at`: the lease's not_after, at most 12 h.
_LEASES: Final = Table(
    "relay_lease",
    _METADATA,
    Column("place", Integer, primary_key=True),  # in the queue
    Column("line", Text, nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False, unique=True),  # of line and ciphertext
    Column("sealed", LargeBinary, nullable=False),
    Column("drop_at", Integer, nullable=False),
)
# Kept 12 h: every line hears every stop. AUTOINCREMENT: a cursor never comes back.
_STOPS: Final = Table(
    "relay_stop",
    _METADATA,
    Column("cursor", Integer, primary_key=True, autoincrement=True),
    Column("preimage", Text, nullable=False, unique=True),
    Column("drop_at", Integer, nullable=False),
    sqlite_autoincrement=True,
)
# Kept 10 min.
_REPLIES: Final = Table(
    "relay_reply",
    _METADATA,
    Column("box", LargeBinary, primary_key=True),
    Column("reply", LargeBinary, nullable=False),
    Column("drop_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)

RELAY_STORE: Final = Store(
    name="relay", metadata=_METADATA, migrations=Path(__file__).parent / "migrations" / "relay"
)


class PostOutcome(StrEnum):
    """What became of a posted lease."""

    TAKEN = "taken"
    QUEUE_FULL = "queue_full"  # the line does not fetch, or is flooded: tap again later


class NoReply(StrEnum):
    """Nothing is in the box: not yet, or no longer."""

    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class StopBatch:
    """Stops in the order in which the relay heard them, and the cursor behind the last."""

    stops: tuple[Stop, ...]
    cursor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayPolicy:
    """Limits of the relay, from `[office.relay]`."""

    queue_max: int = 256
    """Leases that wait for one line: 5 MiB, and more taps than a line sees in five minutes."""
    stops_per_minute_max: int = 600
    replies_per_minute_max: int = 600


class Relay:
    """Queues in a database. Each call may be made again when its answer was lost."""

    def __init__(
        self,
        engine: Engine,
        *,
        lines: Collection[LineId],
        clock: Clock,
        policy: RelayPolicy,
    ) -> None:
        """Use a migrated database. Leases for lines other than `lines` are refused."""
        self._engine = engine
        self._lines = frozenset(lines)
        self._clock = clock
        self._policy = policy
        minute = timedelta(minutes=1)
        self._stop_limit = RateLimit(policy.stops_per_minute_max, window=minute)
        self._reply_limit = RateLimit(policy.replies_per_minute_max, window=minute)

    def post_lease(self, line: LineId, sealed: bytes, *, not_after: datetime) -> PostOutcome:
        """Queue a sealed lease for its line. The same bytes again, while they wait: no change.

        `not_after` is when the wallet wants it gone; the relay can't look inside. Raises
        `InvalidInputError` (`unknown_line`, `lease_size`).
        """
        if line not in self._lines:
            raise InvalidInputError(
                "unknown_line", f"There is no line {line!r}.", remedy="Fetch the list of lines."
            )
        _check_size("lease_size", sealed, (SEALED_SIZE,))
        now = self._clock.now()
        digest = sha256(line.encode(), b"\n", sealed)
        row = {
            "line": line,
            "digest": digest,
            "sealed": sealed,
            "drop_at": int(min(not_after, now + _LEASE_KEPT).timestamp()),
        }
        with transaction(self._engine) as connection:
            _drop_old(connection, _LEASES, now)
            if _waits(connection, digest):
                return PostOutcome.TAKEN
            waiting = connection.execute(
                select(func.count()).select_from(_LEASES).where(_LEASES.c.line == line)
            ).scalar_one()
            if waiting >= self._policy.queue_max:
                return PostOutcome.QUEUE_FULL
            connection.execute(insert(_LEASES), row)
        return PostOutcome.TAKEN

    def take_leases(self, line: LineId) -> tuple[bytes, ...]:
        """Take the oldest waiting leases off a line's queue, at most 64, each once.

        They are deleted before this returns: one whose answer is lost is lost, and the rider
        taps again.
        """
        with transaction(self._engine) as connection:
            _drop_old(connection, _LEASES, self._clock.now())
            rows = connection.execute(
                select(_LEASES.c.place, _LEASES.c.sealed)
                .where(_LEASES.c.line == line)
                .order_by(_LEASES.c.place)
                .limit(_TAKE_MAX)
            ).all()
            taken = [row.place for row in rows]
            connection.execute(delete(_LEASES).where(_LEASES.c.place.in_(taken)))
        return tuple(row.sealed for row in rows)

    def post_stop(self, stop: Stop) -> None:
        """Tell every line. Again changes nothing. Raises `InvalidInputError` (`rate_limit`)."""
        now = self._clock.now()
        self._stop_limit.take(now)
        row = {"preimage": stop.preimage, "drop_at": _rounded_up(now + _STOP_KEPT)}
        with transaction(self._engine) as connection:
            connection.execute(insert(_STOPS).on_conflict_do_nothing(), row)

    def take_stops(self, after: int) -> StopBatch:
        """Give the stops behind a cursor, at most 1000; 0 to begin. The same for each line."""
        now = int(self._clock.now().timestamp())
        with snapshot(self._engine) as connection:
            rows = connection.execute(
                select(_STOPS.c.cursor, _STOPS.c.preimage)
                .where(_STOPS.c.cursor > after, _STOPS.c.drop_at > now)
                .order_by(_STOPS.c.cursor)
                .limit(_STOP_PAGE)
            ).all()
        return StopBatch(
            tuple(Stop(preimage=row.preimage) for row in rows),
            rows[-1].cursor if rows else after,
        )

    def put_reply(self, box: bytes, reply: bytes) -> None:
        """Put a kiosk's reply or a line's acknowledgement into a box of 16 or 32 bytes' name.

        The first stays: only who was told the name can have put it. Raises `InvalidInputError`
        (`reply_size`, `rate_limit`).
        """
        _check_size("reply_size", box, _BOX_SIZES)
        _check_size("reply_size", reply, (REPLY_SIZE, ACK_SIZE))
        now = self._clock.now()
        self._reply_limit.take(now)
        row = {"box": box, "reply": reply, "drop_at": int((now + _REPLY_KEPT).timestamp())}
        with transaction(self._engine) as connection:
            _drop_old(connection, _REPLIES, now)
            connection.execute(insert(_REPLIES).on_conflict_do_nothing(), row)

    def get_reply(self, box: bytes) -> bytes | NoReply:
        """Give what is in a box. It stays until its ten minutes are over."""
        now = int(self._clock.now().timestamp())
        with snapshot(self._engine) as connection:
            found: bytes | None = connection.execute(
                select(_REPLIES.c.reply).where(_REPLIES.c.box == box, _REPLIES.c.drop_at > now)
            ).scalar_one_or_none()
        return NoReply.EMPTY if found is None else found

    def purge(self) -> None:
        """Drop what is past its time, also where nobody asks any more. Once a minute is enough."""
        with transaction(self._engine) as connection:
            for table in (_LEASES, _STOPS, _REPLIES):
                _drop_old(connection, table, self._clock.now())


def _drop_old(connection: Connection, table: Table, now: datetime) -> None:
    connection.execute(delete(table).where(table.c.drop_at <= int(now.timestamp())))


def _waits(connection: Connection, digest: bytes) -> bool:
    return (
        connection.execute(select(_LEASES.c.place).where(_LEASES.c.digest == digest)).first()
        is not None
    )


def _rounded_up(instant: datetime) -> int:
    """Give Unix seconds, a multiple of 300: a stop that is kept must not tell when it was made."""
    return -(-int(instant.timestamp()) // _STEP_S) * _STEP_S


def _check_size(code: str, data: bytes, sizes: Collection[int]) -> None:
    if len(data) not in sizes:
        raise InvalidInputError(
            code,
            f"{len(data)} bytes were sent where only fixed sizes are taken.",
            remedy=f"Send {' or '.join(map(str, sizes))} bytes.",
        )
