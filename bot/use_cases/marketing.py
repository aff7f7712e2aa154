"""Who speaks for marketing about a lead, and what they are asked."""

from __future__ import annotations

from datetime import datetime

from bot.domain.handoff import Handoff
from bot.domain.messages import Question
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People, UnitOfWork


def marketing_of(desk: Desk, people: People, handoff: Handoff) -> list[str]:
    """Whose campaign it is, else each marketer of the queue; where that is nobody who can be
    reached, its manager, so that nothing is lost."""
    queue = desk.queue(handoff.queue)
    owner = desk.campaign_owners.get(handoff.promised.campaign)
    hear = people.members((owner,) if owner else queue.marketers)
    return sorted(hear) or [owner or queue.manager]


def may_tell(desk: Desk, people: People, handoff: Handoff, by: str) -> bool:
    """May this person answer for marketing? A colleague may, of whoever owns the campaign."""
    owner = desk.campaign_owners.get(handoff.promised.campaign)
    names = (*desk.queue(handoff.queue).marketers, *((owner,) if owner else ()))
    return by in people.members(names)


def put_question(desk: Desk, work: UnitOfWork, handoff: Handoff, now: datetime) -> None:
    """The open question of this lead; or, where it was put before, what became of it."""
    for person in marketing_of(desk, work.people, handoff):
        work.outbox.put(Question(handoff.id, handoff.round, person), person, now)


def not_asked_any_more(
    desk: Desk, work: UnitOfWork, before: Handoff, after: Handoff, now: datetime
) -> None:
    """A move that ended an open question: whoever was asked sees that it needs no answer."""
    if before.offer.is_asking and not (after.round == before.round and after.offer.is_asking):
        put_question(desk, work, before, now)
