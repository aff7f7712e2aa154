"""What each message of the outbox needs to be told: one function for each kind, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.delivery import card_words, digest_words
from bot.delivery.card_words import (
    LONGEST_FACT,
    LONGEST_WORDS,
    Context,
    all_known,
    known,
    named,
    reason_label,
    round_moves,
)
from bot.delivery.escaping import clean
from bot.domain.agreement import Clock, NextStep, Terms
from bot.domain.handoff import Event, Move, State
from bot.domain.messages import (
    Card,
    Digest,
    DigestBreakdown,
    DigestChart,
    LadderMessage,
    NotMineNews,
    RaisedAgain,
    RejectionNews,
    Returned,
)
from bot.use_cases.ports import Desk, Dossier, UnitOfWork

LATE_ENOUGH_TO_SAY = timedelta(minutes=5)
MOST_QUEUES = 100  # options of a select

Told = tuple[str, Context]  # a template, and what it needs


def card(desk: Desk, message: Card, work: UnitOfWork, now: datetime) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    if message.number < dossier.handoff.card:
        return "card_went_on", card_words.went_on(dossier, message.number, work.people)
    return "card", card_words.card(desk, dossier, work.people, now)


def ladder(_desk: Desk, message: LadderMessage, work: UnitOfWork, now: datetime) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    due = _promised(dossier, message, now)
    late = timedelta(minutes=message.late_minutes)
    return "ladder", {
        **named(dossier.lead),
        "key": _ladder_key(message, overdue=now > due),
        # In a DM only its reader could be named, who is there already.
        "mentions": all_known(work.people, message.mention) if message.card else (),
        "holder": known(work.people, dossier.handoff.holder),
        "due": due,
        "shown_again": message.shows_again,
        "late": late if late > LATE_ENOUGH_TO_SAY else None,
        # In its thread the card is at hand; a broadcast is read in the channel, far from it.
        "permalink": "" if message.card and not message.broadcast else permalink(dossier),
    }


def raised_again(_desk: Desk, message: RaisedAgain, work: UnitOfWork, _now: datetime) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    facts = dossier.lead.facts
    return "raised_again", {
        **named(dossier.lead),
        "mentions": all_known(work.people, message.mention),
        "why": clean(facts.why, LONGEST_WORDS),
        "source": clean(facts.source, LONGEST_FACT),
        "campaign": clean(facts.campaign, LONGEST_FACT),
    }


def rejection_news(_desk: Desk, message: RejectionNews, work: UnitOfWork, _now: datetime) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    move = _ending(dossier, message.round, Event.REJECTED)
    return "rejection_news", {
        **named(dossier.lead),
        "key": "rejection_news.recycled" if move.until else "rejection_news.said",
        "by": known(work.people, move.by),
        "at": move.at,
        "reason": reason_label(dossier.terms, move.reason),
        "note": clean(move.note or "", LONGEST_WORDS),
        "next_key": f"rejection_news.next_step.{_next_step(dossier.terms, move)}",
        "until": move.until,
        "permalink": permalink(dossier),
    }


def not_mine_news(desk: Desk, message: NotMineNews, work: UnitOfWork, _now: datetime) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    handoff, facts = dossier.handoff, dossier.lead.facts
    move = _ending(dossier, message.round, Event.NOT_MINE)
    queues = [
        {
            "name": queue.name,
            "same": queue.name == handoff.queue,
            "value": f"{handoff.id}:{handoff.round}:{queue.name}",
        }
        for queue in desk.queues[:MOST_QUEUES]
    ]
    return "not_mine_news", {
        **named(dossier.lead),
        "by": known(work.people, move.by),
        "at": move.at,
        "state": handoff.state,
        "settled": handoff.state is not State.NOT_MINE,
        "facts": list(card_words.facts_of(dossier)),
        "why": clean(facts.why, LONGEST_WORDS),
        "queues": sorted(queues, key=lambda queue: bool(queue["same"])),
        "permalink": permalink(dossier),
    }


def digest(desk: Desk, message: Digest, work: UnitOfWork, _now: datetime) -> Told:
    figures = work.reports.get(message.report).figures
    terms = work.terms.get(desk.terms_version)
    shown = desk.digest.metrics if desk.digest else ()
    return "digest", digest_words.digest(figures, terms, desk.agreement.currency, shown)


def digest_breakdown(
    desk: Desk, message: DigestBreakdown, work: UnitOfWork, _now: datetime
) -> Told:
    figures = work.reports.get(message.report).figures
    terms = work.terms.get(desk.terms_version)
    return "digest_breakdown", digest_words.breakdown(figures, terms, work.people)


def digest_chart(_desk: Desk, message: DigestChart, work: UnitOfWork, _now: datetime) -> Told:
    figures = work.reports.get(message.report).figures
    return "digest_chart", {"starts": digest_words.starts(figures)}


TELLERS: Mapping[str, Callable[[Desk, Any, UnitOfWork, datetime], Told]] = {
    "card": card,
    "reminder": ladder,
    "escalation": ladder,
    "returned": ladder,
    "raised_again": raised_again,
    "rejection_news": rejection_news,
    "not_mine_news": not_mine_news,
    "digest": digest,
    "digest_breakdown": digest_breakdown,
    "digest_chart": digest_chart,
}


def permalink(dossier: Dossier) -> str:
    """Of the newest card that Slack has; '' while there is none."""
    return dossier.cards[-1].permalink if dossier.cards else ""


def _promised(dossier: Dossier, message: LadderMessage, now: datetime) -> datetime:
    """The promise that the message is about, of the round it is about."""
    offer = next(offer for offer in dossier.offers if offer.round == message.round)
    promised = offer.answer_due if message.clock is Clock.ANSWER else offer.touch_due
    return promised or now


def _ladder_key(message: LadderMessage, overdue: bool) -> str:
    if isinstance(message, Returned):
        return "returned.said"
    return f"{message.kind}.{message.clock}_over" if overdue else f"{message.kind}.{message.clock}"


def _ending(dossier: Dossier, round_: int, event: Event) -> Move:
    """The answer that ended this round."""
    return next(move for move in round_moves(dossier.journal, round_) if move.event is event)


def _next_step(terms: Terms, move: Move) -> str:
    if move.until:
        return "recycle_until"
    steps = {reason.code: reason.next_step for reason in terms.reasons}
    return steps.get(move.reason or "", NextStep.NURTURE)
