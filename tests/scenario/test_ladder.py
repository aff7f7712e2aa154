"""Clocks and the ladder, as people live them: reminded before the breach, escalated after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.agreement import Clock
from bot.domain.handoff import State
from bot.domain.lead import LeadFacts
from bot.domain.move import Event
from bot.use_cases import escalate
from bot.use_cases.offer import raise_lead
from tests.scenario.world import World, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as opened:
        yield opened
        opened.nothing_more()


def accepted(world: World, by: str = "@erik") -> int:
    lead = world.lead()
    world.click(by, "accept", lead)
    world.deliver()
    return lead


def test_an_unclaimed_lead_climbs_the_agreed_ladder(world: World) -> None:
    """80 %: the group, in the thread; 100 %: the manager too; 150 %: the head, and a new card."""
    lead = world.lead()
    world.pass_time(hours=3, minutes=11)
    world.nothing_more()
    world.pass_time(minutes=1)
    reminder = world.sees("@nordic-sales", "Ada", "waiting for an answer")
    assert reminder.broadcast
    world.pass_time(minutes=48)
    assert world.sees("@nordic-sales", "@maja", "still needs an answer").broadcast
    world.pass_time(hours=2)
    world.hears("@henrik", "Ada")
    world.sees("Ada", "Still waiting")
    assert world.handoff(lead).card == 2


def test_the_reminder_reaches_every_seller_of_the_queue(world: World) -> None:
    """A thread alone notifies nobody, so the group is mentioned and the reply is broadcast."""
    world.lead()
    world.pass_time(hours=3, minutes=12)
    world.sees("waiting for an answer")
    for seller in ("@erik", "@aino", "@jonas", "@priya"):
        pinged = [ping for ping in world.person(seller).pings() if ping.why == "group"]
        assert len(pinged) == 2  # the card, and the reminder


def test_an_answer_ends_the_ladder(world: World) -> None:
    """Nobody is reminded of what is done."""
    lead = world.lead()
    world.pass_time(hours=3)
    world.click("@erik", "accept", lead)
    world.pass_time(hours=1, minutes=30)


def test_a_lead_shown_again_keeps_its_old_promise(world: World) -> None:
    """A new card is for fresh eyes; it does not wind the broken clock anew."""
    lead = world.lead()
    due = world.handoff(lead).offer.answer_due
    world.pass_time(hours=7)
    world.forget()
    world.click("@aino", "accept", lead)
    world.deliver()
    offer = world.handoff(lead).offer
    assert (offer.round, offer.answer_due, offer.answer_spent) == (1, due, timedelta(hours=7))
    assert "late by 3 h" in world.shows(lead)


def test_the_card_before_links_to_the_new_one(world: World) -> None:
    """Whoever comes upon the old card finds the live one."""
    lead = world.lead()
    old = world.card(lead)
    world.pass_time(hours=6)
    world.forget()
    seen = next(seen for seen in world.person("@erik").sees(old.channel) if seen.ts == old.ts)
    assert seen.action_ids == []
    assert "goes on" in seen.words


def test_nothing_is_said_at_night(world: World) -> None:
    """A lead of the late afternoon is reminded of in the morning."""
    world.pass_time(hours=6, minutes=30)  # half past four
    world.lead()
    world.pass_time(hours=16, minutes=29)  # one minute to nine
    world.nothing_more()
    world.pass_time(hours=2, minutes=43)
    world.sees("@nordic-sales", "waiting for an answer")


def test_after_a_long_stop_one_message_names_everybody_and_says_how_late(world: World) -> None:
    """A restart neither floods nor drops: the furthest step, once."""
    world.lead()
    world.clock.advance(by=timedelta(hours=6, minutes=30))
    world.sweep()
    world.sees("@nordic-sales", "@maja", "@henrik", "30 min late")
    world.sees("Still waiting")
    world.sweep()


def test_a_stop_over_the_weekend_is_heard_of_on_monday(world: World) -> None:
    """What came due while Baton was down is held until the next working minute."""
    world.pass_time(hours=24 * 4 + 3)  # Friday at one
    lead = world.lead()
    world.clock.advance(by=timedelta(hours=30))  # Saturday evening
    world.sweep()
    world.nothing_more()
    assert world.journal(lead)[-1].event is Event.HELD
    world.pass_time(hours=38)  # Monday at nine
    world.sees("@nordic-sales", "@maja", "was due 2026-03-06 17:00")
    assert world.handoff(lead).state is State.OFFERED


def test_the_holder_is_nudged_in_private_first(world: World) -> None:
    """No blame in public: who has accepted and not yet called hears it in a DM."""
    accepted(world)
    world.pass_time(hours=6, minutes=59)  # 80 % of eight hours would be 16:24
    world.hears("@erik", "Ada")


def test_a_held_lead_left_untouched_goes_back_with_its_history(world: World) -> None:
    """Accept and forget does not keep a lead: the queue gets it as a new card."""
    lead = accepted(world)
    world.pass_time(hours=24 + 1, minutes=30)
    world.hears("@erik", "Ada")
    assert not world.sees("@erik", "@maja", "Ada").broadcast
    world.pass_time(hours=4)
    world.sees("@henrik", "@erik", "Ada")
    card = world.sees("Ada", "Back in the queue", "Not contacted in the agreed time")
    assert "accept" in card.action_ids
    after = world.handoff(lead)
    assert (after.state, after.holder, after.round) == (State.OFFERED, None, 2)
    assert world.journal(lead)[-2].event is Event.RETURNED
    world.click("@erik", "accept", lead)


def test_the_first_contact_ends_the_second_ladder(world: World) -> None:
    """A touch is a touch: no more nudges."""
    lead = accepted(world)
    world.pass_time(hours=1)
    world.click("@erik", "contacted", lead)
    assert world.handoff(lead).clock is None
    world.pass_time(hours=72)


def test_an_answer_between_the_sweep_and_the_message_silences_it(world: World) -> None:
    """What is queued is asked again whether it is still wanted."""
    lead = world.lead()
    world.clock.advance(by=timedelta(hours=3, minutes=12))
    assert escalate.sweep(world.desk) == 1
    world.click("@erik", "accept", lead)
    world.deliver()
    assert world.handoff(lead).state is State.ACCEPTED


def test_a_recycled_lead_comes_back_on_its_date(world: World) -> None:
    """Not now is not never: on the agreed morning the card is there again, with what was said."""
    lead = world.lead()
    world.click("@erik", "reject", lead)
    person = world.person("@erik")
    person.wait_for_modal()
    person.submit({"reason": "bad_timing", "until": "2026-03-09", "note": "after the move"})
    world.deliver()
    for marketer in ("@anna", "@luis"):
        world.hears(marketer, "Ada", "Not now")
    clock = world.handoff(lead).clock
    assert clock is not None
    assert clock.name is Clock.WAKE
    world.pass_time(hours=24 * 7 - 1)
    world.sees("Ada", "after the move")
    assert world.handoff(lead).round == 2


def test_the_answer_clock_starts_when_slack_has_the_card(world: World) -> None:
    """System delay is never charged to a person."""
    raised = raise_lead(world.desk, LeadFacts(email="ada@acme.example", name="Ada", country="SE"))
    world.clock.advance(by=timedelta(hours=2))
    assert world.handoff(raised.handoff_id).clock is None
    world.deliver()
    world.sees("Ada")
    offer = world.handoff(raised.handoff_id).offer
    assert offer.posted_at is not None
    assert offer.posted_at - offer.promised.raised_at == timedelta(hours=2)
    assert offer.answer_due == offer.posted_at + timedelta(hours=4)


def test_one_leads_trouble_does_not_keep_the_others_reminders_back(world: World) -> None:
    """A row that cannot be decided is logged, and everybody else is reminded in time."""
    broken, sound = world.lead("Ada"), world.lead("Bo")
    with world.books.writing() as work:
        terms = work.handoffs.dossier(broken).terms
        none = work.terms.register(replace(terms, ladder=()), world.clock.now())
        work.commit()
    with world.books._engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE offers SET terms_version = ? WHERE handoff_id = ?", (none, broken)
        )
    world.clock.advance(by=timedelta(hours=3, minutes=13))
    world.sweep()
    world.sees("Bo", "waiting for an answer")
    assert world.handoff(sound).clock is not None
