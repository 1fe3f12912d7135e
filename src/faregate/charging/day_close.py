"""Close a travel day: charge it, hand the details to the riders, and forget them (message 9)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from faregate.charging import arrivals
from faregate.charging.account_close import AccountClose, close_account
from faregate.charging.day_store import NOBODY, DayStore, StoredEvent
from faregate.charging.notices import notice
from faregate.charging.passage_keys import PassageKeys
from faregate.charging.policy import ChargingPolicy
from faregate.charging.rating import Ride, total
from faregate.charging.receipts import receipt_bundles
from faregate.charging.schema import CLOSED_DAYS, DAY_CLOSES, DAY_ROWS, STATION_HOURS
from faregate.consent.mailbox import deposit
from faregate.consent.receipt_bundle import seal_receipt_bundle
from faregate.consent.registry import NoAccount
from faregate.consent.registry import close_day as forget_ended_consents
from faregate.db.engine import forget_deleted, snapshot, transaction
from faregate.errors import InvalidInputError
from faregate.fares.travel_day import travel_day, travel_day_ends
from faregate.ids import AccountId, LineId
from faregate.ledger.ledger import is_posted, open_account, post
from faregate.ledger.transfer import PostResult, Transfer, TransferId, TransferKind
from faregate.translog.leaf import infrastructure_leaf
from faregate.translog.log import LeafAbsence
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64, sha256, typed
from faregate.wire.document import sign
from faregate.wire.messages import DayClose, SignedDayClose, SignedReceiptBundle

REVENUE: Final = AccountId("revenue")
"""The operator's side of every fare."""
_ROUND_TO: Final = 10
_CLOSES_KEPT: Final = timedelta(days=8)
"""A line drops its outbox rows when it sees the close that counts them."""


class Log(Protocol):
    """The log, as far as a day close uses it; `OneFileLog` is one."""

    def add_infrastructure(self, leaf: bytes) -> InclusionProof | LeafAbsence:
        """Sequence a signed document. On return it survives a power cut. Again changes nothing."""


class HistoryKeys(Protocol):
    """Whom to seal receipts to; the consent registry is one."""

    def history_key_of(self, account: AccountId) -> bytes | NoAccount:
        """Give the account's HPKE public key, 32 bytes."""


class CloseResult(StrEnum):
    """What became of a request to close a day."""

    CLOSED = "closed"
    ALREADY_CLOSED = "already_closed"  # what a former run left undone was finished


class DayCloser:
    """Closes days, one at a time, oldest first."""

    def __init__(
        self,
        engine: Engine,
        *,
        policy: ChargingPolicy,
        day_store: DayStore,
        passage_keys: PassageKeys,
        history_keys: HistoryKeys,
        receipt_key: Ed25519PrivateKey,
        log: Log,
    ) -> None:
        """Use a migrated database that also holds the ledger, the mailbox and the registry."""
        self._engine = engine
        self._policy = policy
        self._day_store = day_store
        self._passage_keys = passage_keys
        self._history_keys = history_keys
        self._receipt_key = receipt_key
        self._log = log

    def close(self, day: date, *, now: datetime) -> CloseResult:
        """Close a travel day.

        What is charged and what is deleted happens in one transaction; what has to follow it is
        made up for by the next call or `finish`. So a run killed anywhere and started again leaves
        the same as one that was not. Raises `InvalidInputError` for a day that is not over or has
        an open one before it, `MachineError`.
        """
        if now < travel_day_ends(day, self._policy.zone):
            raise InvalidInputError(
                "day_not_over",
                f"The travel day {day} is not over yet.",
                remedy="Close it after 04:30 of the next day, by default at 12:00.",
            )
        with transaction(self._engine) as connection:
            result = self._close(connection, day)
        self.finish(now=now)
        return result

    def finish(self, *, now: datetime) -> None:
        """Make up for what a killed run left undone. Call it when the office starts."""
        for day in self._unfinished():
            # 6. The signed close is logged, for the auditor and the lines to find.
            with snapshot(self._engine) as connection:
                closes = connection.scalars(
                    select(DAY_CLOSES.c.signed).where(DAY_CLOSES.c.day == day.isoformat())
                ).all()
            for signed in closes:
                self._log.add_infrastructure(infrastructure_leaf(SignedDayClose.parse(signed)))
            # 7. The keys go, then the bytes that they would open.
            self._day_store.destroy_key(day)
            self._destroy_passage_keys(day)
            forget_deleted(self._engine)
            with transaction(self._engine) as connection:
                connection.execute(
                    update(CLOSED_DAYS)
                    .where(CLOSED_DAYS.c.day == day.isoformat())
                    .values(finished=True)
                )
        self._passage_keys.destroy_expired(today=travel_day(now, self._policy.zone))

    def day_closes(self, line: LineId) -> tuple[SignedDayClose, ...]:
        """Give a line's signed closes of the last 8 days that were closed, oldest first."""
        with snapshot(self._engine) as connection:
            rows = connection.scalars(
                select(DAY_CLOSES.c.signed)
                .where(DAY_CLOSES.c.line == line)
                .order_by(DAY_CLOSES.c.day)
            ).all()
        return tuple(SignedDayClose.parse(row) for row in rows)

    def _unfinished(self) -> Sequence[date]:
        with snapshot(self._engine) as connection:
            rows = connection.scalars(
                select(CLOSED_DAYS.c.day)
                .where(CLOSED_DAYS.c.finished.is_(False))
                .order_by(CLOSED_DAYS.c.day)
            ).all()
        return [date.fromisoformat(row) for row in rows]

    def _destroy_passage_keys(self, day: date) -> None:
        with snapshot(self._engine) as connection:
            past = [line for line in self._policy.places if arrivals.is_past(connection, line, day)]
        for line in past:
            self._passage_keys.destroy_up_to(line, day)

    def _close(self, connection: Connection, day: date) -> CloseResult:
        # 1. Is it the oldest open day?
        last = connection.scalar(select(func.max(CLOSED_DAYS.c.day)))
        if last is not None and last >= day.isoformat():
            return CloseResult.ALREADY_CLOSED
        oldest = connection.scalar(select(func.min(DAY_ROWS.c.day)))
        if oldest is not None and oldest < day.isoformat():
            raise InvalidInputError(
                "older_day_open",
                f"The travel day {oldest} is still open.",
                remedy="Close days in their order.",
            )
        # 2. Each account, over all open days: a journey may reach into the next one. In the order
        # of their random ids, so that what is written tells nothing about the order of rides.
        by_account: dict[AccountId, list[StoredEvent]] = {}
        for stored in self._day_store.events(connection):
            by_account.setdefault(stored.account, []).append(stored)
        parts = [
            self._close_account(connection, day, account, by_account[account])
            for account in sorted(by_account)
        ]
        # 3. What remains: counts, and one signed close per line.
        self._keep_station_hours(connection, day, parts)
        self._keep_day_closes(connection, day, parts)
        # 4. The details go.
        for part in parts:
            self._day_store.drop(connection, part.forgotten)
        arrivals.forget_acknowledged(connection)
        connection.execute(insert(CLOSED_DAYS).values(day=day.isoformat(), finished=False))
        # 5. Only now: the day's riders were rated while their accounts were still bound.
        forget_ended_consents(connection, ended_at=travel_day_ends(day, self._policy.zone))
        return CloseResult.CLOSED

    def _close_account(
        self, connection: Connection, day: date, account: AccountId, stored: list[StoredEvent]
    ) -> AccountClose:
        part = close_account(
            stored,
            day=day,
            policy=self._policy,
            was_charged=lambda former: is_posted(
                connection, _cause(account, former), TransferKind.FARE
            ),
        )
        history_pk = (
            NoAccount.UNBOUND if account == NOBODY else self._history_keys.history_key_of(account)
        )
        if isinstance(history_pk, NoAccount):
            # Nobody pays; or nobody could ever see or dispute the receipt.
            part = part.written_off()
        else:
            self._book(connection, day, account, part.booked, history_pk)
        for one in part.not_booked:
            notice(connection, day=day, line=one.line, kind=one.why)
        return part

    def _book(
        self,
        connection: Connection,
        day: date,
        account: AccountId,
        rides: Sequence[Ride],
        history_pk: bytes,
    ) -> None:
        """Charge the total, and put the details into the rider's mailbox, for the rider alone."""
        amount = total(rides, self._policy.tariff.currency)
        if amount.minor > 0:
            open_account(connection, account)
            open_account(connection, REVENUE)
            cause = _cause(account, day)
            transfer = Transfer(
                id=TransferId(b64(sha256(typed("transfer", cause.encode())))),
                debit=account,
                credit=REVENUE,
                amount=amount,
                kind=TransferKind.FARE,
                cause=cause,
            )
            result = post(connection, transfer)
            # The day is marked closed in this same transaction, so its cause is new.
            assert result is PostResult.POSTED, result
        for document in receipt_bundles(rides, day=day, policy=self._policy):
            signed = SignedReceiptBundle(
                document=document, signature=sign(document, self._receipt_key)
            )
            sealed = seal_receipt_bundle(signed, history_pk=history_pk)
            deposit(connection, sealed, history_pk=history_pk, day=document.day)

    def _keep_station_hours(
        self, connection: Connection, day: date, parts: Sequence[AccountClose]
    ) -> None:
        counts = Counter(
            (place.stop_id, event.opened_at.astimezone(self._policy.zone).hour, event.direction)
            for part in parts
            for event in part.passed
            if (place := self._policy.places.get(event.line))
        )
        for (stop_id, hour, direction), count in sorted(counts.items()):
            rounded = count - count % _ROUND_TO
            if rounded:
                connection.execute(
                    insert(STATION_HOURS).values(
                        day=day.isoformat(),
                        stop_id=stop_id,
                        hour=hour,
                        direction=direction,
                        passages=rounded,
                    )
                )

    def _keep_day_closes(
        self, connection: Connection, day: date, parts: Sequence[AccountClose]
    ) -> None:
        accepted = Counter(event.line for part in parts for event in part.passed)
        charged = Counter(
            part.line_of(ride)
            for part in parts
            for ride in part.booked
            if ride.fare.amount.minor > 0
        )
        for line in sorted({*self._policy.places, *accepted}):
            document = DayClose(
                deployment=self._policy.deployment,
                line=line,
                day=day.isoformat(),
                accepted=accepted[line],
                charged=charged[line],
                last=arrivals.marks_of(connection, line),
            )
            signed = SignedDayClose(document=document, signature=sign(document, self._receipt_key))
            connection.execute(
                insert(DAY_CLOSES).values(day=document.day, line=line, signed=signed.jcs())
            )
        connection.execute(
            delete(DAY_CLOSES).where(DAY_CLOSES.c.day < (day - _CLOSES_KEPT).isoformat())
        )


def _cause(account: AccountId, day: date) -> str:
    return f"day:{account}:{day.isoformat()}"
