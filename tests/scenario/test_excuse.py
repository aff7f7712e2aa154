"""A broken promise is excused by the manager: it stays broken, and both figures are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.domain.agreement import Clock
from bot.domain.handoff import MayNotExcuse, NotBroken
from bot.domain.metrics import ClockFigures
from bot.domain.move import Event
from bot.use_cases import excuse, misroute
from bot.use_cases.excuse import Broken
from bot.use_cases.report import BEGINNING, figures_between
from playground.person import Person
from tests.scenario.world import DACH, QUEUE, World, open_world

MONDAY = date(2026, 3, 2)


def late(world: World, name: str = "Ada") -> int:
    """A lead that is accepted an hour too late."""
    lead = world.lead(name)
    world.pass_time(hours=5)
    world.click("@erik", "accept", lead)
    world.deliver()
    world.forget()
    return lead


def answer(world: World) -> ClockFigures:
    with world.books.reading() as work:
        return figures_between(work, BEGINNING, world.clock.now(), world.clock.now()).total.answer


def opens_the_arithmetic(world: World, who: str, lead: int) -> Person:
    person = world.person(who)
    world.click(who, "more", lead, value="How was this timed?")
    person.wait_for_modal()
    return person


def asks(world: World, who: str, text: str) -> str:
    """What `/lead …` answers to whoever typed it."""
    assert world.person(who).command("/lead", text).acked
    world.settle()
    return world.said[-1].words


def test_the_manager_excuses_a_broken_promise_and_both_figures_are_known(world: World):
    """From the arithmetic to the form and back; the breach stays, and is counted as excused."""
    lead = late(world)
    maja = opens_the_arithmetic(world, "@maja", lead)
    maja.submit()
    assert maja.modal is not None
    assert "the promise stays broken" in maja.modal.words
    maja.submit({"promise": "1:answer", "reason": "outage", "note": "The phones were dead"})
    assert maja.modal is not None
    assert "*Excused.*" in maja.modal.words
    assert "Excused (“An outage: The phones were dead”)" in maja.modal.words
    maja.close_view()  # all of it: the page below shows what was true before
    assert [] == world.server.workspace.views.stack(maja.id)
    kept = answer(world)
    assert (0, 1, 1) == (kept.met, kept.breached, kept.excused)
    last = world.journal(lead)[-1]
    assert (Event.EXCUSED, world.id("@maja")) == (last.event, last.by)


def test_the_history_names_an_excuse_in_words(world: World):
    """Not by its code: each reader has it in their language."""
    lead = late(world)
    promise = Broken(lead, 1, Clock.ANSWER)
    excuse.excuse(world.desk, promise, world.id("@maja"), "outage: <!channel> phones & all")
    told = asks(world, "@erik", "L-1")
    excused = "@maja excused a broken promise (Answer, round 1): An outage"
    assert f"{excused}: &lt;!channel&gt; phones &amp; all" in told
    world.forget()


def test_who_may_not_excuse_sees_the_arithmetic_and_no_button(world: World):
    """A seller cannot excuse a promise, by whichever way; the head of sales can."""
    lead = late(world)
    erik = opens_the_arithmetic(world, "@erik", lead)
    assert erik.modal is not None
    assert "submit" not in erik.modal.body
    promise = Broken(lead, 1, Clock.ANSWER)
    with pytest.raises(MayNotExcuse):
        excuse.excuse(world.desk, promise, world.id("@erik"), "I was busy")
    excuse.excuse(world.desk, promise, world.id("@henrik"), "outage")
    with pytest.raises(NotBroken):
        excuse.excuse(world.desk, promise, world.id("@maja"), "twice")


def test_a_broken_promise_is_excused_by_the_manager_of_its_own_team(tmp_path: Path):
    """Where the lead has gone since does not matter: nobody excuses another team's promise."""
    dach = replace(DACH, manager="@luis", head="@luis")
    with open_world(tmp_path, queues=(QUEUE, dach)) as world:
        lead = world.lead()
        world.pass_time(hours=5)
        misroute.send_on(world.desk, lead, 1, world.id("@erik"), "dach")
        promise = Broken(lead, 1, Clock.ANSWER)
        with pytest.raises(MayNotExcuse):
            excuse.excuse(world.desk, promise, world.id("@luis"), "outage")
        excuse.excuse(world.desk, promise, world.id("@maja"), "outage")
        world.deliver()
        world.forget()
        assert world.handoff(lead).offer.answer_excused is None  # of the new round: nothing


def test_a_second_click_says_that_nothing_is_left_to_excuse(world: World):
    """The page of `/lead why` keeps its button: whoever presses it again is not left waiting."""
    late(world)
    asks(world, "@maja", "why L-1")
    page, maja = world.said[-1].seen, world.person("@maja")
    maja.click("excuse", page)
    maja.wait_for_modal()
    maja.submit({"promise": "1:answer", "reason": "outage"})
    maja.close_view()
    world.forget()
    maja.click("excuse", page)
    world.settle()
    world.hears("@maja", "No promise of this lead is broken and not excused yet")


def test_what_was_kept_needs_no_excuse(world: World):
    """There is nothing to excuse about a promise that is kept, or still may be."""
    lead = world.lead()
    maja = opens_the_arithmetic(world, "@maja", lead)
    assert maja.modal is not None
    assert "submit" not in maja.modal.body
    with pytest.raises(NotBroken):
        excuse.excuse(world.desk, Broken(lead, 1, Clock.ANSWER), world.id("@maja"), "outage")


def test_a_form_that_lacks_something_is_told_below_its_input(world: World):
    """Something else needs words; a promise that a colleague excused meanwhile is gone."""
    lead = late(world)
    maja = opens_the_arithmetic(world, "@maja", lead)
    maja.submit()
    maja.submit({"promise": "1:answer", "reason": "other"})
    assert maja.modal is not None
    assert {"note"} == set(maja.modal.errors)
    excuse.excuse(world.desk, Broken(lead, 1, Clock.ANSWER), world.id("@henrik"), "outage")
    maja.submit({"reason": "other", "note": "A fire drill"})
    assert {"promise"} == set(maja.modal.errors)
    assert "outage" == world.handoff(lead).offer.answer_excused


def test_a_whole_day_is_excused_at_once_after_a_yes(world: World):
    """A power cut: what fell due that day in the manager's queues, however many, in one go; what
    was kept, and what another day broke, is left alone."""
    first, second = late(world), world.lead("Bea")
    told = asks(world, "@maja", "excuse 2026-03-02 power cut")
    assert "1 promise of your teams fell due on Mon 2 Mar and was not kept." in told
    world.pass_time(hours=25)
    world.forget()
    told = asks(world, "@maja", "excuse 2026-03-03 power cut")
    assert "2 promises of your teams fell due on Tue 3 Mar and were not kept." in told
    button = world.said[-1].seen
    assert world.handoff(second).offer.answer_excused is None

    world.person("@maja").click("excuse_day", button)
    world.settle()
    world.forget()
    seen = world.person("@maja").sees(button.channel)
    assert any("2 promises of Tue 3 Mar are excused: “power cut”" in each.words for each in seen)
    assert "power cut" == world.handoff(second).offer.answer_excused
    assert (None, "power cut") == (
        world.handoff(first).offer.answer_excused,
        world.handoff(first).offer.touch_excused,
    )
    told = asks(world, "@maja", "excuse 2026-03-03 again")
    assert "Nothing of your teams that fell due on Tue 3 Mar is broken" in told
    world.forget()


@pytest.mark.parametrize(
    ("who", "typed", "answer"),
    [
        ("@erik", "excuse 2026-03-02 power cut", "Only the manager of a queue, or its head"),
        ("@maja", "excuse", "Write it like `/lead excuse 2026-11-20 power cut`"),
        ("@maja", "excuse 2026-03-02", "Write it like"),
        ("@maja", "excuse 2026-02-30 snow", "Write it like"),
        ("@maja", "excuse yesterday power cut", "Write it like"),
        ("@maja", "excuse 9999-12-31 power cut", "Write it like"),
        ("@maja", "excuse 0001-01-01 power cut", "Write it like"),
        ("@henrik", "excuse 2026-03-02 power cut", "Nothing of your teams that fell due"),
    ],
)
def test_how_a_day_is_excused_is_explained(world: World, who: str, typed: str, answer: str):
    """Who may not, and who mistypes, reads what to do."""
    assert answer in asks(world, who, typed)
    world.forget()
