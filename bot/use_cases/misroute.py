"""A lead in the wrong hands: on to the right team at once, or to the manager, who finds it one.

It counts as a mis-route, never as a rejection. A lead is not passed around for long: once two
teams have said that it is not theirs, the manager decides.
"""

from __future__ import annotations

from datetime import datetime

from bot.domain import handoff
from bot.domain.asked import teams_left
from bot.domain.assignment import Queue
from bot.domain.handoff import Handoff, OldCard
from bot.domain.messages import NotMineNews
from bot.use_cases.answer import check_may_answer
from bot.use_cases.desk import Desk
from bot.use_cases.manager_news import tell_manager
from bot.use_cases.marketing import not_asked_any_more
from bot.use_cases.offer import ask_again, promise, show_new_card
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Dossier
from bot.use_cases.showing import show


def send_on(
    desk: Desk, handoff_id: int, round_: int, by: str, to: str = "", note: str = ""
) -> Handoff:
    """Not mine: the answer clock stops, and a new round begins in the queue `to`. Without one, or
    with one that the lead may not go to, it is the manager's to find a queue.

    Raises NotFound, NotAllowed, OldCard, AlreadyAnswered.
    """
    now = desk.clock()
    with desk.books.writing() as work:
        before = work.handoffs.get(handoff_id)
        _check(desk, work, before, round_, by)
        dossier = work.handoffs.dossier(handoff_id)
        move = handoff.not_mine(before, round_, by, now, dossier.terms, note)
        misrouted = work.handoffs.record(before, move)
        not_asked_any_more(desk, work, before, misrouted, now)
        left = teams_left(desk.queues, dossier.offers)
        right = next((queue for queue in left if queue.name == to), None)
        if right is None:
            after = _leave_to_the_manager(desk, work, misrouted, now)
        else:
            after = _offer_to(desk, work, misrouted, right, now, by)
        work.commit()
    desk.said()
    return after


def ready(desk: Desk, handoff_id: int, round_: int, by: str) -> Dossier:
    """What the form shows; nothing is changed, no clock stops. Raises what `send_on` would."""
    with desk.books.reading() as work:
        dossier = work.handoffs.dossier(handoff_id)
        _check(desk, work, dossier.handoff, round_, by)
    handoff.not_mine(dossier.handoff, round_, by, desk.clock(), dossier.terms)
    return dossier


def _check(desk: Desk, work: UnitOfWork, before: Handoff, round_: int, by: str) -> None:
    if round_ != before.round:  # whose lead it was in that round says nothing about now
        raise OldCard(before)
    check_may_answer(desk, work, before, by)


def _offer_to(
    desk: Desk, work: UnitOfWork, misrouted: Handoff, queue: Queue, now: datetime, by: str
) -> Handoff:
    ask = ask_again(desk, work, misrouted, now, queue.name)
    promised = promise(desk, work.leads.get(misrouted.lead_id), queue.name, now)
    move = handoff.offer_again(misrouted, promised, now, by, ask)
    after = work.handoffs.record(misrouted, move)
    show_new_card(desk, work, after, now)
    return after


def _leave_to_the_manager(
    desk: Desk, work: UnitOfWork, misrouted: Handoff, now: datetime
) -> Handoff:
    show(desk, work, misrouted, now)
    news = NotMineNews(misrouted.id, misrouted.round)
    tell_manager(desk, work, misrouted.queue, news, now)
    return misrouted
