"""`baton check`: everything that would fail at night, found at noon."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from jinja2 import TemplateError

from bot import app, checkup_slack, clock
from bot.checkup_slack import Finding
from bot.config import Settings
from bot.delivery.languages import available
from bot.delivery.wording import Words
from bot.domain import assignment, detours, handoff
from bot.domain.agreement import Clock
from bot.domain.assignment import NoQueue, Queue
from bot.domain.lead import LeadFacts
from bot.domain.messages import (
    Card,
    Digest,
    DigestBreakdown,
    DigestChart,
    Escalation,
    HandedOver,
    Leavers,
    LeaversDoubted,
    Message,
    NobodyFree,
    NobodyLeft,
    Note,
    NotMineNews,
    PlaceClosed,
    ProposalAnswered,
    Proposed,
    Question,
    QuestionAnswered,
    RaisedAgain,
    RejectionNews,
    Reminder,
    ReminderList,
    Returned,
    Unheard,
)
from bot.slack_login import missing
from bot.use_cases import answer, hand_over
from bot.use_cases.desk import Desk
from bot.use_cases.offer import raise_lead
from bot.use_cases.ports import DatabaseAway
from bot.use_cases.records import Nudge, Proposal
from bot.use_cases.report import monday_of, week_bounds, week_figures
from storage.books import Books, UnknownDatabase


def examine(settings: Settings, ask_slack: bool) -> list[Finding]:
    """All there is to mend, in the order in which a person would."""
    findings = [*_settings(settings), *_database(settings), *_templates(settings)]
    return [*findings, *checkup_slack.findings(settings)] if ask_slack else findings


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
    asked = _asked_and_told(desk)
    to_answer, agreed = _proposed(desk, accepted), _proposed(desk, accepted, hand_over.AGREED)
    report = _report(desk)
    about = (accepted, 1, Clock.TOUCH, 100)
    return [
        *(Card(each) for each in (_offered(desk, 3), accepted, rejected, not_mine, asked)),
        Reminder(*about),
        Note(*about),
        _reminders(desk, accepted),
        Escalation(*about),
        Returned(*about),
        RaisedAgain(accepted),
        RejectionNews(rejected),
        Question(asked),
        QuestionAnswered(asked),
        Proposed(accepted, 1, to_answer),
        Proposed(accepted, 1, agreed),
        ProposalAnswered(accepted, agreed),
        HandedOver(accepted, 1, agreed),
        NotMineNews(not_mine),
        NobodyFree(accepted),
        NobodyLeft(accepted),
        Leavers((desk.queues[0].manager,), (accepted,)),
        LeaversDoubted(desk.queues[0].name, (desk.queues[0].manager,), leads=1),
        Unheard(accepted, queue=desk.queues[0].name, clock=Clock.TOUCH, is_last=True),
        PlaceClosed(desk.queues[0].address, "not_in_channel"),
        Digest(report),
        DigestBreakdown(report),
        DigestChart(report),
    ]


def _offered(desk: Desk, number: int) -> int:
    (queue,) = desk.queues
    facts = replace(EXAMPLE, system=queue.name, external_id=str(number), email="")
    return raise_lead(desk, facts).handoff_id


def _proposed(desk: Desk, handoff_id: int, outcome: str = "") -> int:
    now = desk.clock()
    with desk.books.writing() as work:
        made = work.proposals.add(Proposal(handoff_id, 1, "U1", "U2", now, note=EXAMPLE.why))
        if outcome:
            work.proposals.close(made.id, outcome, now)
        work.commit()
    return made.id


def _asked_and_told(desk: Desk) -> int:
    handoff_id, now = _offered(desk, 4), desk.clock()
    with desk.books.writing() as work:
        offered = work.handoffs.get(handoff_id)
        terms = work.terms.get(offered.promised.terms_version)
        up = handoff.posted(offered, now, terms)
        assert up is not None
        shown = work.handoffs.record(offered, up)
        asked = work.handoffs.record(shown, detours.ask(shown, 1, None, now, terms, "Why now?"))
        work.handoffs.record(
            asked, detours.tell(asked, 1, None, now, terms, "It is spring.", up.clock)
        )
        work.commit()
    return handoff_id


def _reminders(desk: Desk, handoff: int) -> ReminderList:
    now = desk.clock()
    with desk.books.writing() as work:
        work.nudges.put(Nudge("U0", handoff, 1, Clock.TOUCH, 1, now))
        waiting = tuple(nudge.id for nudge in work.nudges.waiting(now))
        work.commit()
    return ReminderList(waiting)


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
