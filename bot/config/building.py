"""From the file's shape to the domain's own types."""

from __future__ import annotations

from datetime import date

from bot.config import defaults, public_holidays, shape
from bot.config.expressions import Expression, always, compiled
from bot.config.settings import (
    DigestSettings,
    HttpSettings,
    IntakeSettings,
    IntakeSource,
    Settings,
    SlackSettings,
)
from bot.config.values import weekdays
from bot.domain.agreement import (
    FEEDBACK_UNAGREED,
    Agreement,
    Case,
    MarketingPromise,
    Reason,
    RevenueGoal,
    Step,
    Target,
    Terms,
)
from bot.domain.assignment import Queue, Rule
from bot.domain.business_hours import Block, Calendar


def settings(file: shape.File) -> Settings:
    return Settings(
        workspace_zone=file.workspace.time_zone,
        language=file.workspace.language,
        database=file.database,
        slack=SlackSettings(**dict(file.slack)),
        queues=tuple(_queue(queue) for queue in file.queues),
        agreement=_agreement(file),
        digest=_digest(file),
        intake=_intake(file.intake),
        http=HttpSettings(**dict(file.http)),
    )


def _calendar(name: str, written: shape.CalendarShape) -> Calendar:
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


def _queue(written: shape.QueueShape) -> Queue:
    return Queue(
        name=written.name,
        channel=written.channel,
        sellers=tuple(written.sellers),
        manager=written.manager,
        head=written.head,
        marketers=tuple(written.marketers),
        matches=written.when.holds if written.when else always,
        rule=Rule(assignment=written.assignment),
    )


def _agreement(file: shape.File) -> Agreement:
    written = file.agreement
    return Agreement(
        title=written.title,
        effective=written.effective,
        review=written.review,
        sales_leader=written.leaders.sales,
        marketing_leader=written.leaders.marketing,
        definitions=written.definitions,
        marketing=_marketing(written.marketing),
        terms=_terms(file),
        goal=RevenueGoal(**dict(written.revenue_goal)) if written.revenue_goal else None,
    )


def _terms(file: shape.File) -> Terms:
    written, sales = file.agreement, file.agreement.sales
    feedback = written.marketing.feedback
    calendars = {name: _calendar(name, calendar) for name, calendar in file.calendars.items()}
    return Terms(
        answer=_target(sales.answer),
        touch=_target(sales.touch),
        calendars={queue.name: calendars[queue.calendar] for queue in file.queues},
        ladder=_ladder(written.ladder),
        reasons=_reasons(written.reasons),
        qualify=_target(sales.qualify) if sales.qualify else None,
        attempts_before_unreachable=sales.attempts_before_unreachable,
        feedback=_target(feedback) if feedback else FEEDBACK_UNAGREED,
    )


def _target(written: shape.TargetShape) -> Target:
    by_tier = tuple(Case(time, tier=(tier,)) for tier, time in written.when_tier.items())
    return Target(written.target, by_tier)


def _ladder(written: list[shape.StepShape] | None) -> tuple[Step, ...]:
    if written is None:
        return defaults.LADDER
    return tuple(Step(step.clock, step.at, tuple(step.tell), step.do) for step in written)


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


def _marketing(written: shape.MarketingShape) -> MarketingPromise:
    return MarketingPromise(
        volume_per_month=written.volume,
        acceptance=written.acceptance,
        required=tuple(written.required),
    )


def _digest(file: shape.File) -> DigestSettings:
    written = file.digest
    return DigestSettings(
        channel=written.channel or file.queues[0].channel,
        weekday=written.day,
        at=written.at,
        metrics=tuple(dict.fromkeys(written.metrics)),
    )


def _intake(written: shape.IntakeShape) -> IntakeSettings:
    sources = {name: _source(name, source) for name, source in written.sources.items()}
    return IntakeSettings(owners=written.owners, sources=sources)


def _source(name: str, written: shape.SourceShape) -> IntakeSource:
    fields = written.map if written.map is not None else _same_names()
    return IntakeSource(name, written.secret, written.token, dict(fields))


def _same_names() -> dict[str, Expression]:
    """A source without a map posts the lead's fields under their own names."""
    return {name: compiled(name) for name in shape.LEAD_FIELDS}
