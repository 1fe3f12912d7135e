"""The tables of waiting leases, stops and replies."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = ("relay",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "relay_lease",
        sa.Column("place", sa.Integer, primary_key=True),
        sa.Column("line", sa.Text, nullable=False, index=True),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("drop_at", sa.Integer, nullable=False),
    )
    op.create_table(
        "relay_stop",
        sa.Column("cursor", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("preimage", sa.Text, nullable=False, unique=True),
        sa.Column("drop_at", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "relay_reply",
        sa.Column("box", sa.LargeBinary, primary_key=True),
        sa.Column("reply", sa.LargeBinary, nullable=False),
        sa.Column("drop_at", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
