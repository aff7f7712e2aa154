"""What each move does to a handoff.

The journal is the list of moves; folding `apply` over it gives the handoff and its offers back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.handoff import STAGES, Answer, Event, Handoff, Move, Offer, State


def apply(handoff: Handoff, move: Move) -> Handoff:
    """The handoff after the move. Carries out, does not judge: the decisions above do that."""
    after = _APPLY[move.event](handoff, move)
    return replace(
        after,
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
    return handoff, offers


def ended_round(offer: Offer, move: Move) -> Offer:
    """The ended round as it stays on record when `move` begins a new one."""
    if move.event in (Event.RELEASED, Event.RETURNED):
        return replace(offer, gave_back_at=move.at)
    return offer


def _new_round(number: int, move: Move) -> Offer:
    assert move.promised is not None
    return Offer(number, move.promised)


def _offered(handoff: Handoff, move: Move) -> Handoff:
    return replace(
        handoff,
        state=State.OFFERED,
        holder=None,
        offer=_new_round(handoff.round + 1, move),
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
    promised = replace(answered, touch_due=move.due_at)
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
    now = replace(_touched(handoff, move), reason=move.reason)
    return replace(handoff, state=State.RECYCLED, holder=None, offer=now)


def _disqualified(handoff: Handoff, move: Move) -> Handoff:
    now = replace(
        _touched(handoff, move), disqualified_at=move.at, reason=move.reason, note=move.note
    )
    return replace(handoff, state=State.DISQUALIFIED, offer=now)


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
    Event.RECYCLED: _recycled,
    Event.STEPPED: _unchanged,
    Event.HELD: _unchanged,
}
