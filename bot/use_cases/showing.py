"""On which cards people see how a lead stands, and on which of them somebody is told of it.

There is one, or, once the ladder has widened the offer, one in the channel of each team. Slack
tells nobody of a mention in a channel that they are not in, so each is named below the card of
their own team.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain import cards
from bot.domain.cards import Shown
from bot.domain.handoff import Handoff
from bot.domain.messages import Card
from bot.use_cases.desk import Desk
from bot.use_cases.ports import UnitOfWork


def live(work: UnitOfWork, handoff: Handoff) -> tuple[Shown, ...]:
    """As of this handoff, which may have moved on since; that of its own queue first."""
    if not handoff.also_queue:
        return (Shown(handoff.card, handoff.round, handoff.queue),)
    found = cards.live(work.handoffs.journal(handoff.id)[: handoff.moves])
    return tuple(sorted(found, key=lambda card: card.queue != handoff.queue))


def show(desk: Desk, work: UnitOfWork, handoff: Handoff, now: datetime) -> None:
    """Its cards are out of date: a new one is posted, the others are changed in place."""
    for card in live(work, handoff):
        work.outbox.put(Card(handoff.id, card.number), address(desk, card), now)


def address(desk: Desk, card: Shown) -> str:
    return desk.queue(card.queue).address


def near(desk: Desk, work: UnitOfWork, handoff: Handoff, person: str) -> Shown:
    """The card of this person's team."""
    shown = live(work, handoff)
    other = desk.sells_only_for_the_other(handoff, work.people, person)
    return shown[-1] if other else shown[0]


def each_near(
    desk: Desk, work: UnitOfWork, handoff: Handoff, names: Iterable[str]
) -> Sequence[tuple[Shown, tuple[str, ...]]]:
    """The live cards, each with those among these people and groups whose team's it is."""
    named = [(near(desk, work, handoff, name), name) for name in names]
    return [
        (card, tuple(name for its, name in named if its == card)) for card in live(work, handoff)
    ]
