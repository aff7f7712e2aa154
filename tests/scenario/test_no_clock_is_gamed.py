"""What people try in Slack itself to win time, and what comes of it (docs/fairness.md)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.domain.agreement import Clock
from bot.domain.consideration import Availability
from bot.domain.move import Event
from bot.use_cases import ask, follow_up
from tests.scenario.world import AGREED, DACH, MONDAY, QUEUE, World, open_world


def accepted(world: World) -> int:
    lead = world.lead()
    world.click("@erik", "accept", lead)
    world.deliver()
    return lead


def test_a_status_alone_stops_no_clock(tmp_path: Path) -> None:
    """Not even where it counts when somebody is to be asked: what one holds goes on, its due time
    stays, and the breach is escalated."""
    with open_world(tmp_path, availability=Availability(status=True)) as world:
        lead = accepted(world)
        before = world.handoff(lead).clock
        world.person("@erik").set_status("Vacationing", ":palm_tree:")
        world.look_up_people()
        assert before == world.handoff(lead).clock
        world.clock.advance(to=MONDAY + timedelta(days=1, minutes=1))
        world.sweep()
        world.sees("Ada", "@erik", "@maja")
        world.nothing_more()


def test_moving_ones_zone_moves_no_due_time(tmp_path: Path) -> None:
    """The hours are those of the moment at which the lead was accepted, also after a question to
    marketing, and the page about its timing names them."""
    terms = replace(AGREED, ladder=())
    queue = replace(QUEUE, touch_hours="seller")
    with open_world(tmp_path, queues=(queue, DACH), terms=terms) as world:
        lead = accepted(world)
        due = world.handoff(lead).offer.touch_due
        ask.ask(world.desk, lead, 1, world.id("@erik"), "Which plan?")
        world.server.workspace.user("@erik").tz = "America/Los_Angeles"
        world.look_up_people()
        ask.tell(world.desk, lead, 1, world.id("@anna"), "The large one.")
        world.deliver()
        world.forget()
        clock = world.handoff(lead).clock
        assert clock is not None
        assert (Clock.TOUCH, due) == (clock.name, clock.due_at)
        world.pass_time(hours=24, minutes=1)  # eight working hours in Stockholm
        world.click("@erik", "contacted", lead)
        world.deliver()
        assert "late by" in world.shows(lead)
        world.nothing_more()


def test_won_without_a_contact_is_as_late_as_it_is(world: World) -> None:
    """Straight to won: that click is the first touch, and a promise broken by then stays broken."""
    lead = accepted(world)
    world.clock.advance(to=MONDAY + timedelta(days=1, hours=2))
    follow_up.reached(world.desk, lead, 1, world.id("@erik"), Event.WON)
    world.deliver()
    offer = world.handoff(lead).offer
    assert MONDAY + timedelta(days=1, hours=2) == offer.won_at == offer.touched_at
    assert "late by 2 h" in world.shows(lead)
