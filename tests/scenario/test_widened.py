"""An offer that the ladder widened: each team has a card in its own channel, and either may answer.

The other team's channel is private, and nobody of the first is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bot.delivery.actions import NO_QUEUE
from bot.domain.agreement import Act, Audience, Clock, Duration, Step
from bot.domain.assignment import Assignment, Queue, Rule
from bot.domain.handoff import Handoff, State
from bot.domain.lead import LeadFacts
from bot.domain.messages import Note
from bot.domain.move import Event
from bot.use_cases.look_up import dossier
from bot.use_cases.offer import raise_lead
from playground import Seen
from tests.scenario.world import AGREED, DACH, QUEUE, World, open_world, read

HOUR = Duration(timedelta(hours=1))
SOUTH = "south"
OTHERS = replace(DACH, channel=SOUTH, sellers=("@sam", "@luis"))


def step(percent: int, act: Act, *tell: str, **more: Any) -> Step:
    return Step(Clock.ANSWER, percent, tell, act, **more)


WIDEN = step(50, Act.WIDEN, Audience.GROUP, to_queue="dach", queues=("nordics",))


@contextmanager
def two_teams(folder: Path, *ladder: Step, queue: Queue = QUEUE) -> Iterator[World]:
    terms = replace(AGREED, ladder=ladder)
    with open_world(folder, queues=(queue, OTHERS), terms=terms) as world:
        world.server.workspace.add_channel(SOUTH, ["@sam", "@luis"], private=True)
        world.look_up_people()
        yield world
        world.nothing_more()


@contextmanager
def widened(folder: Path, *ladder: Step, queue: Queue = QUEUE) -> Iterator[tuple[World, int]]:
    """Half of the four hours are gone, and both teams have been asked."""
    with two_teams(folder, WIDEN, *ladder, queue=queue) as world:
        lead = world.lead()
        world.pass_time(hours=2)
        world.sees("dach is asked too")
        world.sees("Still waiting for an answer", channel=SOUTH)
        yield world, lead


def cards(world: World, lead: int) -> list[Seen]:
    """As they stand in Slack, whoever may read them."""
    workspace = world.server.workspace
    posted = dossier(world.desk, lead).cards
    messages = [workspace.messages.get(card.channel, card.ts) for card in posted]
    return [Seen.of(workspace, message) for message in messages if message]


def words(world: World, lead: int) -> list[str]:
    return [read(world.server.workspace, card.words) for card in cards(world, lead)]


def press(world: World, who: str, action: str, on: Seen) -> None:
    assert world.person(who).click(action, on).acked
    world.settle()
    world.deliver()


def names(world: World, handoff: Handoff) -> str:
    assert handoff.holder is not None
    return f"@{world.server.workspace.user(handoff.holder).handle}"


def test_both_cards_ask_and_each_says_that_the_other_team_is_asked_too(tmp_path: Path) -> None:
    """Each team is asked on its own card, and knows of the other."""
    with widened(tmp_path) as (world, lead):
        own, other = words(world, lead)
        assert "for @nordic-sales. Please answer by" in own
        assert "dach is asked too" in own
        assert "from @sam, @luis. Please answer by" in other
        assert "nordics is asked too" in other
        assert [True, True] == ["accept" in card.action_ids for card in cards(world, lead)]


def test_who_looks_it_up_reads_that_both_teams_are_asked(tmp_path: Path) -> None:
    """Not only the team it was offered to first."""
    with widened(tmp_path) as (world, _):
        world.person("@erik").command("/lead", "L-1")
        world.settle()
        world.hears("@erik", "for @nordic-sales. Please answer by", "dach is asked too")


@pytest.mark.parametrize(("who", "on"), [("@erik", 0), ("@sam", 1)])
def test_whoever_accepts_first_is_named_on_both(tmp_path: Path, who: str, on: int) -> None:
    """The one wins, both cards say so, and the loser hears it on theirs."""
    with widened(tmp_path) as (world, lead):
        before = cards(world, lead)
        press(world, who, "accept", before[on])
        assert all(f"Accepted by {who}" in said for said in words(world, lead))
        assert [False, False] == ["accept" in card.action_ids for card in cards(world, lead)]
        late = ("@sam", "@aino")[on]
        assert world.person(late).click("accept", before[1 - on], stale=True).acked
        world.settle()
        world.hears(late, f"{who} was first: accepted")
        assert world.id(who) == world.handoff(lead).holder
        press(world, who, "contacted", cards(world, lead)[on])
        assert all(f"First contact by {who}" in said for said in words(world, lead))


def test_a_click_on_each_at_once_has_one_winner(tmp_path: Path) -> None:
    """Two people, two cards, the same moment: one has the lead, the other is told."""
    with widened(tmp_path) as (world, lead):
        own, other = cards(world, lead)
        clicks = [
            Thread(target=world.person(who).click, args=("accept", card))
            for who, card in (("@erik", own), ("@sam", other))
        ]
        for click in clicks:
            click.start()
        for click in clicks:
            click.join()
        world.settle()
        world.deliver()
        winner = names(world, world.handoff(lead))
        world.hears({"@erik": "@sam", "@sam": "@erik"}[winner], f"{winner} was first")
        assert all(f"Accepted by {winner}" in said for said in words(world, lead))
        assert 1 == sum(move.event is Event.ACCEPTED for move in world.journal(lead))


@pytest.mark.parametrize(("who", "on"), [("@erik", 0), ("@sam", 1)])
def test_a_rejection_is_seen_on_both(tmp_path: Path, who: str, on: int) -> None:
    """From either card; marketing hears of it once."""
    with widened(tmp_path) as (world, lead):
        press(world, who, "reject", cards(world, lead)[on])
        person = world.person(who)
        person.wait_for_modal()
        assert person.submit({"reason": "not_icp", "note": "a school"}).acked
        world.settle()
        world.deliver()
        world.hears("@anna", "rejected")
        world.hears("@luis", "rejected")
        assert all(f"Rejected* by {who}" in said for said in words(world, lead))
        assert [False, False] == ["accept" in card.action_ids for card in cards(world, lead)]


def test_not_mine_is_seen_on_both_and_both_lead_to_the_new_offer(tmp_path: Path) -> None:
    """The manager sends it on; whoever reads an old card finds the new one."""
    with widened(tmp_path) as (world, lead):
        press(world, "@sam", "not_mine", cards(world, lead)[1])
        person = world.person("@sam")
        person.wait_for_modal()
        assert person.submit({"queue": NO_QUEUE}).acked
        world.settle()
        world.deliver()
        asked = world.hears("@maja", "belongs to another team")
        assert all("In the wrong hands*, says @sam" in said for said in words(world, lead))
        world.person("@maja").click("reoffer", asked, value="dach")
        world.settle()
        world.deliver()
        world.sees("@sam, @luis", "Please answer by", channel=SOUTH)
        own, other, newest = words(world, lead)
        assert all("the new card" in said for said in (own, other))
        assert "asked too" not in newest
        assert ["accept" in card.action_ids for card in cards(world, lead)] == [False, False, True]


def test_after_a_release_both_cards_lead_to_the_new_one(tmp_path: Path) -> None:
    """A new round is the first team's again; the ladder may widen it again, on a new card."""
    with widened(tmp_path) as (world, lead):
        press(world, "@sam", "accept", cards(world, lead)[1])
        person = world.person("@sam")
        person.click("more", cards(world, lead)[1], value="Release")
        world.settle()
        world.deliver()
        world.sees("Back in the queue", "@nordic-sales")
        own, other, newest = words(world, lead)
        assert all("@sam gave it back" in said and "the new card" in said for said in (own, other))
        assert "dach" not in newest
        world.pass_time(hours=2, minutes=1)
        world.sees("@nordic-sales", "dach is asked too")
        world.sees("Still waiting for an answer", channel=SOUTH)
        press(world, "@luis", "accept", cards(world, lead)[3])
        assert all("Accepted by @luis" in said for said in words(world, lead)[2:])
        assert all("@sam gave it back" in said for said in words(world, lead)[:2])


TAKE_BACK = Step(Clock.TOUCH, 150, (Audience.ASSIGNEE,), Act.RETURN)


def test_a_lead_taken_back_from_the_other_team_is_not_theirs_to_accept(tmp_path: Path) -> None:
    """The new round is the first team's: who had it hears that, and not to accept it again."""
    with widened(tmp_path, TAKE_BACK) as (world, lead):
        press(world, "@sam", "accept", cards(world, lead)[1])
        world.pass_time(hours=40)
        told = world.hears("@sam", "is offered to others now", "tell whoever takes it")
        assert "accept it again" not in told.words
        world.sees("Back in the queue", "so it is offered again", "@nordic-sales")


def test_a_lead_taken_back_and_asked_of_another_by_name(tmp_path: Path) -> None:
    """Who had it cannot take it, as another is asked."""
    in_turn = replace(QUEUE, rule=Rule(Assignment.ROUND_ROBIN), sellers=("@erik", "@aino"))
    terms = replace(AGREED, ladder=(TAKE_BACK,))
    with open_world(tmp_path, queues=(in_turn,), terms=terms) as world:
        lead = world.lead()
        press(world, "@erik", "accept", cards(world, lead)[0])
        world.pass_time(hours=40)
        world.hears("@erik", "is offered to others now")
        assert world.id("@aino") == world.handoff(lead).assignee
        world.sees("Back in the queue", "for @aino")
        world.nothing_more()


def test_shown_again_it_is_still_on_the_other_teams_card(tmp_path: Path) -> None:
    """A new card for the first team takes the place of its old one, and of no other."""
    again = step(100, Act.REPOST, Audience.GROUP)
    with widened(tmp_path, again) as (world, lead):
        world.pass_time(hours=2)
        world.sees("@nordic-sales", "still needs an answer", "shown again")
        world.sees("@sam, @luis", "still needs an answer", channel=SOUTH)
        world.sees("Still waiting for an answer* from @nordic-sales")
        shown = [("accept" in card.action_ids, card.channel) for card in cards(world, lead)]
        assert [False, True, True] == [can for can, _ in shown]
        assert shown[0][1] == shown[2][1] != shown[1][1]
        press(world, "@sam", "accept", cards(world, lead)[1])
        assert all("Accepted by @sam" in said for said in words(world, lead)[1:])


def test_shown_again_and_widened_at_once_each_team_has_a_new_card(tmp_path: Path) -> None:
    """Baton was away over both steps: one message says it, and nobody is left without a card."""
    again = step(100, Act.REPOST, Audience.MANAGER)
    with two_teams(tmp_path, WIDEN, again) as world:
        lead = world.lead()
        world.clock.advance(timedelta(hours=5))
        world.sweep()
        world.sees("still needs an answer", "dach is asked too", "shown again")
        world.sees("Still waiting for an answer* from @nordic-sales")
        world.sees("Still waiting for an answer* from @sam, @luis", channel=SOUTH)
        world.person("@erik").command("/lead", "L-1")
        world.settle()
        world.hears("@erik", "offered to dach too", "escalated at 100 %", "on a new card")
        assert [False, True, True] == ["accept" in card.action_ids for card in cards(world, lead)]


def test_who_is_asked_by_name_next_is_asked_in_their_own_channel(tmp_path: Path) -> None:
    """A time-out after the widening: a new card where the next seller reads it."""
    in_turn = replace(QUEUE, rule=Rule(Assignment.ROUND_ROBIN), sellers=("@erik", "@aino"))
    on = step(0, Act.OFFER_NEXT, Audience.ASSIGNEE, after=Duration(timedelta(hours=3)))
    with widened(tmp_path, on, queue=in_turn) as (world, lead):
        assert ["pass" in card.action_ids for card in cards(world, lead)] == [True, False]
        world.pass_time(hours=1)
        world.hears("@erik", "@aino is asked now")
        world.sees("For @aino now")
        press(world, "@aino", "accept", cards(world, lead)[2])
        assert all("Accepted by @aino" in said for said in words(world, lead)[1:])


def test_home_offers_the_other_team_no_passing_on(tmp_path: Path) -> None:
    """As on their card: whom it asks by name is the first team's affair."""
    in_turn = replace(QUEUE, rule=Rule(Assignment.ROUND_ROBIN), sellers=("@erik", "@aino"))
    with widened(tmp_path, queue=in_turn) as (world, _):
        for who, may_pass in (("@erik", True), ("@sam", False)):
            world.person(who).open_home()
            world.settle()
            home = world.person(who).home
            assert home is not None
            offered = {button.action_id for button in home.buttons}
            assert ("accept" in offered, "pass" in offered) == (True, may_pass)


def test_where_one_channel_is_closed_its_team_is_told_privately(tmp_path: Path) -> None:
    """The other's channel is none that they read."""
    late = step(100, Act.ESCALATE, Audience.GROUP, Audience.MANAGER)
    with widened(tmp_path, late) as (world, _):
        close_lane(world, "#mql-handoff")
        world.pass_time(hours=2)
        said = world.sees("@sam, @luis *Ada*", "still needs an answer", channel=SOUTH)
        assert said.broadcast
        for who in ("@erik", "@aino", "@jonas", "@priya", "@maja"):
            world.hears(who, "Ada", "still needs an answer")


def close_lane(world: World, lane: str) -> None:
    """Slack has taken nothing for it lately."""
    with world.books.writing() as work:
        work.outbox.put(Note(1, 1, Clock.ANSWER, 0), lane, world.clock.now())
        work.commit()
    claimed = world.courier.claim(limit=1)
    with world.books.writing() as work:
        work.deliveries.pause(claimed[0].parcel, "not_in_channel")
        work.commit()


@pytest.mark.parametrize(("who", "place"), [("@erik", "mql-handoff"), ("@sam", SOUTH)])
def test_news_is_told_where_its_reader_is(tmp_path: Path, who: str, place: str) -> None:
    """The thread of their own team's card: a mention elsewhere would reach nobody."""
    on = {"@erik": 0, "@sam": 1}[who]
    with widened(tmp_path) as (world, lead):
        press(world, who, "accept", cards(world, lead)[on])
        raise_again(world)
        said = world.sees(who, "has raised a hand again", channel=place)
        assert cards(world, lead)[on].ts == said.thread_ts


def raise_again(world: World) -> None:
    raise_lead(world.desk, LeadFacts(email="Ada@acme.example", name="Ada", country="SE"))
    world.deliver()


def test_links_lead_each_reader_to_the_card_they_can_open(tmp_path: Path) -> None:
    """In a look-up as well as in a private reminder, in App Home and for who goes away."""
    late = Step(Clock.TOUCH, 50, (Audience.ASSIGNEE,), Act.REMIND)
    with widened(tmp_path, late) as (world, lead):
        own, other = dossier(world.desk, lead).cards
        press(world, "@sam", "accept", cards(world, lead)[1])
        world.pass_time(hours=6)
        assert other.permalink in world.hears("@sam", "waiting for first contact").words
        world.person("@erik").command("/lead", "L-1")
        world.settle()
        assert own.permalink in world.hears("@erik", "What happened").words
        world.person("@sam").open_home()
        world.settle()
        assert other.permalink in str(world.person("@sam").home)
        world.person("@sam").command("/lead", "away")
        world.settle()
        assert other.permalink in world.hears("@sam", "You are away").words


def test_the_first_card_that_somebody_deletes_is_shown_again(tmp_path: Path) -> None:
    """It is still needed, as the other is."""
    with widened(tmp_path) as (world, lead):
        workspace = world.server.workspace
        card = dossier(world.desk, lead).cards[0]
        message = workspace.messages.get(card.channel, card.ts)
        assert message is not None
        with workspace.lock:
            workspace.messages.delete(message)
        press(world, "@sam", "accept", cards(world, lead)[-1])
        world.sees("Accepted by @sam")
        assert all("Accepted by @sam" in said for said in words(world, lead))
        assert State.ACCEPTED is world.handoff(lead).state


def test_why_it_went_to_somebody_of_another_team(tmp_path: Path) -> None:
    """The page says that the other team was asked too, and since when; then who was first."""
    with widened(tmp_path) as (world, lead):
        press(world, "@sam", "accept", cards(world, lead)[1])
        world.person("@erik").command("/lead", "L-1 why")
        world.settle()
        page = read(world.server.workspace, world.hears("@erik", "was asked too").words)
        lines = ("was asked at once.", "so dach was asked too, ", "@sam was the first to answer")
        places = [page.index(line) for line in lines]
        assert sorted(places) == places
        assert 1 == page.count("the first to answer")
