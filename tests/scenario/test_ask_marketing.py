"""Sales asks marketing about a lead: whose clock runs meanwhile, and who hears what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.domain.agreement import Clock, Duration, Target
from bot.domain.assignment import Assignment, Rule
from bot.domain.handoff import NotMarketing, State
from bot.domain.lead import LeadFacts
from bot.use_cases import ask, misroute, snooze
from bot.use_cases.offer import raise_lead
from bot.use_cases.ports import Conflict
from playground.delivery import INTERACTIVE
from playground.errors import Refused
from playground.person import Person
from playground.seen import Seen
from playground.wording import block_words
from tests.scenario.world import AGREED, DACH, QUEUE, World, open_world, read

QUESTION = "Which webinar was it?"
ANSWER = "The one on pricing, in May."


@pytest.fixture(params=["socket", "http"])
def any_world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    with open_world(tmp_path, over=request.param) as opened:
        yield opened
        opened.nothing_more()


def asks(world: World, who: str, lead: int, question: str = QUESTION) -> list[Seen]:
    """Somebody asks from the card's menu; the messages in which the marketers hear it."""
    form(world, who, lead).submit({"question": question})
    world.deliver()
    return [world.hears(marketer, f"{who} asks you something") for marketer in ("@anna", "@luis")]


def form(world: World, who: str, lead: int) -> Person:
    person = world.person(who)
    world.click(who, "more", lead, value="Ask marketing")
    person.wait_for_modal()
    return person


def answers(world: World, who: str, asked: Seen, answer: str = ANSWER) -> None:
    """Somebody presses Answer in the message that asked them."""
    world.person(who).click("tell", asked)
    world.person(who).wait_for_modal()
    world.person(who).submit({"answer": answer})
    world.deliver()


def now_reads(world: World, who: str, asked: Seen) -> str:
    """A message in somebody's conversation with Baton, as it stands now."""
    seen = next(seen for seen in world.person(who).sees(asked.channel) if seen.ts == asked.ts)
    return read(world.server.workspace, seen.words)


def held(world: World) -> int:
    lead = world.lead()
    world.click("@erik", "accept", lead)
    world.deliver()
    return lead


# ------------------------------------------------------------------ who hears what


def test_marketing_is_asked_and_sales_hears_the_answer(any_world: World):
    """One question, one answer: in the form, in the marketer's conversation, under the card."""
    world = any_world
    lead = world.lead()
    anna, luis = asks(world, "@erik", lead)
    assert QUESTION in anna.words
    card = world.shows(lead)
    assert "Waiting for marketing:* @erik asked" in card
    assert QUESTION in card

    world.pass_time(minutes=30)
    answers(world, "@anna", anna)
    news = world.sees("@erik: @anna answers your question.", ANSWER)
    assert world.card(lead).ts == news.thread_ts
    assert "The clock goes on: please answer the lead by *2026-03-02 14:30 CET*" in read(
        world.server.workspace, news.words
    )
    card = world.shows(lead)
    assert "Waiting for marketing" not in card
    assert f"Asked: “{QUESTION}”" in card
    assert f"Marketing: “{ANSWER}”" in card
    for who, asked in (("@anna", anna), ("@luis", luis)):
        assert "@anna answered the question of @erik" in now_reads(world, who, asked)


def test_the_owner_of_the_campaign_is_asked_alone(world: World):
    """Whose campaign it is knows best; the other marketers are left in peace, and may help."""
    world.desk = replace(world.desk, campaign_owners={"spring": "@luis"})
    lead = world.lead(campaign="spring")
    ask.ask(world.desk, lead, 1, world.id("@erik"), QUESTION)
    world.deliver()
    world.hears("@luis", "@erik asks you something", QUESTION)
    ask.tell(world.desk, lead, 1, world.id("@anna"), ANSWER)
    world.deliver()
    world.sees("@erik: @anna answers your question.")


def test_where_marketing_is_nobody_the_manager_is_asked(tmp_path: Path):
    """A group that somebody emptied loses no question."""
    queues = (replace(QUEUE, marketers=("@nobody-here",)), DACH)
    with open_world(tmp_path, queues=queues) as world:
        lead = world.lead()
        ask.ask(world.desk, lead, 1, world.id("@erik"), QUESTION)
        world.deliver()
        world.hears("@maja", "@erik asks you something", QUESTION)
        world.nothing_more()


def test_an_answer_that_comes_second_is_told_so(world: World):
    """Two marketers, one question: the second learns privately that it is answered."""
    lead = world.lead()
    anna, luis = asks(world, "@erik", lead)
    world.person("@luis").click("tell", luis)
    world.person("@luis").wait_for_modal()
    answers(world, "@anna", anna)
    world.sees("@erik: @anna answers your question.")
    world.person("@luis").submit({"answer": "I think in June"})
    modal = world.person("@luis").modal
    assert modal is not None
    assert "answered this question already" in modal.words
    assert "You wrote: “I think in June”" in modal.words
    world.person("@luis").close_view()

    world.person("@luis").click("tell", luis, stale=True)
    world.settle()
    world.hears("@luis", "@anna answered this question already")
    assert world.id("@anna") == world.handoff(lead).offer.told_by


def test_only_marketing_and_the_manager_answer(world: World):
    """A colleague of sales cannot start the clock again with a made-up answer."""
    lead = world.lead()
    asks(world, "@erik", lead)
    with pytest.raises(NotMarketing):
        ask.tell(world.desk, lead, 1, world.id("@aino"), ANSWER)
    assert world.handoff(lead).offer.is_asking
    ask.tell(world.desk, lead, 1, world.id("@maja"), ANSWER)
    world.deliver()
    world.sees("@erik: @maja answers your question.")


def test_a_click_before_the_card_is_noted_to_be_up_is_asked_to_come_again(world: World):
    """Slack shows a card some moments before Baton knows: no clock runs that could be stopped, or
    put off, and nobody is told that the lead is no longer theirs to ask about."""
    facts = LeadFacts(email="ada@acme.example", name="Ada", country="SE")
    lead = raise_lead(world.desk, facts).handoff_id
    soon = world.clock.now() + timedelta(hours=1)
    for too_early in (
        partial(ask.ask, world.desk, lead, 1, world.id("@erik"), QUESTION),
        partial(ask.ready_to_ask, world.desk, lead, 1, world.id("@erik")),
        partial(snooze.ready, world.desk, lead, 1, world.id("@erik")),
        partial(snooze.snooze, world.desk, lead, 1, world.id("@erik"), soon),
    ):
        with pytest.raises(Conflict):
            too_early()
    world.deliver()
    world.sees("Ada", "Please answer by")


def test_a_question_is_a_line_or_two(world: World):
    """Nothing, and a novel, are refused below the input; no clock stops."""
    lead = world.lead()
    erik = form(world, "@erik", lead)
    sent = erik.submit({"question": "?"}).payload
    world.click("@erik", "accept", lead)
    world.deliver()  # and a question that is settled before it was put is not put

    other = world.lead("Bea")
    sent["view"]["private_metadata"] = f"{other}:1"
    for typed in ("", " \n ", "x" * 1001, None):
        sent["view"]["state"]["values"]["question"]["question"]["value"] = typed
        again = world.server.workspace.deliveries.send(INTERACTIVE, sent, world.id("@erik")).wait()
        assert isinstance(again.response, dict)
        assert ["question"] == list(again.response["errors"])
    assert not world.handoff(other).offer.is_asking


# ------------------------------------------------------------------ whose clock runs


def test_the_clock_of_sales_stands_still_and_goes_on_with_what_was_left(world: World):
    """Three hours of four were left when marketing was asked; three are left when it answers."""
    lead = world.lead()  # 10:00, due 14:00
    world.pass_time(minutes=60)
    anna, _luis = asks(world, "@erik", lead)
    world.pass_time(hours=24 + 4)  # nobody of sales is reminded of anything
    answers(world, "@anna", anna)  # Tuesday 15:00
    world.sees("@erik: @anna answers your question.")
    clock = world.handoff(lead).clock
    assert clock is not None
    left = timedelta(hours=16 + 3)  # till 17:00, and from 9:00 on Wednesday
    assert (Clock.ANSWER, world.clock.now() + left) == (clock.name, clock.due_at)
    world.click("@erik", "accept", lead)
    world.deliver()
    assert timedelta(hours=1) == world.handoff(lead).offer.answer_spent


def test_an_overdue_lead_is_called_so_when_its_clock_goes_on(world: World):
    """Nobody is asked for an answer by yesterday."""
    lead = world.lead()  # 10:00, due 14:00
    world.pass_time(hours=5)
    world.forget()
    anna, _luis = asks(world, "@erik", lead)
    world.pass_time(hours=1)
    answers(world, "@anna", anna)
    overdue = "The clock goes on. *Overdue:* an answer to the lead was due 2026-03-02 14:00 CET."
    world.sees("@erik: @anna answers your question.", overdue)


def test_the_touch_clock_stands_still_too(world: World):
    """Who has accepted may ask as well, and the holder hears the answer beside who asked."""
    lead = held(world)
    anna, _luis = asks(world, "@maja", lead)
    assert "First contact due by" not in world.shows(lead)
    world.pass_time(hours=2)
    answers(world, "@anna", anna)
    world.sees("@maja, @erik: @anna answers your question.", "first contact is due by")
    assert "First contact due by" in world.shows(lead)


def test_whoever_is_asked_by_name_since_hears_the_answer_too(tmp_path: Path):
    """@erik asks marketing and passes the lead on: it is @aino whose clock goes on."""
    turns = replace(QUEUE, rule=Rule(Assignment.ROUND_ROBIN), sellers=("@erik", "@aino"))
    with open_world(tmp_path, queues=(turns, DACH)) as world:
        lead = world.lead()
        asks(world, "@erik", lead)
        world.click("@erik", "pass", lead)
        world.deliver()
        world.sees("for @aino", "Marketing is asked something first")
        ask.tell(world.desk, lead, 1, world.id("@anna"), ANSWER)
        world.deliver()
        world.sees("@erik, @aino: @anna answers your question.")


def test_where_no_clock_of_sales_runs_nobody_is_told_that_it_stands_still(world: World):
    """Contact is made, and no time to qualify was agreed: only marketing's clock runs."""
    lead = held(world)
    world.click("@erik", "contacted", lead)
    world.deliver()
    anna, _luis = asks(world, "@erik", lead)
    told = [anna.words, world.shows(lead), home(world, "@erik")]
    assert world.person("@erik").command("/lead", "L-1").acked
    world.settle()
    told.append(world.hears("@erik", "@erik asked marketing").words)
    assert [] == [words for words in told if "clock" in words]


def test_sales_may_go_on_without_an_answer(world: World):
    """Whoever knows enough goes on; marketing sees that nothing is needed any more."""
    lead = world.lead()
    anna, luis = asks(world, "@erik", lead)
    world.click("@aino", "accept", lead)
    world.deliver()
    assert State.ACCEPTED is world.handoff(lead).state
    assert not world.handoff(lead).offer.is_asking
    for who, asked in (("@anna", anna), ("@luis", luis)):
        assert "It needs no answer any more: the lead is accepted now" in now_reads(
            world, who, asked
        )
    world.person("@anna").click("tell", anna, stale=True)
    world.settle()
    world.hears("@anna", "This question needs no answer any more")


def test_another_teams_lead_needs_no_answer_any_more(world: World):
    """Sent on to the right team, it is not ours to ask about: marketing reads so."""
    lead = world.lead()
    asked = asks(world, "@erik", lead)
    misroute.send_on(world.desk, lead, 1, world.id("@erik"), "dach")
    world.deliver()
    world.forget()
    assert "It needs no answer any more" in now_reads(world, "@anna", asked[0])


def test_an_answer_while_marketing_is_asked_is_no_late_one(world: World):
    """The card says what the figures say: one hour of four was used, whatever the wall says."""
    lead = world.lead()  # 10:00, due 14:00
    world.pass_time(minutes=60)
    asks(world, "@erik", lead)
    world.pass_time(hours=24 + 4)
    world.click("@erik", "accept", lead)
    world.deliver()
    assert "Accepted by @erik, 2026-03-03 15:00 CET · in 1 h, in time" in world.shows(lead)


def test_a_second_question_does_not_stop_the_clock_again(world: World):
    """Once a round: who has more to ask does so in the thread, and the clock runs on."""
    lead = world.lead()
    chosen = world.person("@erik").click("more", world.card(lead), value="Ask marketing").payload
    world.person("@erik").wait_for_modal()
    world.person("@erik").submit({"question": QUESTION})
    world.deliver()
    anna, _luis = [world.hears(who, "@erik asks you") for who in ("@anna", "@luis")]
    answers(world, "@anna", anna)
    world.sees("@erik: @anna answers your question.")
    with pytest.raises(Refused):
        world.click("@erik", "more", lead, value="Ask marketing")
    world.server.workspace.deliveries.send(INTERACTIVE, chosen, world.id("@erik")).wait()
    world.settle()
    world.hears("@erik", "Marketing was asked about this lead once", "thread")
    clock = world.handoff(lead).clock
    assert clock is not None
    assert Clock.ANSWER is clock.name


def test_what_was_written_is_never_dropped_in_silence(world: World):
    """Who asks or answers twice hears that only the first counts, and has the words to copy."""
    lead = world.lead()
    erik = form(world, "@erik", lead)
    sent = erik.submit({"question": QUESTION}).payload
    world.deliver()
    anna, _luis = [world.hears(who, "@erik asks you") for who in ("@anna", "@luis")]
    sent["view"]["state"]["values"]["question"]["question"]["value"] = "And who\nspoke?"
    again = world.server.workspace.deliveries.send(INTERACTIVE, sent, world.id("@erik")).wait()
    assert isinstance(again.response, dict)
    told = block_words(again.response["view"]["blocks"])
    assert "Marketing was asked about this lead once" in told
    assert "You wrote: “And who spoke?”" in told

    answers(world, "@anna", anna)
    world.sees("@erik: @anna answers your question.")
    world.person("@anna").click("tell", anna, stale=True)
    world.settle()
    world.hears("@anna", "@anna answered this question already")


def test_moving_a_lead_about_stops_no_clock(world: World):
    """A status alone never does, only the question: contacted and back in the queue, the promise to
    decide, and the next answer, are due when they were."""
    qualify = replace(AGREED, qualify=Target(Duration(days=2)))
    with world.books.writing() as work:
        version = work.terms.register(qualify, world.clock.now())
        work.commit()
    object.__setattr__(world.desk, "terms_version", version)
    lead = held(world)  # Monday 10:00: to be decided by Wednesday 10:00
    due = world.clock.now() + timedelta(days=2)
    world.pass_time(hours=3)
    world.click("@erik", "contacted", lead)
    clock = world.handoff(lead).clock
    assert clock is not None
    assert (Clock.QUALIFY, due) == (clock.name, clock.due_at)
    world.deliver()
    assert "To be qualified, or not, by *2026-03-04 10:00 CET*" in world.shows(lead)


def test_a_lead_in_the_wrong_hands_is_not_asked_about(world: World):
    """What was answered meanwhile has no clock to stop: who clicks an old card hears why."""
    lead = world.lead()
    click = world.person("@erik").click("more", world.card(lead), value="Ask marketing")
    world.settle()
    world.not_mine("@aino", lead)
    world.deliver()
    world.hears("@maja", "belongs to another team")
    world.server.workspace.deliveries.send(INTERACTIVE, click.payload, world.id("@erik")).wait()
    world.settle()
    world.hears("@erik", "That does not fit any more: the lead is waiting for the right team now")


# ------------------------------------------------------------------ Home


def home(world: World, who: str) -> str:
    assert world.person(who).open_home() is not None
    world.settle()
    shown = world.person(who).home
    assert shown is not None
    return read(world.server.workspace, block_words(shown.body["blocks"]))


def test_home_says_who_waits_for_whom(world: World):
    """Marketers find what sales asks them, and answer there; the holder sees what it waits for."""
    lead = held(world)
    asks(world, "@erik", lead)
    assert "*Waiting for marketing*, which answers by 2026-03-03 10:00 CET." in home(world, "@erik")
    asked = home(world, "@anna")
    assert "Sales asks you" in asked
    assert "Please answer by *2026-03-03 10:00 CET*" in asked
    world.person("@anna").click("tell")
    world.person("@anna").wait_for_modal()
    world.person("@anna").submit({"answer": ANSWER})
    world.deliver()
    world.sees("@erik: @anna answers your question.")
    assert "Sales asks you" not in home(world, "@anna")
