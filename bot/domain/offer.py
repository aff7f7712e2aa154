"""What was promised in one round, and kept: an offer, and how its clocks were timed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.domain import sla
from bot.domain.agreement import Clock, Promised, Terms
from bot.domain.business_hours import Calendar, Window, due, elapsed, explain
from bot.domain.sla import Verdict

_NOTHING = timedelta()


class Answer(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_MINE = "not_mine"


@dataclass(frozen=True, slots=True)
class Offer:
    """One round. The digest reads these."""

    round: int
    promised: Promised
    posted_at: datetime | None = None
    answer_due: datetime | None = None
    answered_at: datetime | None = None
    answer: Answer | None = None
    answered_by: str | None = None
    answer_spent: timedelta | None = None
    reason: str | None = None
    note: str | None = None
    touch_due: datetime | None = None
    touched_at: datetime | None = None
    touch_spent: timedelta | None = None
    gave_back_at: datetime | None = None  # by whoever accepted it, or by Baton in their place
    sql_at: datetime | None = None
    opportunity_at: datetime | None = None
    won_at: datetime | None = None
    won_amount: Decimal | None = None
    lost_at: datetime | None = None
    disqualified_at: datetime | None = None
    assignee: str | None = None  # who was asked by name, last
    hours: str = ""  # whose hours touch and qualify keep (Terms.calendar)
    asked_at: datetime | None = None  # sales asked marketing; once a round
    asked_clock: Clock | None = None  # the clock that stood still; None: none ran
    asked_by: str | None = None
    feedback_due: datetime | None = None
    asked_until: datetime | None = None  # marketing answered, or no answer was needed any more
    told_by: str | None = None  # None: marketing did not answer
    answer_excused: str | None = None  # the manager's reason
    touch_excused: str | None = None
    qualify_excused: str | None = None
    feedback_excused: str | None = None
    taken_over_by: str | None = None  # by whom last, since it was accepted: a transfer, a swap

    @property
    def seller(self) -> str | None:
        return self.answered_by if self.answer is Answer.ACCEPTED else None

    @property
    def had_by(self) -> str | None:
        """Who had it when the round ended, or has it now."""
        return self.taken_over_by or self.seller

    @property
    def is_asking(self) -> bool:
        """A question to marketing is open; the clock of sales stands still."""
        return self.asked_at is not None and self.asked_until is None

    @property
    def came_back(self) -> bool:
        """To its queue, undecided. What went back to marketing has a reason, if only ''."""
        decided = self.sql_at or self.disqualified_at or self.lost_at
        return self.gave_back_at is not None and self.reason is None and decided is None

    @property
    def decided_at(self) -> datetime | None:
        """What the qualify clock waits for: qualified, out, or no longer theirs."""
        ends = (self.sql_at, self.disqualified_at, self.lost_at, self.gave_back_at)
        return min((end for end in ends if end), default=None)


@dataclass(frozen=True, slots=True)
class Stretch:
    """One promise as it ran: what is counted, by which calendar, and how it is judged."""

    clock: Clock
    calendar: Calendar
    target: timedelta
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    stood_from: datetime | None = None  # while marketing was asked
    stood_until: datetime | None = None  # None, with `stood_from`: it still stands
    excused: str | None = None
    before: timedelta = _NOTHING  # used before they gave the lead back, and took it again

    def verdict(self, now: datetime) -> Verdict:
        """A clock that stands still is judged as of the instant at which it stopped."""
        stopped = self._counted(self.stopped_at) if self.stopped_at else None
        return sla.verdict(self.due_at, stopped, self._counted(now))

    def working(self, now: datetime) -> timedelta:
        """Working time used, until it was kept or until now."""
        if self.stood_from is None:
            return elapsed(self.calendar, self.started_at, self.until(now))
        return sum((window.time for window in self.windows(now)), _NOTHING)

    def wall(self, now: datetime) -> timedelta:
        return self.until(now) - self.started_at

    def until(self, now: datetime) -> datetime:
        """A click can overtake Slack's word that the card is up; that answer took no time."""
        return max(self.stopped_at or now, self.started_at)

    def windows(self, now: datetime) -> tuple[Window, ...]:
        """The working windows that are counted, in order."""
        end = self.until(now)
        if self.stood_from is None:
            return explain(self.calendar, self.started_at, end)
        first = explain(self.calendar, self.started_at, min(self.stood_from, end))
        return first + explain(self.calendar, min(self.stood_until or end, end), end)

    def _counted(self, at: datetime) -> datetime:
        stands = self.stood_from is not None and at > self.stood_from
        if stands and (self.stood_until is None or at <= self.stood_until):
            assert self.stood_from is not None
            return self.stood_from
        return at


def stretch(offer: Offer, clock: Clock, terms: Terms) -> Stretch | None:
    """How this clock ran in this round; None where it never did."""
    return _STRETCHES[clock](offer, terms)


def _answer(offer: Offer, terms: Terms) -> Stretch | None:
    if offer.posted_at is None or offer.answer_due is None:
        return None
    return _timed(offer, Clock.ANSWER, terms, offer.posted_at, offer.answer_due, offer.answered_at)


def _touch(offer: Offer, terms: Terms) -> Stretch | None:
    if offer.answered_at is None or offer.touch_due is None:
        return None
    stopped = offer.touched_at or offer.gave_back_at
    ran = _timed(offer, Clock.TOUCH, terms, offer.answered_at, offer.touch_due, stopped)
    return replace(ran, before=max(ran.target - _had(offer, ran), _NOTHING))


def _had(offer: Offer, ran: Stretch) -> timedelta:
    """Working time from acceptance to the due time: less than the target where the seller had used
    some of it before."""
    had = elapsed(ran.calendar, ran.started_at, ran.due_at)
    answered = offer.told_by is not None and offer.asked_clock is Clock.TOUCH
    if not answered or offer.asked_at is None or offer.asked_until is None:
        return had
    moved = offer.asked_until <= ran.due_at  # the promise was not broken before the question
    return had - elapsed(ran.calendar, offer.asked_at, offer.asked_until) if moved else had


def _qualify(offer: Offer, terms: Terms) -> Stretch | None:
    """From acceptance; time in which marketing was asked is not counted."""
    if offer.answer is not Answer.ACCEPTED or terms.qualify is None:
        return None
    assert offer.answered_at is not None
    due_at = qualify_due(offer, terms)
    return _timed(offer, Clock.QUALIFY, terms, offer.answered_at, due_at, offer.decided_at)


def qualify_due(offer: Offer, terms: Terms) -> datetime:
    """Of an accepted offer, with a qualify target agreed."""
    assert offer.answered_at is not None
    calendar = terms.calendar(offer.promised.queue, offer.hours)
    target = terms.target(Clock.QUALIFY, offer.promised, offer.hours)
    plain = due(calendar, offer.answered_at, target)
    stood = offer.asked_clock in (Clock.TOUCH, Clock.QUALIFY) and offer.asked_until is not None
    if not stood or offer.asked_at is None or offer.asked_at > plain:
        return plain
    assert offer.asked_until is not None
    used = elapsed(calendar, offer.answered_at, offer.asked_at)
    return due(calendar, offer.asked_until, target - used)


def _feedback(offer: Offer, terms: Terms) -> Stretch | None:
    if offer.asked_at is None or offer.feedback_due is None:
        return None
    due_at = offer.feedback_due
    return _timed(offer, Clock.FEEDBACK, terms, offer.asked_at, due_at, offer.asked_until)


_STRETCHES = {
    Clock.ANSWER: _answer,
    Clock.TOUCH: _touch,
    Clock.QUALIFY: _qualify,
    Clock.FEEDBACK: _feedback,
}
STANDS_WITH = {  # the clocks that stand still while this one does
    Clock.ANSWER: (Clock.ANSWER,),
    Clock.TOUCH: (Clock.TOUCH,),
    Clock.QUALIFY: (Clock.TOUCH, Clock.QUALIFY),
    Clock.FEEDBACK: (),
}


def _timed(
    offer: Offer,
    clock: Clock,
    terms: Terms,
    started: datetime,
    due_at: datetime,
    stopped: datetime | None,
) -> Stretch:
    hours = offer.hours if clock in (Clock.TOUCH, Clock.QUALIFY) else ""
    stood = offer.asked_clock in STANDS_WITH[clock]
    return Stretch(
        clock=clock,
        calendar=terms.calendar(offer.promised.queue, hours),
        target=terms.target(clock, offer.promised, hours),
        started_at=started,
        due_at=due_at,
        stopped_at=stopped,
        stood_from=offer.asked_at if stood else None,
        stood_until=offer.asked_until if stood else None,
        excused=getattr(offer, f"{clock}_excused"),
    )
