"""Cards that a newer one overtook: while their channel was closed, or while nobody knew of them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.delivery.posted_cards import instant_of
from bot.domain.messages import Card
from bot.domain.move import Event, Move
from bot.use_cases import answer, follow_up
from tests.scenario.office import CHANNEL, Office, lost_reply, open_office, reminder


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def test_a_card_that_came_too_late_is_not_posted(office: Office) -> None:
    """While the channel was closed the lead was shown anew; the first card is not news any more."""
    lead = office.lead()
    office.say(Card(lead, number=1))
    with office.books.writing() as work:
        handoff = work.handoffs.get(lead)
        work.handoffs.record(handoff, Move(Event.STEPPED, office.clock.now(), new_card=True))
        work.outbox.put(Card(lead, number=2), CHANNEL, office.clock.now())
        work.commit()
    office.deliver()

    assert ["card 2 of 1: offered"] == office.channel()


def test_a_card_that_was_never_posted_breaks_no_chain(office: Office) -> None:
    """The last card that people have leads to the newest, whatever was to come between them."""
    lead = office.lead()
    office.deliver()
    with office.books.writing() as work:
        for number in (2, 3):
            again = Move(Event.STEPPED, office.clock.now(), new_card=True)
            work.handoffs.record(work.handoffs.get(lead), again)
            work.outbox.put(Card(lead, number), CHANNEL, office.clock.now())
        work.commit()
    office.deliver()

    third = office.card(lead, 3)
    assert third is not None
    assert [
        f"card 1 of 1: offered -> {third.permalink}",
        "card 3 of 1: offered",
    ] == office.channel()


def test_what_belongs_under_a_card_that_was_never_posted_is_said_below_the_one_before(
    office: Office,
) -> None:
    """Nobody waits for a thread that never comes, and nothing is lost with it."""
    lead = office.lead()
    office.deliver()
    for number, who in ((2, "@erik"), (3, "@aino")):
        with office.books.writing() as work:
            again = Move(Event.STEPPED, office.clock.now(), new_card=True)
            before = work.handoffs.get(lead)
            said = reminder(lead, card=number, mention=(who,))
            work.handoffs.record(before, replace(again, clock=before.clock))
            work.outbox.put(Card(lead, number), CHANNEL, office.clock.now())
            work.outbox.put(said, CHANNEL, office.clock.now())
            work.commit()
    lost_reply(office)
    office.deliver()
    office.later(seconds=20)
    office.deliver()

    first, third = office.seen()
    assert (1, 1) == (len(office.thread(first)), len(office.thread(third)))


def test_a_card_found_again_after_the_next_one_leads_there(office: Office) -> None:
    """Where the lead went to another channel meanwhile, the first asks for nothing any more."""
    lead = office.lead()
    lost_reply(office)
    office.deliver()
    with office.books.writing() as work:
        again = Move(Event.STEPPED, office.clock.now(), new_card=True)
        work.handoffs.record(work.handoffs.get(lead), again)
        work.outbox.put(Card(lead, number=2), "#sales", office.clock.now())
        work.commit()
    office.deliver()
    office.later(seconds=20)
    office.deliver()

    second = office.card(lead, 2)
    assert second is not None
    assert [f"card 1 of 1: offered -> {second.permalink}"] == office.channel()
    assert ["card 2 of 1: offered"] == office.channel("sales")


def test_a_card_found_again_after_the_lead_has_gone_on_belongs_to_its_own_round(
    office: Office,
) -> None:
    """The clock of the new round does not start with the old round's card."""
    lead = office.lead()
    lost_reply(office)
    office.deliver()
    answer.accept(office.desk, lead, 1, office.erik)
    follow_up.release(office.desk, lead, 1, office.erik)
    office.later(seconds=20)
    office.deliver()

    first, second = office.card(lead, 1), office.card(lead, 2)
    assert first is not None
    assert second is not None
    assert (1, 2) == (first.round, second.round)
    assert office.handoff(lead).offer.posted_at == instant_of(second.ts)
    assert [
        f"card 1 of 1: offered -> {second.permalink}",
        "card 2 of 1: offered",
    ] == office.channel()


def test_a_channel_has_one_lane(office: Office) -> None:
    """Closed, it is closed once, whatever was to be said there; so the admins hear of it once."""
    lead = office.lead()
    office.deliver()
    office.workspace.channel("mql-handoff").archived = True
    with office.books.writing() as work:
        again = Move(Event.STEPPED, office.clock.now(), new_card=True)
        work.handoffs.record(work.handoffs.get(lead), again)
        work.outbox.put(Card(lead, number=2), "#sales", office.clock.now())
        work.commit()
    office.say(reminder(lead))
    office.deliver()

    assert [CHANNEL] == list(office.paused())
