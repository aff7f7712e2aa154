"""`/lead`: finding a lead, for people who have a part in it, and only for the asker's eyes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from bot.domain.agreement import Act, Audience, Clock, Step
from bot.domain.lead import LeadFacts
from bot.use_cases.offer import keep_lead
from handlers.commands import meant
from handlers.front_door import signature
from tests.scenario.world import AGREED, World, open_world


@pytest.fixture(params=["socket", "http"])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    with open_world(tmp_path, over=request.param) as opened:
        yield opened
        opened.nothing_more()


@pytest.fixture
def near(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as opened:
        yield opened
        opened.nothing_more()


def ask(world: World, who: str, text: str) -> None:
    delivery = world.person(who).command("/lead", text, channel="mql-handoff")
    assert delivery.acked, delivery.error
    world.settle()


def test_a_lead_is_found_with_its_history(world: World):
    """The asker sees the card and what happened, in the ack itself; nobody else sees a thing."""
    lead = world.lead("Ada")
    world.click("@erik", "accept", lead)
    world.deliver()
    ask(world, "@anna", "Ada@acme.example")
    answer = world.hears("@anna", "Ada", "L-1", "What happened", "@erik accepted")
    assert answer.ephemeral
    assert "accept" not in answer.action_ids


@pytest.mark.parametrize(
    "text",
    ["L-1", "l-1", "ada@acme.example", "<mailto:ada@acme.example|ada@acme.example>", "Ada", '"Ada"',
     "“Ada”", "„Ada“", "«Ada»", "  ada  ", "acm"],
)  # fmt: skip
def test_a_lead_is_found_however_it_is_asked_for(near: World, text: str):
    """By number, address, name or company, as keyboards and Slack write them."""
    near.lead("Ada")
    ask(near, "@erik", text)
    near.hears("@erik", "Ada", "What happened")


def test_the_history_says_what_each_step_of_the_ladder_did(tmp_path: Path):
    """A note is no reminder, and what was escalated, shown again or offered to others says so."""
    manager = (Audience.MANAGER,)
    ladder = (
        Step(Clock.ANSWER, 20, manager, Act.TELL),
        Step(Clock.ANSWER, 50, manager, Act.REMIND),
        Step(Clock.ANSWER, 100, manager, Act.ESCALATE),
        Step(Clock.ANSWER, 120, manager, Act.REPOST),
        Step(Clock.ANSWER, 150, manager, Act.WIDEN, to_queue="dach", queues=("nordics",)),
    )
    with open_world(tmp_path, terms=replace(AGREED, ladder=ladder)) as world:
        world.lead("Ada")
        world.pass_time(hours=6)
        ask(world, "@erik", "L-1")
        history = world.said[-1].words.split("What happened")[1]
        for line in (
            "10:48 CET  a note at 20 %",
            "12:00 CET  reminder at 50 %",
            "14:00 CET  escalated at 100 % of the agreed time\n",
            "14:48 CET  escalated at 120 % of the agreed time, and shown again on a new card",
            "16:00 CET  escalated at 150 % of the agreed time, and offered to dach too",
        ):
            assert line in history


def test_several_hits_are_a_list(near: World):
    """More than one lead: a line each, with the number to ask again with."""
    near.lead("Ada")
    near.lead("Grace")
    ask(near, "@erik", "acme")
    near.hears("@erik", "L-1", "L-2", "Ada", "Grace")


def test_very_many_hits_say_that_there_are_more(near: World):
    """A long list ends, and says so."""
    for number in range(12):
        keep_lead(near.desk, LeadFacts(email=f"{number}@acme.example", company="Acme"))
    ask(near, "@erik", "acme")
    near.hears("@erik", "There are more", "no handoff yet")


def test_nothing_found_helps_on(near: World):
    """A miss says what can be asked for."""
    ask(near, "@erik", "nobody")
    near.hears("@erik", "Nobody here matches", "Try an e-mail")


@pytest.mark.parametrize("text", ["", "help", " HELP ", "hjälp", "Hilfe", "?"])
def test_help(near: World, text: str):
    """Asking for nothing, or for help, gets help."""
    ask(near, "@erik", text)
    near.hears("@erik", "Find a lead", "by number")


def test_whoever_has_no_part_in_it_learns_nothing(near: World):
    """A colleague of no queue cannot look leads up, and hears whom to ask."""
    near.lead("Ada")
    ask(near, "@sam", "Ada")
    near.hears("@sam", "Only the sellers, managers and marketers")


@pytest.mark.parametrize("who", ["@erik", "@maja", "@henrik", "@anna", "@luis", "@jonas"])
def test_everybody_of_a_queue_may_look(near: World, who: str):
    """Sellers, managers, heads and marketers all find a lead."""
    near.lead("Ada")
    ask(near, who, "Ada")
    near.hears(who, "Ada")


def test_hostile_questions_are_answered(near: World):
    """Whatever is typed, the asker gets an answer, and nobody is pinged by it."""
    near.lead("Ada")
    for text in ["<!channel>", "*_~`", '"', "\\", "%", "_", "' OR 1=1 --", "\0", "x" * 10_000,
                 "\u202eabc", "👩‍💻", "L-", "L-0", "L-99999999999999999999", "<@U123|x>", "&lt;",
                 "<", "<|>", "\ud83d"]:  # fmt: skip
        ask(near, "@erik", text)
    answers = [said for said in near.said if said.place == "@erik"]
    assert 19 == len(answers)
    assert [] == near.person("@maja").pings()[1:]
    near.forget()


def test_forged_commands_are_answered_or_refused(tmp_path: Path):
    """A command without its fields breaks nothing: the next one is answered."""
    with open_world(tmp_path, over="http") as world:
        whole = {"command": "/lead", "text": "Ada", "user_id": world.id("@erik"), "team_id": "T1"}
        assert "Nobody here matches" in post(world, whole)[1]
        for lacking, status in (
            ("text", 200),
            ("user_id", 200),
            ("team_id", 200),
            ("command", 400),
        ):
            fields = {name: value for name, value in whole.items() if name != lacking}
            assert status == post(world, fields)[0]
        assert "Nobody here matches" in post(world, whole)[1]


def post(world: World, fields: dict[str, str]) -> tuple[int, str]:
    """A command as Slack would sign it."""
    body, now = urlencode(fields).encode(), str(int(time.time()))
    secret = world.server.workspace.app.signing_secret.encode()
    headers = {
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": signature(secret, now, body).decode(),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = httpx.post(f"{world.http}/slack/events", content=body, headers=headers)
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("typed", "sought"),
    [
        ("<mailto:ada@acme.com|ada@acme.com>", "ada@acme.com"),
        ("<http://acme.com|acme.com>", "acme.com"),
        ("<tel:+4670|070>", "+4670"),
        ("“Ada Lovelace”", "Ada Lovelace"),
        ("R&amp;D &lt;x&gt;", "R&D <x>"),
        ("&amp;lt;", "&lt;"),
        ("O'Brien", "O'Brien"),
        ("  a   b ", "a b"),
        ("", ""),
    ],
)
def test_what_slack_makes_of_typing_is_undone(typed: str, sought: str):
    """The look-up is for what was typed, not for how Slack wrapped it."""
    assert sought == meant(typed)[2]
