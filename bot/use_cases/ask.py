"""Sales asks marketing about a lead: the clock of sales stands still, marketing's runs."""

from __future__ import annotations

from datetime import datetime

from bot.domain import detours
from bot.domain.assignment import may_follow_up
from bot.domain.detours import MAY_ASK
from bot.domain.handoff import (
    Handoff,
    NoQuestion,
    NotAllowed,
    NotMarketing,
    OldCard,
    OutOfOrder,
    State,
)
from bot.domain.messages import QuestionAnswered
from bot.use_cases import showing
from bot.use_cases.answer import check_may_answer
from bot.use_cases.desk import Desk
from bot.use_cases.marketing import may_tell, put_question
from bot.use_cases.ports import Conflict, UnitOfWork
from bot.use_cases.records import Dossier


def ask(desk: Desk, handoff_id: int, round_: int, by: str, question: str) -> Handoff:
    """Once a round. Raises NotFound, NotAllowed, OldCard, OutOfOrder, AskedAlready."""
    now = desk.clock()
    with desk.books.writing() as work:
        before = work.handoffs.get(handoff_id)
        _check_may_ask(desk, work, before, round_, by)
        terms = work.terms.get(before.promised.terms_version)
        move = detours.ask(before, round_, by, now, terms, question)
        after = work.handoffs.record(before, move)
        _show(desk, work, after, now)
        work.commit()
    desk.said()
    return after


def tell(desk: Desk, handoff_id: int, round_: int, by: str, answer: str) -> Handoff:
    """Marketing's answer: the clock of sales goes on. Raises NotFound, NotMarketing, NoQuestion."""
    now = desk.clock()
    with desk.books.writing() as work:
        before = work.handoffs.get(handoff_id)
        _check_may_tell(desk, work, before, round_, by)
        terms = work.terms.get(before.promised.terms_version)
        stood = detours.stood_still(work.handoffs.journal(handoff_id))
        move = detours.tell(before, round_, by, now, terms, answer, stood)
        after = work.handoffs.record(before, move)
        _show(desk, work, after, now)
        _tell_who_waits(desk, work, after, now)
        work.commit()
    desk.said()
    return after


def ready_to_ask(desk: Desk, handoff_id: int, round_: int, by: str) -> Dossier:
    """What the form for a question shows; no clock stops yet. Raises what `ask` would."""
    with desk.books.reading() as work:
        dossier = work.handoffs.dossier(handoff_id)
        _check_may_ask(desk, work, dossier.handoff, round_, by)
    detours.ask(dossier.handoff, round_, by, desk.clock(), dossier.terms, question="")
    return dossier


def ready_to_tell(desk: Desk, handoff_id: int, round_: int, by: str) -> Dossier:
    """What the form for the answer shows. Raises what `tell` would."""
    with desk.books.reading() as work:
        dossier = work.handoffs.dossier(handoff_id)
        _check_may_tell(desk, work, dossier.handoff, round_, by)
    return dossier


def _show(desk: Desk, work: UnitOfWork, after: Handoff, now: datetime) -> None:
    showing.show(desk, work, after, now)
    put_question(desk, work, after, now)


def _tell_who_waits(desk: Desk, work: UnitOfWork, after: Handoff, now: datetime) -> None:
    """Whoever asked, and whoever has the lead by now, or is asked for it by name."""
    all_of_them = (after.offer.asked_by, after.holder, after.assignee)
    waiting = dict.fromkeys(person for person in all_of_them if person)
    for card, people in showing.each_near(desk, work, after, waiting):
        if people or not after.also_queue:
            news = QuestionAnswered(after.id, after.round, card.number, people)
            work.outbox.put(news, showing.address(desk, card), now)


def _check_may_ask(desk: Desk, work: UnitOfWork, before: Handoff, round_: int, by: str) -> None:
    """Whoever may answer the lead, or has it. Raises OldCard, OutOfOrder, NotAllowed, and Conflict
    for a card of which Slack's word is still on its way."""
    if round_ != before.round:
        raise OldCard(before)
    if before.state not in MAY_ASK:
        raise OutOfOrder(before)
    if before.offer.posted_at is None:
        raise Conflict(f"Slack has not said yet that the card of handoff {before.id} is up.")
    if before.state is State.OFFERED:
        check_may_answer(desk, work, before, by)
    elif not may_follow_up(by, before.holder, desk.managers(work.people, before.queue)):
        raise NotAllowed(before)


def _check_may_tell(desk: Desk, work: UnitOfWork, before: Handoff, round_: int, by: str) -> None:
    """Raises NotMarketing, NoQuestion."""
    managers = desk.managers(work.people, before.queue)
    if by not in managers and not may_tell(desk, work.people, before, by):
        raise NotMarketing(before)
    if round_ != before.round or not before.offer.is_asking:
        raise NoQuestion(before)
