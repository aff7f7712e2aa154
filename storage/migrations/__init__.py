"""How the tables came to be, one file for each change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from bot.use_cases.ports import DatabaseAway
from storage.sqlite import driver

NEWER = (
    "The database was made by a newer Baton, whose tables this one does not know: "
    "start that version, or name another database."
)
BROKEN = (
    "The database was not brought to this version of Baton and is as it was: row {row} of its "
    "table {table} belongs to a row of {missing} that is not there. Go back to a backup."
)
_ONE_AT_A_TIME = 0x6261746F6E  # "baton": the number of PostgreSQL's advisory lock


CompanyDomain = Callable[[str], str]  # of an e-mail address; '' for free mail


def nobodys(_email: str) -> str:
    return ""


def upgrade(engine: Engine, company_domain: CompanyDomain = nobodys) -> None:
    """All steps in one transaction: a database is as before or as now, never in between. Raises
    DatabaseAway for a database whose tables this version does not know."""
    with engine.connect() as connection, _pointing_freely(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})"))
        before = _heads(connection)
        try:
            command.upgrade(config(connection, company_domain), "head")
        except CommandError:
            raise DatabaseAway(NEWER) from None
        if connection.dialect.name == "sqlite" and _heads(connection) != before:
            _look_where_rows_point(connection)


def is_current(connection: Connection) -> bool:
    """Whether the tables are those of this version of Baton."""
    return set(_heads(connection)) == set(ScriptDirectory.from_config(config()).get_heads())


@contextmanager
def _pointing_freely(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by copying it, and takes the first one away while others point to it.
    It heeds the pragma outside of transactions only, so it goes past SQLAlchemy, who begins one
    at the first word."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver(connection).execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver(connection).execute("PRAGMA foreign_keys = ON")


def _look_where_rows_point(connection: Connection) -> None:
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if lost is not None:
        raise DatabaseAway(BROKEN.format(table=lost[0], row=lost[1], missing=lost[2]))


def _heads(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


def config(connection: Connection | None = None, company_domain: CompanyDomain = nobodys) -> Config:
    """Alembic's settings, which elsewhere stand in alembic.ini."""
    made = Config()
    # Alembic reads % as the start of a variable.
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    made.attributes["company_domain"] = company_domain
    return made
