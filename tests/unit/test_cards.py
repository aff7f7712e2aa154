"""Which cards of a lead are live, and which lead on to others."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.domain import cards
from bot.domain.agreement import Promised
from bot.domain.cards import Shown
from bot.domain.move import Event, Move

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def offered(queue: str = "nordics", *, first: bool = False) -> Move:
    return Move(Event.OFFERED, NOW, promised=Promised(queue, 1, NOW), new_card=not first)


FIRST = offered(first=True)
POSTED = Move(Event.POSTED, NOW)
WIDENED = Move(Event.STEPPED, NOW, new_card=True, queue="dach")
AGAIN = Move(Event.STEPPED, NOW, new_card=True)
PASSED = Move(Event.PASSED, NOW, new_card=True)


def numbers(*journal: Move) -> list[int]:
    return [card.number for card in cards.live(journal)]


def test_the_newest_card_is_live() -> None:
    """Shown again, it is on the newest only."""
    assert [1] == numbers(FIRST, POSTED)
    assert [2] == numbers(FIRST, POSTED, AGAIN)
    assert [3] == numbers(FIRST, POSTED, AGAIN, PASSED)


def test_a_widened_offer_has_a_card_for_each_team() -> None:
    """What is shown again to the first team leaves the other's card as it is."""
    assert [1, 2] == numbers(FIRST, POSTED, WIDENED)
    assert [2, 3] == numbers(FIRST, POSTED, WIDENED, PASSED)
    assert [Shown(2, 1, "dach"), Shown(3, 1, "nordics")] == list(
        cards.live([FIRST, POSTED, WIDENED, AGAIN])
    )


def test_a_new_round_takes_the_place_of_both() -> None:
    """Whoever's team it goes to."""
    for queue in ("nordics", "dach", "iberia"):
        assert [3] == numbers(FIRST, WIDENED, offered(queue))


def test_cards_that_were_never_posted_pass_on_who_leads_to_them() -> None:
    """People find the newest from whichever they have."""
    shown = cards.shown([FIRST, WIDENED, AGAIN, offered()])
    assert [2, 3] == [card.number for card in cards.leading_to(shown[3], shown, {1, 2, 3})]
    assert [1, 2] == sorted(card.number for card in cards.leading_to(shown[3], shown, {1, 2}))
    assert [1] == [card.number for card in cards.leading_to(shown[2], shown, {1, 2})]


def test_each_card_is_there_for_a_reason() -> None:
    """The move that showed the lead so."""
    journal = [FIRST, POSTED, WIDENED, PASSED]
    assert [FIRST, WIDENED, PASSED] == [cards.made_by(journal, number) for number in (1, 2, 3)]
