"""How the tables came to be, one file for each change."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

_ONE_AT_A_TIME = 0x6261746F6E  # "baton": the number of PostgreSQL's advisory lock


def upgrade(engine: Engine) -> None:
    """All steps in one transaction: a database is as before or as now, never in between."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
        command.upgrade(config(connection), "head")


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, which elsewhere stand in alembic.ini."""
    made = Config()
    # Alembic reads % as the start of a variable.
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made
