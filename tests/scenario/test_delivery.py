"""What is queued reaches people once, in order, and as it is true at that moment. The courier runs
against a real database and a real playground."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.posted_cards import instant_of
from bot.domain.agreement import Clock
from bot.domain.handoff import State
from bot.domain.messages import (
    Digest,
    DigestBreakdown,
    Returned,
)
from bot.use_cases import answer, follow_up
from tests.scenario.office import START, Office, open_office, reminder


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


# ---------------------------------------------------------------------------- cards


def test_a_card_is_posted_and_its_clock_starts_at_slacks_own_time(office: Office) -> None:
    """The four hours count from the moment the team could see the card."""
    lead = office.lead()
    office.later(seconds=90)
    assert office.handoff(lead).clock is None

    office.deliver()

    card = office.card(lead)
    assert card is not None
    assert ["card 1 of 1: offered"] == office.channel()
    assert (
        office.handoff(lead).offer.posted_at == instant_of(card.ts) >= START + timedelta(seconds=90)
    )
    assert office.handoff(lead).offer.answer_due == instant_of(card.ts) + timedelta(hours=4)
    assert card.permalink.startswith("http")


def test_a_change_is_shown_on_the_same_card(office: Office) -> None:
    """A lead has one card, and the card says how it stands."""
    lead = office.lead()
    office.deliver()
    answer.accept(office.desk, lead, 1, office.erik)
    office.deliver()

    assert ["card 1 of 1: accepted"] == office.channel()


def test_a_card_says_what_is_true_when_it_is_sent(office: Office) -> None:
    """Three changes while Slack is slow make one message, and it tells the last."""
    lead = office.lead()
    office.deliver()
    answer.accept(office.desk, lead, 1, office.erik)
    follow_up.contacted(office.desk, lead, 1, office.erik)

    assert 1 == office.deliver()
    assert ["card 1 of 1: contacted"] == office.channel()


def test_a_click_that_overtakes_the_record_of_the_card_is_kept(office: Office) -> None:
    """Somebody may accept before we have noted that the card is up; both stay on record."""
    lead = office.lead()
    claimed = office.courier.claim(1)
    answer.accept(office.desk, lead, 1, office.erik)
    office.courier.deliver(claimed[0])
    office.deliver()

    handoff = office.handoff(lead)
    assert State.ACCEPTED is handoff.state
    assert handoff.clock is not None
    assert Clock.TOUCH is handoff.clock.name
    assert handoff.offer.posted_at is not None
    assert ["card 1 of 1: accepted"] == office.channel()


def test_a_lead_given_back_gets_a_new_card_and_the_old_one_leads_there(office: Office) -> None:
    """An old card in the scrollback never asks for what is asked elsewhere."""
    lead = office.lead()
    office.deliver()
    answer.accept(office.desk, lead, 1, office.erik)
    follow_up.release(office.desk, lead, 1, office.erik)
    office.deliver()

    second = office.card(lead, 2)
    assert second is not None
    assert (2, 2) == (second.number, second.round)
    assert [
        f"card 1 of 1: offered -> {second.permalink}",
        "card 2 of 1: offered",
    ] == office.channel()
    assert office.handoff(lead).offer.posted_at == instant_of(second.ts)


def test_a_deleted_card_of_an_open_lead_is_shown_again(office: Office) -> None:
    """Nobody loses a lead's buttons because somebody tidied up the channel."""
    lead = office.lead()
    office.deliver()
    posted_at = office.handoff(lead).offer.posted_at
    office.delete_card(lead)
    answer.accept(office.desk, lead, 1, office.erik)
    office.deliver()

    assert ["card 1 of 1: accepted"] == office.channel()
    assert posted_at == office.handoff(lead).offer.posted_at
    follow_up.contacted(office.desk, lead, 1, office.erik)
    office.deliver()
    assert ["card 1 of 1: contacted"] == office.channel()


def test_a_deleted_card_of_a_closed_lead_stays_deleted(office: Office) -> None:
    """What is over is not posted again."""
    lead = office.lead()
    office.deliver()
    office.delete_card(lead)
    answer.reject(office.desk, lead, 1, office.erik, "not_icp")
    office.deliver()

    assert [] == office.channel()
    assert not office.unsent()


# ---------------------------------------------------------------------------- threads and DMs


def test_a_reminder_is_said_in_the_cards_thread_and_seen_in_the_channel(office: Office) -> None:
    """An unclaimed lead is brought up where everybody looks."""
    lead = office.lead()
    office.deliver()
    office.say(reminder(lead, card=1, broadcast=True))
    office.deliver()

    card, broadcast = office.seen()
    assert broadcast.broadcast
    assert [broadcast.text] == office.thread(card)


def test_a_reminder_waits_for_its_card(office: Office) -> None:
    """In a lane of its own it still comes after the card it belongs to."""
    lead = office.lead()
    office.say(Returned(lead, 1, Clock.TOUCH, 150, card=1), "#sales")
    assert office.card(lead) is None
    office.workspace.faults.rate_limit("chat.postMessage", retry_after=1)
    office.deliver()
    assert [] == office.channel()
    office.later(seconds=5)
    office.deliver()
    office.later(seconds=5)
    office.deliver()

    (card,) = office.seen()
    assert 1 == len(office.thread(card))


def test_what_is_answered_is_no_longer_nagged_about(office: Office) -> None:
    """A reminder that was queued before the answer is not said after it."""
    lead = office.lead()
    office.deliver()
    office.say(reminder(lead, mention=("@maja",)), "@maja")
    answer.accept(office.desk, lead, 1, office.erik)
    office.deliver()

    assert [] == office.dm("@maja")
    assert not office.unsent()


def test_people_hear_privately_by_handle_or_id(office: Office) -> None:
    """However a person is named, it is their own DM that speaks."""
    lead = office.lead()
    office.deliver()
    office.say(reminder(lead), "@maja")
    office.say(reminder(lead, mention=("@erik",)), office.erik)
    office.deliver()

    assert 1 == len(office.dm("@maja"))
    assert 1 == len(office.dm("@erik"))


def test_the_breakdown_is_in_the_digests_thread(office: Office) -> None:
    """The channel gets one digest; who wants the tables opens its thread."""
    report = office.report()
    office.say(Digest(report))
    office.say(DigestBreakdown(report))
    office.deliver()

    (digest,) = office.seen()
    assert [f"digest_breakdown {{'report': {report}}}"] == office.thread(digest)


def test_a_link_that_could_not_be_had_is_had_later(office: Office) -> None:
    """A card never waits for its own address; the next change brings it."""
    lead = office.lead()
    office.workspace.faults.cut("chat.getPermalink")
    office.deliver()
    first = office.card(lead)
    assert first is not None
    assert "" == first.permalink

    answer.accept(office.desk, lead, 1, office.erik)
    office.deliver()
    later = office.card(lead)
    assert later is not None
    assert later.permalink.startswith("http")
