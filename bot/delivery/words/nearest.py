"""Which card of a widened offer a reader finds: that in a channel which is theirs to read."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.handoff import Handoff
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People
from bot.use_cases.records import PostedCard


def card_near(
    desk: Desk, people: People, handoff: Handoff, cards: Sequence[PostedCard], reader: str
) -> PostedCard | None:
    """The newest in the channel of the reader's team, or in the channel that reads it; where there
    is none, and of a lead with one live card, the newest of all."""
    newest = cards[-1] if cards else None
    if not handoff.also_queue:
        return newest
    other = desk.sells_only_for_the_other(handoff, people, reader)
    theirs = desk.queue(handoff.also_queue if other else handoff.queue).address
    places = (reader, people.channel(theirs))
    found = (card for place in places for card in reversed(cards) if card.channel == place)
    return next(found, newest)
