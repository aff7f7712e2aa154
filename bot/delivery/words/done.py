"""What was done to a lead: by whom, when, and whether in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import takewhile

from bot.delivery.escaping import clean
from bot.delivery.words.naming import LONGEST_WORDS, known, reason_label
from bot.domain.agreement import Clock, Terms
from bot.domain.move import Event, Move
from bot.domain.offer import stretch
from bot.domain.sla import Verdict
from bot.use_cases.ports import People
from bot.use_cases.records import Dossier

_MINUTE = timedelta(minutes=1)
STAGES = frozenset(
    {
        Event.ACCEPTED,
        Event.REJECTED,
        Event.NOT_MINE,
        Event.CONTACTED,
        Event.SQL,
        Event.OPPORTUNITY,
        Event.WON,
        Event.LOST,
        Event.DISQUALIFIED,
        Event.RECYCLED,
        Event.TRANSFERRED,
    }
)
IMPLY_CONTACT = STAGES - {
    Event.ACCEPTED,
    Event.REJECTED,
    Event.NOT_MINE,
    Event.CONTACTED,
    Event.TRANSFERRED,
}
GIVEN_BACK = frozenset({Event.RELEASED, Event.RETURNED, Event.LEFT, Event.RECYCLED})
ENDINGS = GIVEN_BACK | {Event.REJECTED, Event.NOT_MINE}


@dataclass(frozen=True, slots=True)
class Timing:
    spent: timedelta  # working time
    late_by: timedelta | None  # working time; None: in time


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done to a lead, for the phrase `key`."""

    key: str
    at: datetime
    by: str | None = None
    reason: str = ""
    note: str = ""
    until: date | None = None
    amount: Decimal | None = None
    timing: Timing | None = None
    implies_contact: bool = False  # a later stage that was the first touch as well


def done(dossier: Dossier, people: People) -> Iterator[Line]:
    """What was done in the present round, oldest first."""
    for move in present_round(dossier.journal):
        if move.event in STAGES:
            yield _line(move, dossier.terms, people, _timing(move, dossier))


def before(dossier: Dossier, people: People) -> Iterator[Line]:
    """How earlier rounds ended, and with what words."""
    rounds = 0
    for move in dossier.journal:
        rounds += move.promised is not None
        if move.event in ENDINGS and rounds < dossier.handoff.round + (move.promised is not None):
            line = _line(move, dossier.terms, people, None)
            misrouted = move.event is Event.NOT_MINE  # found its team since
            yield replace(line, key="card.went_on.not_mine") if misrouted else line


def why_it_went_on(move: Move) -> str:
    """How the move is told where a card, or an offer to one, ended by it."""
    if move.event is Event.PASSED and move.by is None:
        return "passed_late" if move.percent is not None else "passed_away"
    by_somebody = move.event in (Event.ASSIGNED, Event.OFFERED) and move.by
    return f"{move.event}_by" if by_somebody else str(move.event)


def who_moved(move: Move) -> str | None:
    """Whom people see behind it: of a lead that changed hands, who has it now."""
    return move.to if move.event is Event.TRANSFERRED else move.by


def round_moves(journal: Sequence[Move], round_: int) -> Iterator[Move]:
    rounds = 0
    for move in journal:
        rounds += move.promised is not None
        if rounds == round_:
            yield move


def present_round(journal: Sequence[Move]) -> list[Move]:
    newest_first = takewhile(lambda move: move.promised is None, reversed(journal))
    return list(newest_first)[::-1]


def _line(move: Move, terms: Terms, people: People, timing: Timing | None) -> Line:
    reason = reason_label(terms, move.reason)
    return Line(
        key=_key(move, reason),
        at=move.at,
        by=known(people, who_moved(move)),
        reason=reason,
        note=clean(move.note or "", LONGEST_WORDS),
        until=move.until,
        amount=move.amount,
        timing=timing,
        implies_contact=move.event in IMPLY_CONTACT,
    )


def _key(move: Move, reason: str) -> str:
    if move.event in GIVEN_BACK:
        return f"card.went_on.{move.event}"
    if move.event is Event.REJECTED and move.until:
        return "card.done.recycled_because" if reason else "card.done.recycled"
    if move.event is Event.WON:
        return "card.done.won" if move.amount is not None else "card.done.won_unknown"
    if move.event in (Event.LOST, Event.DISQUALIFIED, Event.REJECTED) and reason:
        return f"card.done.{move.event}_because"
    return f"card.done.{move.event}"


def _timing(move: Move, dossier: Dossier) -> Timing | None:
    offer = dossier.handoff.offer
    if move.event in (Event.ACCEPTED, Event.REJECTED, Event.NOT_MINE):
        return _took(Clock.ANSWER, offer.answer_spent, dossier)
    if offer.touched_at == move.at:
        return _took(Clock.TOUCH, offer.touch_spent, dossier)
    return None


def _took(clock: Clock, spent: timedelta | None, dossier: Dossier) -> Timing | None:
    """Late is what the figures call so: time in which marketing was asked does not count, and the
    hours are those that the clock kept."""
    ran = stretch(dossier.handoff.offer, clock, dossier.terms)
    if spent is None or ran is None or ran.stopped_at is None:
        return None
    if ran.verdict(ran.stopped_at) is not Verdict.BREACHED:
        return Timing(spent, None)
    late = ran.before + spent - ran.target
    return Timing(spent, late if late >= _MINUTE else timedelta())
