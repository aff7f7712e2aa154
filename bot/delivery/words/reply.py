"""What private replies are told: how a lead stands, and which phrase says why a click led to
nothing."""

from __future__ import annotations

from bot.delivery.words import card as card_words
from bot.delivery.words import done as done_words
from bot.delivery.words.done import STAGES
from bot.delivery.words.naming import Context, known, named, permalink
from bot.domain.handoff import State
from bot.domain.move import Move
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People
from bot.use_cases.records import Dossier


def standing(desk: Desk, dossier: Dossier, people: People) -> Context:
    """How a lead stands: who moved it last, who holds it, who is asked, until when."""
    handoff = dossier.handoff
    queue = desk.queue(handoff.queue)
    last = _last_told(dossier)
    later = card_words.snoozed(dossier, people) or {"by": None, "at": last.at}
    return {
        **named(dossier.lead),
        "by": known(people, done_words.who_moved(last)),
        "at": last.at,
        "first_by": known(people, handoff.offer.answered_by),
        "first_at": handoff.offer.answered_at or last.at,
        "state": handoff.state,
        "snoozed_by": later["by"],
        "snoozed_at": later["at"],
        "holder": known(people, handoff.holder),
        "asked": card_words.asked(desk, handoff, people),
        "limit": queue.rule.open_at_most or 0,
        "manager": known(people, queue.manager),
        "queue": handoff.queue,
        "due": handoff.clock.due_at if handoff.clock else last.at,
        "told_by": known(people, handoff.offer.told_by),
        "told_at": handoff.offer.asked_until or last.at,
        "permalink": permalink(dossier),
    }


def _last_told(dossier: Dossier) -> Move:
    """The last move that people speak of: a stage, or how the round began."""
    return next(move for move in reversed(dossier.journal) if _is_told(move))


def _is_told(move: Move) -> bool:
    return move.event in STAGES or move.promised is not None


def with_name(key: str, dossier: Dossier) -> str:
    return f"{key}_by" if _last_told(dossier).event in STAGES else key


def first_answer(dossier: Dossier) -> str:
    return f"already_{dossier.handoff.offer.answer or State.OFFERED}"
