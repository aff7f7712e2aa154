"""Which clock runs, when it is due, at risk, breached or met, and the next step of its ladder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.agreement import Act, Audience, Clock, Step, Terms
from bot.domain.business_hours import Calendar, due, is_open, next_open

AT_RISK_FROM = 0.8  # of the target, in working time (docs/agreement.md)


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A handoff has at most one. `next_step_at` is None when its ladder has ended."""

    name: Clock
    started_at: datetime
    due_at: datetime
    next_step_at: datetime | None
    steps_taken: int = 0


class Verdict(StrEnum):
    RUNNING = "running"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"  # still open, and late
    MET = "met"
    BREACHED = "breached"


def start(clock: Clock, queue: str, tier: str, terms: Terms, at: datetime) -> RunningClock:
    """Wind a clock at `at`: due after the target's working time on the queue's calendar."""
    target, calendar = terms.target(clock, queue, tier), terms.calendar(queue)
    first = next((step_at(at, target, calendar, step) for step in terms.steps(clock)), None)
    return RunningClock(clock, at, due(calendar, at, target), first)


def wake(queue: str, on: date, terms: Terms) -> RunningClock:
    """Bring a recycled lead back at the first working minute of `on`, in the queue's zone."""
    calendar = terms.calendar(queue)
    midnight = datetime.combine(on, time(), ZoneInfo(calendar.time_zone))
    opens = next_open(calendar, midnight.astimezone(UTC))
    return RunningClock(Clock.WAKE, opens, opens, opens)


@dataclass(frozen=True, slots=True)
class DueSteps:
    """The rungs that are due at once, taken as one: the furthest acts, all audiences hear it."""

    furthest: Step
    tell: tuple[Audience, ...]
    late_by: timedelta  # how long ago, by the wall, the furthest should have been taken
    clock_after: RunningClock


def steps_due(
    clock: RunningClock, queue: str, tier: str, terms: Terms, now: datetime
) -> DueSteps | None:
    """The ladder steps due at `now` and not yet taken; None when there are none."""
    target, calendar = terms.target(clock.name, queue, tier), terms.calendar(queue)
    ahead = terms.steps(clock.name)[clock.steps_taken :]
    instants = [step_at(clock.started_at, target, calendar, step) for step in ahead]
    count = sum(instant <= now for instant in instants)
    if not count:
        return None
    tell = tuple(dict.fromkeys(who for step in ahead[:count] for who in step.tell))
    after = replace(
        clock,
        steps_taken=clock.steps_taken + count,
        next_step_at=next(iter(instants[count:]), None),
    )
    return DueSteps(ahead[count - 1], tell, now - instants[count - 1], after)


def step_at(started_at: datetime, target: timedelta, calendar: Calendar, step: Step) -> datetime:
    """When a rung is taken: its share of the target used, held until the next working minute."""
    return next_open(calendar, due(calendar, started_at, target * step.percent / 100))


def held_until(queue: str, terms: Terms, now: datetime) -> datetime | None:
    """The next working minute, or None when it is working time now."""
    calendar = terms.calendar(queue)
    return None if is_open(calendar, now) else next_open(calendar, now)


def day_of(queue: str, terms: Terms, now: datetime) -> date:
    """What day it is for the people of this queue."""
    return now.astimezone(ZoneInfo(terms.calendar(queue).time_zone)).date()


def verdict(due_at: datetime, stopped_at: datetime | None, now: datetime) -> Verdict:
    """Met up to and including the due instant (docs/agreement.md, formula 2)."""
    if stopped_at is not None:
        return Verdict.MET if stopped_at <= due_at else Verdict.BREACHED
    return Verdict.OVERDUE if now > due_at else Verdict.RUNNING


def at_risk_from(clock: RunningClock, queue: str, tier: str, terms: Terms) -> datetime:
    """The instant at which 80 % of the target's working time is used."""
    target = terms.target(clock.name, queue, tier)
    return due(terms.calendar(queue), clock.started_at, target * AT_RISK_FROM)


def is_escalation(step: Step) -> bool:
    """Everything beyond the private nudge."""
    return step.act is not Act.REMIND
