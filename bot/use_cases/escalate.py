"""The ladder: what is due is reminded of, escalated, shown again or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.domain import handoff, sla
from bot.domain.agreement import Act, Audience, Clock, Terms
from bot.domain.assignment import Queue
from bot.domain.handoff import Event, Handoff
from bot.domain.messages import Escalation, LadderMessage, Reminder, Returned
from bot.domain.sla import DueSteps, RunningClock
from bot.use_cases.offer import promise, show_new_card
from bot.use_cases.ports import Conflict, Desk, People, UnitOfWork

log = structlog.get_logger(__name__)

AT_ONCE = 200  # handoffs a sweep looks at; what is left is taken by the next


def sweep(desk: Desk, take_back: bool = True) -> int:
    """Take every ladder step that is due; returns how many handoffs moved.

    `take_back=False`: the ladder records that it would have taken a lead back, and does not
    (a replay, where history acts).
    """
    with desk.books.reading() as work:
        due = work.handoffs.due(desk.clock(), AT_ONCE)
    return sum(_take_or_tell(desk, handoff_id, take_back) for handoff_id in due)


def _take_or_tell(desk: Desk, handoff_id: int, take_back: bool) -> bool:
    try:
        return take_step(desk, handoff_id, take_back)
    except Conflict:
        return False  # somebody answered just now; the next sweep sees what is left
    except Exception:  # one lead's trouble must not keep everybody else's reminders back
        log.exception("A ladder step failed", action="step_failed", handoff=handoff_id)
        return False


def take_step(desk: Desk, handoff_id: int, take_back: bool = True) -> bool:
    """One handoff, one transaction. An answer that came in between has ended the ladder."""
    now = desk.clock()
    with desk.books.writing() as work:
        before = work.handoffs.get(handoff_id)
        clock = before.clock
        if clock is None or clock.next_step_at is None or clock.next_step_at > now:
            return False
        terms = work.terms.get(before.offer.promised.terms_version)
        until = sla.held_until(terms.calendar(before.queue, before.hours), now)
        if until is not None:
            work.handoffs.record(before, handoff.hold(before, until, now))
        elif clock.name is Clock.WAKE:
            _wake(desk, work, before, now)
        else:
            _climb(desk, work, before, clock, terms, now, take_back)
        work.commit()
    desk.said()
    return True


def _wake(desk: Desk, work: UnitOfWork, before: Handoff, now: datetime) -> None:
    """The date agreed at rejection has come: the lead is offered again."""
    promised = promise(desk, work.leads.get(before.lead_id), before.queue, now)
    after = work.handoffs.record(before, handoff.offer_again(before, promised, now))
    show_new_card(desk, work, after, now)


def _climb(
    desk: Desk,
    work: UnitOfWork,
    before: Handoff,
    clock: RunningClock,
    terms: Terms,
    now: datetime,
    take_back: bool,
) -> None:
    due = sla.steps_due(clock, before.promised, terms, now, before.hours)
    assert due is not None, "next_step_at and the ladder disagree"
    queue = desk.queue(before.queue)
    if due.act is Act.RETURN and take_back:
        promised = promise(desk, work.leads.get(before.lead_id), before.queue, now)
        move = handoff.give_back(before, Event.RETURNED, None, now, promised)
    else:
        move = handoff.step(due, now)
    after = work.handoffs.record(before, move)
    message, to = _words(work.people, queue, before, due, after.round > before.round)
    work.outbox.put(message, to, now)
    if move.new_card:
        show_new_card(desk, work, after, now)


def _words(
    people: People, queue: Queue, before: Handoff, due: DueSteps, returned: bool
) -> tuple[LadderMessage, str]:
    """One message that names everybody: privately where that is one person, else in the card's
    thread; the thread of a lead nobody holds is broadcast, because a thread notifies nobody."""
    mention = _named(queue, before, due.tell)
    unclaimed = before.holder is None and Audience.HOLDER in due.tell
    alone = not unclaimed and len(mention) == 1 and people.group(mention[0]) is None
    assert before.clock is not None
    message = _kind(due, returned)(
        handoff=before.id,
        round=before.round,
        clock=before.clock.name,
        percent=due.percent,
        mention=mention,
        card=None if alone else before.card,
        broadcast=unclaimed,
        late_minutes=int(due.late_by.total_seconds() // 60),
        shows_again=due.act in handoff.SHOWN_AGAIN,
    )
    return message, mention[0] if alone else queue.address


def _kind(due: DueSteps, returned: bool) -> type[LadderMessage]:
    if returned:
        return Returned
    return Reminder if due.act is Act.REMIND else Escalation


def _named(queue: Queue, before: Handoff, tell: Sequence[str]) -> tuple[str, ...]:
    roles: dict[str, tuple[str, ...]] = {
        Audience.HOLDER: (before.holder,) if before.holder else queue.sellers,
        Audience.MANAGER: (queue.manager,),
        Audience.HEAD: (queue.head,),
        Audience.MARKETERS: queue.marketers,
    }
    return tuple(dict.fromkeys(name for who in tell for name in roles.get(who, (who,))))
