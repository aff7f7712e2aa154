"""The migrations lead to the tables that the code expects."""

import threading
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, column, insert, inspect, select, table, text
from sqlalchemy.exc import DBAPIError

from bot.company import company_domain_of
from bot.domain import handoff
from bot.domain.move import Event
from bot.use_cases.ports import DatabaseAway
from bot.use_cases.records import Group, Person
from storage.books import Books
from storage.migrations import config
from storage.tables import metadata
from tests.storage.samples import LANE, NOW, TERMS, WIRE_NOW, accepted, posted, promised

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


ONE_MORE_LEAD = """
  (id, email, system, external_id, name, company, title, phone, country, source, campaign, tier,
   why, crm_url, extra, search_key, created_at)
SELECT :number, :email, '', '', '', '', '', '', '', '', '', '', '', '', '{}', '', created_at
  FROM leads WHERE id = 1
"""


def email_of(number):
    return f"ada{number}@" + ("gmail.com" if number % 7 == 0 else f"a{number}.example")


def fill(books):
    """Something of everything that the second version kept; what waits for whom is in between."""
    with books.writing() as work:
        version = work.terms.register(TERMS, NOW)
        work.people.replace_all([Person("U1")], [Group("S1", "crew")], {"mql-handoff": "C1"})
        work.reports.open("digest", LANE, "2026-W01", NOW, WIRE_NOW, {"n": 1}, NOW)
        work.commit()
    running = posted(books, version, 1)
    held, given_back = (accepted(books, version, number) for number in (2, 3))
    with books.writing() as work:
        move = handoff.give_back(given_back, Event.RELEASED, "U1", NOW, promised(version))
        work.handoffs.record(given_back, move)
        work.handoffs.record(held, handoff.advance(held, Event.SQL, "U1", NOW, TERMS))
        work.intake.remember("form", "k", running.id, NOW)
        work.commit()
    return running


def rows_of(connection):
    """All that is in the tables, by the table's name."""
    return {
        each.name: connection.execute(select(each)).mappings().all()
        for each in metadata.sorted_tables
    }


def in_no_order(rows):
    return {name: sorted(map(repr, lines)) for name, lines in rows.items()}


def second_version(connection, rows):
    """A database as version 0002 left it, with what it could know of these rows."""
    command.upgrade(config(connection), "0002")
    known = inspect(connection)
    for old in (each for each in metadata.sorted_tables if known.has_table(each.name)):
        names = {each["name"] for each in known.get_columns(old.name)}
        kept = [column(name, old.c[name].type) for name in sorted(names)]
        if rows[old.name]:
            lines = [{name: row[name] for name in names} for row in rows[old.name]]
            connection.execute(insert(table(old.name, *kept)), lines)


@pytest.fixture
def second(empty, empty_url):
    """Books on a database of version 0002, and those of today that it was filled from."""
    today = Books(empty_url())
    today.migrate()
    running = fill(today)
    with today._engine.connect() as connection:
        rows = rows_of(connection)
    with empty._writer.begin() as connection:
        second_version(connection, rows)
    yield empty, today, running
    today.close()


def test_nothing_is_lost_on_the_way_from_the_second_version(second):
    """Clocks run on, the journal is whole, and every row reads as if it had been written today."""
    books, today, running = second
    books.migrate()

    with books._engine.connect() as old, today._engine.connect() as new:
        assert in_no_order(rows_of(new)) == in_no_order(rows_of(old))
    with books.writing() as work:
        before = work.handoffs.get(running.id)
        after = work.handoffs.record(before, handoff.accept(before, 1, "U2", NOW, TERMS))
        assert (running, [running.id]) == (before, work.handoffs.held("U2"))
        assert [Event.OFFERED, Event.POSTED, Event.ACCEPTED] == [
            move.event for move in work.handoffs.journal(after.id)
        ]


@pytest.mark.parametrize(
    ("email", "company"),
    [
        ("ada@mail.acme.co.uk", "acme.co.uk"),
        ("Ada@ACME.example", "acme.example"),
        ("ada@gmail.com", ""),
        ("ada@mail.comhem.se", ""),
        ("ada@our-isp.example", ""),
        ("", ""),
    ],
)
def test_a_lead_of_before_is_of_the_company_that_a_new_one_would_be(second, email, company):
    """Known since a version that knew no companies: their colleagues find who has the account."""
    books, _, running = second
    with books._writer.begin() as connection:
        connection.execute(
            text("UPDATE leads SET email = :email WHERE id = :lead"),
            {"email": email, "lead": running.lead_id},
        )
    books.migrate(company_domain_of({"our-isp.example"}))

    with books.reading() as work:
        assert company == work.leads.get(running.lead_id).facts.domain


def test_all_leads_of_before_learn_their_company(second):
    """However many there are, and although some in between have none."""
    books, _, _ = second
    many = [{"number": number, "email": email_of(number)} for number in range(100, 2350)]
    with books._writer.begin() as connection:
        connection.execute(text(f"INSERT INTO leads {ONE_MORE_LEAD}"), many)
    books.migrate(company_domain_of())

    with books._engine.connect() as connection:
        found = connection.execute(text("SELECT email, domain FROM leads WHERE id >= 100")).all()
    assert {one["email"]: "" if one["number"] % 7 == 0 else f"a{one['number']}.example"
            for one in many} == dict(map(tuple, found))  # fmt: skip


def test_what_guards_the_tables_guards_them_after_a_migration(second):
    """The journal stays append-only, and no row may point to one that is not there."""
    books, _, _ = second
    books.migrate()

    for wrong in ("UPDATE journal SET seq = 9", "UPDATE handoffs SET lead_id = 99"):
        with books._writer.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text(wrong))


def test_a_row_that_points_nowhere_stops_a_migration(tmp_path):
    """SQLite looks where rows point only after the tables are copied: then all is undone."""
    books = Books(f"sqlite:///{tmp_path / 'lost.db'}")
    with books._writer.begin() as connection:
        command.upgrade(config(connection), "0002")
        before = shape(connection)
    with books._engine.connect() as connection:
        connection.connection.executescript(
            "PRAGMA foreign_keys = OFF;"
            "INSERT INTO intake_keys (source, key, handoff_id, created_at) VALUES ('', 'k', 7, 0);"
            "PRAGMA foreign_keys = ON;"
        )

    with pytest.raises(DatabaseAway, match="table intake_keys belongs to a row of handoffs"):
        books.migrate()

    with books._engine.connect() as connection:
        assert (before, 1) == (
            shape(connection),
            connection.exec_driver_sql("PRAGMA foreign_keys").scalar(),
        )
    books.close()
