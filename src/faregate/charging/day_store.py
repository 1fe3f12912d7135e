"""The day store: passages under a day key that is destroyed when the day is closed (message 8).

A row is (day, seq, HMAC(day key, account), AES-GCM(day key, row)). With the key gone the rows, and
every copy of them in a backup, are noise. Rows are only added until then.
"""

import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import ConfigDict
from sqlalchemy import Connection, Row, delete, func, insert, select, tuple_

from faregate.charging.key_folder import KeyFolder
from faregate.charging.rating import Outcome, PassageEvent
from faregate.charging.schema import CLOSED_DAYS, DAY_ROWS
from faregate.errors import MachineError
from faregate.fares.journeys import Direction
from faregate.ids import AccountId, LineId, PassageId
from faregate.wire.canonical import jcs, typed
from faregate.wire.document import Document

NOBODY: Final = AccountId("")
"""The account of a passage that nobody pays for: counted, never charged."""
_NONCE_SIZE: Final = 12


class _Plain(Document):
    """What is under the day key. Local to the office, so it may change with a migration."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    account: str
    event: str
    passage: str
    line: str
    direction: Direction
    opened_at: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One row, opened."""

    day: date
    """The day store that it lies in: that of its arrival."""
    seq: int
    account: AccountId
    event: PassageEvent


class DayStore:
    """Rows of the days that are not closed yet. Every method works in the caller's transaction."""

    def __init__(self, key_folder: Path) -> None:
        """Use or make the folder of the day keys. It must lie apart from the database."""
        self._keys = KeyFolder(key_folder)

    def put(
        self, connection: Connection, *, today: date, account: AccountId, event: PassageEvent
    ) -> date:
        """Keep an event in the store of `today`; give that store's day.

        A store that is closed takes no more: should the clock be behind it, the next one does.
        """
        day = self._open_day(connection, today)
        key = self._keys.get_or_create(day.isoformat())
        last = connection.scalar(
            select(func.max(DAY_ROWS.c.seq)).where(DAY_ROWS.c.day == day.isoformat())
        )
        seq = (last or 0) + 1
        nonce = secrets.token_bytes(_NONCE_SIZE)
        plain = _Plain(
            account=account,
            event=str(event.event_id),
            passage=str(event.passage_id),
            line=event.line,
            direction=event.direction,
            opened_at=int(event.opened_at.timestamp()),
            outcome=event.outcome,
        )
        sealed = nonce + AESGCM(key).encrypt(nonce, plain.jcs(), _aad(day.isoformat(), seq))
        connection.execute(
            insert(DAY_ROWS).values(
                day=day.isoformat(), seq=seq, account_tag=_tag(key, account), sealed=sealed
            )
        )
        return day

    def events(self, connection: Connection) -> tuple[StoredEvent, ...]:
        """Give all events of all open days, as they arrived. Raises `MachineError`."""
        rows = connection.execute(select(DAY_ROWS).order_by(DAY_ROWS.c.day, DAY_ROWS.c.seq))
        return tuple(self._open(row) for row in rows)

    def events_of(self, connection: Connection, account: AccountId) -> tuple[StoredEvent, ...]:
        """Give the events of one account on all open days. Raises `MachineError`."""
        tags = [
            (day, _tag(self._key(day), account))
            for day in connection.scalars(select(DAY_ROWS.c.day).distinct())
        ]
        rows = connection.execute(
            select(DAY_ROWS)
            .where(tuple_(DAY_ROWS.c.day, DAY_ROWS.c.account_tag).in_(tags))
            .order_by(DAY_ROWS.c.day, DAY_ROWS.c.seq)
        )
        return tuple(self._open(row) for row in rows)

    def drop(self, connection: Connection, events: Iterable[StoredEvent]) -> None:
        """Delete rows. Their bytes go with `destroy_key` and `db.engine.forget_deleted`."""
        for event in events:
            connection.execute(
                delete(DAY_ROWS).where(
                    DAY_ROWS.c.day == event.day.isoformat(), DAY_ROWS.c.seq == event.seq
                )
            )

    def destroy_key(self, day: date) -> None:
        """Destroy the key of a closed day. Again changes nothing."""
        self._keys.destroy(day.isoformat())

    def _open_day(self, connection: Connection, today: date) -> date:
        last_closed = connection.scalar(select(func.max(CLOSED_DAYS.c.day)))
        if last_closed is None:
            return today
        return max(today, date.fromisoformat(last_closed) + timedelta(days=1))

    def _open(self, row: Row[tuple[object, ...]]) -> StoredEvent:
        key = self._key(row.day)
        nonce, sealed = row.sealed[:_NONCE_SIZE], row.sealed[_NONCE_SIZE:]
        try:
            plain = _Plain.parse(AESGCM(key).decrypt(nonce, sealed, _aad(row.day, row.seq)))
        except InvalidTag:
            raise _unreadable(row.day) from None
        return StoredEvent(
            day=date.fromisoformat(row.day),
            seq=row.seq,
            account=AccountId(plain.account),
            event=PassageEvent(
                event_id=PassageId.parse(plain.event),
                passage_id=PassageId.parse(plain.passage),
                line=LineId(plain.line),
                direction=plain.direction,
                opened_at=datetime.fromtimestamp(plain.opened_at, UTC),
                outcome=plain.outcome,
            ),
        )

    def _key(self, day: str) -> bytes:
        key = self._keys.get(day)
        if key is None:
            raise _unreadable(day)
        return key


def _aad(day: str, seq: int) -> bytes:
    # A row can't be moved to another day or place without being noticed.
    return typed("day-row", jcs({"day": day, "seq": seq}))


def _tag(key: bytes, account: AccountId) -> bytes:
    return hmac.digest(key, typed("day-account", account.encode()), "sha256")


def _unreadable(day: str) -> MachineError:
    return MachineError(
        "day_key_missing",
        f"The passages of {day} can't be opened with the day keys that are here.",
        remedy="Put back the folder of day keys. If it is lost, so are that day's rides:"
        " delete the day's rows to go on.",
    )
