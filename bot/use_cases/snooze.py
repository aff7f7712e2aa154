"""“I take it at 14:00”: reminders of a lead wait till then, once for each promise."""

from __future__ import annotations

from datetime import datetime

from bot.domain import detours
from bot.domain.handoff import Handoff, HeldByAnother, OldCard, OutOfOrder, State
from bot.use_cases.answer import check_may_answer
from bot.use_cases.desk import Desk
from bot.use_cases.nudge import OWN
from bot.use_cases.ports import Conflict, UnitOfWork
from bot.use_cases.records import Dossier, Nudge
from bot.use_cases.showing import show


def snooze(desk: Desk, handoff_id: int, round_: int, by: str, until: datetime) -> Handoff:
    """No promise moves: `until` lies before it is due. The card says who takes the lead and when,
    and they are reminded then.

    Raises NotFound, NotAllowed, OldCard, OutOfOrder, SnoozedAlready, BadSnooze.
    """
    now = desk.clock()
    with desk.books.writing() as work:
        before = _theirs(desk, work, handoff_id, round_, by)
        after = work.handoffs.record(before, detours.snooze(before, round_, by, now, until))
        assert after.clock is not None, "a clock that was put off runs"
        work.nudges.put(Nudge(by, after.id, round_, after.clock.name, OWN, until))
        show(desk, work, after, now)
        work.commit()
    desk.said()
    return after


def ready(desk: Desk, handoff_id: int, round_: int, by: str) -> Dossier:
    """What the form shows; nothing is changed. Raises as `snooze` does: BadSnooze where it is too
    late to put anything off."""
    with desk.books.reading() as work:
        before = _theirs(desk, work, handoff_id, round_, by)
        if before.clock is None:
            raise OutOfOrder(before)
        detours.snooze(before, round_, by, desk.clock(), before.clock.due_at)
        return work.handoffs.dossier(handoff_id)


def _theirs(desk: Desk, work: UnitOfWork, handoff_id: int, round_: int, by: str) -> Handoff:
    """The handoff, for whoever may answer it, or holds it: nobody takes it in their place. Raises
    Conflict for a card of which Slack's word is still on its way: its clock does not run yet."""
    before = work.handoffs.get(handoff_id)
    if round_ != before.round:
        raise OldCard(before)
    if before.state is State.OFFERED:
        if before.offer.posted_at is None:
            raise Conflict(f"Slack has not said yet that the card of handoff {before.id} is up.")
        check_may_answer(desk, work, before, by)
    elif by != before.holder:
        raise HeldByAnother(before)
    return before
