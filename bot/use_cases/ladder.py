"""One lead's ladder at the instant at which a rung of it falls due: what is taken, and who hears
it. Nothing is moved or said here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain import handoff, sla
from bot.domain.agreement import Act, Clock, Terms
from bot.domain.asked import asks_anew
from bot.domain.business_hours import elapsed
from bot.domain.handoff import Handoff, State
from bot.domain.sla import DueSteps, RunningClock
from bot.use_cases.audience import Meant, Reached, everybody, meant_by, reached_of
from bot.use_cases.desk import Desk
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.showing import address, live

_WORDS_ONLY = (Act.TELL, Act.REMIND, Act.ESCALATE)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Of one lead, as it stands now: what is due on it, and whom that reaches."""

    desk: Desk
    work: UnitOfWork
    before: Handoff
    clock: RunningClock
    terms: Terms
    now: datetime
    had: timedelta | None = None  # working time, by whoever is asked by name

    def due(self, beyond: int = 0) -> DueSteps | None:
        """`beyond`: with so many rungs more, although they are not due yet."""
        steps = sla.steps_due(
            self.clock,
            self.before.promised,
            self.terms,
            self.now,
            self.before.hours,
            beyond,
            self.had,
            self.asks_nobody,
        )
        return steps and _fitting(steps, self)

    @property
    def asks_nobody(self) -> bool:
        """Where one is asked by name, nobody is just now: it waits for a free seller, or all have
        been asked."""
        asks_one = self.desk.queue(self.before.queue).rule.asks_one
        return asks_one and self.before.assignee is None

    def fits(self, act: Act) -> bool:
        """Only what is accepted and untouched is taken back, only what is offered is offered to
        others."""
        if act is Act.RETURN:
            return self.before.state is State.ACCEPTED and self.clock.name is Clock.TOUCH
        if act in handoff.SHOWN_AGAIN:
            return self.before.state is State.OFFERED and self.clock.name is Clock.ANSWER
        return True

    def widens_to(self, queue: str) -> str:
        """Another queue is asked once, and only one that app.yaml still has."""
        new = self.fits(Act.WIDEN) and not self.before.also_queue and queue != self.before.queue
        return queue if new and self.desk.queue(queue).name == queue else ""

    def meant(self, steps: DueSteps) -> Meant:
        return meant_by(steps.tell, self.desk, self.before)

    def reached(self, steps: DueSteps) -> Reached:
        meant = self.meant(steps)
        if self.desk.replaying:
            return everybody(meant, self.work.people)
        places = [address(self.desk, card) for card in live(self.work, self.before)]
        return reached_of(meant, self.work, self.desk.closed(self.work), *places)


def time_had(
    work: UnitOfWork, before: Handoff, clock: RunningClock, terms: Terms, now: datetime
) -> timedelta | None:
    """Working time that whoever is asked by name has had for an answer. It begins anew at the time
    that they named themselves, and stands still while marketing is asked."""
    offer = before.offer
    if before.assignee is None or offer.posted_at is None or clock.name is not Clock.ANSWER:
        return None
    asked = max(move.at for move in work.handoffs.journal(before.id) if asks_anew(move))
    since = max(asked, offer.posted_at, clock.snoozed_until or asked)
    calendar = terms.calendar(before.queue)
    had = elapsed(calendar, since, now)
    if offer.asked_at and offer.asked_until and since < offer.asked_until:
        had -= elapsed(calendar, max(since, offer.asked_at), offer.asked_until)
    return had


@dataclass(frozen=True, slots=True)
class Hearing:
    """The steps as they are taken, and who hears them."""

    steps: DueSteps
    reached: Reached
    missed: tuple[str, ...] = ()  # those who should hear what is due, where that is nobody


def hearing(ladder: Ladder, due: DueSteps) -> Hearing:
    """Where those who should hear cannot, the next rung is heard at once.

    It counts as taken, unless it does more than speak: what it does to the lead keeps its time, so
    that nobody loses a lead early because somebody else cannot be reached. Where no rung is left,
    only those that are due count as taken, and the others have a chance when their time comes.
    """
    reached = ladder.reached(due)
    if not reached.is_nobody or ladder.meant(due).is_nobody:
        return Hearing(due, reached)
    taken, beyond, counts = due, 1, True
    while (further := ladder.due(beyond)) is not None:
        counts = counts and _only_speaks(ladder, further.furthest.act)
        taken = further if counts else taken
        heard = ladder.reached(further)
        if not heard.is_nobody:
            steps = _heard_early(due, further, taken)
            return Hearing(steps, heard, reached.missed)
        beyond += 1
    return Hearing(due, reached, reached.missed)


def _only_speaks(ladder: Ladder, act: Act) -> bool:
    return act in _WORDS_ONLY or not ladder.fits(act)


def _heard_early(due: DueSteps, further: DueSteps, taken: DueSteps) -> DueSteps:
    """What is due is done; what comes early only speaks."""
    only_reminds = further is taken and further.act in _WORDS_ONLY
    act = sla.weightiest((due.act, further.act if only_reminds else Act.ESCALATE))
    return replace(due, act=act, tell=further.tell, clock_after=taken.clock_after)


def _fitting(steps: DueSteps, ladder: Ladder) -> DueSteps:
    """What does not fit the lead only speaks."""
    to_queue = ladder.widens_to(steps.to_queue) if steps.to_queue else ""
    fits = bool(to_queue) if steps.act is Act.WIDEN else ladder.fits(steps.act)
    return replace(steps, act=steps.act if fits else Act.ESCALATE, to_queue=to_queue)
