"""A card has reached Slack: it is put on record, and the answer clock starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain import cards
from bot.domain.cards import Shown
from bot.domain.handoff import CLOSED, HELD, Handoff, State, posted
from bot.domain.messages import Card
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Dossier, PostedCard

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CLOCKS_DIFFER_BY = timedelta(minutes=1)  # at most: Slack's and ours


def instant_of(ts: str) -> datetime:
    """When Slack says a message was posted (workspace time); its ts are seconds.microseconds.

    Raises ValueError or OverflowError for what is none.
    """
    seconds, _, fraction = ts.partition(".")
    return EPOCH + timedelta(seconds=int(seconds), microseconds=int(fraction.ljust(6, "0")[:6]))


def worth_showing_again(dossier: Dossier, number: int) -> bool:
    """Somebody deleted this card: does anybody still need its buttons?"""
    assert CLOSED.isdisjoint(HELD)
    return is_live(dossier, number) and dossier.handoff.state in (State.OFFERED, *HELD)


def is_live(dossier: Dossier, number: int) -> bool:
    """No newer card has taken its place."""
    return any(card.number == number for card in cards.live(dossier.journal))


def keep(
    work: UnitOfWork,
    message: Card,
    channel: str,
    ts: str,
    permalink: str,
    lane: str,
    now: datetime,
) -> None:
    """Record the card, start the clock of its round, and have those before it link to it."""
    handoff = work.handoffs.get(message.handoff)
    shown = cards.shown(work.handoffs.journal(handoff.id))
    this = shown[message.number - 1]
    card = PostedCard(message.number, this.round, channel, ts, permalink)
    work.deliveries.keep_card(handoff.id, card)
    _start_clock(work, handoff, card, now)
    if message.number > 1:
        _link_to(work, handoff.id, this, shown, now)
    if cards.next_of(this, shown):  # found again, perhaps after the next was posted elsewhere
        work.outbox.put(message, to=lane, now=now)


def _link_to(
    work: UnitOfWork, handoff: int, this: Shown, shown: list[Shown], now: datetime
) -> None:
    posted = {card.number: card for card in work.handoffs.dossier(handoff).cards}
    for before in cards.leading_to(this, shown, posted):
        earlier = Card(handoff, before.number)
        # By the lane's own name: a channel with two could have two messages on their way at once.
        lane = work.deliveries.lane_of(earlier) or posted[before.number].channel
        work.outbox.put(earlier, lane, now)


def _start_clock(work: UnitOfWork, handoff: Handoff, card: PostedCard, now: datetime) -> None:
    if card.round != handoff.round:
        return  # found again after a crash, and the lead has gone on since
    terms = work.terms.get(handoff.offer.promised.terms_version)
    move = posted(handoff, _posted_at(work, handoff, card.ts, now), terms)
    if move is not None:
        work.handoffs.record(handoff, move)


def _posted_at(work: UnitOfWork, handoff: Handoff, ts: str, now: datetime) -> datetime:
    """Slack's own time of the card where it can be true, else `now`: what stands in for Slack may
    put anything into a ts, and no promise is broken by that."""
    try:
        at = instant_of(ts)
    except (ValueError, OverflowError):
        return now
    if abs(now - at) <= CLOCKS_DIFFER_BY:
        return at
    # Found again after an outage, it may be days old; but not older than its round.
    is_possible = _round_began(work, handoff) - CLOCKS_DIFFER_BY <= at < now
    return at if is_possible else now


def _round_began(work: UnitOfWork, handoff: Handoff) -> datetime:
    journal = work.handoffs.dossier(handoff.id).journal
    return next(move.at for move in reversed(journal) if move.promised is not None)
