"""The ladder: what is due is reminded of, escalated, passed on, shown again or taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain import detours, handoff, sla
from bot.domain.agreement import Act, Audience, Clock
from bot.domain.handoff import Handoff
from bot.domain.messages import (
    Escalation,
    LadderMessage,
    Note,
    Reminder,
    Returned,
    Unheard,
)
from bot.domain.move import Event, Move
from bot.domain.sla import DueSteps
from bot.use_cases import admin_news, showing, turn
from bot.use_cases.audience import can_write_to, with_open_door
from bot.use_cases.desk import Desk
from bot.use_cases.ladder import Hearing, Ladder, hearing, time_had
from bot.use_cases.nudge import nudge_for
from bot.use_cases.offer import ask_again, promise, show_new_card
from bot.use_cases.ports import Conflict, UnitOfWork

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
            had = time_had(work, before, clock, terms, now)
            _climb(Ladder(desk, work, before, clock, terms, now, had), take_back)
        work.commit()
    desk.said()
    return True


def _wake(desk: Desk, work: UnitOfWork, before: Handoff, now: datetime) -> None:
    """The date agreed at rejection has come: the lead is offered again."""
    promised = promise(desk, work.leads.get(before.lead_id), before.queue, now)
    move = handoff.offer_again(before, promised, now, ask=ask_again(desk, work, before, now))
    show_new_card(desk, work, work.handoffs.record(before, move), now)


def _climb(ladder: Ladder, take_back: bool) -> None:
    due = ladder.due()
    assert due is not None, "next_step_at and the ladder disagree"
    desk, work, now = ladder.desk, ladder.work, ladder.now
    if due.is_early and (until := due.clock_after.next_step_at):
        work.handoffs.record(ladder.before, handoff.hold(ladder.before, until, now))
        return
    if _asks_nobody(ladder, due):
        work.handoffs.record(ladder.before, handoff.step(due, now, silent=True))
        return
    heard = hearing(ladder, due)
    before = _asked_too(ladder, heard.steps)
    move = _decide(ladder, before, heard.steps, take_back)
    after = work.handoffs.record(before, move)
    _say(ladder, heard, move)
    if after.card > ladder.before.card:
        show_new_card(desk, work, after, now)
    if heard.missed:
        admin_news.step_unheard(desk, work, _unheard(ladder, heard), now)


def _asks_nobody(ladder: Ladder, due: DueSteps) -> bool:
    """The time-out of an offer to one, where it waits for a free seller: nobody is late. A step
    that tells others too is for them."""
    of_one = due.act is Act.OFFER_NEXT and due.tell == (Audience.ASSIGNEE,) and not due.to_queue
    return of_one and ladder.asks_nobody


def _asked_too(ladder: Ladder, steps: DueSteps) -> Handoff:
    """Where a step that widens the offer comes together with one that does more: another team has
    its card, whatever becomes of the first one's."""
    if not steps.to_queue or steps.act is Act.WIDEN:
        return ladder.before
    move = handoff.widen(ladder.before, steps.to_queue, ladder.now)
    return ladder.work.handoffs.record(ladder.before, move)


def _decide(ladder: Ladder, before: Handoff, steps: DueSteps, take_back: bool) -> Move:
    desk, work, now = ladder.desk, ladder.work, ladder.now
    match steps.act:
        case Act.RETURN if take_back:
            promised = promise(desk, work.leads.get(before.lead_id), before.queue, now)
            ask = ask_again(desk, work, before, now)
            return handoff.give_back(before, Event.RETURNED, None, now, promised, ask)
        case Act.OFFER_NEXT if before.assignee:
            ask = turn.next_for(desk, work, before, now)
            return detours.pass_on(before, ask, now, ladder.terms, taken=steps)
    return handoff.step(steps, now)


def _say(ladder: Ladder, heard: Hearing, move: Move) -> None:
    """Several people in one message; one alone privately; each channel in its own words."""
    reached, desk, outbox, now = heard.reached, ladder.desk, ladder.work.outbox, ladder.now
    told, private = _told(ladder, heard.steps, move), reached.private
    if reached.in_thread is not None:
        aloud = replace(told, broadcast=reached.aloud)
        private += _say_in_threads(ladder, aloud, reached.in_thread)
    for person in private:
        if isinstance(told, Reminder | Note) and not desk.replaying:
            up_to = heard.steps.clock_after.steps_taken
            ladder.work.nudges.put(nudge_for(person, told, up_to, now))
        else:
            outbox.put(replace(told, mention=(person,)), person, now)
    for channel in reached.channels:
        outbox.put(told, channel, now)


def _say_in_threads(
    ladder: Ladder, told: LadderMessage, mention: tuple[str, ...]
) -> tuple[str, ...]:
    """Each is named below the card of their own team; what is for everybody, or for nobody by name,
    is said below both. Returns whom to tell privately, because their channel is closed."""
    desk, work = ladder.desk, ladder.work
    closed_out: list[str] = []
    for card, names in showing.each_near(desk, work, ladder.before, mention):
        place = showing.address(desk, card)
        if not desk.replaying and not can_write_to(desk, work, place):
            closed_out += names
        elif names or told.broadcast or not mention:
            work.outbox.put(replace(told, mention=names, card=card.number), place, ladder.now)
    return with_open_door(work, desk.closed(work), closed_out) if closed_out else ()


def _told(ladder: Ladder, steps: DueSteps, move: Move) -> LadderMessage:
    before = ladder.before
    kind = Returned if move.event is Event.RETURNED else _KINDS.get(steps.act, Escalation)
    return kind(
        handoff=before.id,
        round=before.round,
        clock=ladder.clock.name,
        percent=steps.percent,
        late_minutes=int(steps.late_by.total_seconds() // 60),
        shows_again=move.new_card and not move.queue and move.promised is None,
        asks_too=steps.to_queue,
    )


_KINDS: dict[Act, type[LadderMessage]] = {Act.TELL: Note, Act.REMIND: Reminder}


def _unheard(ladder: Ladder, heard: Hearing) -> Unheard:
    return Unheard(
        ladder.before.id,
        queue=ladder.before.queue,
        clock=ladder.clock.name,
        percent=heard.steps.percent,
        missed=heard.missed,
        is_last=heard.reached.is_nobody,
    )
