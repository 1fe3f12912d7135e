"""What Alembic runs: the migrations of one store, on the connection and transaction given."""

from alembic import context


def run() -> None:
    """Run the migrations of the store whose configuration Alembic has loaded."""
    context.configure(
        connection=context.config.attributes["connection"],
        version_table=context.config.attributes["version_table"],
    )
    context.run_migrations()


# Alembic loads this file under this name; imported as a module it must do nothing.
if __name__ == "env_py":
    run()
