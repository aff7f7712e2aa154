"""Who is away is not asked: they say so, Slack does, or it is night where they are. Who leaves the
team leaves their leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.delivery.signals import PresenceReader
from bot.domain.assignment import Assignment, Rule
from bot.domain.consideration import Availability
from bot.domain.handoff import State
from bot.domain.move import Event
from bot.use_cases.leavers import LeaverWatch
from tests.scenario.world import AGREED, DACH, MONDAY, QUEUE, World, open_world

TURNS = Rule(Assignment.ROUND_ROBIN)
THREE = ("@erik", "@aino", "@jonas")
QUIET = replace(AGREED, ladder=())


@contextmanager
def team(tmp_path: Path, *sellers: str, rule: Rule = TURNS, **settings: Any) -> Iterator[World]:
    queue = replace(QUEUE, rule=rule, sellers=sellers or THREE)
    with open_world(tmp_path, queues=(queue, DACH), terms=QUIET, **settings) as world:
        yield world
        world.nothing_more()


@pytest.fixture
def by_turns(tmp_path: Path) -> Iterator[World]:
    with team(tmp_path) as world:
        yield world


def says(world: World, who: str, text: str) -> None:
    delivery = world.person(who).command("/lead", text, channel="mql-handoff")
    assert delivery.acked, delivery.error
    world.settle()
    world.deliver()


def asked(world: World, lead: int) -> str | None:
    person = world.handoff(lead).assignee
    return next((who for who in THREE if world.id(who) == person), person)


def accepted(world: World, name: str, who: str) -> int:
    lead = world.lead(name)
    world.click(who, "accept", lead)
    world.deliver()
    return lead


def until(world: World, who: str) -> datetime | None:
    with world.books.reading() as work:
        return work.absences.of([world.id(who)], world.clock.now())[world.id(who)]


# ------------------------------------------------------------------------------ they say so


@pytest.mark.parametrize(
    ("typed", "back"),
    [
        ("away until monday", MONDAY + timedelta(days=7, hours=-1)),
        ("borta till tisdag", MONDAY + timedelta(hours=23)),
        ("abwesend bis 14 Uhr", MONDAY + timedelta(hours=4)),
        ("AWAY until 2026-12-01", datetime.fromisoformat("2026-12-01T08:00:00+00:00")),
        ("away", None),
    ],
)
def test_who_is_away_is_not_asked(by_turns: World, typed: str, back: datetime | None):
    """They say until when, in their own words; the day means the start of its work."""
    says(by_turns, "@erik", typed)
    by_turns.hears("@erik", "You are away until")
    assert back == until(by_turns, "@erik")
    lead = by_turns.lead()
    assert asked(by_turns, lead) == "@aino"


def test_what_asks_for_them_goes_on_at_once(by_turns: World):
    """An offer to who goes away does not wait for its time-out."""
    lead = by_turns.lead()
    says(by_turns, "@erik", "away until tomorrow")
    by_turns.hears("@erik", "1 lead that asked for you goes on to your team")
    by_turns.sees("*For @aino now.*", "Ada")
    assert by_turns.handoff(lead).round == 1


def test_who_is_back_is_asked_again_in_their_place(by_turns: World):
    """No flood on return: whoever comes back goes on where they left."""
    says(by_turns, "@erik", "away until monday")
    missed = [by_turns.lead(f"Ada {number}") for number in range(4)]
    says(by_turns, "@erik", "back")
    by_turns.hears("@erik", "You are away until")
    by_turns.hears("@erik", "Welcome back")
    after = [by_turns.lead(f"Lin {number}") for number in range(3)]
    assert ["@aino", "@jonas", "@aino", "@jonas"] == [asked(by_turns, lead) for lead in missed]
    assert sorted(THREE) == sorted(str(asked(by_turns, lead)) for lead in after)


def test_an_absence_ends_by_itself(by_turns: World):
    """Who said until when need not say that they are back."""
    says(by_turns, "@erik", "away until 14:00")
    by_turns.hears("@erik", "You are away until")
    by_turns.pass_time(hours=4)
    assert asked(by_turns, by_turns.lead()) == "@erik"


def test_a_lead_that_waited_asks_whoever_is_back(by_turns: World):
    """All away: the manager hears, and the first who is back is asked by name."""
    for who in THREE:
        says(by_turns, who, "away")
        by_turns.hears(who, "You are away until you write")
    lead = by_turns.lead()
    by_turns.hears("@maja", "Nobody of nordics is free for *Ada*")
    says(by_turns, "@jonas", "back")
    by_turns.hears("@jonas", "Welcome back")
    by_turns.sees("*For @jonas now.*", "Ada")
    assert asked(by_turns, lead) == "@jonas"


def test_held_leads_stay_until_they_are_given_back(by_turns: World):
    """Who goes away reads what stays theirs, and gives it back with one click, if they like; what
    they have qualified stays theirs."""
    held = accepted(by_turns, "Ada", "@erik")
    by_turns.click("@erik", "sql", held)
    for number in range(2):
        by_turns.lead(f"Lin {number}")
    waiting = accepted(by_turns, "Grace", "@erik")
    says(by_turns, "@erik", "away until monday")
    told = by_turns.hears("@erik", "2 leads stay yours", "*Ada* (Acme): qualified", "*Grace*")
    assert ["@erik", "@erik"] == [holder(by_turns, lead) for lead in (held, waiting)]
    by_turns.person("@erik").click("give_back", told)
    by_turns.settle()
    by_turns.deliver()
    now_said = [seen.words for seen in by_turns.person("@erik").sees("mql-handoff")]
    assert any("1 lead is open to your team again" in words for words in now_said)
    by_turns.sees("*Back in the queue* for @aino", "Grace")
    assert by_turns.handoff(held).state is State.SQL


def holder(world: World, lead: int) -> str | None:
    person = world.handoff(lead).holder
    return next((who for who in THREE if world.id(who) == person), None)


@pytest.mark.parametrize(
    "typed",
    ["away until next friday", "away 14", "away soon", "away until 3/4", "away until 9999-12-31"],
)
def test_nothing_is_guessed(by_turns: World, typed: str):
    """What could mean two things changes nothing, and says how to write it."""
    if typed.endswith("friday"):
        by_turns.clock.advance(by=timedelta(days=2))  # Wednesday: which Friday is that?
    says(by_turns, "@erik", typed)
    by_turns.hears("@erik", "nothing was changed", "/lead away until monday")
    assert asked(by_turns, by_turns.lead()) == "@erik"


def test_back_without_having_been_away(by_turns: World):
    """It is said, and nothing else."""
    says(by_turns, "@erik", "back")
    by_turns.hears("@erik", "You were not away")


def test_a_name_is_still_found(by_turns: World):
    """Words that could be a name are looked up in quotes, and `back` alone means to be back."""
    by_turns.lead("Back", company="Away AB")
    for typed in ('"away"', "back ab", '"Back"'):
        says(by_turns, "@erik", typed)
    by_turns.hears("@erik", "What happened")
    by_turns.hears("@erik", "Nobody here matches")
    by_turns.hears("@erik", "What happened")


# ------------------------------------------------------------------------------ Slack says so


def test_an_away_status_in_slack_counts(tmp_path: Path):
    """:palm_tree: is enough, for as long as it stands there; a bus ride is no absence."""
    with team(tmp_path, availability=Availability(status=True)) as world:
        world.person("@erik").set_status("Vacationing", ":palm_tree:", minutes=120)
        world.person("@aino").set_status("Commuting", ":bus:")
        world.person("@jonas").set_status("Im Urlaub bis Montag")
        world.look_up_people()
        assert "@aino" == asked(world, world.lead("Ada"))
        assert "@aino" == asked(world, world.lead("Grace"))
        world.pass_time(hours=2)
        assert "@erik" == asked(world, world.lead("Lin"))
        world.person("@jonas").set_status()
        world.look_up_people()
        assert {"@aino", "@jonas"} == {asked(world, world.lead(name)) for name in ("Mary", "Jo")}


def test_a_status_says_nothing_where_nobody_asked_for_it(tmp_path: Path):
    """Unless app.yaml says so, what people show beside their name is their own business."""
    with team(tmp_path) as world:
        world.person("@erik").set_status("Vacationing", ":palm_tree:")
        world.look_up_people()
        assert "@erik" == asked(world, world.lead("Ada"))


def test_presence_counts_where_it_is_agreed(tmp_path: Path):
    """A grey dot in working hours: somebody else is asked. What cannot be read counts as green."""
    with team(tmp_path, availability=Availability(presence=True)) as world:
        reader = PresenceReader(world.desk, world.slack, world.clock.now)
        world.person("@erik").set_presence("away")
        for _ in THREE:
            reader.look()
            world.clock.advance(by=timedelta(seconds=2))
        assert "@aino" == asked(world, world.lead("Ada"))
        world.server.workspace.faults.refuse("users.getPresence", "missing_scope")
        reader.look()
        assert ["@jonas", "@erik"] == [asked(world, world.lead(name)) for name in ("Lin", "Mary")]


# ------------------------------------------------------------------------------ it is night there


def test_who_has_no_working_hours_now_is_not_asked(tmp_path: Path):
    """Hours are those of each one's zone; at night everywhere the turn goes on."""
    with team(tmp_path, "@priya", "@erik") as world:
        world.clock.advance(by=timedelta(hours=3))  # half past five in Kolkata, one in Stockholm
        leads = [world.lead(f"Ada {number}") for number in range(2)]
        world.clock.advance(by=timedelta(hours=5))  # night in both
        leads += [world.lead(f"Lin {number}") for number in range(2)]
        erik, priya = world.id("@erik"), world.id("@priya")
        assert [erik, erik] == [world.handoff(lead).assignee for lead in leads[:2]]
        assert {erik, priya} == {world.handoff(lead).assignee for lead in leads[2:]}


# ------------------------------------------------------------------------------ they leave


def look_twice(world: World) -> None:
    """Two readings of the directory, far enough apart to be sure."""
    world.look_up_people()
    world.clock.advance(by=timedelta(minutes=10))
    world.look_up_people()


def test_leads_of_somebody_who_left_go_back_with_their_history(by_turns: World):
    """Deactivated in Slack: what asked for them asks the next, what they held is offered again,
    and the manager reads what went where."""
    held = accepted(by_turns, "Ada", "@erik")
    accepted(by_turns, "Grace", "@aino")
    by_turns.lead("Lin")
    offered = by_turns.lead("Mary")
    by_turns.server.workspace.deactivate("@erik")
    look_twice(by_turns)
    by_turns.sees("*Back in the queue* for @", "Ada")
    by_turns.sees("*For @", "Mary")
    by_turns.hears("@maja", "no longer on the team", "Ada", "Mary")
    assert "@erik" not in {asked(by_turns, held), asked(by_turns, offered)}
    after = by_turns.handoff(held)
    assert (State.OFFERED, 2) == (after.state, after.round)
    events = [move.event for move in by_turns.journal(held)]
    assert events[:3] == [Event.OFFERED, Event.POSTED, Event.ACCEPTED]
    assert Event.LEFT in events


def test_who_changes_teams_leaves_their_leads(tmp_path: Path):
    """Out of the sellers' group, though still in the company."""
    with team(tmp_path, "@nordic-sales") as world:
        lead = world.lead()
        first = next(one for one in ("@erik", "@aino", "@jonas", "@priya")
                     if world.id(one) == world.handoff(lead).assignee)  # fmt: skip
        world.click(first, "accept", lead)
        world.deliver()
        world.server.workspace.remove_from_group(first, "nordic-sales")
        look_twice(world)
        world.sees("*Back in the queue*", "Ada")
        world.hears("@maja", "no longer on the team")


def test_a_queue_that_app_yaml_has_no_more_gives_nothing_back(by_turns: World):
    """A renamed queue moves nobody to another team."""
    lead = accepted(by_turns, "Ada", "@erik")
    renamed = replace(by_turns.desk, queues=[replace(DACH, name="everybody")])
    watch = LeaverWatch(renamed)
    watch.look()
    by_turns.clock.advance(by=timedelta(minutes=10))
    assert 0 == watch.look()
    assert holder(by_turns, lead) == "@erik"


def test_one_look_is_not_enough(by_turns: World):
    """A group that Slack listed wrongly for a moment costs nobody a lead."""
    lead = accepted(by_turns, "Ada", "@erik")
    by_turns.server.workspace.deactivate("@erik")
    by_turns.look_up_people()
    by_turns.look_up_people()
    assert holder(by_turns, lead) == "@erik"


def test_a_group_that_is_empty_by_mistake_gives_nothing_back(tmp_path: Path):
    """Everybody gone at once is taken for a mistake, not for a fact; the admins hear of it once."""
    with team(tmp_path, "@nordic-sales", rule=Rule(), admins=("@sam",)) as world:
        leads = [accepted(world, "Ada", "@erik"), accepted(world, "Grace", "@aino")]
        for who in ("@erik", "@aino"):
            world.server.workspace.remove_from_group(who, "nordic-sales")
        world.look_up_people()
        world.nothing_more()  # one look is not enough
        look_twice(world)
        world.hears("@sam", "@erik", "@aino", "left the nordics team", "2 leads stay with them")
        for who in ("@jonas", "@priya"):
            world.server.workspace.remove_from_group(who, "nordic-sales")
        look_twice(world)
        assert ["@erik", "@aino"] == [holder(world, lead) for lead in leads]


def test_a_team_without_any_seller_is_told_of(tmp_path: Path):
    """There is nobody to give to, so the leads stay, and the admins hear of it."""
    with team(tmp_path, "@nordic-sales", rule=Rule(), admins=("@sam",)) as world:
        lead = accepted(world, "Ada", "@erik")
        for who in ("@erik", "@aino", "@jonas", "@priya"):
            world.server.workspace.remove_from_group(who, "nordic-sales")
        look_twice(world)
        world.hears("@sam", "@erik left the nordics team", "1 lead stays with them")
        assert "@erik" == holder(world, lead)
