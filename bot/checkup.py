"""`baton check`: everything that would fail at night, found at noon."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from jinja2 import TemplateError

from bot import app, clock
from bot.config import Settings
from bot.delivery.languages import available
from bot.delivery.outcomes import Identity, Ok, Roster, reason
from bot.delivery.slack_api import SlackApi
from bot.delivery.wording import Words
from bot.domain import assignment
from bot.domain.agreement import Clock
from bot.domain.assignment import NoQueue, Queue
from bot.domain.lead import LeadFacts
from bot.domain.messages import (
    Card,
    Digest,
    DigestBreakdown,
    DigestChart,
    Escalation,
    Message,
    NotMineNews,
    RaisedAgain,
    RejectionNews,
    Reminder,
    Returned,
)
from bot.manifest import SCOPES
from bot.slack_login import is_refusal, missing, trouble
from bot.use_cases import answer
from bot.use_cases.offer import raise_lead
from bot.use_cases.ports import DatabaseAway, Desk
from bot.use_cases.report import monday_of, week_bounds, week_figures
from storage.books import Books, UnknownDatabase

HISTORY = frozenset({"channels:history", "groups:history", "im:history"})


@dataclass(frozen=True, slots=True)
class Finding:
    says: str
    blocks: bool = True  # False: Baton runs, but not as well as it could


def examine(settings: Settings, ask_slack: bool) -> list[Finding]:
    """All there is to mend, in the order in which a person would."""
    findings = [*_settings(settings), *_database(settings), *_templates(settings)]
    return [*findings, *_slack(settings)] if ask_slack else findings


def _settings(settings: Settings) -> Iterator[Finding]:
    try:
        assignment.route(settings.queues, LeadFacts())
    except NoQueue as error:
        yield Finding(f"queues: {error}", blocks=False)
    if not any(source.enabled for source in settings.intake.sources.values()):
        says = "intake.sources: none has a secret or a token, so POST /leads takes nothing."
        yield Finding(says, blocks=False)
    yield from (Finding(remark, blocks=False) for remark in settings.remarks)
    yield from _language(settings.language)
    yield from (Finding(says) for says in missing(settings.slack))


def _language(code: str) -> Iterator[Finding]:
    if code.partition("-")[0] not in available():
        known = ", ".join(sorted(available()))
        says = f'workspace.language: there are no words in "{code}" ({known}); English it is.'
        yield Finding(says, blocks=False)


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        with closing(Books(settings.database)) as books:
            books.look()
    except (DatabaseAway, UnknownDatabase) as error:
        yield Finding(f"database: {error}")


# ------------------------------------------------------------------------------- templates

EXAMPLE = LeadFacts(
    email="ada@example.com", name="Ada", company="Example", country="SE", source="check", why="Now"
)


def _templates(settings: Settings) -> Iterator[Finding]:
    """Say everything once, in every queue, to nobody: real leads in a database of their own."""
    with tempfile.TemporaryDirectory() as folder, closing(_rehearsal_books(folder)) as books:
        desk = replace(app.desk_of(settings, books, clock.now), replaying=True)  # all may answer
        words = Words(desk, settings.language)
        for queue in settings.queues:
            only = replace(desk, queues=(replace(queue, matches=lambda _facts: True),))
            for message in _one_of_each(only, settings.agreement.terms.reasons[0].code):
                yield from _say(desk, words, message, queue)


def _rehearsal_books(folder: str) -> Books:
    books = Books(f"sqlite:///{folder}/rehearsal.db")
    books.migrate()
    return books


def _say(desk: Desk, words: Words, message: Message, queue: Queue) -> Iterator[Finding]:
    with desk.books.reading() as work:
        try:
            words.render(message, work, desk.clock())
        except (ValueError, LookupError, TemplateError) as error:
            yield Finding(f"message_templates: {message.kind} in {queue.name}: {error}")


def _one_of_each(desk: Desk, reason_code: str) -> list[Message]:
    """Three leads, each answered in its own way, and all that would be said of them."""
    accepted, rejected, not_mine = (_offered(desk, number) for number in range(3))
    answer.accept(desk, accepted, 1, None)
    answer.reject(desk, rejected, 1, None, reason_code)
    answer.not_mine(desk, not_mine, 1, None)
    report = _report(desk)
    about = (accepted, 1, Clock.TOUCH, 100)
    return [
        *(Card(handoff) for handoff in (_offered(desk, 3), accepted, rejected, not_mine)),
        Reminder(*about),
        Escalation(*about),
        Returned(*about),
        RaisedAgain(accepted),
        RejectionNews(rejected),
        NotMineNews(not_mine),
        Digest(report),
        DigestBreakdown(report),
        DigestChart(report),
    ]


def _offered(desk: Desk, number: int) -> int:
    (queue,) = desk.queues
    facts = replace(EXAMPLE, system=queue.name, external_id=str(number), email="")
    return raise_lead(desk, facts).handoff_id


def _report(desk: Desk) -> int:
    (queue,) = desk.queues
    now = desk.clock()
    monday = monday_of(now, desk.zone)
    figures = week_figures(desk, monday)
    with desk.books.writing() as work:
        bounds = week_bounds(monday, desk.zone)
        report = work.reports.open("rehearsal", queue.name, "", *bounds, figures, now)
        work.commit()
    assert report is not None
    return report.id


# ----------------------------------------------------------------------------------- Slack


def _slack(settings: Settings) -> Iterator[Finding]:
    token = settings.slack.bot_token.get_secret_value()
    if not token:
        return  # said already
    api = SlackApi(token, clock.now, base_url=settings.slack.api_url)
    identity = api.auth_test()
    if not isinstance(identity, Identity):
        yield Finding(f"slack: {trouble(identity, settings.slack.api_url)}")
        return
    yield from _scopes(identity.scopes)
    roster = api.roster()
    if not isinstance(roster, Roster):
        yield Finding(f"slack: people and channels cannot be read ({reason(roster)}).")
        return
    yield from _connection(settings)
    yield from _channels(settings, roster)
    yield from _people(settings, roster)


def _scopes(granted: frozenset[str] | None) -> Iterator[Finding]:
    """Slack may not say; then the first call that lacks one will."""
    for scope in sorted(set(SCOPES) - granted) if granted is not None else ():
        yield Finding(
            f"slack: the scope {scope} is missing, needed to {SCOPES[scope]}: "
            "take the manifest of `baton manifest`, and install the app again.",
            blocks=scope not in HISTORY,
        )


def _connection(settings: Settings) -> Iterator[Finding]:
    app_token = settings.slack.app_token.get_secret_value()
    if settings.slack.mode != "socket" or not app_token:
        return
    answer = SlackApi(app_token, clock.now, base_url=settings.slack.api_url).offers_socket()
    if isinstance(answer, Ok):
        return
    if is_refusal(answer):
        why = f"gives no Socket Mode connection ({reason(answer)})"
        yield Finding(f"slack.app_token: {why}: is it the one with connections:write?")
    else:
        yield Finding(f"slack.app_token: {trouble(answer, settings.slack.api_url)}")


def _channels(settings: Settings, roster: Roster) -> Iterator[Finding]:
    wanted: dict[str, str] = {}  # each channel once, at the first place that uses it
    for queue in settings.queues:
        wanted.setdefault(queue.address, f"queues.{queue.name}.channel")
    wanted.setdefault(f"#{settings.digest.channel.removeprefix('#')}", "digest.channel")
    for address, place in wanted.items():
        name = address.removeprefix("#")
        channel = roster.channels.get(name, name if name in roster.channels.values() else None)
        if channel is None:
            yield Finding(f"{place}: there is no channel {address}, or it is private and Baton is "
                          "not in it: /invite @Baton there.")  # fmt: skip
        elif channel not in roster.ours:
            yield Finding(f"{place}: Baton is not in {address}: /invite @Baton there.")


def _people(settings: Settings, roster: Roster) -> Iterator[Finding]:
    """Each name once, at the first place that uses it."""
    names: dict[str, str] = {}
    for queue in settings.queues:
        at = f"queues.{queue.name}"
        for name, key in (
            (queue.manager, "manager"),
            (queue.head, "head"),
            *((name, "sellers") for name in queue.sellers),
            *((name, "marketers") for name in queue.marketers),
        ):
            names.setdefault(name, f"{at}.{key}")
    names.setdefault(settings.agreement.sales_leader, "agreement.leaders.sales")
    names.setdefault(settings.agreement.marketing_leader, "agreement.leaders.marketing")
    for campaign, owner in settings.intake.owners.items():
        names.setdefault(owner, f"intake.owners.{campaign}")
    for name, place in names.items():
        if problem := _unreachable(name, roster):
            yield Finding(f"{place}: {name} {problem}")


def _unreachable(name: str, roster: Roster) -> str | None:
    """What keeps this name from being heard by anybody."""
    handle = name.removeprefix("@").lower()
    active = {person.id for person in roster.people if person.active}
    if handle in roster.ambiguous:
        return "is what several people call themselves: name the one by e-mail address."
    for group in roster.groups:
        if handle in (group.handle.lower(), group.id.lower()):
            return None if group.members & active else "is a group without active members."
    for person in roster.people:
        if handle in (person.handle, person.email.lower(), person.id.lower()):
            return None if person.active else "is deactivated in Slack: name somebody else."
    if roster.lacking:
        return f"is nobody we can see; not readable: {', '.join(roster.lacking)}."
    return "is neither a person nor a user group in this workspace."
