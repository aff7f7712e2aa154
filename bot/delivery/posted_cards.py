"""A card has reached Slack: it is put on record, and the answer clock starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.handoff import CLOSED, HELD, Handoff, State, posted
from bot.domain.messages import Card
from bot.use_cases.ports import PostedCard, UnitOfWork

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(ts: str) -> datetime:
    """When Slack says a message was posted (workspace time); its ts are seconds.microseconds."""
    seconds, _, fraction = ts.partition(".")
    return EPOCH + timedelta(seconds=int(seconds), microseconds=int(fraction.ljust(6, "0")[:6]))


def worth_showing_again(handoff: Handoff, number: int) -> bool:
    """Somebody deleted this card: does anybody still need its buttons?"""
    assert CLOSED.isdisjoint(HELD)
    return number == handoff.card and handoff.state in (State.OFFERED, *HELD)


def keep(
    work: UnitOfWork,
    message: Card,
    channel: str,
    ts: str,
    permalink: str,
    lane: str,
    now: datetime,
) -> None:
    """Record the card, start the clock of its round, and have the card before link to it."""
    handoff = work.handoffs.get(message.handoff)
    round_ = _round_of(work, handoff, message.number)
    card = PostedCard(message.number, round_, channel, ts, permalink)
    work.deliveries.keep_card(handoff.id, card)
    _start_clock(work, handoff, card)
    if message.number > 1:
        _link_from_the_card_before(work, card, handoff.id, lane, now)


def _link_from_the_card_before(
    work: UnitOfWork, card: PostedCard, handoff_id: int, lane: str, now: datetime
) -> None:
    before = work.deliveries.card(handoff_id, card.number - 1)
    if before is not None:
        same_lane = before.channel == card.channel
        earlier = Card(handoff_id, before.number)
        work.outbox.put(earlier, to=lane if same_lane else before.channel, now=now)


def _start_clock(work: UnitOfWork, handoff: Handoff, card: PostedCard) -> None:
    if card.round != handoff.round:
        return  # found again after a crash, and the lead has gone on since
    terms = work.terms.get(handoff.offer.promised.terms_version)
    move = posted(handoff, instant_of(card.ts), terms)
    if move is not None:
        work.handoffs.record(handoff, move)


def _round_of(work: UnitOfWork, handoff: Handoff, number: int) -> int:
    """Each new round shows the lead as a new card, so a card belongs to the round it began in."""
    if number == handoff.card:
        return handoff.round
    card, round_ = 1, 0
    for move in work.handoffs.dossier(handoff.id).journal:
        card += move.new_card
        if card > number:
            break
        round_ += move.promised is not None
    return round_
