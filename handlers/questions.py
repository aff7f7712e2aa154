"""Questions to marketing, and their answers: two forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.delivery.actions import Action, Callback, Field
from bot.delivery.wording import Words
from bot.domain.move import Event
from bot.use_cases import ask
from bot.use_cases.desk import Desk
from bot.use_cases.records import Dossier, Person
from handlers.buttons import UseCase
from handlers.forms import Filled, words_in
from handlers.modals import Form

Json = dict[str, Any]


def _ask(_desk: Desk, _dossier: Dossier, filled: Filled) -> UseCase:
    question = words_in(filled, Field.QUESTION)
    return lambda desk, on, by: ask.ask(desk, on.handoff, on.round, by, question)


def _tell(_desk: Desk, _dossier: Dossier, filled: Filled) -> UseCase:
    answer = words_in(filled, Field.ANSWER)
    return lambda desk, on, by: ask.tell(desk, on.handoff, on.round, by, answer)


def _tell_view(desk: Desk, words: Words, dossier: Dossier, who: Person | None) -> Json:
    with desk.books.reading() as work:
        return words.tell_view(dossier, work.people, who.id if who else "")


def forms(desk: Desk) -> Mapping[Action, Form]:
    return {
        Action.ASK: Form(
            Callback.ASK,
            Event.ASKED,
            lambda desk, on, by: ask.ready_to_ask(desk, on.handoff, on.round, by),
            Words.ask_view,
            _ask,
        ),
        Action.TELL: Form(
            Callback.TELL,
            Event.TOLD,
            lambda desk, on, by: ask.ready_to_tell(desk, on.handoff, on.round, by),
            lambda words, dossier, who: _tell_view(desk, words, dossier, who),
            _tell,
        ),
    }
