"""Who has leads in hand, who is asked by name, and which offers wait for somebody to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import (
    BindParameter,
    Connection,
    bindparam,
    exists,
    func,
    select,
    text,
    union,
    union_all,
)

from bot.domain.asked import DECIDE_WHO
from bot.domain.handoff import HELD, State
from bot.domain.turns import Why
from storage.tables import DOMAIN_KNOWN, OPEN, UNANSWERED, handoffs, journal, leads, offers

SELLERS_OF_A_COMPANY = 100  # more than a queue has: one of them may sell for it

_IS_OPEN = text(f"handoffs.{OPEN}")
# An offer without an answer is always the present round of a handoff that is offered.
_UNANSWERED = text(f"offers.{UNANSWERED}")
_PEOPLE: BindParameter[str] = bindparam("people", expanding=True)
_PERSON: BindParameter[str] = bindparam("person")

_NOT_QUALIFIED = select(handoffs.c.holder.label("person")).where(
    handoffs.c.holder.in_(_PEOPLE),
    _IS_OPEN,
    handoffs.c.state.in_((State.ACCEPTED.value, State.CONTACTED.value)),
)
_ASKED = select(offers.c.assignee.label("person")).where(
    offers.c.assignee.in_(_PEOPLE), _UNANSWERED
)
_EACH = union_all(_NOT_QUALIFIED, _ASKED).subquery("each")
_COUNT = select(_EACH.c.person, func.count()).group_by(_EACH.c.person)

_OFFERS = select(offers.c.handoff_id).order_by(offers.c.raised_at, offers.c.handoff_id)
# Why an offer asks whom it asks stands in the move that decided so last (domain/asked.py).
_DECIDES = tuple(event.value for event in DECIDE_WHO)
_LAST_DECIDED = (
    select(func.max(journal.c.seq))
    .where(journal.c.handoff_id == offers.c.handoff_id, journal.c.event.in_(_DECIDES))
    .correlate(offers)
    .scalar_subquery()
)
_NOBODY_WAS_FREE = exists().where(
    journal.c.handoff_id == offers.c.handoff_id,
    journal.c.seq == _LAST_DECIDED,
    journal.c.details[("because", "why")].as_string() == Why.NOBODY_FREE.value,
)
_WAIT_FOR_SOMEBODY = _OFFERS.where(
    offers.c.assignee.is_(None),
    _UNANSWERED,
    offers.c.queue.in_(bindparam("queues", expanding=True)),
    _NOBODY_WAS_FREE,
).limit(bindparam("limit"))
_OFFERED_TO = _OFFERS.where(offers.c.assignee == _PERSON, _UNANSWERED)
_HELD = select(handoffs.c.id).where(handoffs.c.holder == _PERSON, _IS_OPEN)
_HOLDERS = union(
    select(handoffs.c.holder).where(handoffs.c.holder.is_not(None), _IS_OPEN),
    select(offers.c.assignee).where(offers.c.assignee.is_not(None), _UNANSWERED),
)
_STILL_THEIRS = tuple(state.value for state in (*HELD, State.WON))
_OF_THE_COMPANY = (
    leads.c.domain == bindparam("domain"),
    text(f"leads.{DOMAIN_KNOWN}"),
    leads.c.id != bindparam("except_lead"),
)
_PRESENT_ROUNDS = handoffs.join(leads, leads.c.id == handoffs.c.lead_id).join(
    offers, (offers.c.handoff_id == handoffs.c.id) & (offers.c.round == handoffs.c.round)
)
_COMPANY_SELLERS = (
    select(handoffs.c.holder)
    .select_from(_PRESENT_ROUNDS)
    .where(*_OF_THE_COMPANY, handoffs.c.holder.is_not(None), handoffs.c.state.in_(_STILL_THEIRS))
    .group_by(handoffs.c.holder)
    .order_by(func.max(offers.c.answered_at).desc(), func.max(handoffs.c.id).desc())
    .limit(SELLERS_OF_A_COMPANY)
)
_COMPANY_ASKED = (
    select(offers.c.assignee)
    .select_from(_PRESENT_ROUNDS)
    .where(*_OF_THE_COMPANY, offers.c.assignee.is_not(None), _UNANSWERED)
    .group_by(offers.c.assignee)
    .order_by(func.max(offers.c.raised_at).desc(), func.max(handoffs.c.id).desc())
    .limit(SELLERS_OF_A_COMPANY)
)


def count(connection: Connection, people: Iterable[str]) -> Mapping[str, int]:
    """Offered to each by name, or held and not yet qualified."""
    asked_about = list(people)
    found = {row[0]: row[1] for row in connection.execute(_COUNT, {"people": asked_about})}
    return {person: found.get(person, 0) for person in asked_about}


def wait_for_somebody(connection: Connection, queues: Sequence[str], limit: int) -> list[int]:
    asked = {"queues": list(queues), "limit": limit}
    return list(connection.scalars(_WAIT_FOR_SOMEBODY, asked))


def offered_to(connection: Connection, person: str) -> list[int]:
    return list(connection.scalars(_OFFERED_TO, {"person": person}))


def held(connection: Connection, person: str) -> list[int]:
    return sorted(connection.scalars(_HELD, {"person": person}))


def holders(connection: Connection) -> frozenset[str]:
    return frozenset(connection.scalars(_HOLDERS))


def company_sellers(connection: Connection, domain: str, except_lead: int) -> list[str]:
    known = {"domain": domain, "except_lead": except_lead}
    return list(connection.scalars(_COMPANY_SELLERS, known))


def company_asked(connection: Connection, domain: str, except_lead: int) -> list[str]:
    known = {"domain": domain, "except_lead": except_lead}
    return list(connection.scalars(_COMPANY_ASKED, known))
