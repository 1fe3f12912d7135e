"""Bring a part's tables to the newest version, in one transaction."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine, MetaData

from faregate.db.engine import transaction
from faregate.errors import MachineError


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The tables of one part, and the folder of the migrations that make them.

    Several stores may share a database file: each has a version table of its own. `metadata` says
    what the tables are now; `migrations` how to get there from every earlier release.
    """

    name: str
    metadata: MetaData
    migrations: Path

    @property
    def version_table(self) -> str:
        """The table that holds this store's migration version."""
        return f"{self.name}_schema_version"


def migrate(engine: Engine, stores: tuple[Store, ...]) -> None:
    """Make or upgrade the tables of the stores; doing it again changes nothing.

    All or nothing: a process killed in between leaves the former version. Raises `MachineError` if
    the database was written by a newer release.
    """
    with transaction(engine) as connection:
        for store in stores:
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent / "environment"))
            config.set_main_option("path_separator", "newline")
            config.set_main_option("version_locations", str(store.migrations).replace("%", "%%"))
            config.attributes["connection"] = connection
            config.attributes["version_table"] = store.version_table
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                raise MachineError(
                    "database_too_new",
                    f"The tables of {store.name} have a version that is not known here: {error}.",
                    remedy="Run the release that wrote this database, or a newer one.",
                ) from error
