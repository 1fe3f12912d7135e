"""One transfer is one balanced row; whether it may be posted is decided here, without a database.

The model is TigerBeetle's: a transfer has an id chosen by the caller, so that a retry is told apart
from a mistake, and a hold is a transfer that moves nothing until it is posted or voided.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Protocol

from faregate.ids import AccountId
from faregate.money import Money

TransferId = NewType("TransferId", str)


class TransferKind(StrEnum):
    """What a transfer is for. With the cause it is unique: one reason moves money once."""

    FARE = "fare"
    HOLD = "hold"  # reserves; moves nothing
    POST = "post"  # takes what a hold reserved, or less
    VOID = "void"  # gives up a hold; moves nothing


_RESOLVING = frozenset({TransferKind.POST, TransferKind.VOID})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """An amount that one account owes more and another less, and why."""

    id: TransferId
    debit: AccountId
    credit: AccountId
    amount: Money
    kind: TransferKind
    cause: str
    """What it was for, e.g. `day:<account>:2026-03-02`. Never a place, time of day or passage."""
    pending_id: TransferId = TransferId("")
    """The hold that a post or void resolves; empty for other kinds."""


class PostResult(StrEnum):
    """What became of a transfer. Ordered as the checks run; the first that applies wins."""

    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    SAME_ACCOUNT = "same_account"
    ALREADY_POSTED = "already_posted"  # same id, same content: a retry, and fine
    ID_REUSED = "id_reused"  # same id, other content: a bug in the caller
    CAUSE_REUSED = "cause_reused"  # another transfer of this kind has this cause
    DEBIT_ACCOUNT_UNKNOWN = "debit_account_unknown"
    CREDIT_ACCOUNT_UNKNOWN = "credit_account_unknown"
    PENDING_FORBIDDEN = "pending_forbidden"  # only a post or void names a hold
    PENDING_UNKNOWN = "pending_unknown"  # it names no hold
    PENDING_DIFFERS = "pending_differs"  # other accounts or currency, or more than was held
    PENDING_RESOLVED = "pending_resolved"  # the hold was posted or voided before
    POSTED = "posted"


class Posted(Protocol):
    """What has been posted so far, as far as a decision about the next transfer needs it.

    `None` means that there is none. All answers are of one state: the caller holds the write lock.
    """

    def has_account(self, account: AccountId) -> bool:
        """Tell whether the account was opened."""

    def by_id(self, transfer_id: TransferId) -> Transfer | None:
        """Find a transfer by its id."""

    def by_cause(self, cause: str, kind: TransferKind) -> Transfer | None:
        """Find the transfer of this kind with this cause."""

    def resolving(self, pending_id: TransferId) -> Transfer | None:
        """Find the post or void that names this hold."""


def judge(transfer: Transfer, posted: Posted) -> PostResult:  # noqa: PLR0911 - one return a result
    """Decide what becomes of a transfer. Moves nothing itself."""
    if transfer.amount.minor <= 0:
        return PostResult.AMOUNT_NOT_POSITIVE
    if transfer.debit == transfer.credit:
        return PostResult.SAME_ACCOUNT
    if (same_id := posted.by_id(transfer.id)) is not None:
        return PostResult.ALREADY_POSTED if same_id == transfer else PostResult.ID_REUSED
    if posted.by_cause(transfer.cause, transfer.kind) is not None:
        return PostResult.CAUSE_REUSED
    if not posted.has_account(transfer.debit):
        return PostResult.DEBIT_ACCOUNT_UNKNOWN
    if not posted.has_account(transfer.credit):
        return PostResult.CREDIT_ACCOUNT_UNKNOWN
    if transfer.kind not in _RESOLVING:
        return PostResult.PENDING_FORBIDDEN if transfer.pending_id else PostResult.POSTED
    return _judge_resolution(transfer, posted)


def _judge_resolution(transfer: Transfer, posted: Posted) -> PostResult:
    hold = posted.by_id(transfer.pending_id)
    if hold is None or hold.kind is not TransferKind.HOLD:
        return PostResult.PENDING_UNKNOWN
    if (hold.debit, hold.credit, hold.amount.currency) != (
        transfer.debit,
        transfer.credit,
        transfer.amount.currency,
    ) or hold.amount.minor < transfer.amount.minor:
        return PostResult.PENDING_DIFFERS
    if posted.resolving(transfer.pending_id) is not None:
        return PostResult.PENDING_RESOLVED
    return PostResult.POSTED
