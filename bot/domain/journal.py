"""What each move does to a handoff.

The journal is the list of moves; folding `apply` over it gives the handoff and its offers back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.agreement import Clock
from bot.domain.handoff import STAGES, Handoff, State
from bot.domain.move import Event, Move
from bot.domain.offer import Answer, Offer


def apply(handoff: Handoff, move: Move) -> Handoff:
    """The handoff after the move. It carries out; `handoff.py` and `detours.py` judge."""
    after = _APPLY[move.event](handoff, move)
    return replace(
        after,
        offer=_question_ended(after, move),
        clock=move.clock,
        card=handoff.card + 1 if move.new_card else handoff.card,
        moves=handoff.moves + 1,
    )


def begin(handoff_id: int, lead_id: int, move: Move) -> Handoff:
    """The handoff after its first move, an `offer`."""
    return Handoff(handoff_id, lead_id, State.OFFERED, _new_round(1, move))


def recompute(
    handoff_id: int, lead_id: int, journal: Iterable[Move]
) -> tuple[Handoff, list[Offer]]:
    """The handoff and all its offers, oldest first, from its journal alone."""
    moves = iter(journal)
    handoff = begin(handoff_id, lead_id, next(moves))
    offers = [handoff.offer]
    for move in moves:
        closing = ended_round(handoff.offer, move)
        handoff = apply(handoff, move)
        if handoff.round > offers[-1].round:
            offers[-1] = closing
            offers.append(handoff.offer)
        else:
            offers[-1] = handoff.offer
        if move.round is not None and move.round < handoff.round:
            offers[move.round - 1] = excused(offers[move.round - 1], move)
    return handoff, offers


def ended_round(offer: Offer, move: Move) -> Offer:
    """The ended round as it stays on record when `move` begins a new one."""
    ended = replace(offer, asked_until=move.at) if offer.is_asking else offer
    if move.event in (Event.RELEASED, Event.RETURNED, Event.LEFT):
        return replace(ended, gave_back_at=move.at)
    return ended


def excused(offer: Offer, move: Move) -> Offer:
    """The promise of one clock, broken in this round, with the manager's reason."""
    why = move.reason or ""
    match move.excuses:
        case Clock.ANSWER:
            return replace(offer, answer_excused=why)
        case Clock.TOUCH:
            return replace(offer, touch_excused=why)
        case Clock.QUALIFY:
            return replace(offer, qualify_excused=why)
        case Clock.FEEDBACK:
            return replace(offer, feedback_excused=why)
    return offer


def _question_ended(after: Handoff, move: Move) -> Offer:
    """A question is open as long as marketing's clock runs."""
    runs = move.clock is not None and move.clock.name is Clock.FEEDBACK
    if after.offer.is_asking and not runs:
        return replace(after.offer, asked_until=move.at)
    return after.offer


def _new_round(number: int, move: Move) -> Offer:
    assert move.promised is not None
    return Offer(number, move.promised, assignee=move.to)


def _offered(handoff: Handoff, move: Move) -> Handoff:
    return replace(
        handoff,
        state=State.OFFERED,
        holder=None,
        offer=_new_round(handoff.round + 1, move),
        also_queue="",
    )


def _posted(handoff: Handoff, move: Move) -> Handoff:
    shown = replace(handoff.offer, posted_at=move.at, answer_due=move.due_at)
    return replace(handoff, offer=shown)


def _answered(handoff: Handoff, move: Move, answer: Answer) -> Offer:
    return replace(
        handoff.offer,
        answered_at=move.at,
        answer=answer,
        answered_by=move.by,
        answer_spent=move.spent,
        reason=move.reason,
        note=move.note,
    )


def _accepted(handoff: Handoff, move: Move) -> Handoff:
    answered = _answered(handoff, move, Answer.ACCEPTED)
    promised = replace(answered, touch_due=move.due_at, hours=move.hours)
    return replace(handoff, state=State.ACCEPTED, holder=move.by, offer=promised)


def _rejected(handoff: Handoff, move: Move) -> Handoff:
    state = State.RECYCLED if move.until else State.REJECTED
    return replace(handoff, state=state, offer=_answered(handoff, move, Answer.REJECTED))


def _not_mine(handoff: Handoff, move: Move) -> Handoff:
    return replace(handoff, state=State.NOT_MINE, offer=_answered(handoff, move, Answer.NOT_MINE))


def _touched(handoff: Handoff, move: Move) -> Offer:
    """Every step sales takes after acceptance is also the first touch, if none was logged."""
    if handoff.offer.touched_at is not None:
        return handoff.offer
    return replace(handoff.offer, touched_at=move.at, touch_spent=move.spent)


def _contacted(handoff: Handoff, move: Move) -> Handoff:
    return replace(handoff, state=State.CONTACTED, offer=_touched(handoff, move))


def _advanced(handoff: Handoff, move: Move) -> Handoff:
    """`won` implies the stages before it (docs/replay.md)."""
    now = _touched(handoff, move)
    now = replace(now, sql_at=now.sql_at or move.at)
    if move.event in (Event.OPPORTUNITY, Event.WON):
        now = replace(now, opportunity_at=now.opportunity_at or move.at)
    if move.event is Event.WON:
        now = replace(now, won_at=move.at, won_amount=move.amount)
    return replace(handoff, state=STAGES[move.event], offer=now)


def _lost(handoff: Handoff, move: Move) -> Handoff:
    now = replace(_touched(handoff, move), lost_at=move.at, reason=move.reason)
    return replace(handoff, state=State.LOST, offer=now)


def _recycled(handoff: Handoff, move: Move) -> Handoff:
    now = replace(_touched(handoff, move), reason=move.reason or "", gave_back_at=move.at)
    return replace(handoff, state=State.RECYCLED, holder=None, offer=now)


def _disqualified(handoff: Handoff, move: Move) -> Handoff:
    now = replace(
        _touched(handoff, move), disqualified_at=move.at, reason=move.reason, note=move.note
    )
    return replace(handoff, state=State.DISQUALIFIED, offer=now)


def _stepped(handoff: Handoff, move: Move) -> Handoff:
    return replace(handoff, also_queue=move.queue or handoff.also_queue)


def _asks_another(handoff: Handoff, move: Move) -> Handoff:
    return replace(handoff, offer=replace(handoff.offer, assignee=move.to))


def _asked(handoff: Handoff, move: Move) -> Handoff:
    asked = replace(
        handoff.offer,
        asked_at=move.at,
        asked_by=move.by,
        asked_clock=handoff.clock.name if handoff.clock else None,
        feedback_due=move.due_at,
    )
    return replace(handoff, offer=asked)


def _told(handoff: Handoff, move: Move) -> Handoff:
    """The promise of sales is due later, by the time it stood still."""
    told = replace(handoff.offer, asked_until=move.at, told_by=move.by)
    match told.asked_clock:
        case Clock.ANSWER:
            told = replace(told, answer_due=move.due_at)
        case Clock.TOUCH:
            told = replace(told, touch_due=move.due_at)
    return replace(handoff, offer=told)


def _transferred(handoff: Handoff, move: Move) -> Handoff:
    return replace(handoff, holder=move.to, offer=replace(handoff.offer, taken_over_by=move.to))


def _excused(handoff: Handoff, move: Move) -> Handoff:
    if move.round != handoff.round:
        return handoff  # an earlier round's: `recompute`, and the table of offers
    return replace(handoff, offer=excused(handoff.offer, move))


def _unchanged(handoff: Handoff, _move: Move) -> Handoff:
    return handoff


_APPLY = {
    Event.OFFERED: _offered,
    Event.POSTED: _posted,
    Event.RAISED_AGAIN: _unchanged,
    Event.ACCEPTED: _accepted,
    Event.REJECTED: _rejected,
    Event.NOT_MINE: _not_mine,
    Event.CONTACTED: _contacted,
    Event.SQL: _advanced,
    Event.OPPORTUNITY: _advanced,
    Event.WON: _advanced,
    Event.LOST: _lost,
    Event.DISQUALIFIED: _disqualified,
    Event.RELEASED: _offered,
    Event.RETURNED: _offered,
    Event.LEFT: _offered,
    Event.RECYCLED: _recycled,
    Event.STEPPED: _stepped,
    Event.HELD: _unchanged,
    Event.SNOOZED: _unchanged,
    Event.PASSED: _asks_another,
    Event.ASSIGNED: _asks_another,
    Event.ASKED: _asked,
    Event.TOLD: _told,
    Event.TRANSFERRED: _transferred,
    Event.EXCUSED: _excused,
}
