"""How the tables came to be, one file for each change."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from bot.use_cases.ports import DatabaseAway

NEWER = (
    "The database was made by a newer Baton, whose tables this one does not know: "
    "start that version, or name another database."
)
_ONE_AT_A_TIME = 0x6261746F6E  # "baton": the number of PostgreSQL's advisory lock


def upgrade(engine: Engine) -> None:
    """All steps in one transaction: a database is as before or as now, never in between. Raises
    DatabaseAway for a database whose tables this version does not know."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
        try:
            command.upgrade(config(connection), "head")
        except CommandError:
            raise DatabaseAway(NEWER) from None


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, which elsewhere stand in alembic.ini."""
    made = Config()
    # Alembic reads % as the start of a variable.
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made
