"""A lead to a colleague, or for one of theirs: the form that asks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.delivery.actions import Action, Callback, Field
from bot.delivery.wording import Words
from bot.domain.move import Event
from bot.use_cases import hand_over
from bot.use_cases.desk import Desk
from bot.use_cases.hand_over import Lead
from bot.use_cases.records import Colleague, Dossier
from handlers.buttons import UseCase
from handlers.clicks import read_target
from handlers.forms import BadForm, Filled, note_in
from handlers.modals import Form


def forms(desk: Desk) -> Mapping[Action, Form]:
    return {
        Action.HAND_OVER: Form(
            Callback.HAND_OVER,
            Event.TRANSFERRED,
            lambda desk, on, by: hand_over.ready(desk, on.handoff, on.round, by),
            lambda words, dossier, who: words.hand_over_view(
                dossier, hand_over.colleagues(desk, dossier.handoff, who.id if who else ""), who
            ),
            _hand_over,
            Words.colleague_asked_view,
        )
    }


def _hand_over(desk: Desk, dossier: Dossier, filled: Filled) -> UseCase:
    holder = dossier.handoff.holder or ""
    others = hand_over.colleagues(desk, dossier.handoff, holder)
    taker, swap_for = _chosen(filled, others)
    note = filled.judged(Field.NOTE, lambda: note_in(filled), "")
    filled.check()
    return lambda desk, on, by: hand_over.propose(
        desk, on.handoff, on.round, by, taker, swap_for, note
    )


def _chosen(filled: Filled, others: Sequence[Colleague]) -> tuple[str, Lead | None]:
    """Whom to ask, and for which of their leads; None: for none. Raises BadForm."""
    taker, swap = filled.choice(Field.COLLEAGUE), read_target(filled.choice(Field.SWAP))
    if swap is not None:
        wanted = (swap.handoff, swap.round)
        holder = next((one.person.id for one in others if wanted in _leads(one)), None)
        if holder is None:
            raise BadForm({Field.SWAP: "swap_gone"})
        if taker not in ("", holder):
            raise BadForm({Field.SWAP: "swap_of_another"})
        return holder, wanted
    with_room = {one.person.id for one in others if one.has_room}
    if taker not in with_room:
        field = Field.COLLEAGUE if with_room else Field.SWAP
        raise BadForm({field: "colleague_gone" if taker else "colleague_needed"})
    return taker, None


def _leads(one: Colleague) -> list[Lead]:
    return [(listed.handoff.id, listed.handoff.round) for listed in one.leads]
