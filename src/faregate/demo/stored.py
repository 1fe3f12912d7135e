"""What is stored about one rider at this moment, counted from the stores themselves."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from faregate.charging.today import open_days
from faregate.db.engine import snapshot
from faregate.demo.at_rest import (
    Needle,
    databases,
    files_with,
    id_needle,
    row_count,
    rows_with,
)
from faregate.demo.rider import Rider
from faregate.demo.stage import MoneyRow, StoredRow, shown_money
from faregate.demo.world import World
from faregate.ledger.ledger import balances, statement
from faregate.money import Money

_TOMBSTONES: Final = "tombstones.db"
_WITHDRAWAL_LIST: Final = "tombstone_consent"
_RIDE_TABLES: Final = ("day_row", "gate_outbox", "gate_spent_use")
_DAY_KEYS: Final = "day-keys"
_OFFICE_TABLES: Final = {
    "sealed_record": ("Face template and key wraps, sealed", "the rider alone"),
    "consent": ("Consent, without a name", "office"),
    "account_consent": ("Which account pays", "office"),
    "account_history_key": ("Public key to seal receipts to", "office"),
    "receipt_mail": ("Receipts, sealed, not fetched yet", "the rider alone"),
    "ledger_accounts": ("Account, without a name", "office"),
    "ledger_transfers": ("Amount per day, no time, no place", "office"),
    _WITHDRAWAL_LIST: ("Withdrawn id, so that no gate opens", "office and gates"),
}
_ALWAYS_SHOWN: Final = (
    "sealed_record",
    "consent",
    "account_consent",
    "receipt_mail",
    "ledger_transfers",
)


def stored_about(world: World, rider: Rider) -> tuple[StoredRow, ...]:
    """Count the rows of every table that hold an id of the rider, in any spelling."""
    needles = [*_id_needles(rider), Needle("account", (rider.account.encode(),))]
    rows = {(row.store, row.table, row.number) for row in rows_with(world.folder, needles)}
    counts = Counter(table for _, table, _ in rows)
    counts["receipt_mail"] = rider.waiting_receipts()
    with snapshot(world.office.engine) as connection:
        today = len(world.office.day_store.events_of(connection, rider.account))
    return (
        *(
            StoredRow("Office", *_OFFICE_TABLES.get(table, (f"Table {table}", "office")), count)
            for table, count in _in_order(counts)
        ),
        StoredRow("Office", "Gate events of open days", "office, until day close", today),
    )


def money_of(world: World, rider: Rider) -> MoneyRow:
    """Tell what the rider owes for the open days as of now, and what is booked."""
    with snapshot(world.office.engine) as connection:
        today = open_days(connection, world.office.day_store, rider.account, world.charging)
    booked = Money(booked_minor(world, rider), today.amount.currency)
    return MoneyRow(rider.shown_as, f"{shown_money(today.amount)} held", shown_money(booked))


def booked_minor(world: World, rider: Rider) -> int:
    """Give what the permanent ledger holds against the rider, in minor units."""
    with snapshot(world.office.engine) as connection:
        balance = balances(connection, rider.account).get(world.charging.tariff.currency)
    return balance.owed.minor if balance else 0


def booked_rows(world: World, rider: Rider) -> int:
    """Count the rider's rows in the permanent ledger."""
    with snapshot(world.office.engine) as connection:
        return len(statement(connection, rider.account))


def traces_of(world: World, rider: Rider, templates: Iterable[Needle]) -> int:
    """Count what still leads to the rider, in rows and in raw bytes of files.

    The withdrawal list is what a withdrawal leaves on purpose; nothing else is excepted.
    """
    needles = [*_id_needles(rider), *templates]
    rows = [row for row in rows_with(world.folder, needles) if row.table != _WITHDRAWAL_LIST]
    files = [path for path, _ in files_with(world.folder, needles) if not _holds_withdrawals(path)]
    return len(rows) + len(files)


def ride_details(world: World) -> int:
    """Count what tells who rode when and where: rows that a key still opens, and those keys.

    The auditor can't read the rows, and needn't: every one of them is about a ride.
    """
    stores = databases(world.folder)
    rows = sum(row_count(store, table) for store in stores for table in _RIDE_TABLES)
    keys = [path for path in world.folder.rglob(f"{_DAY_KEYS}/*") if path.is_file()]
    return rows + len(keys)


def withdrawn_ids(world: World, rider: Rider) -> int:
    """Count the rider's entries on the withdrawal list."""
    consent = [needle for needle in _id_needles(rider) if needle.name == "consent"]
    return sum(row.table == _WITHDRAWAL_LIST for row in rows_with(world.folder, consent))


def _id_needles(rider: Rider) -> list[Needle]:
    return [id_needle(name, raw) for name, raw in rider.ids().items()]


def _holds_withdrawals(path: Path) -> bool:
    return path.name.startswith(_TOMBSTONES)


def _in_order(counts: Counter[str]) -> list[tuple[str, int]]:
    known = [table for table in _OFFICE_TABLES if counts[table] or table in _ALWAYS_SHOWN]
    return [(table, counts[table]) for table in [*known, *sorted(counts.keys() - _OFFICE_TABLES)]]
