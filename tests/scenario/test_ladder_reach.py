"""Who hears a step of the ladder, and what happens where nobody can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.domain.agreement import Act, Audience, Clock, Duration, Step
from bot.domain.assignment import Assignment, Rule
from bot.domain.handoff import State
from bot.domain.lead import LeadFacts
from bot.domain.move import Event
from bot.use_cases.offer import raise_lead
from tests.scenario.world import AGREED, DACH, QUEUE, World, open_world

HOUR = Duration(timedelta(hours=1))


@contextmanager
def climbing(folder: Path, *ladder: Step, **settings: Any) -> Iterator[World]:
    terms = replace(AGREED, ladder=ladder)
    with open_world(folder, terms=terms, admins=("@sam",), **settings) as world:
        yield world
        world.nothing_more()


def step(percent: int, act: Act, *tell: str, **more: Any) -> Step:
    return Step(Clock.ANSWER, percent, tell, act, **more)


def leaves(world: World, who: str) -> None:
    """Somebody leaves the company, and nobody has told app.yaml."""
    world.server.workspace.deactivate(who)
    world.look_up_people()


def close(world: World) -> None:
    """Somebody removes Baton from the channel, in which only members may write."""
    app = world.server.workspace.app
    app.scopes = app.scopes - {"chat:write.public"}
    world.server.workspace.remove("@app", "mql-handoff")


# ------------------------------------------------------------------ who hears it


def test_a_step_may_only_tell_people_and_channels(tmp_path: Path) -> None:
    """The manager privately, a channel with a link; nobody is asked for anything."""
    with climbing(tmp_path, step(50, Act.TELL, Audience.MANAGER, "#sales")) as world:
        world.lead()
        world.pass_time(hours=2)
        world.hears("@maja", "For your information", "Ada", "waits for an answer")
        world.sees("For your information", "Ada", "open it in Slack", channel="sales")


def test_a_step_may_speak_in_the_thread_alone(tmp_path: Path) -> None:
    """Whoever follows the card reads it; the channel is left in peace, and nobody is named."""
    with climbing(tmp_path, step(50, Act.REMIND, Audience.THREAD)) as world:
        lead = world.lead()
        world.pass_time(hours=2)
        said = world.sees("Ada", "waiting for an answer")
        assert (world.card(lead).ts, False) == (said.thread_ts, said.broadcast)
        assert "@" not in said.words


def test_a_step_repeats_as_often_as_agreed(tmp_path: Path) -> None:
    """At the due time and twice more; then it is quiet."""
    again = step(100, Act.ESCALATE, Audience.MANAGER, every=HOUR, times=2)
    with climbing(tmp_path, again) as world:
        world.lead()
        for _ in range(3):
            world.nothing_more()
            world.pass_time(hours=4 if not world.journal(1)[2:] else 1)
            world.hears("@maja", "Ada", "needs an answer")
        world.pass_time(hours=48)


def test_another_queue_is_asked_too(tmp_path: Path) -> None:
    """Its sellers get a card in their own channel, and the first answer counts, whoever's it is
    (test_widened.py says how that goes)."""
    widen = step(100, Act.WIDEN, Audience.GROUP, to_queue="dach")
    dach = replace(DACH, sellers=("@sam",))
    with climbing(tmp_path, widen, queues=(QUEUE, dach)) as world:
        lead = world.lead()
        old = world.card(lead)
        world.pass_time(hours=4)
        assert world.sees("@nordic-sales", "Ada", "dach is asked too").broadcast
        world.sees("Ada", "Still waiting for an answer", channel="sales")
        newest = next(seen for seen in world.person("@maja").sees(old.channel) if seen.ts == old.ts)
        assert "dach is asked too" in newest.words
        assert "accept" in newest.action_ids
        world.click("@sam", "accept", lead)
        world.deliver()
        assert "Accepted by @sam" in world.shows(lead)
        assert world.handoff(lead).holder == world.id("@sam")


def test_a_widened_offer_is_reminded_of_in_both_channels(tmp_path: Path) -> None:
    """Slack tells nobody of a mention in a channel they are not in: each team is named in its own,
    in one message, and the manager with the team that is theirs."""
    widen = step(50, Act.WIDEN, Audience.GROUP, to_queue="dach")
    late = step(100, Act.ESCALATE, Audience.GROUP, Audience.MANAGER)
    with climbing(tmp_path, widen, late) as world:
        lead = world.lead()
        first = world.card(lead)
        world.pass_time(hours=2)
        world.sees("@nordic-sales", "dach is asked too")
        world.sees("Still waiting for an answer", channel="sales")
        world.pass_time(hours=2)
        said = world.sees("@nordic-sales, @maja *Ada*", "still needs an answer")
        assert (first.ts, True) == (said.thread_ts, said.broadcast)
        there = world.sees("@jonas *Ada*", "still needs an answer", channel="sales")
        assert (world.card(lead).ts, True) == (there.thread_ts, there.broadcast)


def test_who_did_not_answer_in_time_hears_who_is_asked_now(tmp_path: Path) -> None:
    """Offered to one, and on to the next after an hour: each hears of it once, and privately."""
    in_turn = replace(
        QUEUE,
        rule=Rule(Assignment.ROUND_ROBIN),
        sellers=("@erik", "@aino"),
    )
    on = step(0, Act.OFFER_NEXT, Audience.ASSIGNEE, after=HOUR, every=HOUR, times=5)
    with climbing(tmp_path, on, queues=(in_turn, DACH)) as world:
        lead = world.lead()
        world.pass_time(hours=1)
        world.hears("@erik", "Ada", "has no answer yet, so @aino is asked now")
        world.sees("For @aino now", "Please answer by")
        world.pass_time(hours=1)
        world.hears("@aino", "Ada")
        world.sees("Ada", "open to the whole team now")
        world.hears("@maja", "Nobody is left to ask about", "Ada")
        world.pass_time(hours=3)  # the other rungs have nobody to pass it on from
        assert world.handoff(lead).assignee is None


# ------------------------------------------------------------------ where nobody can hear it


def test_a_step_that_reaches_nobody_falls_to_the_next_and_the_admins_hear(tmp_path: Path) -> None:
    """The head hears it when the manager should have; the admins hear once a day what to mend."""
    ladder = (step(80, Act.REMIND, Audience.MANAGER), step(100, Act.ESCALATE, Audience.HEAD))
    with climbing(tmp_path, *ladder) as world:
        leaves(world, "@maja")
        world.lead("Ada")
        world.pass_time(minutes=10)
        world.lead("Bo")
        world.pass_time(hours=3, minutes=2)
        world.hears("@henrik", "Ada", "needs an answer by")
        world.hears("@sam", "80 % of the time to answer in nordics", "@maja", "next step was taken")
        world.pass_time(minutes=10)
        world.hears("@henrik", "Bo", "needs an answer by")
        world.pass_time(hours=20)
        world.nothing_more()  # the head has heard it: not again when the time of their step comes
        world.lead("Cy")
        world.pass_time(hours=3, minutes=12)
        world.hears("@henrik", "Cy")
        world.hears("@sam", "80 % of the time to answer")


def test_where_no_step_is_left_the_admins_are_the_last_to_hear(tmp_path: Path) -> None:
    """A lead that nobody hears of is theirs, and the step counts as taken."""
    with climbing(tmp_path, step(80, Act.REMIND, Audience.MANAGER)) as world:
        leaves(world, "@maja")
        lead = world.lead()
        world.pass_time(hours=4)
        world.hears("@sam", "No step is left that reaches anybody", "Ada")
        assert world.journal(lead)[-1].event is Event.STEPPED
        assert world.handoff(lead).clock.next_step_at is None  # type: ignore[union-attr]


def test_an_empty_group_hears_nothing(tmp_path: Path) -> None:
    """A mention of a group without members looks as if somebody had been told."""
    ladder = (step(80, Act.REMIND, Audience.HOLDER), step(100, Act.ESCALATE, Audience.MANAGER))
    with climbing(tmp_path, *ladder) as world:
        world.lead()
        for who in ("@erik", "@aino", "@jonas", "@priya"):
            world.server.workspace.remove_from_group(who, "nordic-sales")
        world.look_up_people()
        world.pass_time(hours=3, minutes=12)
        world.sees("@maja", "Ada", "needs an answer")
        world.hears("@sam", "Not reached: @nordic-sales")


def test_where_the_channel_is_closed_people_are_told_privately(tmp_path: Path) -> None:
    """Baton was removed from the channel: the admins hear of it once, and the ladder goes on."""
    ladder = (
        step(80, Act.REMIND, Audience.HOLDER),
        step(100, Act.ESCALATE, Audience.HOLDER, Audience.MANAGER),
        step(150, Act.REPOST, Audience.HEAD),
    )
    with climbing(tmp_path, *ladder) as world:
        lead = world.lead()
        close(world)
        world.pass_time(hours=3, minutes=12)
        world.hears("@sam", "#mql-handoff", "invite Baton there")
        world.pass_time(minutes=48)
        for who in ("@erik", "@aino", "@jonas", "@priya", "@maja"):
            world.hears(who, "Ada", "needs an answer")
        world.pass_time(hours=2)
        world.hears("@henrik", "Ada", "needs an answer")
        assert world.handoff(lead).state is State.OFFERED


def test_while_baton_may_not_speak_nothing_is_given_up(tmp_path: Path) -> None:
    """A token that is revoked for a while closes no door: when it works again, who was to hear
    does, of each lead once."""
    ladder = (
        step(50, Act.ESCALATE, Audience.MANAGER),
        step(100, Act.ESCALATE, Audience.MANAGER),
    )
    with climbing(tmp_path, *ladder) as world:
        world.lead()
        world.server.workspace.app.revoked = "token_revoked"
        world.pass_time(hours=2)
        world.pass_time(hours=2)
        world.nothing_more()
        world.server.workspace.app.revoked = ""
        try_again(world)
        world.hears("@maja", "Ada", "needs an answer")


def test_the_admins_hear_of_it_again_on_another_day(tmp_path: Path) -> None:
    """Once a day and place, however often Baton is started, until it is mended."""
    with climbing(tmp_path) as world:
        close(world)
        raise_lead(world.desk, LeadFacts(email="ada@acme.example", name="Ada", country="SE"))
        world.deliver()
        world.hears("@sam", "#mql-handoff")
        for hours, heard in ((1, False), (24, True)):
            world.pass_time(hours=hours)
            try_again(world)
            if heard:
                world.hears("@sam", "#mql-handoff")
            world.nothing_more()


def try_again(world: World) -> None:
    """As at each start."""
    with world.books.writing() as work:
        assert work.deliveries.resume() == 1
        work.commit()
    world.deliver()
