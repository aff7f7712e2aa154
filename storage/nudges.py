"""Private reminders on their way into one list for each person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, text, update

from bot.domain.agreement import Clock
from bot.use_cases.records import Nudge
from storage.colleagues import UNSAID, nudges
from storage.columns import AnyRow
from storage.statements import for_dialect, insert_if_new, insert_or_update

_NUDGE = select(
    nudges.c.person,
    nudges.c.handoff_id,
    nudges.c.round,
    nudges.c.clock,
    nudges.c.rung,
    nudges.c.say_at,
    nudges.c.late_minutes,
    nudges.c.id,
)
_EARLIEST = (nudges.c.person, nudges.c.say_at, nudges.c.id)
_IS_UNSAID = text(f"nudges.{UNSAID}")
_THESE = nudges.c.id.in_(bindparam("ids", expanding=True))

_KEY = ("handoff_id", "round", "clock", "rung", "person")
_PUT = insert_if_new(nudges)
_PUT_AT_WISH = insert_or_update(nudges, _KEY, "say_at", "said_at")
_WAITING = _NUDGE.where(nudges.c.say_at <= bindparam("now"), _IS_UNSAID).order_by(*_EARLIEST)
_WAITING_FOR = _WAITING.where(nudges.c.person == bindparam("person"))
_GET = _NUDGE.where(_THESE).order_by(*_EARLIEST)
_PUT_OFF = update(nudges).where(_THESE, _IS_UNSAID).values(say_at=bindparam("until"))
_SAID = update(nudges).where(_THESE, _IS_UNSAID).values(said_at=bindparam("now"))
_DROP = delete(nudges).where(_THESE, _IS_UNSAID)
_PINGS = select(func.count(nudges.c.said_at.distinct())).where(
    nudges.c.person == bindparam("person"), nudges.c.said_at >= bindparam("since")
)
_NEXT_DUE = select(func.min(nudges.c.say_at)).where(_IS_UNSAID)


class StoredNudges:
    def __init__(self, connection: Connection, *, locking: bool) -> None:
        self._connection = connection
        self._locking = locking

    def put(self, nudge: Nudge) -> None:
        statement = _PUT if nudge.rung else _PUT_AT_WISH
        self._connection.execute(for_dialect(self._connection, statement), _row(nudge))

    def waiting(self, now: datetime, person: str | None = None) -> list[Nudge]:
        query = _WAITING if person is None else _WAITING_FOR
        if self._locking:
            # Two machines that gather at once: the second waits, and finds what is still unsaid.
            query = query.with_for_update()
        rows = self._connection.execute(query, {"now": now, "person": person})
        return [_nudge(row) for row in rows]

    def get(self, ids: Iterable[int]) -> list[Nudge]:
        return [_nudge(row) for row in self._connection.execute(_GET, {"ids": list(ids)})]

    def put_off(self, ids: Iterable[int], until: datetime) -> None:
        self._connection.execute(_PUT_OFF, {"ids": list(ids), "until": until})

    def said(self, ids: Iterable[int], now: datetime) -> None:
        self._connection.execute(_SAID, {"ids": list(ids), "now": now})

    def drop(self, ids: Iterable[int]) -> None:
        self._connection.execute(_DROP, {"ids": list(ids)})

    def pings_since(self, person: str, since: datetime) -> int:
        asked = {"person": person, "since": since}
        return self._connection.scalar(_PINGS, asked) or 0

    def next_due(self) -> datetime | None:
        earliest: datetime | None = self._connection.scalar(_NEXT_DUE)
        return earliest


def _row(nudge: Nudge) -> dict[str, Any]:
    return {
        "person": nudge.person,
        "handoff_id": nudge.handoff,
        "round": nudge.round,
        "clock": nudge.clock.value,
        "rung": nudge.rung,
        "say_at": nudge.say_at,
        "late_minutes": nudge.late_minutes,
        "said_at": None,
    }


def _nudge(row: AnyRow) -> Nudge:
    person, handoff, round_, clock, *rest = row
    return Nudge(person, handoff, round_, Clock(clock), *rest)
