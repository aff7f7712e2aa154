"""A move as a line of the journal, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from bot.domain.agreement import Act, Clock, Promised
from bot.domain.move import Event, Move
from bot.domain.sla import RunningClock
from storage.columns import MICROSECOND, AnyRow
from storage.tables import journal

_WRITE = insert(journal)
_READ = (
    select(journal.c.event, journal.c.at, journal.c.actor, journal.c.details)
    .where(journal.c.handoff_id == bindparam("handoff_id"))
    .order_by(journal.c.seq)
)


def write(connection: Connection, handoff_id: int, seq: int, move: Move) -> None:
    line = {
        "handoff_id": handoff_id,
        "seq": seq,
        "event": move.event.value,
        "at": move.at,
        "actor": move.by,
        "details": details_of(move),
    }
    connection.execute(_WRITE, line)


def read(connection: Connection, handoff_id: int) -> list[Move]:
    """Oldest first."""
    return [_move(row) for row in connection.execute(_READ, {"handoff_id": handoff_id})]


def _move(row: AnyRow) -> Move:
    event, at, actor, details = row
    return Move(Event(event), at, actor, **from_details(details))


def details_of(move: Move) -> dict[str, Any]:
    """What the move says beyond what, when and who, as JSON values; working time in microseconds,
    money as text."""
    said = {
        "promised": _from_promised(move.promised) if move.promised else None,
        "clock": _from_clock(move.clock) if move.clock else None,
        "due_at": move.due_at.isoformat() if move.due_at else None,
        "spent": None if move.spent is None else move.spent // MICROSECOND,
        "reason": move.reason,
        "note": move.note,
        "until": move.until.isoformat() if move.until else None,
        "amount": None if move.amount is None else f"{move.amount:f}",
        "percent": move.percent,
        "act": move.act.value if move.act else None,
        "new_card": move.new_card or None,
        "to": move.to,
        "because": dict(move.because) if move.because else None,
        "hours": move.hours or None,
        "queue": move.queue or None,
        "round": move.round,
        "excuses": move.excuses.value if move.excuses else None,
    }
    return {name: value for name, value in said.items() if value is not None}


def from_details(details: dict[str, Any]) -> dict[str, Any]:
    return {name: _READERS[name](value) for name, value in details.items()}


def _from_promised(promised: Promised) -> dict[str, Any]:
    return {**asdict(promised), "raised_at": promised.raised_at.isoformat()}


def _promised(said: dict[str, Any]) -> Promised:
    return Promised(**{**said, "raised_at": _instant(said["raised_at"])})


def _from_clock(clock: RunningClock) -> dict[str, Any]:
    return {
        "name": clock.name.value,
        "started_at": clock.started_at.isoformat(),
        "due_at": clock.due_at.isoformat(),
        "next_step_at": clock.next_step_at.isoformat() if clock.next_step_at else None,
        "steps_taken": clock.steps_taken,
        **({"used": clock.used // MICROSECOND} if clock.used else {}),
        **({"snoozed_until": clock.snoozed_until.isoformat()} if clock.snoozed_until else {}),
    }


def _clock(said: dict[str, Any]) -> RunningClock:
    return RunningClock(
        Clock(said["name"]),
        _instant(said["started_at"]),
        _instant(said["due_at"]),
        _instant(said["next_step_at"]) if said["next_step_at"] else None,
        said["steps_taken"],
        MICROSECOND * said.get("used", 0),
        _instant(said["snoozed_until"]) if "snoozed_until" in said else None,
    )


def _instant(said: str) -> datetime:
    return datetime.fromisoformat(said)


_READERS: dict[str, Callable[[Any], Any]] = {
    "promised": _promised,
    "clock": _clock,
    "due_at": _instant,
    "spent": MICROSECOND.__mul__,
    "reason": str,
    "note": str,
    "until": date.fromisoformat,
    "amount": Decimal,
    "percent": int,
    "act": Act,
    "new_card": bool,
    "to": str,
    "because": dict,
    "hours": str,
    "queue": str,
    "round": int,
    "excuses": Clock,
}
