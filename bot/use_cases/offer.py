"""Marketing raises a hand: a lead becomes an offer to sales."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain import assignment, handoff
from bot.domain.agreement import Promised
from bot.domain.asked import same_seller
from bot.domain.handoff import AWAITING_OFFER, Ask, Handoff, NotAllowed
from bot.domain.lead import Lead, LeadFacts
from bot.domain.messages import RaisedAgain
from bot.use_cases import showing, turn
from bot.use_cases.desk import Desk
from bot.use_cases.ports import Conflict, UnitOfWork

ATTEMPTS = 3  # the same person, sent twice at the same moment: look again


class Outcome(StrEnum):
    OFFERED = "offered"  # a new card
    NEWS = "news"  # the lead is in hand already; its card and its holder hear of it
    REPEATED = "repeated"  # the same request came twice; nothing was done


@dataclass(frozen=True, slots=True)
class Raised:
    outcome: Outcome
    handoff_id: int


def raise_lead(
    desk: Desk,
    facts: LeadFacts,
    raised_at: datetime | None = None,
    key: tuple[str, str] | None = None,
) -> Raised:
    """Take a lead in and offer it. `key` is (source, idempotency key) of the request.

    The same person again while a handoff is open is news on the open card, never a second one.
    Raises NoQueue, and Conflict when the same person keeps coming in at the same moment.
    """
    for _ in range(ATTEMPTS - 1):
        with suppress(Conflict):
            return _raise(desk, facts, raised_at, key)
    return _raise(desk, facts, raised_at, key)


def _raise(
    desk: Desk, facts: LeadFacts, raised_at: datetime | None, key: tuple[str, str] | None
) -> Raised:
    now = desk.clock()
    with desk.books.writing() as work:
        repeated = work.intake.seen(*key) if key else None
        if repeated is not None:
            return Raised(Outcome.REPEATED, repeated)
        lead = known_lead(work, turn.with_domain(desk, facts), now)
        open_one = work.handoffs.open_for(lead.id)
        if open_one is None:
            raised = _offer_first(desk, work, lead, raised_at or now, now)
        elif open_one.state in AWAITING_OFFER:
            raised = _offer_next(desk, work, lead, open_one, raised_at or now, now)
        else:
            raised = _tell_news(desk, work, open_one, now)
        if key:
            work.intake.remember(*key, raised.handoff_id, now)
        work.commit()
    desk.said()
    return raised


def keep_lead(desk: Desk, facts: LeadFacts) -> Lead:
    """Know a person without offering them (an import with --no-post)."""
    with desk.books.writing() as work:
        lead = known_lead(work, turn.with_domain(desk, facts), desk.clock())
        work.commit()
    return lead


def offer_again(desk: Desk, handoff_id: int, round_: int, queue: str, by: str) -> Handoff:
    """The manager sends a mis-routed lead to a queue. Raises NotAllowed, OldCard, OutOfOrder."""
    now = desk.clock()
    with desk.books.writing() as work:
        before = work.handoffs.get(handoff_id)
        if by not in desk.managers(work.people, before.queue):
            raise NotAllowed(before)
        if round_ != before.round:
            raise handoff.OldCard(before)
        after = _offered_again(desk, work, before, queue, now, now, by)
        work.commit()
    desk.said()
    return after


def promise(desk: Desk, lead: Lead, queue: str, raised_at: datetime) -> Promised:
    """What a round of this lead is offered under today."""
    facts = lead.facts
    name = desk.queue(queue).name
    return Promised(name, desk.terms_version, raised_at, facts.tier, facts.source, facts.campaign)


def ask_again(desk: Desk, work: UnitOfWork, before: Handoff, now: datetime, queue: str = "") -> Ask:
    """Whom the next round of this lead asks by name: of its queue, or of another."""
    journal, lead = work.handoffs.journal(before.id), work.leads.get(before.lead_id)
    asked = desk.queue(queue or before.queue)
    return turn.ask_for(desk, work, asked, lead, journal, now, same_seller(journal))


def show_new_card(desk: Desk, work: UnitOfWork, after: Handoff, now: datetime) -> None:
    """Post the newest card. The courier brings the one before up to date once this has a link.
    Where it asks nobody, because nobody is free or left, the manager hears of it."""
    showing.show(desk, work, after, now)
    turn.tell_if_nobody(desk, work, after, now)


def known_lead(work: UnitOfWork, facts: LeadFacts, now: datetime) -> Lead:
    """The person these facts are about, with what is new about them; made where nobody knows them.
    Raises Conflict."""
    known = work.leads.find(facts)
    if known is None:
        return work.leads.add(facts, now)
    updated = replace(known, facts=known.facts.updated_by(facts))
    if updated == known:
        return known
    try:
        work.leads.save(updated)
    except Conflict:  # two leads turn out to be one person: each keeps the name it is known by
        updated = replace(updated, facts=updated.facts.known_as(known.facts))
        work.leads.save(updated)
    return updated


def _offer_first(
    desk: Desk, work: UnitOfWork, lead: Lead, raised_at: datetime, now: datetime
) -> Raised:
    queue = assignment.route(desk.queues, lead.facts)
    ask = turn.ask_for(desk, work, queue, lead, (), now)
    move = handoff.offer(promise(desk, lead, queue.name, raised_at), now, ask)
    begun = work.handoffs.begin(lead, move)
    show_new_card(desk, work, begun, now)
    return Raised(Outcome.OFFERED, begun.id)


def _offer_next(
    desk: Desk,
    work: UnitOfWork,
    lead: Lead,
    waiting: Handoff,
    raised_at: datetime,
    now: datetime,
) -> Raised:
    """A lead that waited for its date, or for the manager, raised its hand by itself."""
    queue = assignment.route(desk.queues, lead.facts)
    _offered_again(desk, work, waiting, queue.name, raised_at, now)
    return Raised(Outcome.OFFERED, waiting.id)


def _offered_again(
    desk: Desk,
    work: UnitOfWork,
    before: Handoff,
    queue: str,
    raised_at: datetime,
    now: datetime,
    by: str | None = None,
) -> Handoff:
    ask = ask_again(desk, work, before, now, queue)
    promised = promise(desk, work.leads.get(before.lead_id), queue, raised_at)
    after = work.handoffs.record(before, handoff.offer_again(before, promised, now, by, ask))
    show_new_card(desk, work, after, now)
    return after


def _tell_news(desk: Desk, work: UnitOfWork, open_one: Handoff, now: datetime) -> Raised:
    """A changed card notifies nobody in Slack, so whoever holds the lead, or is asked by name, is
    mentioned too."""
    after = work.handoffs.record(open_one, handoff.raise_again(open_one, now))
    showing.show(desk, work, after, now)
    if who := after.holder or after.assignee:
        card = showing.near(desk, work, after, who)
        news = RaisedAgain(after.id, card.number, (who,))
        work.outbox.put(news, showing.address(desk, card), now)
    return Raised(Outcome.NEWS, after.id)
