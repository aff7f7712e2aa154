"""Who was asked about a lead so far, and why: read from its journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.domain.assignment import Queue
from bot.domain.move import Event, Move
from bot.domain.offer import Answer, Offer
from bot.domain.turns import Why

SENT_AROUND = 2  # times
DECIDE_WHO = frozenset(
    {Event.OFFERED, Event.RELEASED, Event.RETURNED, Event.LEFT, Event.PASSED, Event.ASSIGNED}
)
ANSWERS = frozenset({Event.ACCEPTED, Event.REJECTED, Event.NOT_MINE})


def why_of(because: Mapping[str, Any] | None) -> Why:
    """Of a move, or an `Ask`: why it asks whom it asks."""
    return Why(str(because["why"])) if because else Why.EVERYBODY


def why_now(journal: Iterable[Move]) -> Why:
    """Why the offer asks whom it asks now."""
    made = [move for move in journal if asks_anew(move)]
    return why_of(made[-1].because) if made else Why.EVERYBODY


def asks_anew(move: Move) -> bool:
    """Does this move decide who is asked?"""
    return move.event in DECIDE_WHO


def had_it(journal: Iterable[Move]) -> frozenset[str]:
    """Who had the lead, was asked by name or declined it, since it was raised or woken last."""
    had: set[str] = set()
    for move in journal:
        if _sleeps(move):
            had.clear()
            continue
        had.update(person for person in (move.to, _answered_by(move)) if person)
    return frozenset(had)


def same_seller(journal: Iterable[Move]) -> str | None:
    """Of a lead that sleeps: who held it, or rejected it for now. They know it."""
    holder = sleeper = None
    for move in journal:
        if move.promised:
            holder = sleeper = None
        elif move.event is Event.ACCEPTED:
            holder = move.by
        elif move.event is Event.TRANSFERRED:
            holder = move.to
        elif _sleeps(move):
            sleeper = holder or move.by
    return sleeper


def sent_it_on(offers: Iterable[Offer]) -> list[str]:
    """The queues whose sellers said that the lead is not theirs, once for each time."""
    return [offer.promised.queue for offer in offers if offer.answer is Answer.NOT_MINE]


def was_sent_around(offers: Iterable[Offer]) -> bool:
    """Two teams have sent it on: from now on the manager decides."""
    return len(sent_it_on(offers)) >= SENT_AROUND


def teams_left(queues: Iterable[Queue], offers: Sequence[Offer]) -> tuple[Queue, ...]:
    """Where a seller may send this lead on to: never to a team that has done so itself, and
    nowhere once it was sent around."""
    tried = {offers[-1].promised.queue, *sent_it_on(offers)}
    return () if was_sent_around(offers) else tuple(q for q in queues if q.name not in tried)


def _answered_by(move: Move) -> str | None:
    return move.by if move.event in ANSWERS else None


def _sleeps(move: Move) -> bool:
    until = move.event is Event.REJECTED and move.until is not None
    return until or move.event is Event.RECYCLED
