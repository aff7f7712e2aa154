"""The database as one thing: units of work, and what each database needs for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    RootTransaction,
    create_engine,
    make_url,
)
from sqlalchemy.exc import ArgumentError

from bot.use_cases import ports
from storage import migrations
from storage.absences import StoredAbsences
from storage.away import CONNECT_SECONDS, listen_for_trouble, look_for_file
from storage.columns import to_json
from storage.deliveries import StoredDeliveries
from storage.handoffs import StoredHandoffs
from storage.intake import StoredIntake
from storage.leads import StoredLeads
from storage.migrations import CompanyDomain, nobodys
from storage.nudges import StoredNudges
from storage.outbox import LanesCache, StoredOutbox
from storage.people import DirectoryCache, StoredPeople
from storage.postgresql import prepare_postgresql
from storage.proposals import StoredProposals
from storage.reports import StoredReports
from storage.signals import StoredSignals
from storage.sqlite import driver, prepare_sqlite
from storage.terms import StoredTerms, TermsCache
from storage.turns import StoredTurns

CONNECTIONS = 10  # kept open
BURST = 40  # more at once, when a crowd clicks
EXAMPLES = "Write for example sqlite:///baton.db or postgresql://user:password@host/baton."


class UnknownDatabase(ValueError):
    """The address is of no database that Baton keeps books in."""


class OneInsideAnother(RuntimeError):
    """A thread that writes has begun to write once more: it would wait for itself."""

    def __init__(self) -> None:
        super().__init__("A unit of work inside another: commit the first one before the second.")


class NothingToCommit(RuntimeError):
    """This unit of work was opened for reading."""


class _Commits(Protocol):
    def commit(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Known:
    """What a process need not ask the database again."""

    terms: TermsCache = field(default_factory=dict)
    directory: DirectoryCache = field(default_factory=DirectoryCache)
    lanes: LanesCache = field(default_factory=set)

    def copy(self) -> _Known:
        return _Known(dict(self.terms), self.directory.copy(), set(self.lanes))


class Work:
    """One transaction on one connection."""

    leads: ports.Leads
    handoffs: ports.Handoffs
    terms: ports.TermsVersions
    people: ports.People
    outbox: ports.Outbox
    deliveries: ports.Deliveries
    reports: ports.Reports
    intake: ports.Intake
    absences: ports.Absences
    turns: ports.Turns
    nudges: ports.Nudges
    signals: ports.Signals
    proposals: ports.Proposals

    def __init__(self, connection: Connection, known: _Known, transaction: _Commits | None) -> None:
        locking = transaction is not None and connection.dialect.name != "sqlite"
        terms = StoredTerms(connection, known.terms)
        self._connection = connection
        self._transaction = transaction
        self.leads = StoredLeads(connection, locking=locking)
        self.handoffs = StoredHandoffs(
            connection, terms, locking=locking, looking=transaction is None
        )
        self.terms = terms
        self.people = StoredPeople(connection, known.directory)
        self.outbox = StoredOutbox(connection, known.lanes)
        self.deliveries = StoredDeliveries(connection, locking=locking)
        self.reports = StoredReports(connection)
        self.intake = StoredIntake(connection)
        self.absences = StoredAbsences(connection)
        self.turns = StoredTurns(connection, locking=locking)
        self.nudges = StoredNudges(connection, locking=locking)
        self.signals = StoredSignals(connection)
        self.proposals = StoredProposals(connection, locking=locking)

    def commit(self) -> None:
        if self._transaction is None:
            raise NothingToCommit("A unit of work opened by reading() has nothing to commit.")
        self._transaction.commit()
        if isinstance(self._transaction, RootTransaction):
            self._connection.close()  # what is written after the commit is refused, not lost


class Books:
    """A database of Baton's, at an address such as sqlite:///baton.db or postgresql://…/baton.

    Units of work may be opened by many threads and many processes at once.
    """

    def __init__(self, url: str) -> None:
        address = self._address = _address(url)
        self._engine, self._writer = _engines(address)
        self._reader = self._engine
        # SQLite has one writer at a time. Waiting for a lock of our own is fair and quick, where
        # SQLite's own waiting is sleeping and looking again.
        self._turn: AbstractContextManager[Any] = threading.Lock()
        if address.get_backend_name() == "postgresql":
            self._turn = nullcontext()
            # All reads of one unit of work see the same instant.
            self._reader = self._engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self._known = _Known()
        self._thread = threading.local()

    def migrate(self, company_domain: CompanyDomain = nobodys) -> None:
        """Bring the tables to this version of Baton; from several processes at once as well.
        Raises DatabaseAway."""
        with self._turn:
            migrations.upgrade(self._writer, company_domain)

    def look(self) -> None:
        """That the database can be had; nothing is changed or made. Raises DatabaseAway."""
        if self._address.get_backend_name() == "sqlite":
            look_for_file(self._address)
            if not Path(self._address.database or "").exists():
                return
        with self._reader.connect() as connection:
            connection.exec_driver_sql("SELECT 1")

    def is_current(self) -> bool:
        """Whether there are tables, and those of this version; nothing is changed or made. Raises
        DatabaseAway."""
        self.look()
        file = self._address.database if self._address.get_backend_name() == "sqlite" else None
        if file is not None and not Path(file).exists():
            return False
        with self._reader.connect() as connection:
            return migrations.is_current(connection)

    def close(self) -> None:
        self._engine.dispose()

    def writing(self) -> AbstractContextManager[ports.UnitOfWork]:
        joined = self._joined()
        return self._whole() if joined is None else self._part(*joined)

    def reading(self) -> AbstractContextManager[ports.UnitOfWork]:
        joined = self._joined()
        if joined is None:
            return self._look()
        return nullcontext(Work(*joined, transaction=None))

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that this thread reads and writes until it leaves is one transaction: kept when it
        leaves, undone when it leaves by an error.

        Units of work are opened as ever; one that leaves without commit is undone alone. Other
        threads wait to write on SQLite, so nobody in here may wait for them. Nothing said in here
        may reach Slack before it ends: a replay uses this to take a whole event, with what the
        courier does about it, at the price of one commit.
        """
        known = self._known.copy()  # what is found in here may be undone
        with self._alone(), self._writer.begin() as connection:
            self._thread.joined = connection, known
            try:
                yield
            finally:
                self._thread.joined = None
        self._known = known

    def _joined(self) -> tuple[Connection, _Known] | None:
        return getattr(self._thread, "joined", None)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if getattr(self._thread, "writes", False):
            raise OneInsideAnother
        self._thread.writes = True
        try:
            with self._turn:
                yield
        finally:
            self._thread.writes = False

    @contextmanager
    def _whole(self) -> Iterator[ports.UnitOfWork]:
        # Closing the connection rolls back what was not committed.
        with self._alone(), self._writer.connect() as connection:
            yield Work(connection, self._known, connection.begin())

    @contextmanager
    def _part(self, connection: Connection, known: _Known) -> Iterator[ports.UnitOfWork]:
        savepoint = _Savepoint(connection)
        try:
            yield Work(connection, known, savepoint)
        finally:
            savepoint.end()

    @contextmanager
    def _look(self) -> Iterator[ports.UnitOfWork]:
        with self._reader.connect() as connection:
            yield Work(connection, self._known, transaction=None)


class _Savepoint:
    """A part of a transaction. Asked of the driver: a replay makes ten for each event, and
    SQLAlchemy's cost as much as the statements inside."""

    def __init__(self, connection: Connection) -> None:
        self._driver = driver(connection)
        self._driver.execute("SAVEPOINT part")
        self.is_active = True

    def commit(self) -> None:
        self._driver.execute("RELEASE SAVEPOINT part")
        self.is_active = False

    def end(self) -> None:
        """Undo what was not committed."""
        if self.is_active:
            self._driver.execute("ROLLBACK TO SAVEPOINT part")
            self.commit()


def _address(url: str) -> URL:
    try:
        address = make_url(url.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError):  # whose text shows the password
        raise UnknownDatabase(f"`database` in app.yaml is no address. {EXAMPLES}") from None
    backend = address.get_backend_name()
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise UnknownDatabase(
            f"Baton keeps its books in SQLite or PostgreSQL, not in {backend}. {EXAMPLES}"
        )
    if address.database in (None, "", ":memory:"):
        raise UnknownDatabase("SQLite needs a file, such as sqlite:///baton.db.")
    return address


def _engines(address: URL) -> tuple[Engine, Engine]:
    """For reading and for writing, over one pool."""
    options: dict[str, Any] = {
        "json_serializer": to_json,
        "hide_parameters": True,  # in errors: they hold what people are called
    }
    pool: dict[str, Any] = {"pool_size": CONNECTIONS, "max_overflow": BURST}
    if address.get_backend_name() == "sqlite":
        reader = create_engine(address, **options, **pool)
        writer = create_engine(address, **options, pool=reader.pool)
        prepare_sqlite(reader, writer)
        for engine in (reader, writer):
            listen_for_trouble(engine, address)
        return reader, writer
    # A click must not be the one to find out that the server was restarted.
    options |= {"isolation_level": "READ COMMITTED", "pool_pre_ping": True}
    if "connect_timeout" not in address.query:
        options["connect_args"] = {"connect_timeout": CONNECT_SECONDS}
    engine = create_engine(address, **options, **pool)
    prepare_postgresql(engine)
    listen_for_trouble(engine, address)
    return engine, engine
