r"""Receipt bundles waiting for their riders (message 9), sealed, without a name on the box.

box = SHA-256("faregate/v1/mailbox\n" || history pk (32))

The wallet derives the history key pair from its root key, and so the box: nobody who lacks either
can ask for it. The office could join a box to an account as long as it holds the account's history
key, that is until the day close after the consent's end; a bundle it can never read.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    Text,
    delete,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from faregate.clock import Clock
from faregate.consent.certificate import utc_day
from faregate.db.engine import snapshot, transaction
from faregate.db.migrate import Store
from faregate.errors import InvalidInputError
from faregate.wire.canonical import sha256, typed

_FETCH_MAX: Final = 32
_BUNDLE_MAX: Final = 128 * 1024
_MONTHS: Final = 12

_METADATA: Final = MetaData()

# Kept until fetched, or `not_after`: 13 months after the day.
_BUNDLES: Final = Table(
    "receipt_mail",
    _METADATA,
    Column("box", LargeBinary, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("not_after", Text, nullable=False),
    sqlite_with_rowid=False,
)

MAILBOX_STORE: Final = Store(
    name="mailbox",
    metadata=_METADATA,
    migrations=Path(__file__).parent / "migrations" / "mailbox",
)


@dataclass(frozen=True, slots=True)
class Mail:
    """One sealed bundle; `digest` (32 bytes) names it to `forget`."""

    digest: bytes
    sealed: bytes


def mailbox_of(history_pk: bytes) -> bytes:
    """Name the box that receipts for this history key lie in; 32 bytes."""
    return sha256(typed("mailbox", history_pk))


def deposit(connection: Connection, sealed: bytes, *, history_pk: bytes, day: str) -> None:
    """Put a bundle of `day` (ISO 8601) into its rider's box, in the caller's transaction.

    The same bytes again change nothing. Raises `InvalidInputError` (`bundle_size`).
    """
    if not 0 < len(sealed) <= _BUNDLE_MAX:
        raise InvalidInputError(
            "bundle_size",
            f"A receipt bundle of {len(sealed)} bytes is too large.",
            remedy="Close days one at a time.",
        )
    connection.execute(
        insert(_BUNDLES).on_conflict_do_nothing(),
        {
            "box": mailbox_of(history_pk),
            "digest": sha256(sealed),
            "sealed": sealed,
            "not_after": _thirteen_months_after(day),
        },
    )


class Mailbox:
    """The rider's side of the boxes. Each call may be made again when its answer was lost."""

    def __init__(self, engine: Engine, *, clock: Clock) -> None:
        """Use a migrated database."""
        self._engine = engine
        self._clock = clock

    def fetch(self, box: bytes) -> tuple[Mail, ...]:
        """Give the bundles in a box, at most 32; they stay until `forget`."""
        with snapshot(self._engine) as connection:
            rows = connection.execute(
                select(_BUNDLES.c.digest, _BUNDLES.c.sealed)
                .where(_BUNDLES.c.box == box, _BUNDLES.c.not_after >= utc_day(self._clock.now()))
                .limit(_FETCH_MAX)
            ).all()
        return tuple(Mail(row.digest, row.sealed) for row in rows)

    def forget(self, box: bytes, digest: bytes) -> None:
        """Delete a bundle that the wallet has read. Again changes nothing."""
        with transaction(self._engine) as connection:
            connection.execute(
                delete(_BUNDLES).where(_BUNDLES.c.box == box, _BUNDLES.c.digest == digest)
            )

    def purge(self) -> None:
        """Drop what nobody fetched for 13 months."""
        with transaction(self._engine) as connection:
            connection.execute(
                delete(_BUNDLES).where(_BUNDLES.c.not_after < utc_day(self._clock.now()))
            )


def _thirteen_months_after(day: str) -> str:
    """Compare as text: a day that its month lacks (2027-02-30) ends with that month."""
    months = int(day[:4]) * _MONTHS + int(day[5:7]) - 1 + _MONTHS + 1
    return f"{months // _MONTHS:04}-{months % _MONTHS + 1:02}-{day[8:]}"
