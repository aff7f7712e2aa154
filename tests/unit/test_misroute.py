"""Where a lead in the wrong hands may go next."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.asked import sent_it_on, teams_left, was_sent_around
from bot.domain.assignment import Queue
from bot.domain.offer import Answer, Offer
from tests.unit.agreements import PROMISED

NAMES = ("nordics", "dach", "uk", "iberia")


def queue(name: str) -> Queue:
    return Queue(name, name, ("@bo",), "@maja", "@henrik", ("@anna",), lambda _facts: True)


QUEUES = [queue(name) for name in NAMES]


def offer(number: int, name: str, answer: Answer | None = None) -> Offer:
    return replace(Offer(number, replace(PROMISED, queue=name)), answer=answer)


def left(*offers: Offer) -> list[str]:
    return [queue.name for queue in teams_left(QUEUES, offers)]


def test_every_other_team_may_be_the_right_one() -> None:
    """At first only the team that has the lead is out of the question."""
    assert ["dach", "uk", "iberia"] == left(offer(1, "nordics"))


def test_a_team_that_sent_it_on_does_not_get_it_back() -> None:
    """Two teams cannot play it back and forth between them."""
    sent_on = offer(1, "nordics", Answer.NOT_MINE)
    assert ["uk", "iberia"] == left(sent_on, offer(2, "dach"))


def test_a_rejection_closes_no_door() -> None:
    """Who refused it for now may be the right team later."""
    refused = offer(1, "nordics", Answer.REJECTED)
    assert "nordics" in left(refused, offer(2, "dach"))


def test_the_third_team_has_no_choice() -> None:
    """After two wrong guesses the manager decides, however many teams there are."""
    offers = [offer(1, "nordics", Answer.NOT_MINE), offer(2, "dach", Answer.NOT_MINE)]
    assert was_sent_around(offers)
    assert [] == left(*offers, offer(3, "uk"))


@given(st.lists(st.integers(0, len(NAMES) - 1), max_size=20))
def test_no_lead_is_sent_around_for_long(choices: list[int]) -> None:
    """Whatever sellers choose, a lead reaches three teams at most before a manager sees it, and
    none of them twice."""
    offers = [offer(1, "nordics")]
    for choice in choices:
        if not (teams := left(*offers)):
            break
        offers[-1] = replace(offers[-1], answer=Answer.NOT_MINE)
        offers.append(offer(len(offers) + 1, teams[choice % len(teams)]))
    seen = [one.promised.queue for one in offers]
    assert len(seen) == len(set(seen)) <= 3
    assert sent_it_on(offers) == seen[:-1]
