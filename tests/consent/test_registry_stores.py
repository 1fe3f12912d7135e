"""The migrations of the office's stores make the tables that the code uses."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData

from faregate.consent.mailbox import MAILBOX_STORE
from faregate.consent.record_store import RECORD_STORE
from faregate.consent.registry import REGISTRY_STORE
from faregate.consent.relay import RELAY_STORE
from faregate.consent.tombstones import TOMBSTONE_STORE
from faregate.db.engine import open_database, transaction
from faregate.db.migrate import Store, migrate

STORES = (REGISTRY_STORE, RECORD_STORE, TOMBSTONE_STORE, RELAY_STORE, MAILBOX_STORE)


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.name)
def test_migrations_make_the_tables(tmp_path: Path, store: Store) -> None:
    """Nothing is missing and nothing is left over; the order of rows tells no order of arrival."""
    engine = open_database(tmp_path / "office.db")
    migrate(engine, (store,))
    with transaction(engine) as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": store.version_table}
        )
        assert compare_metadata(context, store.metadata) == []
        made = MetaData()
        made.reflect(connection, only=list(store.metadata.tables))
        for name, table in store.metadata.tables.items():
            schema = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_schema WHERE name = ?", (name,)
            ).scalar_one()
            without_rowid = table.dialect_options["sqlite"]["with_rowid"] is False
            assert ("WITHOUT ROWID" in schema) is without_rowid, name
            autoincrement = table.dialect_options["sqlite"]["autoincrement"] is True
            assert ("AUTOINCREMENT" in schema) is autoincrement, name
            assert made.tables[name].columns.keys() == table.columns.keys()
    engine.dispose()


def test_the_stores_share_a_database(tmp_path: Path) -> None:
    """All of them fit into one file; doing it again changes nothing."""
    engine = open_database(tmp_path / "office.db")
    for _ in range(2):
        migrate(engine, STORES)
    with engine.connect() as connection:
        made = MetaData()
        made.reflect(connection)
    assert {name for store in STORES for name in store.metadata.tables} <= set(made.tables)
    engine.dispose()
