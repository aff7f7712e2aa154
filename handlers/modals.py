"""Forms for a lead that is offered, or held. Opened after the ack; only the submit moves the lead.

A form stays open as long as its reader likes, so all is judged again when it comes back: whether
the lead is still there, and every value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from slack_bolt import Ack, App

from bot.delivery.actions import NO_QUEUE, Action, Callback, Field
from bot.delivery.outcomes import Ok, Outcome, reason
from bot.delivery.wording import Words
from bot.domain.agreement import NextStep
from bot.domain.asked import teams_left
from bot.domain.handoff import AlreadyAnswered, OldCard
from bot.domain.move import Event
from bot.domain.sla import day_of
from bot.use_cases import answer, follow_up, misroute
from bot.use_cases.desk import Desk
from bot.use_cases.ports import NotFound
from bot.use_cases.records import Dossier, Person
from handlers.buttons import UseCase, attempt
from handlers.clicks import Click, Target, mapping, read_click, read_target, text
from handlers.forms import (
    BadForm,
    Filled,
    amount_in,
    note_for,
    note_in,
    reason_of,
    until_for,
)
from handlers.private import REFUSALS, Private, explain, is_repeat

log = structlog.get_logger(__name__)

Json = dict[str, Any]


class Modals(Protocol):
    """Slack's views, opened quickly or not at all: a trigger lives for three seconds."""

    def views_open(self, trigger_id: str, view: Mapping[str, Any]) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Form:
    callback: Callback
    means: Event
    ready: Callable[[Desk, Target, str], Dossier]  # raises what the move itself would
    view: Callable[[Words, Dossier, Person | None], Json]
    read: Callable[[Desk, Dossier, Filled], UseCase]  # raises BadForm
    done: Callable[[Words, Person | None], Json] | None = None  # where the card does not show it


class Instead(Exception):
    """What was chosen belongs into another form, which takes the place of this one."""

    def __init__(self, view: Callable[[Words, Person | None], Json]) -> None:
        super().__init__()
        self.view = view


def _reject(desk: Desk, dossier: Dossier, filled: Filled) -> UseCase:
    """A lead for another team is sent on, and not rejected."""
    reason = reason_of(filled, dossier.terms.reasons)
    if reason.next_step is NextStep.REROUTE:
        written = filled.text(Field.NOTE)
        raise Instead(lambda words, who: words.not_mine_view(dossier, who, written))
    today = day_of(dossier.handoff.queue, dossier.terms, desk.clock())
    note = filled.judged(Field.NOTE, lambda: note_for(filled, reason), "")
    until = filled.judged(Field.UNTIL, lambda: until_for(filled, reason, today), None)
    filled.check()
    return lambda desk, on, by: answer.reject(
        desk, on.handoff, on.round, by, reason.code, note, until
    )


def _not_mine(desk: Desk, dossier: Dossier, filled: Filled) -> UseCase:
    left = [queue.name for queue in teams_left(desk.queues, dossier.offers)]
    to = filled.choice(Field.QUEUE)
    if left and to not in (*left, NO_QUEUE):
        raise BadForm({Field.QUEUE: "queue_needed"})
    note = filled.judged(Field.NOTE, lambda: note_in(filled), "")
    filled.check()
    return lambda desk, on, by: misroute.send_on(
        desk, on.handoff, on.round, by, to if to in left else "", note
    )


def _disqualify(_desk: Desk, dossier: Dossier, filled: Filled) -> UseCase:
    reason = reason_of(filled, dossier.terms.reasons_to_end)
    note = filled.judged(Field.NOTE, lambda: note_for(filled, reason), "")
    filled.check()
    return lambda desk, on, by: follow_up.disqualified(
        desk, on.handoff, on.round, by, reason.code, note
    )


def _won(desk: Desk, _dossier: Dossier, filled: Filled) -> UseCase:
    currency = desk.agreement.currency
    amount = filled.judged(Field.AMOUNT, lambda: amount_in(filled, currency), None)
    filled.check()
    return lambda desk, on, by: follow_up.reached(desk, on.handoff, on.round, by, Event.WON, amount)


def _lost(_desk: Desk, dossier: Dossier, filled: Filled) -> UseCase:
    reason = reason_of(filled, dossier.terms.reasons_to_end)
    return lambda desk, on, by: follow_up.lost(desk, on.handoff, on.round, by, reason.code)


def _held(event: Event) -> Callable[[Desk, Target, str], Dossier]:
    return lambda desk, on, by: follow_up.ready(desk, on.handoff, on.round, by, event)


FORMS = {
    Action.REJECT: Form(
        Callback.REJECT,
        Event.REJECTED,
        lambda desk, on, by: answer.ready_to_reject(desk, on.handoff, on.round, by),
        Words.reject_view,
        _reject,
    ),
    Action.NOT_MINE: Form(
        Callback.NOT_MINE,
        Event.NOT_MINE,
        lambda desk, on, by: misroute.ready(desk, on.handoff, on.round, by),
        Words.not_mine_view,
        _not_mine,
    ),
    Action.DISQUALIFY: Form(
        Callback.DISQUALIFY,
        Event.DISQUALIFIED,
        _held(Event.DISQUALIFIED),
        Words.disqualify_view,
        _disqualify,
    ),
    Action.WON: Form(Callback.WON, Event.WON, _held(Event.WON), Words.won_view, _won),
    Action.LOST: Form(Callback.LOST, Event.LOST, _held(Event.LOST), Words.lost_view, _lost),
}


def register(
    app: App, action: Action, form: Form, desk: Desk, words: Words, modals: Modals, private: Private
) -> None:
    def clicked(ack: Ack) -> None:
        ack()

    def opened(body: Json) -> None:
        open_form(form, body, desk, words, modals, private)

    def submitted(ack: Ack, body: Json) -> None:
        ack(**judge(form, body, desk, words))
        private.moved(text(mapping(body.get("user")).get("id")))

    app.action(action.value)(ack=clicked, lazy=[opened])
    app.view(form.callback.value)(submitted)


def open_form(
    form: Form, body: Json, desk: Desk, words: Words, modals: Modals, private: Private
) -> None:
    """The form; or who took the lead; or, said privately, why this person may not."""
    click = read_click(body)
    try:
        if click.target is None:
            raise NotFound("This is no button of ours.")
        dossier = form.ready(desk, click.target, click.person)
    except (AlreadyAnswered, OldCard) as gone:
        view = gone_view(desk, words, gone.handoff.id, click.person)
    except REFUSALS as refusal:
        private.refuse(click, refusal, form.means)
        return
    else:
        view = form.view(words, dossier, reader(desk, click.person))
    if put_up(view, click, modals, private):
        private.done(click)


def put_up(view: Json, click: Click, modals: Modals, private: Private) -> bool:
    """Did Slack open it? Where it did not, whoever clicked is told to click again."""
    outcome = modals.views_open(click.trigger_id, view)
    if isinstance(outcome, Ok):
        return True
    log.warning("A modal did not open", action="modal_lost", why=reason(outcome))
    private.notice(click, "try_again")
    return False


def judge(form: Form, body: Json, desk: Desk, words: Words) -> Json:
    """Do what the form says; what Slack shall do with the modal, as arguments of the ack."""
    view = mapping(body.get("view"))
    person = text(mapping(body.get("user")).get("id"))
    target = read_target(view.get("private_metadata"))
    try:
        if target is None or target.chosen:
            raise NotFound("This is no form of ours.")
        dossier = form.ready(desk, target, person)
        refusal = attempt(form.read(desk, dossier, Filled(view)), desk, target, person)
    except BadForm as bad:
        who = reader(desk, person)
        errors = {field.value: words.error(key, who, bad.due) for field, key in bad.errors.items()}
        return {"response_action": "errors", "errors": errors}
    except Instead as instead:
        return {"response_action": "update", "view": instead.view(words, reader(desk, person))}
    except REFUSALS as refused:
        refusal = refused
    if refusal is None and form.done is not None:
        return {"response_action": "update", "view": form.done(words, reader(desk, person))}
    if refusal is None or is_repeat(desk, refusal, person, form.means):
        return {}
    said = told_in_modal(desk, words, refusal, person)
    kept = words.kept(Filled(view).written(), reader(desk, person))
    return {"response_action": "update", "view": {**said, "blocks": [*said["blocks"], *kept]}}


def told_in_modal(desk: Desk, words: Words, refusal: Exception, person: str) -> Json:
    if isinstance(refusal, AlreadyAnswered | OldCard):
        return gone_view(desk, words, refusal.handoff.id, person)
    said = explain(desk, words, refusal, person)
    return words.told_view(said, reader(desk, person))


def gone_view(desk: Desk, words: Words, handoff_id: int, person: str) -> Json:
    with desk.books.reading() as work:
        return words.gone_view(work.handoffs.dossier(handoff_id), work.people, person)


def reader(desk: Desk, person: str) -> Person | None:
    with desk.books.reading() as work:
        return work.people.find(person)
