"""What the answers of /lead need to be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.delivery.escaping import clean
from bot.delivery.words import card as card_words
from bot.delivery.words import done as done_words
from bot.delivery.words.naming import Context, known, named, permalink, reason_label
from bot.delivery.words.why import excuse_said
from bot.domain.agreement import Act
from bot.domain.asked import asks_anew
from bot.domain.lead import Lead
from bot.domain.move import Event, Move
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People
from bot.use_cases.records import Dossier

MOST_HITS = 10
MOST_HISTORY = 15  # lines; older ones are counted
IN_A_BLOCK = 5  # lines; a section holds no more than 3,000 characters
LONGEST_QUERY = 80
ASKING = frozenset({Event.OFFERED, Event.PASSED, Event.ASSIGNED})
UNTOLD = frozenset({Event.HELD, Event.POSTED})  # they say nothing that the next line does not


def one(desk: Desk, dossier: Dossier, people: People, now: datetime) -> Context:
    """The card without its buttons, and what happened, oldest first."""
    lines = list(_history(dossier, people))
    shown = lines[-MOST_HISTORY:]
    return {
        **card_words.card(desk, dossier, people, now),
        "history": [
            shown[start : start + IN_A_BLOCK] for start in range(0, len(shown), IN_A_BLOCK)
        ],
        "earlier": max(len(lines) - MOST_HISTORY, 0),
        "permalink": permalink(dossier),
    }


def many(query: str, found: Sequence[tuple[Lead, Dossier | None]], people: People) -> Context:
    return {
        "query": clean(query, LONGEST_QUERY),
        "n": min(len(found), MOST_HITS),
        "more": len(found) > MOST_HITS,
        "hits": [_hit(lead, dossier, people) for lead, dossier in found[:MOST_HITS]],
    }


def _hit(lead: Lead, dossier: Dossier | None, people: People) -> Context:
    handoff = dossier.handoff if dossier else None
    return {
        **named(lead),
        "number": lead.number,
        "state_key": f"state.{handoff.state}" if handoff else "look_up.never_offered",
        "by": known(people, handoff.holder) if handoff else None,
        "permalink": permalink(dossier) if dossier else "",
    }


def _history(dossier: Dossier, people: People) -> Iterator[Context]:
    queue, stood = dossier.handoff.queue, False
    for before, move in zip((None, *dossier.journal), dossier.journal, strict=False):
        queue = move.promised.queue if move.promised else queue
        if move.event is Event.ASKED:
            stood = before is not None and before.clock is not None
        if move.event in UNTOLD or _is_silent(move):
            continue
        reason = reason_label(dossier.terms, move.reason)
        yield {
            "key": f"history.{move.event}{_manner(move, reason, stood)}",
            "at": move.at,
            "by": known(people, done_words.who_moved(move)),
            "queue": move.queue or queue,
            "reason": reason,
            "excuse": excuse_said(move.reason or "") if move.excuses else None,
            "clock_key": f"why.clock.{move.excuses}" if move.excuses else "",
            "round": move.round or 0,
            "percent": move.percent or 0,
            "due": move.due_at or move.at,
            "to": known(people, move.to) if asks_anew(move) else None,
        }


def _is_silent(move: Move) -> bool:
    """A rung for which there was nothing to do."""
    return move.event is Event.STEPPED and move.percent is None and not move.queue


def _manner(move: Move, reason: str, stood: bool) -> str:
    """Some things are told in another way where somebody did them, or said why; a question also
    where no clock of sales `stood` still for it."""
    if move.event in (Event.ASKED, Event.TOLD):
        return "" if stood else "_only"
    if move.event is Event.STEPPED:
        return _step(move)
    if move.event is Event.TRANSFERRED:
        return "" if move.by == move.to else "_swap"  # who agreed gave it away, for another
    if move.event in ASKING and move.by is not None:
        return "_by"
    return "_because" if reason else ""


def _step(move: Move) -> str:
    """What a rung of the ladder did."""
    if move.queue:
        return "_too" if move.percent is None else f"_{Act.WIDEN}"
    shown_again = move.act in (Act.REPOST, Act.OFFER_NEXT)
    return "_again" if shown_again else f"_{move.act}" if move.act else ""
