"""From the file's shape to the terms a handoff is judged by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bot.config import defaults, public_holidays, shape
from bot.config.promise_shape import StepShape, TargetShape
from bot.config.queue_shape import QueueShape
from bot.config.times import weekdays
from bot.domain.agreement import (
    FEEDBACK_UNAGREED,
    Act,
    Audience,
    Case,
    Clock,
    Reason,
    Step,
    Target,
    Terms,
)
from bot.domain.business_hours import Block, Calendar

PASSED_ON_AT_MOST = 20  # times an offer to one goes on to the next who does not answer


def terms(file: shape.File) -> Terms:
    written, sales = file.agreement, file.agreement.sales
    feedback = written.marketing.feedback
    calendars = {name: calendar(name, one) for name, one in file.calendars.items()}
    own = {person.calendar for person in file.people.values()}
    return Terms(
        answer=_target(sales.answer),
        touch=_target(sales.touch),
        calendars={queue.name: calendars[queue.calendar] for queue in file.queues},
        ladder=(*_ladder(file), *_passing_on(file.queues)),
        reasons=_reasons(written.reasons),
        qualify=_target(sales.qualify) if sales.qualify else None,
        attempts_before_unreachable=sales.attempts_before_unreachable,
        feedback=_target(feedback) if feedback else FEEDBACK_UNAGREED,
        own_hours={name: one for name, one in calendars.items() if name in own},
    )


def calendar(name: str, written: shape.CalendarShape) -> Calendar:
    week: list[tuple[Block, ...]] = [()] * 7
    for key, blocks in written.hours.items():
        for day in weekdays(key) or ():
            week[day] = tuple(blocks)
    return Calendar(
        name=name,
        time_zone=written.time_zone,
        week=tuple(week),
        holidays=_holidays(written.holidays),
        days={day: tuple(blocks) for day, blocks in written.days.items()},
    )


def _holidays(written: list[shape.Holidays]) -> frozenset[date]:
    found = (public_holidays.dates(one.country, one.region, one.categories) for one in written)
    return frozenset[date]().union(*found)


def _target(written: TargetShape) -> Target:
    return Target(
        written.target,
        tuple(
            Case(
                target=case.target,
                queue=tuple(case.queue),
                tier=tuple(case.tier),
                source=tuple(case.source),
                campaign=tuple(case.campaign),
            )
            for _, case in written.placed()
        ),
    )


def _ladder(file: shape.File) -> tuple[Step, ...]:
    if file.agreement.ladder is None:
        return defaults.LADDER
    queues = [queue.name for queue in file.queues]
    return tuple(_step(step, queues) for step in file.agreement.ladder)


def _step(written: StepShape, queues: list[str]) -> Step:
    repeat = written.repeat
    return Step(
        clock=written.clock,
        percent=written.at or 0,
        tell=tuple(written.tell),
        act=written.do,
        after=written.after,
        every=repeat.every if repeat else None,
        times=repeat.times if repeat else 0,
        to_queue=written.to or "",
        queues=tuple(climbing(written, queues)),
    )


def climbing(written: StepShape, queues: list[str]) -> list[str]:
    """The queues whose leads take this step, as a step has them: empty for all. A lead is not
    widened to the queue it is in."""
    if written.do is Act.WIDEN:
        return [name for name in written.queues or queues if name != written.to]
    return written.queues


def _passing_on(queues: list[QueueShape]) -> Iterator[Step]:
    """An offer to one that is not answered goes to the next: as steps of the ladder, so that they
    belong to the version of the agreement under which a lead was offered."""
    for queue in queues:
        if (time := queue.assignment.pass_on_after) is not None:
            yield Step(
                Clock.ANSWER,
                0,
                (Audience.ASSIGNEE,),
                Act.OFFER_NEXT,
                after=time,
                every=time,
                times=PASSED_ON_AT_MOST - 1,
                queues=(queue.name,),
            )


def _reasons(written: list[shape.ReasonShape] | None) -> tuple[Reason, ...]:
    if written is None:
        return defaults.REASONS
    return tuple(
        Reason(
            code=reason.code,
            label=reason.label or reason.code.replace("_", " ").capitalize(),
            next_step=reason.next,
            note_required=reason.note,
            asks_date=reason.date,
            is_rejection=reason.rejection,
        )
        for reason in written
    )
