"""Make the day store and what remains of a closed day."""

import sqlalchemy as sa
from alembic import op

revision = "charging_0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of the first release."""
    op.create_table(
        "day_row",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("account_tag", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_day_row_account_tag", "day_row", ["account_tag"])
    op.create_table(
        "received_event",
        sa.Column("device", sa.Text, primary_key=True),
        sa.Column("boot", sa.Integer, primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "device_boot",
        sa.Column("device", sa.Text, primary_key=True),
        sa.Column("boot", sa.Integer, primary_key=True),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("contiguous", sa.Integer, nullable=False),
        sa.Column("head_day", sa.Text, nullable=False),
    )
    op.create_index("ix_device_boot_line", "device_boot", ["line"])
    op.create_table(
        "closed_day",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("finished", sa.Boolean(create_constraint=False), nullable=False),
    )
    op.create_table(
        "day_close",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("line", sa.Text, primary_key=True),
        sa.Column("signed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "station_hour",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("stop_id", sa.Text, primary_key=True),
        sa.Column("hour", sa.Integer, primary_key=True),
        sa.Column("direction", sa.Text, primary_key=True),
        sa.Column("passages", sa.Integer, nullable=False),
    )
    op.create_table(
        "staff_notice",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("line", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
    )
