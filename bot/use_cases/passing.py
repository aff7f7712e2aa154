"""An offer that asks one person goes on to the next, and one that waited finds somebody."""

from __future__ import annotations

from datetime import datetime

from bot.domain import detours, sla
from bot.domain.agreement import Terms
from bot.domain.asked import asks_anew
from bot.domain.assignment import Queue
from bot.domain.handoff import AlreadyAnswered, Ask, Handoff, NotAllowed, OldCard, OutOfOrder, State
from bot.domain.move import Event
from bot.domain.turns import Choice, Skip, Why
from bot.use_cases import turn
from bot.use_cases.desk import Desk
from bot.use_cases.offer import show_new_card
from bot.use_cases.ports import UnitOfWork


def pass_on(desk: Desk, handoff_id: int, round_: int, by: str) -> Handoff:
    """Whoever is asked by name, or the manager for them, leaves it to the next.

    Raises NotFound, NotAllowed, OldCard, AlreadyAnswered, OutOfOrder.
    """
    now = desk.clock()
    with desk.books.writing() as work:
        before = work.handoffs.get(handoff_id)
        if round_ != before.round:
            raise OldCard(before)
        if before.state is not State.OFFERED:
            raise AlreadyAnswered(before)
        if before.assignee is None:
            raise OutOfOrder(before)
        if by != before.assignee and by not in desk.managers(work.people, before.queue):
            if _has_passed(work, before, by):
                return before
            raise NotAllowed(before)
        after = hand_on(desk, work, before, now, by)
        work.commit()
    desk.said()
    return after


def _has_passed(work: UnitOfWork, before: Handoff, by: str) -> bool:
    """A second click of whoever has just passed it on is a yes."""
    decided = [move for move in work.handoffs.journal(before.id) if asks_anew(move)]
    return decided[-1].event is Event.PASSED and decided[-1].by == by


def hand_on(
    desk: Desk,
    work: UnitOfWork,
    before: Handoff,
    now: datetime,
    by: str | None = None,
    taken: sla.DueSteps | None = None,
) -> Handoff:
    """Ask the next, on a new card; part of a transaction. Without `by` and `taken`: whoever was
    asked cannot answer. Raises OutOfOrder where nobody is asked by name."""
    ask, terms = turn.next_for(desk, work, before, now), _terms(work, before)
    after = work.handoffs.record(before, detours.pass_on(before, ask, now, terms, by, taken))
    show_new_card(desk, work, after, now)
    return after


def ask_by_name(desk: Desk, handoff_id: int, round_: int, person: str, by: str) -> Handoff:
    """The manager asks a seller for whom nobody's turn came. It counts as an offer of their day.

    Raises NotFound, NotAllowed, OldCard, AlreadyAnswered, OutOfOrder.
    """
    now = desk.clock()
    with desk.books.writing() as work:
        before = work.handoffs.get(handoff_id)
        queue = desk.queue(before.queue)
        sellers = work.people.members(queue.sellers)
        if by not in desk.managers(work.people, queue.name) or person not in sellers:
            raise NotAllowed(before)
        if round_ != before.round:
            raise OldCard(before)
        if before.state is not State.OFFERED:
            raise AlreadyAnswered(before)
        ask = turn.take(desk, work, queue, Choice(person, Why.MANAGER), now)
        move = detours.assign(before, ask, now, _terms(work, before), by)
        after = work.handoffs.record(before, move)
        show_new_card(desk, work, after, now)
        work.commit()
    desk.said()
    return after


def assign_waiting(desk: Desk) -> int:
    """Offers that wait for a free seller are asked of those who are free by now, the oldest lead
    first, one at a time each; how many found somebody."""
    return sum(_assign_in(desk, queue) for queue in desk.queues if queue.rule.asks_one)


def _assign_in(desk: Desk, queue: Queue) -> int:
    """A cap that ends at midnight is no reason to ask anybody then: somebody has to be at work."""
    with desk.books.reading() as work:
        ids = turn.waiting(work, queue)
        at_work = bool(ids) and turn.somebody_at_work(desk, work, queue, desk.clock())
    found = 0
    for handoff_id in ids if at_work else ():
        ask = _assign(desk, handoff_id)
        if ask.to:
            found += 1
        elif not _is_about_the_lead(ask):
            break  # nobody is free for the others either
    return found


def _assign(desk: Desk, handoff_id: int) -> Ask:
    now = desk.clock()
    with desk.books.writing() as work:
        before = work.handoffs.get(handoff_id)
        if before.state is not State.OFFERED or before.assignee is not None:
            return NO_LONGER
        ask = turn.next_for(desk, work, before, now, waited=True)
        if ask.to is None:
            return ask
        move = detours.assign(before, ask, now, _terms(work, before))
        after = work.handoffs.record(before, move)
        show_new_card(desk, work, after, now)
        work.commit()
    desk.said()
    return ask


NO_LONGER = Ask()  # answered in between, or asked of somebody


def _is_about_the_lead(ask: Ask) -> bool:
    """Nobody is free, but for another lead somebody might be."""
    return ask.because is None or Skip.HAD_IT in ask.because.get("skipped", {}).values()


def _terms(work: UnitOfWork, before: Handoff) -> Terms:
    return work.terms.get(before.promised.terms_version)
