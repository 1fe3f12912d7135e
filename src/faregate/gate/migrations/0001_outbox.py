"""The tables of a gate line: boots, sealed passages, spent uses, the last epoch number."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = ("gate",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "gate_boot",
        sa.Column("boot", sa.Integer, primary_key=True),
        sa.Column("last_seq", sa.Integer, nullable=False),
        sa.Column("acknowledged_seq", sa.Integer, nullable=False),
    )
    op.create_table(
        "gate_outbox",
        sa.Column("boot", sa.Integer, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    op.create_table(
        "gate_spent_use",
        sa.Column("lease_line", sa.LargeBinary, primary_key=True),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("not_after", sa.Integer, nullable=False),
    )
    op.create_table("gate_epoch", sa.Column("epoch", sa.Integer, primary_key=True))
