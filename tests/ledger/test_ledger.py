"""The ledger in the database: balanced, append-only, and safe to retry."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from faregate.db.engine import open_database, snapshot, transaction
from faregate.db.migrate import migrate
from faregate.ids import AccountId
from faregate.ledger.ledger import Balance, balances, open_account, post, statement
from faregate.ledger.schema import METADATA, STORE, TRANSFERS
from faregate.ledger.transfer import PostResult, Transfer, TransferId, TransferKind
from faregate.money import Money

REVENUE = AccountId("revenue")
RIDERS = [AccountId("ada"), AccountId("bo"), AccountId("cy")]
FARE = Transfer(
    id=TransferId("1"),
    debit=RIDERS[0],
    credit=REVENUE,
    amount=Money(275, "EUR"),
    kind=TransferKind.FARE,
    cause="day:ada:2026-03-02",
)


def _book(path: Path) -> Engine:
    engine = open_database(path)
    migrate(engine, (STORE,))
    with transaction(engine) as connection:
        for account in (REVENUE, *RIDERS):
            open_account(connection, account)
    return engine


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Engine]:
    """Give a ledger with three riders and the operator's revenue."""
    engine = _book(tmp_path / "office.db")
    yield engine
    engine.dispose()


def _post(book: Engine, *transfers: Transfer) -> list[PostResult]:
    with transaction(book) as connection:
        return [post(connection, one) for one in transfers]


def test_the_migrations_make_the_tables_of_the_metadata(book: Engine) -> None:
    """What a fresh database gets is what the code expects."""
    with snapshot(book) as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, *_: name != STORE.version_table},
        )
        assert compare_metadata(context, METADATA) == []


def test_posts_and_tells(book: Engine) -> None:
    """A transfer shows in both balances and both statements."""
    assert _post(book, FARE) == [PostResult.POSTED]
    with snapshot(book) as connection:
        assert statement(connection, RIDERS[0]) == statement(connection, REVENUE) == (FARE,)
        none = Money(0, "EUR")
        assert balances(connection, RIDERS[0]) == {"EUR": Balance(owed=FARE.amount, held=none)}
        assert balances(connection, REVENUE) == {"EUR": Balance(owed=Money(-275, "EUR"), held=none)}
        assert balances(connection, RIDERS[1]) == {}


def test_a_hold_is_held_until_it_is_resolved(book: Engine) -> None:
    """A hold moves nothing; its post moves what was taken, its void nothing."""
    hold = replace(FARE, id=TransferId("h1"), kind=TransferKind.HOLD, cause="a")
    other = replace(hold, id=TransferId("h2"), cause="b")
    taken = replace(
        hold,
        id=TransferId("p"),
        kind=TransferKind.POST,
        pending_id=hold.id,
        amount=Money(200, "EUR"),
    )
    given_up = replace(other, id=TransferId("v"), kind=TransferKind.VOID, pending_id=other.id)

    def after(*transfers: Transfer) -> tuple[int, int]:
        assert _post(book, *transfers) == [PostResult.POSTED] * len(transfers)
        with snapshot(book) as connection:
            balance = balances(connection, RIDERS[0])["EUR"]
        return balance.owed.minor, balance.held.minor

    assert [after(hold, other), after(taken), after(given_up)] == [(0, 550), (200, 275), (200, 0)]
    assert _post(book, replace(given_up, id=TransferId("w"), cause="c")) == [
        PostResult.PENDING_RESOLVED
    ]


def test_currencies_are_kept_apart(book: Engine) -> None:
    """42, 43: yen and dinar are never added up with euro."""
    _post(
        book,
        FARE,
        replace(FARE, id=TransferId("2"), cause="x", amount=Money(150, "JPY")),
        replace(FARE, id=TransferId("3"), cause="y", amount=Money(1500, "KWD")),
    )
    with snapshot(book) as connection:
        owed = {key: one.owed.minor for key, one in balances(connection, RIDERS[0]).items()}
    assert owed == {"EUR": 275, "JPY": 150, "KWD": 1500}


def test_reusing_an_id_or_a_cause_is_told_apart_from_a_retry(book: Engine) -> None:
    """1, 2: a retry changes nothing; the same id or cause with other content is refused."""
    assert _post(
        book,
        FARE,
        FARE,
        replace(FARE, amount=Money(276, "EUR")),
        replace(FARE, id=TransferId("2")),
    ) == [
        PostResult.POSTED,
        PostResult.ALREADY_POSTED,
        PostResult.ID_REUSED,
        PostResult.CAUSE_REUSED,
    ]
    with snapshot(book) as connection:
        assert statement(connection, REVENUE) == (FARE,)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_transfers SET amount = 1",
        "DELETE FROM ledger_transfers",
        "UPDATE ledger_accounts SET id = 'x' WHERE id = 'cy'",
        "DELETE FROM ledger_accounts WHERE id = 'cy'",
    ],
)
def test_nothing_posted_can_be_changed(book: Engine, sql: str) -> None:
    """The database itself refuses to change or delete what was posted."""
    _post(book, FARE)
    with transaction(book) as connection, pytest.raises(IntegrityError, match="append-only"):
        connection.exec_driver_sql(sql)
    with snapshot(book) as connection:
        assert statement(connection, RIDERS[0]) == (FARE,)


@pytest.mark.parametrize(
    "spoiled",
    [
        {"amount": 0},
        {"credit": "ada"},
        {"debit": "nobody"},
        {"id": "1"},
        {"cause": "day:ada:2026-03-02"},
        {"pending_id": "no hold"},
    ],
    ids=lambda spoiled: next(iter(spoiled)),
)
def test_the_database_holds_the_rules_too(book: Engine, spoiled: dict[str, object]) -> None:
    """A row that goes around the code is refused by a constraint."""
    _post(book, FARE)
    good: dict[str, object] = {
        "id": "2",
        "debit": "ada",
        "credit": "revenue",
        "amount": 1,
        "currency": "EUR",
        "kind": "fare",
        "cause": "x",
    }

    def go_around(connection: Connection) -> None:
        connection.execute(TRANSFERS.insert().values(good | spoiled))

    with transaction(book) as connection, pytest.raises(IntegrityError):
        go_around(connection)


attempts = st.lists(
    st.builds(
        Transfer,
        id=st.sampled_from([TransferId(text) for text in "abcdef"]),
        debit=st.sampled_from(RIDERS),
        credit=st.sampled_from([REVENUE, *RIDERS]),
        amount=st.builds(Money, st.integers(-5, 1000), st.sampled_from(["EUR", "JPY"])),
        kind=st.sampled_from(TransferKind),
        cause=st.sampled_from(["x", "y", "z"]),
        pending_id=st.sampled_from([TransferId(text) for text in ("", "a", "b")]),
    ),
    max_size=12,
)


@given(tried=attempts)
@settings(max_examples=40, deadline=None)
def test_whatever_is_tried_the_sum_is_zero(
    tried: list[Transfer], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Debits equal credits, and what was posted can be sent again without effect."""
    book = _book(tmp_path_factory.mktemp("ledger") / "office.db")
    results = _post(book, *tried)
    before = _all_balances(book)
    posted = [one for one, what in zip(tried, results, strict=True) if what is PostResult.POSTED]
    assert _post(book, *posted) == [PostResult.ALREADY_POSTED] * len(posted)
    after = _all_balances(book)
    book.dispose()
    assert after == before
    for currency in ("EUR", "JPY"):
        of_currency = [one[currency] for one in after if currency in one]
        assert sum(one.owed.minor for one in of_currency) == 0
        assert sum(one.held.minor for one in of_currency) == 0


def _all_balances(book: Engine) -> list[Mapping[str, Balance]]:
    with snapshot(book) as connection:
        return [balances(connection, one) for one in (REVENUE, *RIDERS)]
