"""Giving a lead back, and taking it again: no way to keep it for ever."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.agreement import Clock
from bot.domain.metrics import measure
from bot.use_cases import away, follow_up, hand_over
from bot.use_cases.look_up import dossier
from tests.scenario.test_why import asks
from tests.scenario.world import MONDAY, World


def given_back_after(world: World, hours: float) -> int:
    """A lead that @erik took, kept for so many working hours and gave back."""
    lead = world.lead()
    world.click("@erik", "accept", lead)
    world.pass_time(hours=hours)
    follow_up.release(world.desk, lead, 1, world.id("@erik"))
    world.deliver()
    world.forget()
    return lead


def test_who_takes_a_lead_again_goes_on_with_their_clock(world: World):
    """Five of eight hours are used up: three are left, whatever was given back in between, and the
    page that explains it says so."""
    lead = given_back_after(world, 5)
    world.click("@erik", "accept", lead)
    world.deliver()
    clock = world.handoff(lead).clock
    assert clock is not None
    assert (clock.name, clock.due_at.isoformat()) == (Clock.TOUCH, "2026-03-03T09:00:00+00:00")
    told = asks(world, "@anna", "why L-1")
    assert "*First contact: open, in time*, 5 h of 8 h" in told
    assert "• 5 h before, until it was given back" in told
    world.forget()


def test_keeping_a_lead_by_giving_it_back_is_a_broken_promise(world: World):
    """In the figures, too: ten hours are ten hours."""
    lead = given_back_after(world, 5)
    world.click("@erik", "accept", lead)
    world.pass_time(hours=21)  # over the night: five working hours
    world.click("@erik", "contacted", lead)
    world.deliver()
    world.forget()
    found = dossier(world.desk, lead)
    figures = measure(found.offers, {1: found.terms}, world.clock.now()).total.touch
    assert (0, 1, 600.0) == (figures.met, figures.breached, figures.median_minutes)


def test_a_colleague_who_takes_it_has_all_their_time(world: World):
    """What one used up is not charged to another."""
    lead = given_back_after(world, 5)
    world.click("@priya", "accept", lead)
    world.deliver()
    world.forget()
    clock = world.handoff(lead).clock
    assert clock is not None
    assert clock.due_at > MONDAY.replace(day=3, hour=13)


def test_handing_it_to_a_colleague_who_gives_it_back_gains_nothing(world: World):
    """The round that one began is one's own, whoever had it at its end."""
    lead, aino = world.lead(), world.id("@aino")
    world.click("@erik", "accept", lead)
    world.pass_time(hours=5)
    proposal = hand_over.propose(world.desk, lead, 1, world.id("@erik"), aino)
    hand_over.agree(world.desk, proposal.id, aino)
    follow_up.release(world.desk, lead, 1, aino)
    world.deliver()
    world.click("@erik", "accept", lead)
    world.deliver()
    world.forget()
    clock = world.handoff(lead).clock
    assert clock is not None
    assert (clock.name, clock.used) == (Clock.TOUCH, timedelta(hours=5))


def test_what_is_qualified_is_not_given_back_with_the_rest(world: World):
    """Going away, one gives back what others can begin with; the rest stays one's own."""
    ada, grace = world.lead(), world.lead("Grace")
    for lead in (ada, grace):
        world.click("@erik", "accept", lead)
    world.deliver()
    world.click("@erik", "sql", grace)
    assert 1 == away.give_back(world.desk, world.id("@erik"))
    world.deliver()
    world.forget()
    holders = (world.handoff(ada).holder, world.handoff(grace).holder)
    assert (None, world.id("@erik")) == holders
    gone = away.leave(world.desk, world.id("@erik"), None)
    assert (1, False) == (gone.held.total, gone.may_give_back)  # so no button says otherwise
