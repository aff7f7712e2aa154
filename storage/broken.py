"""Promises that were broken in a period: the candidates for an excuse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, func, or_, select

from bot.domain.agreement import Clock
from bot.domain.offer import Answer, Offer, stretch
from storage import offers
from storage.tables import offers as rows
from storage.terms import StoredTerms

LONGEST_ROUND = timedelta(days=90)  # from the card: what falls due later is not found

_START: BindParameter[datetime] = bindparam("start")
_END: BindParameter[datetime] = bindparam("end")


def _broken(due: ColumnElement[Any], kept_at: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(due >= _START, due < _END, or_(kept_at.is_(None), kept_at > due))


def _not_by_start(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(column.is_(None), column > _START)


_POSTED = select(rows.c.handoff_id, rows.c.round).where(
    rows.c.posted_at >= bindparam("since"),
    rows.c.posted_at < _END,
    rows.c.queue.in_(bindparam("queues", expanding=True)),
)
_ON_RECORD = _POSTED.where(
    or_(
        _broken(rows.c.answer_due, rows.c.answered_at),
        _broken(rows.c.touch_due, func.coalesce(rows.c.touched_at, rows.c.gave_back_at)),
        _broken(rows.c.feedback_due, rows.c.asked_until),
    )
)
_UNDECIDED = _POSTED.add_columns(*offers.COLUMNS).where(
    rows.c.answer == Answer.ACCEPTED.value,
    rows.c.answered_at < _END,
    *map(
        _not_by_start,
        (rows.c.sql_at, rows.c.disqualified_at, rows.c.lost_at, rows.c.gave_back_at),
    ),
)


def between(
    connection: Connection,
    terms: StoredTerms,
    queues: Sequence[str],
    start: datetime,
    end: datetime,
) -> list[tuple[int, int]]:
    """(handoff, round) of offers posted up to `LONGEST_ROUND` before, of which some promise fell
    due in [start, end) and was not kept by then. Time that stood still is not looked at."""
    asked = {"queues": list(queues), "since": start - LONGEST_ROUND, "start": start, "end": end}
    found = {(row[0], row[1]) for row in connection.execute(_ON_RECORD, asked)}
    for row in connection.execute(_UNDECIDED, asked).all():
        offer = offers.from_row(row[2:])
        if _qualified_too_late(offer, terms, start, end):
            found.add((row[0], offer.round))
    return sorted(found)


def _qualified_too_late(offer: Offer, terms: StoredTerms, start: datetime, end: datetime) -> bool:
    """When a lead is to be qualified is not on record: it follows from the terms."""
    ran = stretch(offer, Clock.QUALIFY, terms.get(offer.promised.terms_version))
    if ran is None or not start <= ran.due_at < end:
        return False
    return ran.stopped_at is None or ran.stopped_at > ran.due_at
