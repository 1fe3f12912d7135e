"""The table of sealed receipt bundles."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = ("mailbox",)
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "receipt_mail",
        sa.Column("box", sa.LargeBinary, primary_key=True),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("not_after", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
