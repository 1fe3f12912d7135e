"""The tables of the permanent ledger: who owes what, per account and day, and nothing finer."""

from pathlib import Path
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from faregate.db.migrate import Store

METADATA: Final = MetaData()

ACCOUNTS: Final = Table("ledger_accounts", METADATA, Column("id", Text, primary_key=True))

TRANSFERS: Final = Table(
    "ledger_transfers",
    METADATA,
    # Counts up: the order in which transfers were posted, without a time of day.
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    Column("debit", Text, ForeignKey("ledger_accounts.id"), nullable=False, index=True),
    Column("credit", Text, ForeignKey("ledger_accounts.id"), nullable=False, index=True),
    Column("amount", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("pending_id", Text, ForeignKey("ledger_transfers.id")),
    CheckConstraint("amount > 0", name="amount_positive"),
    CheckConstraint("debit <> credit", name="two_accounts"),
    UniqueConstraint("cause", "kind", name="one_transfer_per_cause_and_kind"),
)
# A hold is resolved once. NULLs are distinct, so other kinds are not concerned.
Index("one_resolution_per_hold", TRANSFERS.c.pending_id, unique=True)

STORE: Final = Store(
    name="ledger", metadata=METADATA, migrations=Path(__file__).parent / "migrations"
)
