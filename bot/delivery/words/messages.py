"""What each message of the outbox needs to be told: one function for each kind, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.delivery.escaping import clean
from bot.delivery.words import asking as asking_words
from bot.delivery.words import card as card_words
from bot.delivery.words import digest as digest_words
from bot.delivery.words import hand_over as hand_over_words
from bot.delivery.words import ladder as ladder_words
from bot.delivery.words.done import round_moves
from bot.delivery.words.naming import (
    LONGEST_FACT,
    LONGEST_WORDS,
    Told,
    all_known,
    known,
    named,
    permalink,
    reason_label,
)
from bot.domain import cards
from bot.domain.agreement import NextStep, Terms
from bot.domain.asked import sent_it_on
from bot.domain.handoff import State
from bot.domain.messages import (
    Card,
    Digest,
    DigestBreakdown,
    DigestChart,
    NotMineNews,
    Question,
    QuestionAnswered,
    RaisedAgain,
    RejectionNews,
)
from bot.domain.move import Event, Move
from bot.use_cases.desk import Desk
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Dossier


def card(desk: Desk, message: Card, work: UnitOfWork, now: datetime) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    shown = cards.shown(dossier.journal)
    this = shown[message.number - 1]
    if cards.next_of(this, shown):
        return "card_went_on", card_words.went_on(dossier, this, work.people)
    return "card", card_words.card(desk, dossier, work.people, now, this)


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


def question(_desk: Desk, message: Question, work: UnitOfWork, _now: datetime) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    offer = next(offer for offer in dossier.offers if offer.round == message.round)
    assert offer.asked_at is not None, "a question that was never asked"
    said = {move.event: move for move in round_moves(dossier.journal, message.round)}
    asked, told = said[Event.ASKED], said.get(Event.TOLD)
    settled = "question.told" if told else "question.not_needed"
    put = "question.said" if offer.asked_clock else "question.said_only"  # no clock of sales ran
    return "question", {
        **named(dossier.lead),
        "key": put if offer.is_asking else settled,
        "by": known(work.people, asked.by),
        "due": offer.feedback_due or asked.at,
        "asked": clean(asked.note or "", LONGEST_WORDS),
        "told": clean(told.note or "", LONGEST_WORDS) if told else "",
        "told_by": known(work.people, told.by) if told else None,
        "at": told.at if told else offer.asked_until or asked.at,
        "state": dossier.handoff.state,
        "open": offer.is_asking,
        "value": f"{message.handoff}:{message.round}",
        "permalink": permalink(dossier),
    }


def question_answered(
    _desk: Desk, message: QuestionAnswered, work: UnitOfWork, _now: datetime
) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    moves = round_moves(dossier.journal, message.round)
    told = next(move for move in moves if move.event is Event.TOLD)
    due = told.due_at or told.at
    how = "goes_on" if told.at <= due else "overdue"
    return "question_answered", {
        "mentions": all_known(work.people, message.mention),
        "by": known(work.people, told.by),
        "told": clean(told.note or "", LONGEST_WORDS),
        "key": f"question.{how}.{told.clock.name}" if told.clock else "",
        "due": due,
    }


def not_mine_news(desk: Desk, message: NotMineNews, work: UnitOfWork, _now: datetime) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    handoff, facts = dossier.handoff, dossier.lead.facts
    move = _ending(dossier, message.round, Event.NOT_MINE)
    been = sent_it_on(dossier.offers)
    return "not_mine_news", {
        **named(dossier.lead),
        "by": known(work.people, move.by),
        "at": move.at,
        "state": handoff.state,
        "settled": handoff.state is not State.NOT_MINE,
        "note": clean(move.note or "", LONGEST_WORDS),
        "been": ", ".join(dict.fromkeys(been)) if len(been) > 1 else "",
        "facts": list(card_words.facts_of(dossier)),
        "why": clean(facts.why, LONGEST_WORDS),
        "queues": hand_over_words.offer_to(desk, handoff),
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
    "reminder": ladder_words.ladder,
    "note": ladder_words.ladder,
    "reminder_list": ladder_words.reminder_list,
    "escalation": ladder_words.ladder,
    "returned": ladder_words.ladder,
    "raised_again": raised_again,
    "rejection_news": rejection_news,
    "question": question,
    "question_answered": question_answered,
    "proposed": hand_over_words.proposed,
    "proposal_answered": hand_over_words.proposal_answered,
    "handed_over": hand_over_words.handed_over,
    "not_mine_news": not_mine_news,
    "nobody_free": asking_words.nobody_asked,
    "nobody_left": asking_words.nobody_asked,
    "leavers": asking_words.leavers,
    "leavers_doubted": asking_words.leavers_doubted,
    "unheard": ladder_words.unheard,
    "place_closed": ladder_words.place_closed,
    "digest": digest,
    "digest_breakdown": digest_breakdown,
    "digest_chart": digest_chart,
}


def _ending(dossier: Dossier, round_: int, event: Event) -> Move:
    """The answer that ended this round."""
    return next(move for move in round_moves(dossier.journal, round_) if move.event is event)


def _next_step(terms: Terms, move: Move) -> str:
    if move.until:
        return "recycle_until"
    steps = {reason.code: reason.next_step for reason in terms.reasons}
    return steps.get(move.reason or "", NextStep.NURTURE)
