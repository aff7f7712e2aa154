"""Every figure shows its arithmetic: by `/lead L-1 why`, and from a card's menu."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.agreement import Case, Duration, Target
from bot.use_cases import ask
from playground.delivery import INTERACTIVE
from tests.scenario.world import AGREED, World


def asks(world: World, who: str, text: str) -> str:
    """What `/lead …` answers to whoever typed it."""
    assert world.person(who).command("/lead", text).acked
    world.settle()
    world.said[-1].expected = True
    return world.said[-1].words


def under(world: World, **terms: object) -> None:
    """From now on another agreement is offered under."""
    with world.books.writing() as work:
        version = work.terms.register(replace(AGREED, **terms), world.clock.now())  # type: ignore[arg-type]
        work.commit()
    object.__setattr__(world.desk, "terms_version", version)


@pytest.mark.parametrize("typed", ["why L-1", "L-1 WHY", "varför ada@acme.example"])
def test_the_windows_the_target_and_the_verdict(world: World, typed: str):
    """What was counted, day by day, and what was promised: anybody can check it by hand."""
    lead = world.lead()
    world.pass_time(hours=23)
    world.click("@erik", "accept", lead)
    world.deliver()
    world.forget()
    told = asks(world, "@anna", typed)
    for line in (
        "L-1, round 1: nordics*, by version 1 of the agreement",
        "Hand raised 2026-03-02 10:00 CET, card 2026-03-02 10:00 CET: under 1 min.",
        "*Answer: broken*, 7 h of 4 h",
        "by the team’s hours (on the clocks of Europe/Stockholm):\n•",
        "• Mon 2 Mar 10:00–17:00 = 7 h",
        "Due 2026-03-02 14:00 CET. It stopped 2026-03-03 09:00 CET.",
        "Ladder: 80 % 2026-03-02 13:12 CET, 100 % 2026-03-02 14:00 CET, 150 % 2026-03-02 16:00",
        "*First contact: open, in time*, under 1 min of 8 h",
        "by the team’s hours (on the clocks of Europe/Stockholm).\nDue",
        "Everybody of the queue was asked at once. @erik was the first to answer.",
    ):
        assert line in told, told
    assert "Ada" not in told  # a number alone, so that a blind lead stays blind


def test_which_case_of_the_target_it_is_and_days_said_in_hours(world: World):
    """Two units that cannot be confused: a day is said in hours aloud."""
    cases = (Case(Duration(timedelta(hours=2)), tier=("A",), source=("web",)),)
    under(
        world,
        answer=Target(Duration(timedelta(hours=4)), cases),
        touch=Target(Duration(days=2)),
    )
    lead = world.lead(tier="A", source="web")
    world.click("@erik", "accept", lead)
    world.deliver()
    told = asks(world, "@erik", "why L-1")
    assert "of 2 h (for tier A, for the source web)" in told
    assert "of 2 working days (16 h)" in told
    assert "version 2 of the agreement" in told


def test_where_it_stood_still(world: World):
    """Time in which marketing was asked is not sales', and the page says from when to when."""
    lead = world.lead()
    world.pass_time(minutes=30)
    ask.ask(world.desk, lead, 1, world.id("@erik"), "Which webinar?")
    world.pass_time(minutes=60)
    assert "It stands still since 2026-03-02 10:30 CET" in asks(world, "@erik", "why L-1")
    ask.tell(world.desk, lead, 1, world.id("@anna"), "In May")
    world.pass_time(minutes=15)
    world.forget()
    told = asks(world, "@erik", "why L-1")
    assert "*Answer: open, in time*, 45 min of 4 h" in told
    assert "It stood still from 2026-03-02 10:30 CET to 2026-03-02 11:30 CET" in told
    assert "*Marketing’s answer: kept*, 1 h of 8 h" in told
    assert "Due 2026-03-02 15:00 CET" in told


def test_an_earlier_round_in_full(world: World):
    """A lead that was given back keeps its history: a line for each round, all of it on demand."""
    lead = world.lead()
    world.click("@erik", "accept", lead)
    world.deliver()
    world.click("@erik", "more", lead, value="Release")
    world.deliver()
    world.sees("Back in the queue")
    told = asks(world, "@aino", "why L-1")
    assert "L-1, round 2" in told
    assert "On its way again since 2026-03-02 10:00 CET, card" in told  # no hand was raised then
    assert "Round 1, nordics: Answer: left out: given back untouched" in told
    assert "`/lead L-1 why 1`" in told
    first = asks(world, "@aino", "L-1 why 1")
    assert "L-1, round 1" in first
    assert "Hand raised 2026-03-02 10:00 CET, card" in first


def test_from_the_card_after_the_ack(world: World):
    """The menu's entry opens the same page, for everybody who has a part in a queue."""
    lead = world.lead()
    world.click("@aino", "more", lead, value="How was this timed?")
    modal = world.person("@aino").wait_for_modal()
    assert "How was this timed?" == modal.title
    assert "Answer: open, in time" in modal.words
    payload = (
        world.person("@erik").click("more", world.card(lead), value="How was this timed?").payload
    )
    outsider = {**payload, "user": {**payload["user"], "id": world.id("@sam")}}
    world.server.workspace.deliveries.send(INTERACTIVE, outsider, world.id("@sam")).wait()
    world.settle()
    world.hears("@erik", "Only the sellers, managers")  # Slack says it to whoever clicked


def test_nothing_found_is_said(world: World):
    """Nobody of that name, several of them, and no name at all."""
    world.lead("Ada")
    world.lead("Adam")
    assert "Nobody here matches “nobody”" in asks(world, "@erik", "why nobody")
    assert "2 leads match “ada”" in asks(world, "@erik", "why ada")
    assert "Find a lead" in asks(world, "@erik", "why")
