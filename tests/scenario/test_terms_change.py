"""A change of the agreement is for the leads that come after it."""

from dataclasses import replace
from datetime import date, timedelta

from bot.domain.agreement import Duration, Target
from bot.domain.lead import LeadFacts
from bot.use_cases import answer
from bot.use_cases.desk import Desk
from bot.use_cases.offer import raise_lead
from tests.scenario.world import AGREED, World, agreement

HOUR = timedelta(hours=1)
TOMORROW = date(2026, 3, 3)
STRICTER = replace(
    AGREED,
    answer=Target(Duration(HOUR)),
    touch=Target(Duration(HOUR)),
    calendars={
        name: replace(calendar, holidays=frozenset({TOMORROW}))
        for name, calendar in AGREED.calendars.items()
    },
)


def after_the_change(world: World) -> Desk:
    """Baton, started again with another app.yaml."""
    with world.books.writing() as work:
        version = work.terms.register(STRICTER, world.clock.now())
        work.commit()
    return replace(world.desk, terms_version=version, agreement=agreement(STRICTER))


def test_a_change_of_the_agreement_never_touches_a_running_promise(world: World) -> None:
    """Due times, ladder and the touch clock of a lead offered before are what they were, although
    tomorrow is a holiday by now; the next lead is judged by the new words."""
    before = world.lead("Ada")
    was_due = world.handoff(before).offer.answer_due
    desk = after_the_change(world)
    after = raise_lead(desk, LeadFacts(email="bea@acme.example", name="Bea", country="SE"))
    world.deliver()
    world.sees("Bea", "Please answer by")
    assert world.handoff(before).offer.answer_due == was_due
    assert [hours_to_answer(world, lead) for lead in (before, after.handoff_id)] == [4, 1]
    for lead in (before, after.handoff_id):
        answer.accept(desk, lead, 1, world.id("@erik"))
    assert [hours_to_touch(world, lead) for lead in (before, after.handoff_id)] == [24, 1]
    world.deliver()


def hours_to_answer(world: World, lead: int) -> float:
    offer = world.handoff(lead).offer
    assert offer.posted_at is not None
    assert offer.answer_due is not None
    return (offer.answer_due - offer.posted_at) / HOUR


def hours_to_touch(world: World, lead: int) -> float:
    """By the wall: eight working hours from ten in the morning end at ten on the next."""
    offer = world.handoff(lead).offer
    assert offer.answered_at is not None
    assert offer.touch_due is not None
    return (offer.touch_due - offer.answered_at) / HOUR
