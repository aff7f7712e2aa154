"""A held lead goes to a colleague who agrees; no clock begins anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.assignment import Rule
from bot.domain.handoff import NotAllowed, State
from bot.domain.move import Event
from bot.use_cases import hand_over
from playground.delivery import INTERACTIVE
from playground.person import Person
from playground.seen import Seen, ShownView
from tests.scenario.world import DACH, QUEUE, World, open_world, read

MENU = "Hand to a colleague, or swap"


@contextmanager
def a_world(tmp_path: Path, **changes: Any) -> Iterator[World]:
    with open_world(tmp_path, queues=(replace(QUEUE, **changes), DACH)) as opened:
        yield opened
        opened.nothing_more()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path) as opened:
        yield opened


def held(world: World, name: str = "Ada", by: str = "@erik") -> int:
    lead = world.lead(name)
    world.click(by, "accept", lead)
    world.deliver()
    return lead


def opens(world: World, who: str, lead: int) -> Person:
    world.click(who, "more", lead, value=MENU)
    world.person(who).wait_for_modal()
    return world.person(who)


def shown(person: Person) -> ShownView:
    assert person.modal is not None
    return person.modal


def choices(person: Person, field: str) -> list[str]:
    """What an open form offers to choose from."""
    found = [block for block in shown(person).body["blocks"] if block.get("block_id") == field]
    elements = [block["element"] for block in found]
    groups = [group for one in elements for group in one.get("option_groups", [one])]
    return [option["text"]["text"] for group in groups for option in group["options"]]


def is_told_so(person: Person) -> None:
    """No card shows a question, so the form says that it went out."""
    assert "Your colleague is asked." in shown(person).words
    person.close_view()


def gives(world: World, who: str, lead: int, to: str, note: str = "") -> Seen:
    """Somebody asks a colleague to take a lead over; what the colleague hears."""
    given = {"colleague": world.id(to)} | ({"note": note} if note else {})
    person = opens(world, who, lead)
    assert person.submit(given).acked
    is_told_so(person)
    world.deliver()
    return world.hears(to, f"{who} asks you to take over")


def answers(world: World, who: str, answer: str, asked: Seen, **how: Any) -> None:
    assert world.person(who).click(answer, asked, **how).acked
    world.settle()
    world.deliver()


def reads_now(world: World, who: str, asked: Seen) -> str:
    """What the message says by now."""
    (now,) = [seen for seen in world.person(who).dm() if seen.ts == asked.ts]
    return read(world.server.workspace, now.words)


def holder(world: World, lead: int) -> str:
    person = world.handoff(lead).holder
    return next(who for who in ("@erik", "@aino", "@jonas", "@maja") if world.id(who) == person)


# ------------------------------------------------------------------------ to a colleague


def test_a_colleague_who_agrees_has_the_lead(world: World) -> None:
    """Asked in private, with what there is to know; agreed with one click; told under the card."""
    lead = held(world)
    due = world.handoff(lead).clock
    world.pass_time(minutes=30)
    asked = gives(world, "@erik", lead, "@aino", "She would like a demo in Finnish.")
    words = read(world.server.workspace, asked.words)
    assert "*Ada* (Acme)" in words
    assert "“She would like a demo in Finnish.”" in words
    assert "First contact is due by *2026-03-03 10:00 CET*; the clock goes on." in words
    assert "It stays with @erik until you agree." in words
    assert "@erik" == holder(world, lead)

    answers(world, "@aino", "agree", asked)
    assert "@aino" == holder(world, lead)
    assert "Taken over by @aino" in world.shows(lead)
    told = world.sees("@erik handed it to @aino, who agreed.", "demo in Finnish")
    assert world.card(lead).ts == told.thread_ts
    world.hears("@erik", "@aino agreed: *Ada* (Acme) is with @aino now.")
    assert "You agreed: *Ada* (Acme) is yours now." in reads_now(world, "@aino", asked)
    assert (due, 1) == (world.handoff(lead).clock, world.handoff(lead).round)
    moved = world.journal(lead)[-1]
    assert (Event.TRANSFERRED, world.id("@aino")) == (moved.event, moved.by)


def test_until_the_colleague_agrees_nothing_changes(world: World) -> None:
    """A proposal nobody answers moves no lead and stops no clock; its holder works on."""
    lead = held(world)
    gives(world, "@erik", lead, "@aino")
    world.pass_time(hours=2)
    assert "@erik" == holder(world, lead)
    world.click("@aino", "contacted", lead)
    world.hears("@aino", "This lead is with @erik")
    world.click("@erik", "contacted", lead)
    world.deliver()
    assert State.CONTACTED is world.handoff(lead).state


def test_the_clock_of_a_colleague_began_with_the_first(world: World) -> None:
    """Handing a lead round wins nobody time: the reminder comes when it would have come, and to
    whoever has the lead now."""
    lead = held(world)
    asked = gives(world, "@erik", lead, "@aino")
    world.pass_time(hours=6)
    answers(world, "@aino", "agree", asked)
    world.forget()
    world.pass_time(hours=17)
    world.hears("@aino", "Ada", "first contact")


def test_a_colleague_may_decline(world: World) -> None:
    """The lead stays, who asked hears it, and somebody else can be asked."""
    lead = held(world)
    asked = gives(world, "@erik", lead, "@aino")
    answers(world, "@aino", "decline", asked)
    world.hears("@erik", "@aino cannot take *Ada* (Acme): it stays with you.")
    assert "You declined: *Ada* (Acme) stays with @erik." in reads_now(world, "@aino", asked)
    assert "@erik" == holder(world, lead)

    asked = gives(world, "@erik", lead, "@jonas")
    answers(world, "@jonas", "agree", asked)
    assert "@jonas" == holder(world, lead)
    world.sees("@erik handed it to @jonas")
    world.hears("@erik", "@jonas agreed")


def test_asking_somebody_else_withdraws_what_was_asked_before(world: World) -> None:
    """One colleague at a time: who was asked first can no longer take it, and reads so."""
    lead = held(world)
    first = gives(world, "@erik", lead, "@aino")
    second = gives(world, "@erik", lead, "@jonas")
    assert "@erik no longer asks you to take *Ada* (Acme)." in reads_now(world, "@aino", first)
    answers(world, "@aino", "agree", first, stale=True)
    assert "@erik" == holder(world, lead)
    answers(world, "@jonas", "agree", second)
    assert "@jonas" == holder(world, lead)
    world.sees("@erik handed it to @jonas")
    world.hears("@erik", "@jonas agreed")


def test_a_lead_that_moved_on_is_not_handed_over(world: World) -> None:
    """Who agrees too late reads how the lead stands; nothing is taken from anybody."""
    lead = held(world)
    asked = gives(world, "@erik", lead, "@aino")
    world.click("@erik", "more", lead, value="Release")
    world.deliver()
    world.sees("Ada", "Back in the queue")
    world.click("@jonas", "accept", lead)
    answers(world, "@aino", "agree", asked)
    assert "Things have changed since @erik asked you" in reads_now(world, "@aino", asked)
    assert "@jonas" == holder(world, lead)


def test_a_colleague_who_left_the_team_takes_nothing(world: World) -> None:
    """Whether somebody sells for the queue is looked at when they agree."""
    lead = held(world)
    asked = gives(world, "@erik", lead, "@aino")
    world.server.workspace.group("@nordic-sales").members.remove(world.id("@aino"))
    world.look_up_people()
    answers(world, "@aino", "agree", asked)
    assert "Things have changed" in reads_now(world, "@aino", asked)
    assert "@erik" == holder(world, lead)


def test_agreeing_twice_is_agreeing_once(world: World) -> None:
    """Impatient clicks, and clicks that arrive twice, hand a lead over once."""
    lead = held(world)
    asked = gives(world, "@erik", lead, "@aino")
    click = world.person("@aino").click("agree", asked)
    again = world.server.workspace.deliveries.send(INTERACTIVE, click.payload, world.id("@aino"))
    assert again.wait().acked
    world.settle()
    world.deliver()
    world.sees("@erik handed it to @aino")
    world.hears("@erik", "@aino agreed")
    assert 1 == [move.event for move in world.journal(lead)].count(Event.TRANSFERRED)


def test_a_form_sent_twice_asks_once(world: World) -> None:
    """The same colleague is not asked twice for the same."""
    lead = held(world)
    erik = opens(world, "@erik", lead)
    sent = erik.submit({"colleague": world.id("@aino")})
    again = world.server.workspace.deliveries.send(INTERACTIVE, sent.payload, world.id("@erik"))
    assert (True, sent.response) == (again.wait().acked, again.response)
    world.deliver()
    world.hears("@aino", "@erik asks you to take over")


def test_only_who_was_asked_can_answer(world: World) -> None:
    """Neither another seller, nor who asked, nor the manager agrees for a colleague."""
    lead = held(world)
    asked = hand_over.propose(world.desk, lead, 1, world.id("@erik"), world.id("@aino"))
    for who in ("@jonas", "@erik", "@maja"):
        for answer in (hand_over.agree, hand_over.decline):
            with pytest.raises(NotAllowed):
                answer(world.desk, asked.id, world.id(who))
    world.deliver()
    world.hears("@aino", "@erik asks you to take over")
    assert "@erik" == holder(world, lead)


def test_a_button_of_no_proposal_is_a_dead_one(world: World) -> None:
    """Whatever its value is made to be, it moves nothing and says so."""
    lead = held(world)
    asked = gives(world, "@erik", lead, "@aino")
    sent = world.person("@aino").click("decline", asked).payload
    world.deliver()
    world.hears("@erik", "@aino cannot take")
    for number in ("", "0", "99", "9" * 18, "x"):
        forged = {**sent, "actions": [{**sent["actions"][0], "value": f"{lead}:1:{number}"}]}
        world.server.workspace.deliveries.send(INTERACTIVE, forged, world.id("@aino")).wait()
        world.settle()
        world.hears("@aino", "Baton no longer knows this lead")


def test_a_manager_moves_a_lead_to_a_colleague_who_agrees(world: World) -> None:
    """The colleague is asked all the same; the manager and who had it hear what came of it. Only
    a lead's holder offers it for another."""
    lead = held(world)
    held(world, "Grace", by="@aino")
    maja = opens(world, "@maja", lead)
    assert [] == choices(maja, "swap")
    maja.submit({"colleague": world.id("@aino")})
    world.deliver()
    asked = world.hears("@aino", "@maja asks you to take over *Ada* (Acme) from @erik.")
    answers(world, "@aino", "agree", asked)
    assert "@aino" == holder(world, lead)
    world.sees("@maja moved it from @erik to @aino, who agreed.")
    world.hears("@maja", "@aino agreed")
    world.hears("@erik", "@maja asked @aino to take over your *Ada* (Acme)")


def test_a_manager_hears_a_no(world: World) -> None:
    """Whoever asked hears it; whose lead it is has lost nothing, and is left in peace."""
    lead = held(world)
    opens(world, "@maja", lead).submit({"colleague": world.id("@aino")})
    world.deliver()
    asked = world.hears("@aino", "@maja asks you")
    answers(world, "@aino", "decline", asked)
    world.hears("@maja", "@aino cannot take *Ada* (Acme): it stays with @erik.")


def test_somebody_elses_lead_is_not_given_away(world: World) -> None:
    """Only its holder, and the manager for them, can ask a colleague."""
    lead = held(world)
    world.click("@jonas", "more", lead, value=MENU)
    world.hears("@jonas", "This lead is with @erik")
    assert world.person("@jonas").modal is None


def test_who_is_away_is_shown_so(world: World) -> None:
    """Nobody waits for an answer from a beach without knowing it."""
    lead = held(world)
    with world.books.writing() as work:
        work.absences.begin(world.id("@aino"), None, world.clock.now())
        work.commit()
    erik = opens(world, "@erik", lead)
    assert ["Aino Mäkelä (away)", "Jonas Weber", "Priya Nair"] == choices(erik, "colleague")


def test_there_may_be_nobody_else(tmp_path: Path) -> None:
    """A team of one reads what is left to do, instead of an empty list."""
    with a_world(tmp_path, sellers=("@erik",)) as world:
        lead = held(world)
        modal = shown(opens(world, "@erik", lead))
        assert "You can release it: then the whole team is asked." in modal.words
        assert "submit" not in modal.body


def test_a_colleague_with_enough_in_hand_is_not_asked(tmp_path: Path) -> None:
    """What the team agreed that one person holds goes for leads from colleagues as well: when
    somebody is chosen, and once more when they agree."""
    with a_world(tmp_path, rule=Rule(open_at_most=2)) as world:
        lead = held(world)
        held(world, "Grace", by="@aino")
        asked = gives(world, "@erik", lead, "@aino")
        held(world, "Emmy", by="@aino")
        erik = opens(world, "@erik", lead)
        assert ["Jonas Weber", "Priya Nair"] == choices(erik, "colleague")
        erik.close_view()

        answers(world, "@aino", "agree", asked)
        world.hears("@aino", "You have as many leads in hand as the team agreed on: 2.")
        assert "@erik" == holder(world, lead)
        assert "agree" in [name for seen in world.person("@aino").dm() for name in seen.action_ids]
