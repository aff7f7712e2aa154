"""“Not mine”: the right team has the lead at once, and nobody is counted as having refused it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.actions import NO_QUEUE
from bot.domain.agreement import NextStep, Reason
from bot.domain.assignment import Assignment, Rule
from bot.domain.handoff import State
from bot.domain.move import Event
from bot.domain.offer import Answer
from bot.use_cases import misroute
from bot.use_cases.report import week_figures
from playground.delivery import INTERACTIVE
from playground.person import Person
from tests.scenario.world import AGREED, DACH, QUEUE, World, open_world, read
from tests.unit.agreements import NINE_TO_FIVE

UK = replace(DACH, name="uk", channel="random", sellers=("@priya",))
ELSEWHERE = Reason(
    "wrong_territory", "Another team's territory", NextStep.REROUTE, is_rejection=False
)
TERMS = replace(
    AGREED,
    calendars={**AGREED.calendars, "uk": NINE_TO_FIVE},
    reasons=(*AGREED.reasons, ELSEWHERE),
)


@contextmanager
def teams(tmp_path: Path, *queues: Any) -> Iterator[World]:
    with open_world(tmp_path, queues=queues, terms=TERMS) as world:
        yield world
        world.nothing_more()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with teams(tmp_path, QUEUE, DACH, UK) as opened:
        yield opened


def opens(world: World, who: str, lead: int, action: str = "not_mine") -> Person:
    world.click(who, action, lead)
    world.person(who).wait_for_modal()
    return world.person(who)


def asks(person: Person) -> list[str]:
    """The teams that an open form offers."""
    assert person.modal is not None
    found = [block for block in person.modal.body["blocks"] if block.get("block_id") == "queue"]
    return [option["text"]["text"] for block in found for option in block["element"]["options"]]


def test_a_lead_goes_to_the_right_team_at_once(world: World) -> None:
    """One form, one choice: the other team has it in their channel, with what was said; the old
    card says where it went, and nobody has to be asked."""
    lead = world.lead()
    old = world.card(lead)
    erik = opens(world, "@erik", lead)
    assert ["dach (#sales)", "uk (#random)", "I do not know: let @maja decide"] == asks(erik)
    assert State.OFFERED is world.handoff(lead).state

    erik.submit({"queue": "dach", "note": "Their office is in Bern."})
    world.deliver()
    new = read(
        world.server.workspace, world.sees("Ada", "*Handed on* to @jonas", channel="sales").words
    )
    assert "“Their office is in Bern.”" in new
    assert "@erik said it belongs to another team" in new
    (gone_on,) = [seen for seen in world.person("@maja").sees("mql-handoff") if seen.ts == old.ts]
    assert "@erik sent it on to the dach team" in read(world.server.workspace, gone_on.words)
    assert [] == [name for name in gone_on.action_ids if name != "more"]
    assert ("dach", 2, State.OFFERED) == (
        world.handoff(lead).queue,
        world.handoff(lead).round,
        world.handoff(lead).state,
    )


def test_each_team_is_judged_by_its_own_time(world: World) -> None:
    """What the first team took stays on record with them; the second one begins anew."""
    lead = world.lead()
    world.pass_time(minutes=25)
    world.not_mine("@erik", lead, "dach")
    world.deliver()
    world.sees("Ada", channel="sales")
    with world.books.reading() as work:
        first, second = work.handoffs.dossier(lead).offers
    assert (Answer.NOT_MINE, timedelta(minutes=25)) == (first.answer, first.answer_spent)
    assert second.posted_at == world.clock.now()
    assert second.answer_due == world.clock.now() + timedelta(hours=4)


def test_it_counts_as_a_misroute_and_never_as_a_rejection(world: World) -> None:
    """The week's figures say so, and marketing is not told of a refusal that was none."""
    lead = world.lead()
    world.not_mine("@erik", lead, "dach")
    world.deliver()
    world.sees("Ada", channel="sales")
    world.click("@jonas", "accept", lead)
    world.deliver()
    week = week_figures(world.desk, date(2026, 3, 2))["week"]
    assert (2, 1, 0, 1) == (
        week["posted"],
        week["not_mine"],
        week["rejected"],
        week["accepted"],
    )
    assert (1, 1) == (week["acceptance"]["count"], week["acceptance"]["of"])


def test_who_does_not_know_leaves_it_to_the_manager(world: World) -> None:
    """The manager hears of it with what was said, and chooses."""
    lead = world.lead()
    world.not_mine("@erik", lead, note="Not Nordic, it seems.")
    world.deliver()
    asked = world.hears("@maja", "@erik says", "another team", "Not Nordic, it seems.")
    assert State.NOT_MINE is world.handoff(lead).state
    assert "@maja will find the right team" in world.shows(lead)
    world.person("@maja").click("reoffer", asked, value="uk")
    world.deliver()
    world.sees("Ada", "@priya", channel="random")


def test_a_lead_that_waits_for_its_team_is_in_the_managers_home(world: World) -> None:
    """No clock runs and nobody is reminded, so one message that was overlooked must not be all:
    the manager finds it, and chooses; the head sees that it waits."""
    lead = world.lead()
    world.not_mine("@erik", lead)
    world.deliver()
    world.hears("@maja", "another team")
    homes = {}
    for who in ("@henrik", "@erik", "@maja"):
        world.person(who).open_home()
        world.settle()
        home = world.person(who).home
        assert home is not None
        homes[who] = read(world.server.workspace, home.words)
    assert "Which team are these for?" not in homes["@erik"]
    for who in ("@henrik", "@maja"):
        assert "*In the wrong hands* since 2026-03-02 10:00 CET" in homes[who]
    world.person("@maja").click("reoffer", value="uk")
    world.settle()
    home = world.person("@maja").home
    assert home is not None
    assert "It was offered again" in home.words
    assert "Which team are these for?" not in home.words
    world.deliver()
    world.sees("Ada", "@priya", channel="random")


def test_a_lead_is_not_played_back_and_forth(world: World) -> None:
    """A team that sent it on is no choice for the next one; the third team has none at all: the
    manager decides, and everybody reads why."""
    lead = world.lead()
    world.not_mine("@erik", lead, "dach")
    world.deliver()
    world.sees("Ada", channel="sales")
    jonas = opens(world, "@jonas", lead)
    assert ["uk (#random)", "I do not know: let @maja decide"] == asks(jonas)
    jonas.submit({"queue": "uk"})
    world.deliver()
    world.sees("Ada", channel="random")

    priya = opens(world, "@priya", lead)
    assert [] == asks(priya)
    assert priya.modal is not None
    assert "Other teams have sent it on already, so @maja decides" in priya.modal.words
    priya.submit()
    world.deliver()
    world.hears("@maja", "@priya says", "Not theirs, so far: nordics, dach, uk.")
    assert State.NOT_MINE is world.handoff(lead).state


def test_whatever_is_chosen_the_manager_has_the_third_say(world: World) -> None:
    """The rule is not the form's: a choice that was never offered leads to the manager, too."""
    lead = world.lead()
    for round_, (who, to, where) in enumerate(
        [("@erik", "dach", "sales"), ("@jonas", "uk", "random")], start=1
    ):
        misroute.send_on(world.desk, lead, round_, world.id(who), to)
        world.deliver()
        world.sees("Ada", channel=where)
    misroute.send_on(world.desk, lead, 3, world.id("@priya"), "nordics")
    assert State.NOT_MINE is world.handoff(lead).state
    world.deliver()
    world.hears("@maja", "@priya says")


def test_where_there_is_one_team_the_form_only_asks_whether(tmp_path: Path) -> None:
    """Nothing to choose: who presses it by mistake can still cancel."""
    with teams(tmp_path, QUEUE) as world:
        lead = world.lead()
        erik = opens(world, "@erik", lead)
        assert erik.modal is not None
        assert [] == asks(erik)
        assert "@maja will find the right team. This is no rejection" in erik.modal.words
        erik.close_view()
        assert State.OFFERED is world.handoff(lead).state
        world.not_mine("@erik", lead)
        world.deliver()
        world.hears("@maja", "@erik says")


def test_a_team_that_asks_one_by_name_does_so(tmp_path: Path) -> None:
    """The new round is offered by the rule of the queue it goes to."""
    turns = replace(DACH, sellers=("@jonas", "@priya"), rule=Rule(Assignment.ROUND_ROBIN))
    with teams(tmp_path, QUEUE, turns) as world:
        lead = world.lead()
        world.not_mine("@erik", lead, "dach")
        world.deliver()
        world.sees("Ada", "@jonas", channel="sales")
        assert world.id("@jonas") == world.handoff(lead).assignee


def test_who_sent_it_on_is_not_asked_in_the_other_team(tmp_path: Path) -> None:
    """A seller of both teams hears of it once."""
    turns = replace(DACH, sellers=("@jonas", "@priya"), rule=Rule(Assignment.ROUND_ROBIN))
    with teams(tmp_path, QUEUE, turns) as world:
        lead = world.lead()
        world.not_mine("@jonas", lead, "dach")
        world.deliver()
        world.sees("Ada", "@priya", channel="sales")
        assert world.id("@priya") == world.handoff(lead).assignee


def test_a_form_that_is_sent_twice_moves_a_lead_once(world: World) -> None:
    """An impatient double click is one mis-route, and no complaint."""
    lead = world.lead()
    erik = opens(world, "@erik", lead)
    first = erik.submit({"queue": "dach"})
    again = world.server.workspace.deliveries.send(INTERACTIVE, first.payload, world.id("@erik"))
    assert (True, None) == (again.wait().acked, again.response)
    world.deliver()
    world.sees("Ada", channel="sales")
    assert [Event.OFFERED, Event.POSTED, Event.NOT_MINE, Event.OFFERED, Event.POSTED] == [
        move.event for move in world.journal(lead)
    ]


def test_somebody_took_it_while_the_form_was_open(world: World) -> None:
    """Who sends the form too late reads who was first; the lead stays with them."""
    lead = world.lead()
    erik = opens(world, "@erik", lead)
    world.click("@aino", "accept", lead)
    erik.submit({"queue": "dach"})
    assert erik.modal is not None
    assert f"<@{world.id('@aino')}> was first: accepted" in erik.modal.words
    assert world.id("@aino") == world.handoff(lead).holder
    world.deliver()


@pytest.mark.parametrize("value", [None, "", "nordics", "made up", "x" * 4000])
def test_a_team_that_is_no_choice_is_refused_below_the_field(world: World, value: object) -> None:
    """A form made to hold another team says so, and the lead stays where it is."""
    lead = world.lead()
    sent = opens(world, "@erik", lead).submit({"queue": NO_QUEUE}, wait=True).payload
    world.deliver()
    world.hears("@maja", "another team")
    other = world.lead("Grace")
    forged = copy.deepcopy(sent)
    forged["view"]["private_metadata"] = f"{other}:1"
    forged["view"]["state"]["values"]["queue"]["queue"]["selected_option"] = {"value": value}
    answer = world.server.workspace.deliveries.send(INTERACTIVE, forged, world.id("@erik")).wait()
    assert {"queue": "Please choose a team from the list."} == answer.response["errors"]
    assert State.OFFERED is world.handoff(other).state


def test_a_rejection_for_another_teams_territory_is_sent_on_instead(world: World) -> None:
    """Who chooses that reason is asked for the team, keeps what they wrote, and rejects nothing."""
    lead = world.lead()
    erik = opens(world, "@erik", lead, "reject")
    erik.submit({"reason": "wrong_territory", "note": "They are in Wien."})
    assert ["dach (#sales)", "uk (#random)", "I do not know: let @maja decide"] == asks(erik)
    erik.submit({"queue": "dach"})
    world.deliver()
    assert erik.modal is None
    seen = world.sees("Ada", channel="sales")
    assert "“They are in Wien.”" in seen.words
    with world.books.reading() as work:
        assert Answer.NOT_MINE is work.handoffs.dossier(lead).offers[0].answer


def test_a_lead_is_sent_on_from_home(world: World) -> None:
    """The button in Home opens the same form."""
    lead = world.lead()
    erik = world.person("@erik")
    assert erik.open_home() is not None
    world.settle()
    assert erik.click("not_mine", value=f"{lead}:1").acked
    world.settle()
    erik.submit({"queue": "dach"})
    world.deliver()
    world.sees("Ada", channel="sales")
    assert "dach" == world.handoff(lead).queue


def test_who_may_not_answer_may_not_send_on(world: World) -> None:
    """Marketing reads whom to ask; no form opens."""
    lead = world.lead()
    world.click("@anna", "not_mine", lead)
    world.hears("@anna", "Only @nordic-sales and @maja can answer")
    assert world.person("@anna").modal is None
