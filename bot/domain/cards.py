"""The cards of a lead, by number: read from its journal.

The first is there from the beginning; each move that shows the lead anew makes the next, in the
channel of its queue or, where the ladder widened the offer, in that of the queue that is asked too.
A card is live until another takes its place: the next one of the same queue, or of the next round.
So a widened offer has two, and whatever is done on one of them is seen on both.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from bot.domain.move import Move


@dataclass(frozen=True, slots=True)
class Shown:
    number: int
    round: int
    queue: str  # whose team it asks


def shown(journal: Iterable[Move]) -> list[Shown]:
    """All of them, oldest first."""
    cards: list[Shown] = []
    round_, queue = 0, ""
    for move in journal:
        if move.promised is not None:
            round_, queue = round_ + 1, move.promised.queue
        if move.new_card or not cards:
            cards.append(Shown(len(cards) + 1, round_, move.queue or queue))
    return cards


def live(journal: Iterable[Move]) -> tuple[Shown, ...]:
    """Those that show how the lead stands, with what can be done: one for each queue asked now."""
    cards = shown(journal)
    return tuple(card for card in cards if next_of(card, cards) is None)


def next_of(card: Shown, cards: Sequence[Shown]) -> Shown | None:
    """Which of all the cards took the place of this one; None while it is live."""
    later = cards[card.number :]
    return next((one for one in later if one.queue == card.queue or one.round > card.round), None)


def made_by(journal: Iterable[Move], number: int) -> Move:
    """The move that showed the lead on the card of this number."""
    first, *others = journal
    return [first, *(move for move in others if move.new_card)][number - 1]


def leading_to(card: Shown, cards: Sequence[Shown], posted: Container[int]) -> list[Shown]:
    """Cards that people have and that this one took the place of: itself, or instead of one that
    was never posted."""
    found: list[Shown] = []
    for before in cards[: card.number - 1]:
        if next_of(before, cards) == card:
            kept = before.number in posted
            found += [before] if kept else leading_to(before, cards, posted)
    return found
