"""The ledger in the database. Every function works inside the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from faregate.ids import AccountId
from faregate.ledger.schema import ACCOUNTS, TRANSFERS
from faregate.ledger.transfer import (
    PostResult,
    Transfer,
    TransferId,
    TransferKind,
    judge,
)
from faregate.money import Money

_MOVING = (TransferKind.FARE, TransferKind.POST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What an account owes in one currency: debits less credits. `held` is reserved, not owed."""

    owed: Money
    held: Money


def open_account(connection: Connection, account: AccountId) -> None:
    """Open an account. Opening it again changes nothing."""
    connection.execute(insert(ACCOUNTS).values(id=account).on_conflict_do_nothing())


def post(connection: Connection, transfer: Transfer) -> PostResult:
    """Post a transfer, or say why not. The same transfer again is `ALREADY_POSTED`."""
    result = judge(transfer, _Posted(connection))
    if result is PostResult.POSTED:
        connection.execute(insert(TRANSFERS).values(_row(transfer)))
    return result


def balances(connection: Connection, account: AccountId) -> Mapping[str, Balance]:
    """Give the balance per currency; empty for an account without transfers."""
    resolved = select(TRANSFERS.c.pending_id).where(TRANSFERS.c.pending_id.is_not(None))
    moving = TRANSFERS.c.kind.in_(_MOVING)
    holding = (TRANSFERS.c.kind == TransferKind.HOLD) & TRANSFERS.c.id.not_in(resolved)
    owed: dict[str, int] = {}
    held: dict[str, int] = {}
    for side, sign in ((TRANSFERS.c.debit, 1), (TRANSFERS.c.credit, -1)):
        for sums, which in ((owed, moving), (held, holding)):
            for currency, total in _sums(connection, (side == account) & which):
                sums[currency] = sums.get(currency, 0) + sign * total
    return {
        currency: Balance(
            owed=Money(owed.get(currency, 0), currency), held=Money(held.get(currency, 0), currency)
        )
        for currency in sorted(owed.keys() | held.keys())
    }


def _sums(connection: Connection, which: ColumnElement[bool]) -> list[tuple[str, int]]:
    query = select(TRANSFERS.c.currency, func.sum(TRANSFERS.c.amount)).where(which)
    return [
        (str(currency), int(total))
        for currency, total in connection.execute(query.group_by(TRANSFERS.c.currency))
    ]


def statement(connection: Connection, account: AccountId) -> tuple[Transfer, ...]:
    """Give all transfers of an account in the order in which they were posted."""
    query = (
        select(TRANSFERS)
        .where(or_(TRANSFERS.c.debit == account, TRANSFERS.c.credit == account))
        .order_by(TRANSFERS.c.position)
    )
    return tuple(_transfer(row) for row in connection.execute(query).mappings())


def is_posted(connection: Connection, cause: str, kind: TransferKind) -> bool:
    """Tell whether there is a transfer of this cause and kind, whatever its amount."""
    return _Posted(connection).by_cause(cause, kind) is not None


class _Posted:
    """The answers of the database to `judge`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def has_account(self, account: AccountId) -> bool:
        query = select(ACCOUNTS.c.id).where(ACCOUNTS.c.id == account)
        return self._connection.execute(query).first() is not None

    def by_id(self, transfer_id: TransferId) -> Transfer | None:
        return self._find(TRANSFERS.c.id == transfer_id)

    def by_cause(self, cause: str, kind: TransferKind) -> Transfer | None:
        return self._find((TRANSFERS.c.cause == cause) & (TRANSFERS.c.kind == kind))

    def resolving(self, pending_id: TransferId) -> Transfer | None:
        return self._find(TRANSFERS.c.pending_id == pending_id)

    def _find(self, which: ColumnElement[bool]) -> Transfer | None:
        row = self._connection.execute(select(TRANSFERS).where(which)).mappings().first()
        return None if row is None else _transfer(row)


def _row(transfer: Transfer) -> dict[str, Any]:
    return {
        "id": transfer.id,
        "debit": transfer.debit,
        "credit": transfer.credit,
        "amount": transfer.amount.minor,
        "currency": transfer.amount.currency,
        "kind": transfer.kind,
        "cause": transfer.cause,
        "pending_id": transfer.pending_id or None,
    }


def _transfer(row: RowMapping) -> Transfer:
    return Transfer(
        id=TransferId(row["id"]),
        debit=AccountId(row["debit"]),
        credit=AccountId(row["credit"]),
        amount=Money(row["amount"], row["currency"]),
        kind=TransferKind(row["kind"]),
        cause=row["cause"],
        pending_id=TransferId(row["pending_id"] or ""),
    )
