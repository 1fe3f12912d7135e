"""The migrations of charging make what its code expects."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from faregate.charging.schema import METADATA, STORE
from faregate.db.engine import open_database, snapshot
from faregate.db.migrate import migrate


def test_the_migrations_make_the_tables_of_the_metadata(tmp_path: Path) -> None:
    """What a fresh database gets is what the code expects."""
    engine = open_database(tmp_path / "office.db")
    migrate(engine, (STORE,))
    with snapshot(engine) as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, *_: name != STORE.version_table}
        )
        assert compare_metadata(context, METADATA) == []
    engine.dispose()
