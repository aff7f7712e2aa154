"""How a lead was timed, and what of it the manager excuses: `/lead why`, `/lead excuse`, a card's
menu, and two forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from slack_bolt import Ack, App

from bot.delivery.actions import Action, Callback, Field
from bot.delivery.render import Rendered
from bot.delivery.wording import Words
from bot.domain.agreement import Clock
from bot.domain.handoff import NotBroken
from bot.domain.move import Event
from bot.use_cases import excuse
from bot.use_cases.desk import Desk
from bot.use_cases.excuse import Broken
from bot.use_cases.my_work import insiders
from bot.use_cases.ports import NotFound, UnitOfWork
from bot.use_cases.records import Dossier
from bot.use_cases.timing import excusable, timed
from handlers.asked import Answer, Asked, answer_about
from handlers.clicks import Click, first, mapping, read_click, read_target, text
from handlers.forms import LONGEST_NOTE, BadForm, Filled
from handlers.modals import Modals, put_up, reader, told_in_modal
from handlers.private import REFUSALS, Private

Json = dict[str, Any]
ViewOf = Callable[[Desk, Words, int, str], Json | None]  # of a handoff, for a person

LONGEST_REASON = 200  # characters, of `/lead excuse`
PROMISE = re.compile(r"([1-9]\d{0,8}):(answer|touch|qualify|feedback)", re.ASCII)
ROUND = re.compile(r"[1-9]\d{0,3}", re.ASCII)
DAY = re.compile(r"20\d{2}-\d{2}-\d{2}", re.ASCII)  # of this century: a slip is no date
KNOWN_REASONS = ("outage", "holiday")
OTHER = "other"


# -------------------------------------------------------------------------------- /lead


def why(asked: Asked) -> Rendered:
    """`/lead why L-12`, `/lead L-12 why`, and either with the number of a round behind it."""
    name, round_ = _which(asked.about, asked.rest)
    if not name:
        return asked.words.help(asked.who)

    def tell(only: Dossier, work: UnitOfWork) -> Rendered:
        told = timed(asked.desk, work, only.handoff.id)
        may = bool(excusable(asked.desk, work.people, told, asked.person))
        return asked.words.arithmetic.why(told, work.people, asked.who, may, round_)

    return answer_about(asked, name, tell)


def _which(about: str, rest: str) -> tuple[str, int | None]:
    """The lead, and the round where one is named."""
    said = [*filter(None, (about, *rest.split()))]
    if len(said) > 1 and ROUND.fullmatch(said[-1]):
        return " ".join(said[:-1]), int(said[-1])
    return " ".join(said), None


def excuse_a_day(asked: Asked) -> Rendered:
    """`/lead excuse 2026-11-20 power cut`: how many that would be, and a button that does it."""
    named, _, reason = asked.rest.partition(" ")
    day, reason = _day(named), reason.strip()[:LONGEST_REASON]
    if not excuse.looks_after_any(asked.desk, asked.person):
        return asked.words.notice("not_yours", asked.who, of="excuse.day")
    if day is None or not reason:
        return asked.words.notice("usage", asked.who, of="excuse.day")
    count = len(excuse.of_day(asked.desk, asked.person, day))
    says = asked.words.arithmetic
    say = says.excuse_day if count else says.excused_day
    return say(day, count, reason, asked.who)


def _day(named: str) -> date | None:
    try:
        return date.fromisoformat(named) if DAY.fullmatch(named) else None
    except ValueError:
        return None


WHY: dict[str, Answer] = dict.fromkeys(("why", "varför", "warum"), why)
EXCUSE: dict[str, Answer] = dict.fromkeys(("excuse", "ursäkta", "entschuldige"), excuse_a_day)


# ------------------------------------------------------------------------------- clicks


def register(app: App, desk: Desk, words: Words, modals: Modals, private: Private) -> None:
    def clicked(ack: Ack) -> None:
        ack()

    def shown(body: Json) -> None:
        _open(_why_view, read_click(body), desk, words, modals, private)

    def asked_for(body: Json) -> None:
        _open(_excuse_view, read_click(body), desk, words, modals, private)

    def confirmed(body: Json) -> None:
        _excuse_the_day(body, desk, words, private)

    def pushed(ack: Ack, body: Json) -> None:
        ack(**_push(body, desk, words))

    def submitted(ack: Ack, body: Json) -> None:
        ack(**_submit(body, desk, words))

    app.action(Action.TIMED.value)(ack=clicked, lazy=[shown])
    app.action(Action.EXCUSE.value)(ack=clicked, lazy=[asked_for])
    app.action(Action.EXCUSE_DAY.value)(ack=clicked, lazy=[confirmed])
    app.view(Callback.WHY.value)(pushed)
    app.view(Callback.EXCUSE.value)(submitted)


def _open(
    view_of: ViewOf, click: Click, desk: Desk, words: Words, modals: Modals, private: Private
) -> None:
    try:
        if click.target is None:
            raise NotFound("This is no button of ours.")
        view = view_of(desk, words, click.target.handoff, click.person)
    except REFUSALS as refusal:
        private.refuse(click, refusal, Event.EXCUSED)
        return
    if view is None:
        private.notice(click, "outsider")
        return
    put_up(view, click, modals, private)


def _why_view(
    desk: Desk, words: Words, handoff: int, person: str, excused: bool = False
) -> Json | None:
    """None for whoever has no part in any queue."""
    with desk.books.reading() as work:
        if person not in insiders(desk, work.people):
            return None
        told = timed(desk, work, handoff)
        may = bool(excusable(desk, work.people, told, person))
        who = work.people.find(person)
        return words.arithmetic.why_view(told, work.people, who, may, excused)


def _excuse_view(desk: Desk, words: Words, handoff: int, person: str) -> Json:
    told, broken = excuse.ready(desk, handoff, person)
    return words.arithmetic.excuse_view(told, broken, reader(desk, person))


def _excuse_the_day(body: Json, desk: Desk, words: Words, private: Private) -> None:
    """The count is what was done, which may be less than what was offered."""
    click = read_click(body)
    named, _, reason = text(mapping(first(body.get("actions"))).get("value")).partition(":")
    day = _day(named)
    if day is None or not reason:
        private.notice(click, "gone")
        return
    count = excuse.excuse_day(desk, click.person, day, reason[:LONGEST_REASON])
    who = reader(desk, click.person)
    said = words.arithmetic.excused_day(day, count, reason[:LONGEST_REASON], who)
    private.say(click, said)


# -------------------------------------------------------------------------------- forms


def _push(body: Json, desk: Desk, words: Words) -> Json:
    """From the arithmetic to the form, on top of it."""
    person, handoff = _meant(body)
    try:
        view = _excuse_view(desk, words, handoff, person)
    except REFUSALS as refusal:
        view = told_in_modal(desk, words, refusal, person)
    return {"response_action": "push", "view": view}


def _submit(body: Json, desk: Desk, words: Words) -> Json:
    """Excuse it, and show the arithmetic anew."""
    person, handoff = _meant(body)
    try:
        promise, reason = _read(Filled(mapping(body.get("view"))), handoff)
        excuse.excuse(desk, promise, person, reason)
    except BadForm as bad:
        return _errors(bad.errors, words, desk, person)
    except NotBroken:
        return _errors({Field.PROMISE: "promise_gone"}, words, desk, person)
    except REFUSALS as refusal:
        return {"response_action": "update", "view": told_in_modal(desk, words, refusal, person)}
    view = _why_view(desk, words, handoff, person, excused=True)
    return {"response_action": "update", "view": view} if view else {}


def _read(filled: Filled, handoff: int) -> tuple[Broken, str]:
    """Raises BadForm."""
    chosen = PROMISE.fullmatch(filled.choice(Field.PROMISE))
    if chosen is None:
        raise BadForm({Field.PROMISE: "promise_needed"})
    reason, note = filled.choice(Field.REASON), filled.text(Field.NOTE)
    if reason not in (*KNOWN_REASONS, OTHER):
        raise BadForm({Field.REASON: "reason_needed"})
    if len(note) > LONGEST_NOTE:
        raise BadForm({Field.NOTE: "note_too_long"})
    if reason == OTHER and not note:
        raise BadForm({Field.NOTE: "note_needed"})
    known = "" if reason == OTHER else reason
    broken = Broken(handoff, int(chosen[1]), Clock(chosen[2]))
    return broken, ": ".join(filter(None, (known, note)))


def _errors(errors: Mapping[Field, str], words: Words, desk: Desk, person: str) -> Json:
    who = reader(desk, person)
    said = {field.value: words.error(key, who) for field, key in errors.items()}
    return {"response_action": "errors", "errors": said}


def _meant(body: Json) -> tuple[str, int]:
    """Who sent the form, and about which handoff; 0 is none."""
    target = read_target(mapping(body.get("view")).get("private_metadata"))
    person = text(mapping(body.get("user")).get("id"))
    return person, target.handoff if target else 0
