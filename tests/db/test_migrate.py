"""Migrations run once, all or nothing, and tell a newer database from a broken one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, inspect
from sqlalchemy.exc import OperationalError

from faregate.db.engine import open_database
from faregate.db.migrate import Store, migrate
from faregate.errors import MachineError

_STEP = '''"""A step."""
from alembic import op
import sqlalchemy as sa

revision = {revision!r}
down_revision = {down!r}


def upgrade() -> None:
    op.create_table({table!r}, sa.Column("id", sa.Integer, primary_key=True))
    {after}
'''


def _store(folder: Path, name: str) -> Store:
    migrations = folder / name
    migrations.mkdir()
    metadata = MetaData()
    Table(name, metadata, Column("id", Integer, primary_key=True))
    return Store(name=name, metadata=metadata, migrations=migrations)


def _add(store: Store, number: int, *, after: str = "") -> None:
    text = _STEP.format(
        revision=f"{number:04}",
        down=f"{number - 1:04}" if number > 1 else None,
        table=f"{store.name}_{number}",
        after=after,
    )
    (store.migrations / f"v{number:04}.py").write_text(text)


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Give an empty database."""
    engine = open_database(tmp_path / "office.db")
    yield engine
    engine.dispose()


def test_two_stores_share_a_file(engine: Engine, tmp_path: Path) -> None:
    """Each store has a version of its own; doing it again changes nothing."""
    money, gate = _store(tmp_path, "money"), _store(tmp_path, "gate")
    _add(money, 1)
    _add(gate, 1)
    migrate(engine, (money, gate))
    migrate(engine, (money, gate))
    versions = {money.version_table, gate.version_table}
    assert _tables(engine) == {"money_1", "gate_1"} | versions


def test_upgrades_from_an_earlier_release(engine: Engine, tmp_path: Path) -> None:
    """A database of an earlier release gets the missing steps only."""
    store = _store(tmp_path, "money")
    _add(store, 1)
    migrate(engine, (store,))
    _add(store, 2)
    migrate(engine, (store,))
    assert _tables(engine) == {"money_1", "money_2", store.version_table}


def test_a_failing_step_leaves_nothing_half_done(engine: Engine, tmp_path: Path) -> None:
    """When a later store fails, the tables of an earlier one are not there either."""
    money, gate = _store(tmp_path, "money"), _store(tmp_path, "gate")
    _add(money, 1)
    _add(gate, 1, after="op.execute('no such statement')")
    with pytest.raises(OperationalError):
        migrate(engine, (money, gate))
    assert _tables(engine) == set()


def test_refuses_a_database_of_a_newer_release(engine: Engine, tmp_path: Path) -> None:
    """A version that this release does not know is named, with a remedy."""
    store = _store(tmp_path, "money")
    _add(store, 1)
    _add(store, 2)
    migrate(engine, (store,))
    (store.migrations / "v0002.py").unlink()
    with pytest.raises(MachineError) as caught:
        migrate(engine, (store,))
    assert caught.value.code == "database_too_new"
