"""What SQLite needs to keep books for many threads and several processes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event

from storage.away import is_busy

LOCK_WAIT_SECONDS = 15  # for another process's commit
WAL_WAIT_SECONDS = 0.02


def prepare_sqlite(reader: Engine, writer: Engine) -> None:
    """Two engines over one pool, which differ in how they begin.

    IMMEDIATE takes the write lock at once: a deferred transaction that reads first and then finds
    that somebody has written in between fails, however long it would have waited.
    """
    event.listen(reader, "connect", _prepare_connection)
    # Not by SQLAlchemy's event: one listener slows down every statement, by a tenth.
    vars(reader.dialect)["do_begin"] = _begins_with("BEGIN")
    vars(writer.dialect)["do_begin"] = _begins_with("BEGIN IMMEDIATE")


def _begins_with(statement: str) -> Callable[[Any], object]:
    return lambda connection: connection.driver_connection.execute(statement)


def _prepare_connection(connection: sqlite3.Connection, _: Any) -> None:
    # Python's driver would open transactions by its own rules; the engines' dialects do it by ours.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_SECONDS * 1000}")
    _use_wal(connection)
    # A killed process loses nothing committed: its pages are with the kernel. Only a power cut can
    # take back the last commits, never half of one; waiting for the disk costs each click an fsync.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Two processes that open a new file at once: SQLite refuses one of them without waiting."""
    give_up = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > give_up:
                raise
            time.sleep(WAL_WAIT_SECONDS)
        else:
            return


def driver(connection: Connection) -> Any:
    """The database driver's own connection."""
    return connection.connection.driver_connection
