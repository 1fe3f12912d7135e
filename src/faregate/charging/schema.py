"""The tables of charging. After a day is closed none of them joins a rider to a place or time."""

from pathlib import Path
from typing import Final

from sqlalchemy import Boolean, Column, Integer, LargeBinary, MetaData, Table, Text

from faregate.db.migrate import Store

METADATA: Final = MetaData()

DAY_ROWS: Final = Table(
    "day_row",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    # HMAC(day key, account): finds an account's rows without opening all of them.
    Column("account_tag", LargeBinary, nullable=False, index=True),
    # Nonce and AES-GCM(day key, row).
    Column("sealed", LargeBinary, nullable=False),
)

RECEIVED: Final = Table(
    "received_event",
    METADATA,
    Column("device", Text, primary_key=True),
    Column("boot", Integer, primary_key=True),
    Column("seq", Integer, primary_key=True),
    # SHA-256 of the sealed passage: tells a retry from another body under the same id.
    Column("digest", LargeBinary, nullable=False),
)

DEVICES: Final = Table(
    "device_boot",
    METADATA,
    Column("device", Text, primary_key=True),
    Column("boot", Integer, primary_key=True),
    Column("line", Text, nullable=False, index=True),
    # All events up to here have arrived.
    Column("contiguous", Integer, nullable=False),
    # The travel day whose key sealed that event: once it is past a day, that day's key may go.
    Column("head_day", Text, nullable=False),
)

CLOSED_DAYS: Final = Table(
    "closed_day",
    METADATA,
    Column("day", Text, primary_key=True),
    # False until the close is logged, the day key destroyed and the deleted bytes overwritten.
    Column("finished", Boolean(create_constraint=False), nullable=False),
)

DAY_CLOSES: Final = Table(
    "day_close",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("line", Text, primary_key=True),
    Column("signed", LargeBinary, nullable=False),
)

STATION_HOURS: Final = Table(
    "station_hour",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("stop_id", Text, primary_key=True),
    Column("hour", Integer, primary_key=True),
    Column("direction", Text, primary_key=True),
    # Rounded down to tens.
    Column("passages", Integer, nullable=False),
)

NOTICES: Final = Table(
    "staff_notice",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("line", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("times", Integer, nullable=False),
)

STORE: Final = Store(
    name="charging", metadata=METADATA, migrations=Path(__file__).parent / "migrations"
)
