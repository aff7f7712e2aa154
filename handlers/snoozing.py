"""“I take it at 14:00”: one form, opened from a card or from a reminder."""

from __future__ import annotations

from collections.abc import Mapping

from bot.delivery.actions import Action, Callback, Field
from bot.delivery.wording import Words
from bot.domain.move import Event
from bot.use_cases import snooze
from bot.use_cases.desk import Desk
from bot.use_cases.records import Dossier
from handlers.buttons import UseCase
from handlers.forms import BadForm, Filled
from handlers.modals import Form


def _snooze(desk: Desk, dossier: Dossier, filled: Filled) -> UseCase:
    until, clock = filled.instant(Field.AT), dossier.handoff.clock
    if until is None:
        raise BadForm({Field.AT: "time_needed"})
    if until <= desk.clock():
        raise BadForm({Field.AT: "snooze_past"})
    if clock is not None and until > clock.due_at:
        raise BadForm({Field.AT: "snooze_late"}, due=clock.due_at)
    return lambda desk, on, by: snooze.snooze(desk, on.handoff, on.round, by, until)


FORMS: Mapping[Action, Form] = {
    Action.SNOOZE: Form(
        Callback.SNOOZE,
        Event.SNOOZED,
        lambda desk, on, by: snooze.ready(desk, on.handoff, on.round, by),
        Words.snooze_view,
        _snooze,
    ),
}
