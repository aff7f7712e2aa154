"""A broken promise is excused: an outage, a forgotten holiday. It stays broken, and says why."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain import detours
from bot.domain.agreement import Clock
from bot.domain.handoff import Handoff, MayNotExcuse, NotBroken
from bot.use_cases.desk import Desk
from bot.use_cases.ports import Conflict, UnitOfWork
from bot.use_cases.records import Promise, Timed
from bot.use_cases.timing import excusable, may_excuse, timed

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Broken:
    """One promise of one round."""

    handoff: int
    round: int
    clock: Clock


def ready(desk: Desk, handoff_id: int, by: str) -> tuple[Timed, list[Promise]]:
    """What may be excused of this lead. Raises NotFound, MayNotExcuse, NotBroken."""
    with desk.books.reading() as work:
        told = timed(desk, work, handoff_id)
        promises = excusable(desk, work.people, told, by)
    if promises:
        return told, promises
    raise (MayNotExcuse if any(told.broken()) else NotBroken)(told.dossier.handoff)


def excuse(desk: Desk, promise: Broken, by: str, reason: str) -> Handoff:
    """By the manager or the head of the round's queue. Raises NotFound, MayNotExcuse, NotBroken."""
    now = desk.clock()
    with desk.books.writing() as work:
        before = work.handoffs.get(promise.handoff)
        dossier = work.handoffs.dossier(promise.handoff)
        offer = next((each for each in dossier.offers if each.round == promise.round), None)
        if offer is None:
            raise NotBroken(before)
        if not may_excuse(desk, work.people, offer.promised.queue, by):
            raise MayNotExcuse(before)
        terms = work.terms.get(offer.promised.terms_version)
        move = detours.excuse(before, offer, promise.clock, by, now, terms, reason)
        after = work.handoffs.record(before, move)
        work.commit()
    return after


def of_day(desk: Desk, by: str, day: date) -> list[Broken]:
    """Promises that fell due on this day, by the zone of each queue that `by` looks after, and were
    not kept: what an outage of that day may excuse. Nothing is changed."""
    with desk.books.reading() as work:
        queues = [q.name for q in desk.queues if may_excuse(desk, work.people, q.name, by)]
        return [broken for queue in queues for broken in _of_day(desk, work, queue, day)]


def excuse_day(desk: Desk, by: str, day: date, reason: str) -> int:
    """How many were excused. What somebody else excuses, or moves, at the same moment is left."""
    excused = 0
    for promise in of_day(desk, by, day):
        with suppress(NotBroken, Conflict):
            excuse(desk, promise, by, reason)
            excused += 1
    return excused


def looks_after_any(desk: Desk, by: str) -> bool:
    with desk.books.reading() as work:
        return any(may_excuse(desk, work.people, queue.name, by) for queue in desk.queues)


def _of_day(desk: Desk, work: UnitOfWork, queue: str, day: date) -> list[Broken]:
    zone = ZoneInfo(desk.agreement.terms.calendar(queue).time_zone)
    starts, ends = (_midnight(on, zone) for on in (day, day + ONE_DAY))
    found = []
    for handoff_id, round_ in work.handoffs.broken_between([queue], starts, ends):
        told = timed(desk, work, handoff_id)
        found += [
            Broken(handoff_id, round_, ran.clock)
            for offer, ran in told.broken()
            if offer.round == round_ and starts <= ran.due_at < ends
        ]
    return found


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
