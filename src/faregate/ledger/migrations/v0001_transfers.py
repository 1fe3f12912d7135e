"""Make the ledger: accounts, transfers, and the triggers that refuse to change them."""

import sqlalchemy as sa
from alembic import op

revision = "ledger_0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of the first release."""
    op.create_table("ledger_accounts", sa.Column("id", sa.Text, primary_key=True))
    op.create_table(
        "ledger_transfers",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("debit", sa.Text, sa.ForeignKey("ledger_accounts.id"), nullable=False),
        sa.Column("credit", sa.Text, sa.ForeignKey("ledger_accounts.id"), nullable=False),
        sa.Column("amount", sa.Integer, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("pending_id", sa.Text, sa.ForeignKey("ledger_transfers.id")),
        sa.CheckConstraint("amount > 0", name="amount_positive"),
        sa.CheckConstraint("debit <> credit", name="two_accounts"),
        sa.UniqueConstraint("cause", "kind", name="one_transfer_per_cause_and_kind"),
    )
    op.create_index("ix_ledger_transfers_debit", "ledger_transfers", ["debit"])
    op.create_index("ix_ledger_transfers_credit", "ledger_transfers", ["credit"])
    op.create_index("one_resolution_per_hold", "ledger_transfers", ["pending_id"], unique=True)
    for table in ("ledger_accounts", "ledger_transfers"):
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
