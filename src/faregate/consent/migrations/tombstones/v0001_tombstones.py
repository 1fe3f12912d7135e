"""The tables of withdrawn consents and deleted records."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = ("tombstones",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "tombstone_consent",
        sa.Column("consent_id", sa.Text, primary_key=True),
        sa.Column("not_after", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tombstone_record",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("not_after", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
