"""Which clock runs, when it is due, at risk, breached or met, and the next rung of its ladder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.agreement import Act, Clock, Promised, Step, Terms
from bot.domain.business_hours import Calendar, due, elapsed, is_open, next_open

AT_RISK_FROM = 0.8  # of the target, in working time (docs/agreement.md)
A_MOMENT = timedelta(minutes=1)  # what a sweep, a post or a paced lane may cost whoever is asked
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A handoff has at most one. `next_step_at` is None when its ladder has ended."""

    name: Clock
    started_at: datetime
    due_at: datetime
    next_step_at: datetime | None
    steps_taken: int = 0  # rungs
    used: timedelta = _NOTHING  # working time used up before `started_at`
    snoozed_until: datetime | None = None  # reminders were put off till then, once


class Verdict(StrEnum):
    RUNNING = "running"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"  # still open, and late
    MET = "met"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class Rung:
    """A step, or one repetition of it, at this much working time of its clock."""

    offset: timedelta
    step: Step


def start(
    clock: Clock,
    promised: Promised,
    terms: Terms,
    at: datetime,
    hours: str = "",
    used: timedelta = _NOTHING,
) -> RunningClock:
    """Wind a clock at `at`: due after the target's working time, less what is `used` already, on
    the queue's calendar or on that of the seller's `hours`. What was used up before is passed
    over in its ladder too; where that broke the promise, its furthest rung is left to be taken.
    Raises KeyError for a clock that was not agreed on."""
    calendar = terms.calendar(promised.queue, hours)
    left = terms.target(clock, promised, hours) - used
    climbed = rungs(clock, promised, terms, hours)
    passed = sum(rung.offset < used for rung in climbed)
    taken = passed - 1 if passed and left < _NOTHING else passed
    due_at = due(calendar, at, max(left, _NOTHING))
    return _towards_next(RunningClock(clock, at, due_at, None, taken, used), climbed, calendar)


def go_on(
    paused: RunningClock,
    stopped_at: datetime,
    promised: Promised,
    terms: Terms,
    at: datetime,
    hours: str = "",
) -> RunningClock:
    """A clock that stood still since `stopped_at` runs again: with what was left of its target. A
    promise that was broken before stays broken at the instant it was, and reminders that were put
    off once are not put off again."""
    calendar = terms.calendar(promised.queue, hours)
    used = paused.used + elapsed(calendar, paused.started_at, stopped_at)
    left = terms.target(paused.name, promised, hours) - used
    due_at = due(calendar, at, left) if stopped_at <= paused.due_at else paused.due_at
    again = replace(paused, started_at=at, used=used, due_at=due_at)
    return _towards_next(again, rungs(paused.name, promised, terms, hours), calendar)


def not_put_off(
    clock: RunningClock, promised: Promised, terms: Terms, hours: str = ""
) -> RunningClock:
    """The clock of a lead that somebody else is reminded of from now on: what one person put off,
    another has not."""
    if clock.snoozed_until is None:
        return clock
    calendar = terms.calendar(promised.queue, hours)
    climbed = rungs(clock.name, promised, terms, hours)
    return _towards_next(replace(clock, snoozed_until=None), climbed, calendar)


def wake(queue: str, on: date, terms: Terms) -> RunningClock:
    """Bring a recycled lead back at the first working minute of `on`, in the queue's zone."""
    calendar = terms.calendar(queue)
    midnight = datetime.combine(on, time(), ZoneInfo(calendar.time_zone))
    opens = next_open(calendar, midnight.astimezone(UTC))
    return RunningClock(Clock.WAKE, opens, opens, opens)


def rungs(clock: Clock, promised: Promised, terms: Terms, hours: str = "") -> tuple[Rung, ...]:
    """The whole ladder of a clock, in order; a step that repeats is several rungs."""
    if terms.promise(clock) is None:
        return ()
    target = terms.target(clock, promised, hours)
    calendar = terms.calendar(promised.queue, hours)
    own = terms.steps(clock, promised.queue)
    climbed = (rung for step in own for rung in _repeated(step, target, calendar))
    return tuple(sorted(climbed, key=lambda rung: rung.offset))


def _repeated(step: Step, target: timedelta, calendar: Calendar) -> Iterator[Rung]:
    first = step.after.on(calendar) if step.after else target * step.percent / 100
    every = step.every.on(calendar) if step.every else _NOTHING
    for nth in range(step.times + 1):
        yield Rung(first + nth * every, step)


@dataclass(frozen=True, slots=True)
class DueSteps:
    """The rungs that are due at once, taken as one: what any of them does is done, and all their
    audiences hear it."""

    furthest: Step
    act: Act  # the weightiest
    tell: tuple[str, ...]
    percent: int  # of the target, used at the furthest rung
    late_by: timedelta  # how long ago, by the wall, the furthest should have been taken
    clock_after: RunningClock
    to_queue: str = ""  # where WIDEN goes, whatever else is done
    is_early: bool = False  # nothing is taken yet: `clock_after` waits for it


def steps_due(
    clock: RunningClock,
    promised: Promised,
    terms: Terms,
    now: datetime,
    hours: str = "",
    beyond: int = 0,
    had: timedelta | None = None,
    nobody_asked: bool = False,
) -> DueSteps | None:
    """The ladder's rungs that are due at `now` and not yet taken; None when there are none.

    `beyond`: so many rungs more, although they are not due yet, because those before them would
    reach nobody; None when the ladder has not so many. `had`: the working time that whoever is
    asked by name has had; they are not timed out before their time, however they came to be asked.
    `nobody_asked`: nobody is, so a time-out does nothing, and nothing to steps that come with it.
    """
    calendar = terms.calendar(promised.queue, hours)
    climbed = rungs(clock.name, promised, terms, hours)
    ahead = climbed[clock.steps_taken :]
    instants = [rung_at(clock, rung, calendar) for rung in ahead]
    come = sum(instant <= now for instant in instants)
    count = come + beyond
    if not count or count > len(ahead):
        return None
    left = [_left_of(rung.step, had, calendar) for rung in ahead[:come]] + [_NOTHING] * beyond
    if all(left):
        wait = [due(calendar, now, min(left)), *instants[come : come + 1]]
        return _early(ahead[come - 1], replace(clock, next_step_at=min(wait)))
    taken = _taken(ahead[:count], left, nobody_asked)
    last = instants[count - 1]
    after = replace(clock, steps_taken=clock.steps_taken + count)
    return DueSteps(
        furthest=taken[-1].step,
        act=weightiest(rung.step.act for rung in taken),
        tell=tuple(dict.fromkeys(who for rung in taken for who in rung.step.tell)),
        percent=_percent(taken[-1], terms.target(clock.name, promised, hours)),
        late_by=max(now - max(last, clock.snoozed_until or last), _NOTHING),
        clock_after=_towards_next(after, climbed, calendar),
        to_queue=next((rung.step.to_queue for rung in taken if rung.step.to_queue), ""),
    )


def _taken(due_now: Sequence[Rung], left: Sequence[timedelta], nobody_asked: bool) -> list[Rung]:
    taken = [rung for rung, time in zip(due_now, left, strict=True) if not time]
    spoken = [rung for rung in taken if not rung.step.is_time_out]
    return spoken if nobody_asked and spoken else taken


def weightiest(acts: Iterable[Act]) -> Act:
    """Acts are listed from the lightest on."""
    return max(acts, key=list(Act).index)


def _left_of(step: Step, had: timedelta | None, calendar: Calendar) -> timedelta:
    """Of the time of whoever is asked by name, where this rung would time them out."""
    if had is None or not step.is_time_out or step.after is None:
        return _NOTHING
    left = step.after.on(calendar) - had
    return left if left > A_MOMENT else _NOTHING


def _early(rung: Rung, waits: RunningClock) -> DueSteps:
    return DueSteps(rung.step, Act.TELL, (), 0, _NOTHING, waits, is_early=True)


def climbed_to(
    clock: Clock, promised: Promised, terms: Terms, number: int, hours: str = ""
) -> tuple[Step, ...]:
    """The steps of the first so many rungs, in order."""
    climbed = rungs(clock, promised, terms, hours)[:number]
    return tuple(rung.step for rung in climbed)


def percent_at(clock: Clock, promised: Promised, terms: Terms, number: int, hours: str = "") -> int:
    """Of the target: where the rung of this number lies, the first being 1. 0 for none."""
    climbed = rungs(clock, promised, terms, hours)[:number]
    return _percent(climbed[-1], terms.target(clock, promised, hours)) if climbed else 0


def _percent(rung: Rung, target: timedelta) -> int:
    return round(100 * rung.offset / target) if target else rung.step.percent


def rung_at(clock: RunningClock, rung: Rung, calendar: Calendar) -> datetime:
    """When a rung is taken: so much of the clock's time used, held until the next working
    minute."""
    left = max(rung.offset - clock.used, _NOTHING)
    return next_open(calendar, due(calendar, clock.started_at, left))


def _towards_next(
    clock: RunningClock, climbed: tuple[Rung, ...], calendar: Calendar
) -> RunningClock:
    ahead = climbed[clock.steps_taken :]
    following = rung_at(clock, ahead[0], calendar) if ahead else None
    if following and clock.snoozed_until:
        following = max(following, clock.snoozed_until)
    return replace(clock, next_step_at=following)


def held_until(calendar: Calendar, now: datetime) -> datetime | None:
    """The next working minute, or None when it is working time now."""
    return None if is_open(calendar, now) else next_open(calendar, now)


def day_of(queue: str, terms: Terms, now: datetime) -> date:
    """What day it is for the people of this queue."""
    return now.astimezone(ZoneInfo(terms.calendar(queue).time_zone)).date()


def verdict(due_at: datetime, stopped_at: datetime | None, now: datetime) -> Verdict:
    """Met up to and including the due instant (docs/agreement.md, formula 2)."""
    if stopped_at is not None:
        return Verdict.MET if stopped_at <= due_at else Verdict.BREACHED
    return Verdict.OVERDUE if now > due_at else Verdict.RUNNING


def at_risk_from(
    clock: RunningClock, promised: Promised, terms: Terms, hours: str = ""
) -> datetime:
    """The instant at which 80 % of the target's working time is used."""
    target = terms.target(clock.name, promised, hours)
    left = max(target * AT_RISK_FROM - clock.used, _NOTHING)
    return due(terms.calendar(promised.queue, hours), clock.started_at, left)
