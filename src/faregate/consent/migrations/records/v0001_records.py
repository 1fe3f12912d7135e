"""The table of sealed records."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = ("records",)
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sealed_record",
        sa.Column("locator", sa.Text, primary_key=True),
        sa.Column("blob", sa.LargeBinary, nullable=False),
        sa.Column("write_hash", sa.LargeBinary, nullable=False),
        sa.Column("delete_hash", sa.LargeBinary, nullable=False),
        sa.Column("not_after", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
