"""When the database cannot be had: one error, and one sentence for whoever can mend it.

The sentences are ours. What the drivers say may quote a password's user, or a lead.
"""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path

import psycopg
from sqlalchemy import URL, Engine, event
from sqlalchemy.engine import ExceptionContext

from bot.use_cases.ports import DatabaseAway

CONNECT_SECONDS = 10  # what blocks a firewall's silence: without it, more than two minutes
POSTGRESQL_PORT = 5432

# Of SQLite's results: those that speak of the file, not of what was asked.
_SQLITE_SAYS = {
    sqlite3.SQLITE_BUSY: "is held by another program: end that, or wait until it is done.",
    sqlite3.SQLITE_LOCKED: "is held by another program: end that, or wait until it is done.",
    sqlite3.SQLITE_READONLY: "cannot be written: let Baton's user write the file and its folder.",
    sqlite3.SQLITE_PERM: "cannot be written: let Baton's user write the file and its folder.",
    sqlite3.SQLITE_NOTADB: "is not a SQLite database: name another file, or move that one away.",
    sqlite3.SQLITE_CORRUPT: "is damaged: take the last backup.",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full.",
    sqlite3.SQLITE_IOERR: "cannot be read or written: look after its disk.",
}

# What the server or its driver says when nobody gets in, and what there is to mend.
_POSTGRESQL_SAYS = (
    (r"resolve host", "there is no host of that name"),
    (r"password|no pg_hba|role .* does not exist|authentication",
     "it does not accept that user or password"),
    (r"database .* does not exist", "it has no database of that name: create it, with `createdb`"),
    (r"permission denied", "its user may not use it: grant that user CREATE and USAGE"),
    (r"read-only", "it takes no writing: is it a standby?"),
    (r"refused|No such file", "nothing answers there: is it running?"),
    (r"timeout|timed out|unreachable|No route", "there is no answer: is the way there open?"),
    (r"too many clients|remaining connection slots", "it takes no more connections"),
    (r"starting up|shutting down|recovery", "it is just starting or stopping: try again"),
    (r"SSL|certificate", "no encrypted connection comes about"),
)  # fmt: skip

# How SQLSTATE begins where it is about the server and the way to it: connection, authorisation,
# no such database, a standby that takes no writing, privileges, resources, an operator stepped in.
_SQLSTATES = ("08", "28", "3D", "25006", "42501", "53", "57P", "58")


def listen_for_trouble(engine: Engine, address: URL) -> None:
    """From here on the engine raises DatabaseAway where the database is, and not the statement, at
    fault."""

    def judge(context: ExceptionContext) -> None:
        if context.is_pre_ping:
            return  # a stale connection: the pool is about to make a new one
        error = context.original_exception
        if isinstance(error, sqlite3.Error):
            _judge_sqlite(error, address)
        elif isinstance(error, psycopg.Error) and _is_away(error, context):
            raise DatabaseAway(_of_postgresql(error, address))

    event.listen(engine, "handle_error", judge)


def _is_away(error: psycopg.Error, context: ExceptionContext) -> bool:
    connecting = context.connection is None
    return connecting or context.is_disconnect or (error.sqlstate or "").startswith(_SQLSTATES)


def _of_postgresql(error: psycopg.Error, address: URL) -> str:
    found = (why for sign, why in _POSTGRESQL_SAYS if re.search(sign, str(error), re.IGNORECASE))
    why = next(found, "the connection was lost")
    return f"The database is away: {_place(address)}: {why}. Its address is `database` in app.yaml."


def _place(address: URL) -> str:
    """Without user and password."""
    host = address.host or address.query.get("host") or "this machine"
    named = f"{host}:{address.port or POSTGRESQL_PORT}" if address.host else str(host)
    return f"PostgreSQL at {named}, database {address.database or '(none named)'}"


def _judge_sqlite(error: sqlite3.Error, address: URL) -> None:
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    # Opening a connection, Python's driver gives no code for a file that cannot be opened.
    if primary == sqlite3.SQLITE_CANTOPEN or (code is None and "unable to open" in str(error)):
        raise DatabaseAway(_unopened(address))
    if primary is not None and primary in _SQLITE_SAYS:
        raise DatabaseAway(_of_sqlite(address, _SQLITE_SAYS[primary]))


def is_busy(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def look_for_file(address: URL) -> None:
    """That a file not made yet can be made, without making it. Raises DatabaseAway."""
    file = Path(address.database or "")
    if not file.exists() and not os.access(file.parent, os.W_OK | os.X_OK):
        raise DatabaseAway(_unopened(address))


def _unopened(address: URL) -> str:
    file = Path(address.database or "")
    if not file.parent.is_dir():
        return _of_sqlite(address, "cannot be made: there is no such folder.")
    if file.is_dir():
        return _of_sqlite(address, "is a folder: name a file in it.")
    return _of_sqlite(address, "cannot be opened: let Baton's user write the file and its folder.")


def _of_sqlite(address: URL, what: str) -> str:
    file = Path(address.database or "").absolute()
    return f"The database is away: {file} {what} Its address is `database` in app.yaml."
