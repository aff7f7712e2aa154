"""Offered to one, with a time-out to the next: whoever is asked has their full time.

One hour each, of four that are promised; Monday at ten in the morning in Stockholm.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.domain.agreement import Act, Audience, Clock, Duration, Step
from bot.domain.assignment import Assignment, Rule
from tests.scenario.test_why import asks
from tests.scenario.world import AGREED, DACH, MONDAY, QUEUE, World, open_world

HOUR = Duration(timedelta(hours=1))
TIME_OUT = Step(
    Clock.ANSWER, 0, (Audience.ASSIGNEE,), Act.OFFER_NEXT, after=HOUR, every=HOUR, times=19
)
IN_TURN = replace(
    QUEUE, rule=Rule(Assignment.ROUND_ROBIN), sellers=("@erik", "@aino", "@jonas", "@priya")
)


@contextmanager
def by_turns(folder: Path, *ladder: Step) -> Iterator[World]:
    terms = replace(AGREED, ladder=(*ladder, TIME_OUT))
    with open_world(folder, queues=(IN_TURN, DACH), terms=terms) as world:
        yield world
        world.nothing_more()


def is_asked(world: World, who: str, lead: int) -> bool:
    return world.handoff(lead).assignee == world.id(who)


def test_whoever_is_asked_late_in_the_hour_has_an_hour_of_their_own(tmp_path: Path) -> None:
    """The one before passed it on after 50 minutes; the next is not timed out ten minutes later."""
    with by_turns(tmp_path) as world:
        lead = world.lead()
        world.pass_time(minutes=50)
        world.click("@erik", "pass", lead)
        world.deliver()
        world.sees("For @aino now")
        world.pass_time(minutes=59)
        assert is_asked(world, "@aino", lead)
        world.pass_time(minutes=1)
        world.hears("@aino", "has no answer yet, so @jonas is asked now")
        world.sees("For @jonas now")
        world.pass_time(minutes=59)
        assert is_asked(world, "@jonas", lead)


def test_who_says_when_they_take_it_is_not_timed_out_at_that_minute(tmp_path: Path) -> None:
    """They are reminded at noon, as they wished, and have an hour from then."""
    with by_turns(tmp_path) as world:
        lead = world.lead()
        world.click("@erik", "more", lead, value="I take it at …")
        person = world.person("@erik")
        person.wait_for_modal()
        assert person.submit({"at": MONDAY + timedelta(hours=2)}).acked
        world.deliver()
        world.pass_time(hours=2)
        world.hears("@erik", "Ada", "waiting for an answer")
        assert is_asked(world, "@erik", lead)
        world.pass_time(hours=1)
        world.hears("@erik", "has no answer yet, so @aino is asked now")
        world.sees("For @aino now")
        assert "takes it" not in world.shows(lead)


def test_another_team_is_asked_too_when_a_time_out_falls_on_the_same_minute(tmp_path: Path) -> None:
    """Half of four hours is twice an hour: the next seller is asked, and so is the other team."""
    widen = Step(
        Clock.ANSWER, 50, (Audience.MANAGER,), Act.WIDEN, to_queue="dach", queues=("nordics",)
    )
    with by_turns(tmp_path, widen) as world:
        lead = world.lead()
        world.pass_time(hours=1)
        world.hears("@erik", "@aino is asked now")
        world.sees("For @aino now")
        world.pass_time(hours=1)
        world.sees("@maja, @aino", "@jonas is asked now", "dach is asked too")
        world.sees("For @jonas now", "dach is asked too")
        world.sees("from @jonas", "nordics is asked too", channel="sales")
        assert "dach" == world.handoff(lead).also_queue


def test_where_nobody_is_left_to_ask_no_step_is_told(tmp_path: Path) -> None:
    """The hours of a lead that is open to the whole team are nobody's time-out."""
    with by_turns(tmp_path) as world:
        lead = world.lead()
        for who in ("@erik", "@aino", "@jonas", "@priya"):
            world.click(who, "pass", lead)
        world.deliver()
        world.sees("Everybody has been asked by name")
        world.hears("@maja", "Nobody is left to ask")
        world.pass_time(hours=3)
        assert "% of the agreed time" not in asks(world, "@erik", "L-1")
        assert "Ladder" not in asks(world, "@erik", "why L-1")


def test_a_time_out_of_nobody_shows_nothing_again(tmp_path: Path) -> None:
    """All have been asked; a note that falls on the minute of a time-out is a note, and no more."""
    note = Step(Clock.ANSWER, 0, (Audience.MANAGER,), Act.TELL, after=Duration(timedelta(hours=2)))
    with by_turns(tmp_path, note) as world:
        lead = world.lead()
        for who in ("@erik", "@aino", "@jonas", "@priya"):
            world.click(who, "pass", lead)
        world.deliver()
        world.sees("Everybody has been asked by name")
        world.hears("@maja", "Nobody is left to ask")
        cards = world.handoff(lead).card
        world.pass_time(hours=2)
        world.hears("@maja", "For your information", "waits for an answer")
        assert cards == world.handoff(lead).card
