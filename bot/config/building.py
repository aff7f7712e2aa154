"""From the file's shape to the domain's own types."""

from __future__ import annotations

from bot.config import building_terms, shape
from bot.config.expressions import Expression, always, compiled
from bot.config.queue_shape import AssignmentShape, QueueShape
from bot.config.settings import (
    DigestSettings,
    HttpSettings,
    IntakeSettings,
    IntakeSource,
    Settings,
    SlackSettings,
)
from bot.domain.agreement import Agreement, MarketingPromise, RevenueGoal
from bot.domain.assignment import Assignment, Queue, Rule
from bot.domain.consideration import Availability, Consideration


def settings(file: shape.File) -> Settings:
    leaders = file.agreement.leaders
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
        admins=tuple(file.workspace.admins or (leaders.sales, leaders.marketing)),
        own_calendars={name: person.calendar for name, person in file.people.items()},
        reminders=_reminders(file.reminders),
        availability=Availability(
            status=file.availability.slack_status, presence=file.availability.slack_presence
        ),
        conditions={queue.name: queue.when.text for queue in file.queues if queue.when},
    )


def _queue(written: QueueShape) -> Queue:
    return Queue(
        name=written.name,
        channel=written.channel,
        sellers=tuple(written.sellers),
        manager=written.manager,
        head=written.head,
        marketers=tuple(written.marketers),
        matches=written.when.holds if written.when else always,
        rule=_rule(written.assignment),
        touch_hours=written.touch_hours.value,
    )


def _rule(written: AssignmentShape) -> Rule:
    return Rule(
        assignment=written.rule,
        otherwise=written.otherwise or Assignment.ROUND_ROBIN,
        open_at_most=written.open_at_most,
        per_day=written.per_day,
        weights=written.weights,
        blind=written.blind,
        pass_on_after=written.pass_on_after,
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
        terms=building_terms.terms(file),
        goal=RevenueGoal(**dict(written.revenue_goal)) if written.revenue_goal else None,
    )


def _marketing(written: shape.MarketingShape) -> MarketingPromise:
    return MarketingPromise(
        volume_per_month=written.volume,
        acceptance=written.acceptance,
        required=tuple(written.required),
    )


def _reminders(written: shape.RemindersShape) -> Consideration:
    quiet_from, quiet_until = written.quiet
    return Consideration(
        per_day=written.per_day,
        rest_at=written.rest_at,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        do_not_disturb=written.do_not_disturb,
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
    return IntakeSettings(written.owners, sources, frozenset(written.free_mail))


def _source(name: str, written: shape.SourceShape) -> IntakeSource:
    fields = written.map if written.map is not None else _same_names()
    return IntakeSource(name, written.secret, written.token, dict(fields))


def _same_names() -> dict[str, Expression]:
    """A source without a map posts the lead's fields under their own names."""
    return {name: compiled(name) for name in shape.LEAD_FIELDS}
