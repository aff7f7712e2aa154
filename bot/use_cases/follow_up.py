"""What a seller reports of a lead they hold: contacted, the stages, won, lost, given back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from bot.domain import handoff
from bot.domain.agreement import Terms
from bot.domain.assignment import may_follow_up
from bot.domain.handoff import Handoff, NotAllowed, OldCard
from bot.domain.move import Event, Move
from bot.use_cases.clicked import counts_at
from bot.use_cases.desk import Desk
from bot.use_cases.marketing import not_asked_any_more
from bot.use_cases.offer import ask_again, promise, show_new_card
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Dossier
from bot.use_cases.showing import show

Decide = Callable[[Handoff, Terms, datetime], Move]


def contacted(
    desk: Desk, handoff_id: int, round_: int, by: str | None, clicked_at: datetime | None = None
) -> Handoff:
    """The first human contact, as of the click, where Slack says when that was. Raises NotFound,
    NotAllowed, OldCard, OutOfOrder; so do all here."""
    return _follow(
        desk,
        handoff_id,
        round_,
        by,
        lambda before, terms, at: handoff.contact(before, by, at, terms),
        clicked_at,
    )


def reached(
    desk: Desk,
    handoff_id: int,
    round_: int,
    by: str | None,
    stage: Event,
    amount: Decimal | None = None,
    clicked_at: datetime | None = None,
) -> Handoff:
    """SQL, opportunity or won; the stages before it are implied. Amount in the agreement's
    currency; None is unknown."""
    return _follow(
        desk,
        handoff_id,
        round_,
        by,
        lambda before, terms, at: handoff.advance(before, stage, by, at, terms, amount),
        clicked_at,
    )


def disqualified(
    desk: Desk, handoff_id: int, round_: int, by: str | None, reason: str = "", note: str = ""
) -> Handoff:
    """Out for good. Raises NotFound, NotAllowed, OldCard, OutOfOrder."""
    return _follow(
        desk,
        handoff_id,
        round_,
        by,
        lambda before, terms, at: handoff.disqualify(before, by, at, terms, reason, note),
    )


def lost(desk: Desk, handoff_id: int, round_: int, by: str | None, reason: str = "") -> Handoff:
    """It came to nothing. Raises NotFound, NotAllowed, OldCard, OutOfOrder."""
    return _follow(
        desk,
        handoff_id,
        round_,
        by,
        lambda before, terms, at: handoff.lose(before, by, at, terms, reason),
    )


def recycled(desk: Desk, handoff_id: int, round_: int, by: str | None, reason: str = "") -> Handoff:
    """Back to marketing; when it raises its hand again, it is offered anew."""
    return _follow(
        desk,
        handoff_id,
        round_,
        by,
        lambda before, terms, at: handoff.recycle(before, by, at, terms, reason),
    )


def release(
    desk: Desk, handoff_id: int, round_: int, by: str, clicked_at: datetime | None = None
) -> Handoff:
    """Give the lead back: a new card for the queue, with the lead's history. Where the queue asks
    one by name, that is somebody else."""
    now = desk.clock()
    with desk.books.writing() as work:
        before = for_follow_up(desk, work, handoff_id, round_, by)
        at = counts_at(before, now, clicked_at)
        promised = promise(desk, work.leads.get(before.lead_id), before.queue, at)
        ask = ask_again(desk, work, before, now)
        move = handoff.give_back(before, Event.RELEASED, by, at, promised, ask)
        after = work.handoffs.record(before, move)
        show_new_card(desk, work, after, now)
        not_asked_any_more(desk, work, before, after, now)
        work.commit()
    desk.said()
    return after


def ready(desk: Desk, handoff_id: int, round_: int, by: str, event: Event) -> Dossier:
    """What the form for won, lost or disqualified shows; nothing is changed.

    Raises NotFound, NotAllowed, OldCard, OutOfOrder, as the move itself would.
    """
    with desk.books.reading() as work:
        before = for_follow_up(desk, work, handoff_id, round_, by)
        dossier = work.handoffs.dossier(handoff_id)
    _WITH_A_FORM[event](before, by, desk.clock(), dossier.terms)
    return dossier


_WITH_A_FORM: Mapping[Event, Callable[[Handoff, str, datetime, Terms], Move]] = {
    Event.DISQUALIFIED: handoff.disqualify,
    Event.WON: lambda before, by, now, terms: handoff.advance(before, Event.WON, by, now, terms),
    Event.LOST: handoff.lose,
}


def _follow(
    desk: Desk,
    handoff_id: int,
    round_: int,
    by: str | None,
    decide: Decide,
    clicked_at: datetime | None = None,
) -> Handoff:
    now = desk.clock()
    with desk.books.writing() as work:
        before = for_follow_up(desk, work, handoff_id, round_, by)
        terms = work.terms.get(before.offer.promised.terms_version)
        move = decide(before, terms, counts_at(before, now, clicked_at))
        after = work.handoffs.record(before, move)
        show(desk, work, after, now)
        not_asked_any_more(desk, work, before, after, now)
        work.commit()
    desk.said()
    return after


def for_follow_up(
    desk: Desk, work: UnitOfWork, handoff_id: int, round_: int, by: str | None
) -> Handoff:
    """The handoff, locked, for its holder or the manager. Raises NotFound, OldCard, NotAllowed."""
    before = work.handoffs.get(handoff_id)
    if round_ != before.round:  # whose lead it was in that round says nothing about now
        raise OldCard(before)
    if not desk.replaying:
        managers = desk.managers(work.people, before.queue)
        if by is None or not may_follow_up(by, before.holder, managers):
            raise NotAllowed(before)
    return before
