"""Whose turn it is in each queue, and how many offers were made to each on a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zlib import crc32

from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.dialects import postgresql, sqlite

from storage.colleagues import offers_given, turns
from storage.statements import for_dialect, insert_or_update

# One number for all of Baton's turns, and one for the queue. Two queues with the same number would
# only wait for each other.
_TURNS = 0x7475726E  # "turn"
_LOCK = text(f"SELECT pg_advisory_xact_lock({_TURNS}, :queue)")
_SIGN = 2**31

_CREDITS = select(turns.c.person, turns.c.credit).where(turns.c.queue == bindparam("queue"))
_KEEP = insert_or_update(turns, ("queue", "person"), "credit")
_GIVEN = select(offers_given.c.person, offers_given.c.offers).where(
    offers_given.c.queue == bindparam("queue"), offers_given.c.day == bindparam("day")
)
_DAY_OF_PERSON = ["queue", "day", "person"]
_ONE_MORE = {"offers": offers_given.c.offers + 1}
_COUNT = {
    "sqlite": sqlite.insert(offers_given).on_conflict_do_update(
        index_elements=_DAY_OF_PERSON, set_=_ONE_MORE
    ),
    "postgresql": postgresql.insert(offers_given).on_conflict_do_update(
        index_elements=_DAY_OF_PERSON, set_=_ONE_MORE
    ),
}


class StoredTurns:
    def __init__(self, connection: Connection, *, locking: bool) -> None:
        self._connection = connection
        self._locking = locking

    def credits(self, queue: str) -> Mapping[str, int]:
        # Not a lock of the rows: who has no credit yet has no row to lock.
        if self._locking:
            self._connection.execute(_LOCK, {"queue": crc32(queue.encode()) - _SIGN})
        rows = self._connection.execute(_CREDITS, {"queue": queue})
        return {row.person: row.credit for row in rows}

    def keep(self, queue: str, owed: Mapping[str, int]) -> None:
        rows = [
            {"queue": queue, "person": person, "credit": credit}
            for person, credit in sorted(owed.items())
        ]
        if rows:
            self._connection.execute(for_dialect(self._connection, _KEEP), rows)

    def given(self, queue: str, day: date) -> Mapping[str, int]:
        rows = self._connection.execute(_GIVEN, {"queue": queue, "day": day})
        return {row.person: row.offers for row in rows}

    def count(self, queue: str, person: str, day: date) -> None:
        row = {"queue": queue, "person": person, "day": day, "offers": 1}
        self._connection.execute(for_dialect(self._connection, _COUNT), row)
