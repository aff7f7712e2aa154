"""A step of one lead's ladder at the instant at which it falls due: what is taken, and who hears
it. Nothing is moved or said here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain import handoff, sla
from bot.domain.agreement import Act, Clock, Terms
from bot.domain.handoff import Handoff, State
from bot.domain.sla import DueSteps, RunningClock
from bot.use_cases.audience import Meant, Reached, everybody, meant_by, reached_of
from bot.use_cases.ports import Desk, UnitOfWork

_WORDS_ONLY = (Act.TELL, Act.REMIND, Act.ESCALATE)


@dataclass(frozen=True, slots=True)
class Rung:
    desk: Desk
    work: UnitOfWork
    before: Handoff
    clock: RunningClock
    terms: Terms
    now: datetime

    def due(self, beyond: int = 0) -> DueSteps | None:
        """`beyond`: with so many rungs more, although they are not due yet."""
        promised, hours = self.before.promised, self.before.hours
        steps = sla.steps_due(self.clock, promised, self.terms, self.now, hours, beyond)
        return steps and replace(steps, act=_fitting(steps, self.before, self.clock))

    def meant(self, steps: DueSteps) -> Meant:
        return meant_by(steps.tell, self.desk, self.before)

    def reached(self, steps: DueSteps) -> Reached:
        meant = self.meant(steps)
        if self.desk.replaying:
            return everybody(meant, self.work.people)
        return reached_of(meant, self.work, self.desk.address(self.before))


@dataclass(frozen=True, slots=True)
class Hearing:
    """The steps as they are taken, and who hears them."""

    steps: DueSteps
    reached: Reached
    up_to: int  # percent: of the furthest rung that counts as taken
    missed: tuple[str, ...] = ()  # those who should hear what is due, where that is nobody


def hearing(rung: Rung, due: DueSteps) -> Hearing:
    """Where those who should hear cannot, the next rung is heard at once.

    It counts as taken, unless it does more than speak: what it does to the lead keeps its time, so
    that nobody loses a lead early because somebody else cannot be reached. Where no rung is left,
    only those that are due count as taken, and the others have a chance when their time comes.
    """
    reached = rung.reached(due)
    if not reached.is_nobody or rung.meant(due).is_nobody:
        return Hearing(due, reached, due.percent)
    taken, beyond, counts = due, 1, True
    while (further := rung.due(beyond)) is not None:
        counts = counts and further.act in _WORDS_ONLY
        taken = further if counts else taken
        heard = rung.reached(further)
        if not heard.is_nobody:
            steps = _heard_early(due, further, taken)
            return Hearing(steps, heard, taken.percent, reached.missed)
        beyond += 1
    return Hearing(due, reached, due.percent, reached.missed)


def _heard_early(due: DueSteps, further: DueSteps, taken: DueSteps) -> DueSteps:
    """What is due is done; what comes early only speaks."""
    spoken = further.act if further.act in _WORDS_ONLY else Act.ESCALATE
    act = max(due.act, spoken, key=list(Act).index)
    return replace(due, act=act, tell=further.tell, clock_after=taken.clock_after)


def _fitting(steps: DueSteps, before: Handoff, clock: RunningClock) -> Act:
    """Only what is accepted and untouched is taken back, only what is offered is offered to
    others, and another queue is asked once; elsewhere such a rung only speaks."""
    act = steps.act
    untouched = before.state is State.ACCEPTED and clock.name is Clock.TOUCH
    open_to_all = before.state is State.OFFERED and clock.name is Clock.ANSWER
    if act is Act.RETURN and not untouched:
        return Act.ESCALATE
    if act in handoff.SHOWN_AGAIN and not open_to_all:
        return Act.ESCALATE
    if act is Act.WIDEN and (before.also_queue or steps.to_queue == before.queue):
        return Act.ESCALATE
    return act
