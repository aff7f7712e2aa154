"""Handoffs: what runs now, written together with its offer and its journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    bindparam,
    func,
    or_,
    select,
    text,
    update,
)

from bot.domain import journal as moves
from bot.domain.agreement import Clock
from bot.domain.detours import MAY_ASK
from bot.domain.handoff import Handoff, State
from bot.domain.lead import Lead
from bot.domain.move import Move
from bot.domain.offer import Offer
from bot.domain.sla import RunningClock
from bot.use_cases.ports import Conflict, NotFound
from bot.use_cases.records import Dossier, Listed, Listing, PostedCard
from storage import broken, cards, in_hand, journal, leads, offers
from storage.statements import for_dialect, insert_if_new
from storage.tables import ASTRAY, OPEN, handoffs
from storage.tables import cards as card_rows
from storage.tables import leads as lead_rows
from storage.tables import offers as offer_rows
from storage.terms import StoredTerms

COLUMNS = (
    handoffs.c.id,
    handoffs.c.lead_id,
    handoffs.c.state,
    handoffs.c.holder,
    handoffs.c.card,
    handoffs.c.moves,
    handoffs.c.also_queue,
    handoffs.c.clock,
    handoffs.c.clock_started_at,
    handoffs.c.due_at,
    handoffs.c.next_step_at,
    handoffs.c.steps_taken,
    handoffs.c.clock_used,
    handoffs.c.snoozed_until,
)
_CLOCK = 7
_OFFER = len(COLUMNS)
_LEAD = _OFFER + len(offers.COLUMNS)
_CARD = _LEAD + len(leads.COLUMNS)

_NOW = select(*COLUMNS, *offers.COLUMNS).join_from(
    handoffs,
    offer_rows,
    (offer_rows.c.handoff_id == handoffs.c.id) & (offer_rows.c.round == handoffs.c.round),
)
_WITH_LEAD_AND_CARD = (
    _NOW.add_columns(*leads.COLUMNS, *cards.COLUMNS)
    .join(lead_rows, lead_rows.c.id == handoffs.c.lead_id)
    .outerjoin(
        card_rows,
        (card_rows.c.handoff_id == handoffs.c.id) & (card_rows.c.number == handoffs.c.card),
    )
)
_ITS_LEAD = handoffs.c.lead_id == bindparam("lead_id")
_IS_OPEN = text(f"handoffs.{OPEN}")
_GET = _NOW.where(handoffs.c.id == bindparam("id"))
_DOSSIER = _WITH_LEAD_AND_CARD.where(handoffs.c.id == bindparam("id"))
_OPEN_FOR = _NOW.where(_ITS_LEAD, _IS_OPEN)
_LATEST_FOR = _NOW.where(_ITS_LEAD).order_by(handoffs.c.id.desc()).limit(1)

_EARLIEST = (handoffs.c.due_at, handoffs.c.id)
_LISTED = _WITH_LEAD_AND_CARD.add_columns(func.count().over()).limit(bindparam("limit"))
_QUEUES: BindParameter[str] = bindparam("queues", expanding=True)
_OF_QUEUES = _LISTED.where(text("due_at IS NOT NULL"), offer_rows.c.queue.in_(_QUEUES)).order_by(
    *_EARLIEST
)
_HELD_BY = _LISTED.where(handoffs.c.holder == bindparam("person"), _IS_OPEN).order_by(
    handoffs.c.due_at.is_(None), *_EARLIEST
)
_WAITING_IN = _LISTED.where(
    text("due_at IS NOT NULL"),
    handoffs.c.state == State.OFFERED.value,
    or_(offer_rows.c.queue.in_(_QUEUES), handoffs.c.also_queue.in_(_QUEUES)),
).order_by(*_EARLIEST)
_WAITING_FOR = _WAITING_IN.where(
    or_(
        offer_rows.c.assignee.is_(None),
        offer_rows.c.assignee == bindparam("person"),
        handoffs.c.also_queue.in_(_QUEUES),
    )
)
_ASKED_IN = _LISTED.where(
    text("due_at IS NOT NULL"),
    handoffs.c.clock == Clock.FEEDBACK.value,
    or_(
        offer_rows.c.queue.in_(_QUEUES),
        offer_rows.c.campaign.in_(bindparam("campaigns", expanding=True)),
    ),
).order_by(*_EARLIEST)
_ASTRAY_IN = _LISTED.where(text(f"handoffs.{ASTRAY}"), offer_rows.c.queue.in_(_QUEUES)).order_by(
    handoffs.c.id
)
_OVERDUE_IN = _OF_QUEUES.where(
    handoffs.c.due_at < bindparam("now"),
    handoffs.c.state.in_([state.value for state in MAY_ASK]),
)

_ID = select(handoffs.c.id).with_for_update(key_share=True)
_LOCK = _ID.where(handoffs.c.id == bindparam("id"))
_LOCK_OPEN_FOR = _ID.where(_ITS_LEAD, _IS_OPEN)
_LOCK_LATEST_FOR = _ID.where(_ITS_LEAD).order_by(handoffs.c.id.desc()).limit(1)

_DUE = (
    select(handoffs.c.id)
    .where(handoffs.c.next_step_at <= bindparam("now"), text("next_step_at IS NOT NULL"))
    .order_by(handoffs.c.next_step_at, handoffs.c.id)
    .limit(bindparam("limit"))
)
_NEXT_DUE = select(func.min(handoffs.c.next_step_at)).where(text("next_step_at IS NOT NULL"))

_BEGIN = insert_if_new(handoffs, "id")
_RECORD = update(handoffs).where(
    handoffs.c.id == bindparam("its_id"), handoffs.c.moves == bindparam("its_moves")
)


class StoredHandoffs:
    def __init__(
        self, connection: Connection, terms: StoredTerms, *, locking: bool, looking: bool
    ) -> None:
        """`looking`: nothing is written, so that what was read stays true."""
        self._connection = connection
        self._terms = terms
        self._locking = locking
        self._dossiers: dict[int, Dossier] | None = {} if looking else None

    def begin(self, lead: Lead, move: Move) -> Handoff:
        """Raises Conflict when the lead has an open handoff."""
        fresh = moves.begin(0, lead.id, move)
        row = self._connection.execute(
            for_dialect(self._connection, _BEGIN), {"lead_id": lead.id, **_columns(fresh)}
        ).first()
        if row is None:
            raise Conflict(f"{lead.number} has an open handoff already.")
        handoff = moves.begin(row.id, lead.id, move)
        offers.add(self._connection, handoff.id, handoff.offer)
        journal.write(self._connection, handoff.id, handoff.moves, move)
        return handoff

    def get(self, handoff_id: int) -> Handoff:
        handoff = self._one(_GET, _LOCK, {"id": handoff_id})
        if handoff is None:
            raise NotFound(f"There is no handoff {handoff_id}.")
        return handoff

    def record(self, before: Handoff, move: Move) -> Handoff:
        after = moves.apply(before, move)
        mine = {"its_id": before.id, "its_moves": before.moves}
        if not self._connection.execute(_RECORD, {**mine, **_changes(before, after)}).rowcount:
            raise Conflict(f"Somebody else has just moved handoff {before.id}.")
        self._record_offer(before, move, after.offer)
        if move.round is not None and move.round < before.round:
            self._excuse(before.id, move)
        journal.write(self._connection, after.id, after.moves, move)
        return after

    def open_for(self, lead_id: int) -> Handoff | None:
        return self._one(_OPEN_FOR, _LOCK_OPEN_FOR, {"lead_id": lead_id})

    def latest_for(self, lead_id: int) -> Handoff | None:
        return self._one(_LATEST_FOR, _LOCK_LATEST_FOR, {"lead_id": lead_id})

    def due(self, now: datetime, limit: int) -> list[int]:
        return list(self._connection.scalars(_DUE, {"now": now, "limit": limit}))

    def next_due(self) -> datetime | None:
        next_step: datetime | None = self._connection.scalar(_NEXT_DUE)
        return next_step

    def held_by(self, person: str, limit: int) -> Listing:
        return self._listing(_HELD_BY, {"person": person, "limit": limit})

    def waiting_in(self, queues: Sequence[str], limit: int, person: str | None = None) -> Listing:
        asked: dict[str, Any] = {"queues": list(queues), "limit": limit}
        if person is None:
            return self._listing(_WAITING_IN, asked)
        return self._listing(_WAITING_FOR, asked | {"person": person})

    def asked_in(self, queues: Sequence[str], campaigns: Sequence[str], limit: int) -> Listing:
        asked = {"queues": list(queues), "campaigns": list(campaigns), "limit": limit}
        return self._listing(_ASKED_IN, asked)

    def overdue_in(self, queues: Sequence[str], now: datetime, limit: int) -> Listing:
        return self._listing(_OVERDUE_IN, {"queues": list(queues), "now": now, "limit": limit})

    def astray_in(self, queues: Sequence[str], limit: int) -> Listing:
        return self._listing(_ASTRAY_IN, {"queues": list(queues), "limit": limit})

    def in_hand(self, people: Iterable[str]) -> Mapping[str, int]:
        return in_hand.count(self._connection, people)

    def wait_for_somebody(self, queues: Sequence[str], limit: int) -> list[int]:
        return in_hand.wait_for_somebody(self._connection, queues, limit)

    def offered_to(self, person: str) -> list[int]:
        return in_hand.offered_to(self._connection, person)

    def held(self, person: str) -> list[int]:
        return in_hand.held(self._connection, person)

    def holders(self) -> frozenset[str]:
        return in_hand.holders(self._connection)

    def company_sellers(self, domain: str, except_lead: int) -> list[str]:
        return in_hand.company_sellers(self._connection, domain, except_lead)

    def company_asked(self, domain: str, except_lead: int) -> list[str]:
        return in_hand.company_asked(self._connection, domain, except_lead)

    def journal(self, handoff_id: int) -> list[Move]:
        return journal.read(self._connection, handoff_id)

    def asked_between(self, start: datetime, end: datetime) -> list[Offer]:
        return offers.asked(self._connection, start, end)

    def broken_between(
        self, queues: Sequence[str], start: datetime, end: datetime
    ) -> list[tuple[int, int]]:
        return broken.between(self._connection, self._terms, queues, start, end)

    def dossier(self, handoff_id: int) -> Dossier:
        if self._dossiers is None:
            return self._dossier(handoff_id)
        if handoff_id not in self._dossiers:
            self._dossiers[handoff_id] = self._dossier(handoff_id)
        return self._dossiers[handoff_id]

    def offers_posted(self, start: datetime, end: datetime) -> list[Offer]:
        return offers.posted(self._connection, start, end)

    def _dossier(self, handoff_id: int) -> Dossier:
        row = self._connection.execute(_DOSSIER, {"id": handoff_id}).first()
        if row is None:
            raise NotFound(f"There is no handoff {handoff_id}.")
        handoff = _handoff(row[:_LEAD])
        return Dossier(
            lead=leads.from_row(row[_LEAD:_CARD]),
            handoff=handoff,
            offers=self._offers_of(handoff),
            journal=tuple(journal.read(self._connection, handoff_id)),
            cards=self._cards_of(handoff, row[_CARD:]),
            terms=self._terms.get(handoff.offer.promised.terms_version),
        )

    def _offers_of(self, handoff: Handoff) -> tuple[Offer, ...]:
        if handoff.round == 1:
            return (handoff.offer,)
        return offers.of_handoff(self._connection, handoff.id)

    def _cards_of(self, handoff: Handoff, newest: Sequence[Any]) -> tuple[PostedCard, ...]:
        if handoff.card > 1:
            return cards.of_handoff(self._connection, handoff.id)
        posted = newest[0] is not None
        return (PostedCard(*newest),) if posted else ()

    def _listing(self, query: Select[Any], asked: dict[str, Any]) -> Listing:
        rows = self._connection.execute(query, asked).all()
        return Listing(tuple(self._listed(row) for row in rows), rows[0][-1] if rows else 0)

    def _listed(self, row: Sequence[Any]) -> Listed:
        handoff, newest = _handoff(row[:_LEAD]), row[_CARD:-1]
        return Listed(
            lead=leads.from_row(row[_LEAD:_CARD]),
            handoff=handoff,
            card=PostedCard(*newest) if newest[0] is not None else None,
            terms=self._terms.get(handoff.offer.promised.terms_version),
            cards=cards.of_handoff(self._connection, handoff.id) if handoff.also_queue else (),
        )

    def _record_offer(self, before: Handoff, move: Move, after: Offer) -> None:
        if after.round == before.round:
            offers.change(self._connection, before.id, before.offer, after)
            return
        ended = moves.ended_round(before.offer, move)
        offers.change(self._connection, before.id, before.offer, ended)
        offers.add(self._connection, before.id, after)

    def _excuse(self, handoff_id: int, move: Move) -> None:
        """A promise of an earlier round."""
        for offer in offers.of_handoff(self._connection, handoff_id):
            if offer.round == move.round:
                offers.change(self._connection, handoff_id, offer, moves.excused(offer, move))

    def _one(self, query: Select[Any], lock: Select[Any], known: dict[str, int]) -> Handoff | None:
        # First the lock, then the look: one query that waits for the lock would join the new
        # handoff with the offer as it was before the wait.
        if self._locking:
            self._connection.execute(lock, known)
        row = self._connection.execute(query, known).first()
        return _handoff(row) if row else None


def _changes(before: Handoff, after: Handoff) -> dict[str, Any]:
    """Columns left alone leave their indexes and constraints alone."""
    was = _columns(before)
    return {name: value for name, value in _columns(after).items() if value != was[name]}


def _columns(handoff: Handoff) -> dict[str, Any]:
    clock = handoff.clock
    return {
        "state": handoff.state.value,
        "round": handoff.round,
        "holder": handoff.holder,
        "clock": clock.name.value if clock else None,
        "clock_started_at": clock.started_at if clock else None,
        "due_at": clock.due_at if clock else None,
        "next_step_at": clock.next_step_at if clock else None,
        "steps_taken": clock.steps_taken if clock else None,
        "clock_used": clock.used if clock else None,
        "snoozed_until": clock.snoozed_until if clock else None,
        "card": handoff.card,
        "moves": handoff.moves,
        "also_queue": handoff.also_queue,
    }


def _handoff(row: Sequence[Any]) -> Handoff:
    id_, lead_id, state, holder, card, count, also_queue = row[:_CLOCK]
    clock = RunningClock(Clock(row[_CLOCK]), *row[_CLOCK + 1 : _OFFER]) if row[_CLOCK] else None
    offer = offers.from_row(row[_OFFER:])
    return Handoff(id_, lead_id, State(state), offer, holder, clock, card, count, also_queue)
