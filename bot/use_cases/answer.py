"""A seller answers an offer: accept, reject, not mine. The first answer wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from bot.domain import handoff, sla
from bot.domain.agreement import Terms
from bot.domain.asked import asks_anew
from bot.domain.handoff import AlreadyAnswered, EnoughInHand, Handoff, NotAllowed
from bot.domain.judged import used_before
from bot.domain.messages import NotMineNews, RejectionNews
from bot.domain.move import Move
from bot.domain.offer import Answer
from bot.use_cases import turn
from bot.use_cases.clicked import counts_at
from bot.use_cases.desk import Desk
from bot.use_cases.manager_news import tell_manager
from bot.use_cases.marketing import marketing_of, not_asked_any_more
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Dossier
from bot.use_cases.showing import show

Decide = Callable[[UnitOfWork, Handoff, Terms, datetime], Move]


@dataclass(frozen=True, slots=True)
class Answered:
    handoff: Handoff
    repeated: bool = False  # this person's answer was on record already: still a yes


class Incomplete(ValueError):
    """The rejection lacks what its reason asks for: "note", "date"."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


def accept(
    desk: Desk, handoff_id: int, round_: int, by: str | None, clicked_at: datetime | None = None
) -> Answered:
    """Claim the lead. It counts as of the click, where Slack says when that was.

    Raises NotFound, NotAllowed, OldCard, AlreadyAnswered, EnoughInHand.
    """

    def decide(work: UnitOfWork, before: Handoff, terms: Terms, now: datetime) -> Move:
        hours, used = _hours(desk, work, before, by, terms), _used_before(work, before, by)
        move = handoff.accept(before, round_, by, now, terms, hours, used)
        if by is not None and not desk.replaying:
            _check_room(desk, work, before, by)
        return move

    return _answer(desk, handoff_id, by, Answer.ACCEPTED, decide, _tell_nobody, clicked_at)


def reject(
    desk: Desk,
    handoff_id: int,
    round_: int,
    by: str | None,
    reason: str,
    note: str = "",
    until: date | None = None,
) -> Answered:
    """Refuse with an agreed reason; the campaign's owner hears it at once.

    Raises NotFound, NotAllowed, OldCard, AlreadyAnswered, Incomplete, KeyError (unknown reason).
    """

    def decide(_work: UnitOfWork, before: Handoff, terms: Terms, now: datetime) -> Move:
        move = handoff.reject(before, round_, by, now, terms, reason, note, until)
        today = sla.day_of(before.queue, terms, now)
        missing = terms.reason(reason).missing(note, until, today) if reason else ()
        if missing and not desk.replaying:
            raise Incomplete(missing)
        return move

    return _answer(desk, handoff_id, by, Answer.REJECTED, decide, _tell_marketing)


def not_mine(
    desk: Desk, handoff_id: int, round_: int, by: str | None, clicked_at: datetime | None = None
) -> Answered:
    """Right lead, wrong hands: the manager finds it a queue. Never counted as a rejection.

    Raises NotFound, NotAllowed, OldCard, AlreadyAnswered.
    """

    def decide(_work: UnitOfWork, before: Handoff, terms: Terms, now: datetime) -> Move:
        return handoff.not_mine(before, round_, by, now, terms)

    return _answer(desk, handoff_id, by, Answer.NOT_MINE, decide, _tell_manager, clicked_at)


def ready_to_reject(desk: Desk, handoff_id: int, round_: int, by: str) -> Dossier:
    """What the form for a rejection shows; nothing is changed, no clock stops.

    Raises NotFound, NotAllowed, OldCard, AlreadyAnswered, as the rejection itself would.
    """
    with desk.books.reading() as work:
        dossier = work.handoffs.dossier(handoff_id)
        check_may_answer(desk, work, dossier.handoff, by)
    handoff.reject(dossier.handoff, round_, by, desk.clock(), dossier.terms, reason="")
    return dossier


def _answer(
    desk: Desk,
    handoff_id: int,
    by: str | None,
    answer: Answer,
    decide: Decide,
    tell: Callable[[Desk, UnitOfWork, Handoff, datetime], None],
    clicked_at: datetime | None = None,
) -> Answered:
    """The answer, the card's news and what others must hear, in one commit."""
    now = desk.clock()
    judge = partial(_judge, desk, handoff_id, by, answer, decide, now, clicked_at)
    if not desk.replaying:
        with desk.books.reading() as work:  # a crowd that is late need not queue for the lock
            if isinstance(late := judge(work), Answered):
                return late
    with desk.books.writing() as work:
        judged = judge(work)
        if isinstance(judged, Answered):
            return judged
        after = work.handoffs.record(*judged)
        show(desk, work, after, now)
        tell(desk, work, after, now)
        not_asked_any_more(desk, work, judged[0], after, now)
        work.commit()
    desk.said()
    return Answered(after)


def _judge(
    desk: Desk,
    handoff_id: int,
    by: str | None,
    answer: Answer,
    decide: Decide,
    now: datetime,
    clicked_at: datetime | None,
    work: UnitOfWork,
) -> tuple[Handoff, Move] | Answered:
    """The handoff and the move it allows; or this person's own answer, given before."""
    before = work.handoffs.get(handoff_id)
    at = counts_at(before, now, clicked_at)
    if not desk.replaying and not _was_asked(work, before, by, at):
        check_may_answer(desk, work, before, by)
    terms = work.terms.get(before.offer.promised.terms_version)
    try:
        return before, decide(work, before, terms, at)
    except AlreadyAnswered:
        return _repeated_or_raise(before, answer, by)


def check_may_answer(desk: Desk, work: UnitOfWork, before: Handoff, by: str | None) -> None:
    """Raises NotAllowed."""
    if by is None or not desk.lets_answer(work.people, before, by):
        raise NotAllowed(before)


def _was_asked(work: UnitOfWork, before: Handoff, by: str | None, at: datetime) -> bool:
    """Was this person asked by name when they clicked? Then a time-out that overtook the click
    takes nothing from them: our delay is nobody's."""
    if before.assignee in (None, by):
        return False
    decided = [move for move in work.handoffs.journal(before.id) if asks_anew(move)]
    by_then = [move for move in decided if move.at <= at]
    if len(by_then) == len(decided):
        return False
    taken_by = decided[len(by_then)].by
    return bool(by_then) and by_then[-1].to == by and taken_by is None


def _check_room(desk: Desk, work: UnitOfWork, before: Handoff, by: str) -> None:
    """Who takes a lead that asks for nobody by name must have room for it; a manager steps in
    where that is needed, and has no limit. Raises EnoughInHand."""
    queue = desk.queue(before.queue)
    if queue.rule.open_at_most is None or before.assignee is not None:
        return
    if by in desk.managers(work.people, before.queue):
        return
    work.turns.credits(queue.name)  # two clicks of one person come one after the other
    if not queue.rule.has_room(work.handoffs.in_hand([by]).get(by, 0)):
        raise EnoughInHand(before)


def _hours(desk: Desk, work: UnitOfWork, before: Handoff, by: str | None, terms: Terms) -> str:
    """Whose hours the clock of an accepted lead keeps."""
    if by is None or desk.queue(before.queue).touch_hours != "seller":
        return ""
    return turn.hours_of(desk, work.people, by, terms)


def _used_before(work: UnitOfWork, before: Handoff, by: str | None) -> timedelta:
    """Of the touch clock, by whoever had this lead before; in a first round nobody had."""
    if before.round == 1:
        return timedelta()
    return used_before(work.handoffs.dossier(before.id).offers[:-1], by, work.terms.get)


def _repeated_or_raise(before: Handoff, answer: Answer, by: str | None) -> Answered:
    """A second click, or a click that Slack told us twice, is a yes; anybody else was late."""
    if before.offer.answer is answer and before.offer.answered_by == by:
        return Answered(before, repeated=True)
    raise AlreadyAnswered(before)


def _tell_nobody(desk: Desk, work: UnitOfWork, after: Handoff, now: datetime) -> None:
    """The card says it all."""


def _tell_marketing(desk: Desk, work: UnitOfWork, after: Handoff, now: datetime) -> None:
    for person in marketing_of(desk, work.people, after):
        work.outbox.put(RejectionNews(after.id, after.round), person, now)


def _tell_manager(desk: Desk, work: UnitOfWork, after: Handoff, now: datetime) -> None:
    tell_manager(desk, work, after.queue, NotMineNews(after.id, after.round), now)
