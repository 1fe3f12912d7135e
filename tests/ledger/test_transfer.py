"""What becomes of a transfer: every result once, in the order of the checks."""

from dataclasses import dataclass, field, replace

from faregate.ids import AccountId
from faregate.ledger.transfer import PostResult, Transfer, TransferId, TransferKind, judge
from faregate.money import Money

RIDER, OTHER, REVENUE = AccountId("rider"), AccountId("other"), AccountId("revenue")


@dataclass(frozen=True, slots=True)
class Book:
    """A ledger in memory."""

    accounts: frozenset[AccountId] = frozenset({RIDER, OTHER, REVENUE})
    transfers: list[Transfer] = field(default_factory=list)

    def has_account(self, account: AccountId) -> bool:
        """Tell whether the account was opened."""
        return account in self.accounts

    def by_id(self, transfer_id: TransferId) -> Transfer | None:
        """Find a transfer by its id."""
        return next((one for one in self.transfers if one.id == transfer_id), None)

    def by_cause(self, cause: str, kind: TransferKind) -> Transfer | None:
        """Find the transfer of this kind with this cause."""
        same = (one for one in self.transfers if (one.cause, one.kind) == (cause, kind))
        return next(same, None)

    def resolving(self, pending_id: TransferId) -> Transfer | None:
        """Find the post or void that names this hold."""
        return next((one for one in self.transfers if one.pending_id == pending_id), None)


HOLD = Transfer(
    id=TransferId("hold"),
    debit=RIDER,
    credit=REVENUE,
    amount=Money(500, "EUR"),
    kind=TransferKind.HOLD,
    cause="ride",
)
OLD = replace(HOLD, id=TransferId("old"), kind=TransferKind.FARE, cause="day:rider:1")
DONE = replace(HOLD, id=TransferId("done"), cause="ride before")
VOIDED = replace(
    DONE, id=TransferId("voided"), kind=TransferKind.VOID, pending_id=TransferId("done")
)


def test_each_result_in_the_order_of_the_checks() -> None:
    """Each attempt mends the first defect of the one before; so every result is reached."""
    book = Book(transfers=[HOLD, OLD, DONE, VOIDED])
    attempt = Transfer(
        id=TransferId("old"),
        debit=AccountId("nobody"),
        credit=AccountId("nobody"),
        amount=Money(0, "EUR"),
        kind=TransferKind.FARE,
        cause="day:rider:1",
        pending_id=TransferId("old"),
    )
    results: list[PostResult] = []
    for change in (
        attempt,
        attempt := replace(attempt, amount=Money(600, "EUR")),
        attempt := replace(attempt, credit=AccountId("no one")),
        OLD,
        attempt := replace(attempt, id=TransferId("new")),
        attempt := replace(attempt, cause="day:rider:2"),
        attempt := replace(attempt, debit=RIDER),
        attempt := replace(attempt, credit=REVENUE),
        attempt := replace(attempt, kind=TransferKind.POST),
        attempt := replace(attempt, pending_id=TransferId("done")),
        attempt := replace(attempt, amount=Money(400, "EUR")),
        attempt := replace(attempt, pending_id=TransferId("hold")),
    ):
        results.append(judge(change, book))
    assert results == [
        PostResult.AMOUNT_NOT_POSITIVE,
        PostResult.SAME_ACCOUNT,
        PostResult.ID_REUSED,
        PostResult.ALREADY_POSTED,
        PostResult.CAUSE_REUSED,
        PostResult.DEBIT_ACCOUNT_UNKNOWN,
        PostResult.CREDIT_ACCOUNT_UNKNOWN,
        PostResult.PENDING_FORBIDDEN,
        PostResult.PENDING_UNKNOWN,
        PostResult.PENDING_DIFFERS,
        PostResult.PENDING_RESOLVED,
        PostResult.POSTED,
    ]
    assert set(results) == set(PostResult)


def test_a_plain_fare_needs_no_hold() -> None:
    """A transfer that names no hold is posted as it is."""
    assert judge(OLD, Book()) is PostResult.POSTED


def test_a_hold_that_was_never_made_is_unknown() -> None:
    """A post that names nothing at all, or another kind, is refused."""
    assert judge(VOIDED, Book()) is PostResult.PENDING_UNKNOWN


def test_a_post_stays_within_its_hold() -> None:
    """Other accounts, another currency and more than was held are each refused."""
    book = Book(transfers=[DONE])
    fits = replace(VOIDED, kind=TransferKind.POST)
    assert judge(fits, book) is PostResult.POSTED
    for change in (
        replace(fits, debit=OTHER),
        replace(fits, credit=OTHER),
        replace(fits, amount=Money(500, "USD")),
        replace(fits, amount=Money(501, "EUR")),
    ):
        assert judge(change, book) is PostResult.PENDING_DIFFERS
