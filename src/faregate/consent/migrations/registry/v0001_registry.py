"""The tables of consents, their accounts and leaves on the way to the log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = ("registry",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "consent",
        sa.Column("consent_id", sa.Text, primary_key=True),
        sa.Column("submission", sa.LargeBinary, nullable=False),
        sa.Column("not_after", sa.Text, nullable=False),
        sa.Column("withdrawn_at", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "account_consent",
        sa.Column("consent_id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, nullable=False, index=True),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "account_history_key",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("history_pk", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unlogged_leaf",
        sa.Column("leaf", sa.LargeBinary, primary_key=True),
        sqlite_with_rowid=False,
    )
