"""The migrations lead to the tables that the code expects."""

import threading
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from storage.books import Books
from storage.tables import metadata

POSTGRESQL_SHAPE = """
SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT proname || ' ' || prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
  || coalesce(column_default, '')
  FROM information_schema.columns WHERE table_schema = 'public'
"""


def lines_of(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "postgresql":
        yield from connection.scalars(text(POSTGRESQL_SHAPE))
        return
    for name, sql in connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    ):
        # A table that was copied and took over a name has it in quotes.
        words = sql.replace('"', "")
        yield from (f"{name}: {' '.join(line.split()).rstrip(',')}" for line in words.splitlines())


def shape(connection: Connection) -> list[str]:
    """Every column, constraint, index and trigger, in the database's own words."""
    return sorted(line for line in lines_of(connection) if "alembic_version" not in line)


@pytest.fixture
def empty(empty_url):
    books = Books(empty_url())
    yield books
    books.close()


def test_migrations_make_the_tables_of_the_code(empty, empty_url):
    """A database that was upgraded is to the letter one that was made today."""
    with empty._writer.begin() as connection:
        metadata.create_all(connection)
        made_today = shape(connection)
    books = Books(empty_url())
    books.migrate()
    with books._engine.connect() as connection:
        upgraded = shape(connection)
    books.close()

    assert made_today == upgraded
    assert 100 < len(upgraded)


def test_alembic_finds_nothing_left_to_do(books):
    """`alembic revision --autogenerate` would come out empty."""
    with books._engine.connect() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), metadata)


def test_migrating_again_changes_nothing(books, version):
    """`baton migrate` may be run at any time; what is in the books stays."""
    books.migrate()

    with books.reading() as work:
        assert work.terms.get(version)


def test_two_processes_may_migrate_at_once(empty_url):
    """Several `baton serve` start together on an empty database: one makes the tables."""
    address = empty_url()
    several = [Books(address) for _ in range(4)]
    failed = []

    def migrate(books):
        try:
            books.migrate()
        except Exception as error:  # noqa: BLE001 - shown below
            failed.append(error)

    threads = [threading.Thread(target=migrate, args=[books]) for books in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with several[0].reading() as work:
        assert ([], None) == (failed, work.handoffs.next_due())
    for books in several:
        books.close()


def test_a_migration_that_fails_changes_nothing(empty):
    """All tables or none: a database is never left half made."""
    with empty._writer.begin() as connection:
        connection.execute(text("CREATE TABLE offers (x integer)"))

    with pytest.raises(Exception, match="offers"):
        empty.migrate()

    with empty._engine.connect() as connection:
        assert not [line for line in shape(connection) if "handoffs" in line]
