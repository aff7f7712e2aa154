"""What SQLite needs to keep books for many threads and several processes."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, event

WRITES = "baton_writes"  # execution option of a connection whose transactions write
LOCK_WAIT_SECONDS = 15  # for another process's commit
WAL_WAIT_SECONDS = 0.02


def prepare_sqlite(engine: Engine) -> None:
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)


def _prepare_connection(connection: sqlite3.Connection, _: Any) -> None:
    # Python's driver would open transactions by its own rules; `_begin` does it by ours.
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
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(WAL_WAIT_SECONDS)
        else:
            return


def _begin(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a deferred transaction that reads first and then finds
    # that somebody has written in between fails, however long it would have waited.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
