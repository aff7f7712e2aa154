"""Reminders as a considerate colleague gives them: one list instead of many messages, not at
night, not into do-not-disturb, never too many, and not before the time that one has named.

Monday at ten in the morning in Stockholm; nine to five. A first contact is promised within eight
hours, so whoever accepts at ten is reminded at 16:24, and late on Tuesday from ten.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from bot.domain.agreement import Act, Audience, Clock, Duration, Step
from bot.domain.consideration import Consideration
from bot.domain.move import Event
from bot.use_cases import away, hand_over, nudge
from playground.seen import Seen
from playground.wording import block_words
from tests.scenario.world import AGREED, MONDAY, World, open_world, read


@contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[World]:
    with open_world(folder, **settings) as world:
        yield world
        world.nothing_more()


def accepted(world: World, name: str = "Ada", by: str = "@erik") -> int:
    lead = world.lead(name)
    world.click(by, "accept", lead)
    world.deliver()
    return lead


def until(world: World, text: str) -> None:
    """It is so late in Stockholm's winter, and all that was due has happened."""
    there = datetime.fromisoformat(f"2026-03-{text}+01:00")
    world.pass_time(seconds=(there - world.clock.now()).total_seconds())


def lives_in(world: World, who: str, zone: str) -> None:
    world.server.workspace.user(who).tz = zone
    world.look_up_people()


# ------------------------------------------------------------------ one list


def test_reminders_of_several_leads_come_as_one_list(world: World) -> None:
    """One line each: who, by when, and where. It is one message, not three."""
    for name in ("Ada", "Bo", "Cy"):
        accepted(world, name)
    until(world, "02 16:24")
    said = world.hears("@erik", "3 leads wait for you", "Ada", "Bo", "Cy")
    assert said.words.count("first contact is due by") == 3
    assert said.words.count("open its card") == 3


def test_who_does_not_have_the_lead_is_told_who_does(tmp_path: Path) -> None:
    """A manager who is to be reminded is not asked for a first contact that is somebody else's."""
    step = Step(Clock.TOUCH, 80, (Audience.MANAGER,), Act.REMIND)
    with opened(tmp_path, terms=replace(AGREED, ladder=(step,))) as world:
        accepted(world, "Ada")
        world.pass_time(minutes=5)
        accepted(world, "Bo")
        accepted(world, "Cy", by="@aino")
        until(world, "02 16:30")
        alone = world.hears("@maja", "For your information", "Ada", "@erik has it")
        assert "snooze" not in alone.action_ids
        world.hears("@maja", "2 leads", "Bo", "@erik has it", "Cy", "@aino has it")


def test_everybody_gets_their_own_list(world: World) -> None:
    """Two people, two leads: each hears of their own, as the reminder they know."""
    accepted(world, "Ada")
    accepted(world, "Bo", by="@aino")
    until(world, "02 16:24")
    assert "Bo" not in world.hears("@erik", "Ada", "waiting for first contact").words
    assert "Ada" not in world.hears("@aino", "Bo", "waiting for first contact").words


def test_what_is_done_before_the_list_is_sent_is_not_on_it(world: World) -> None:
    """It is judged again at the moment at which it is said."""
    ada, _bo = accepted(world, "Ada"), accepted(world, "Bo")
    world.clock.advance(to=MONDAY + timedelta(hours=6, minutes=24))
    world.sweep_only()
    world.click("@erik", "contacted", ada)
    world.deliver()
    assert "Ada" not in world.hears("@erik", "1 lead waits for you", "Bo").words


# ------------------------------------------------------------------ left in peace


def test_nobody_is_reminded_in_their_night(world: World) -> None:
    """The queue works, its seller sleeps: they hear of it in their morning."""
    lives_in(world, "@erik", "Asia/Tokyo")  # eight hours ahead
    accepted(world)
    until(world, "02 23:59")
    world.nothing_more()
    until(world, "03 00:00")
    world.hears("@erik", "Ada", "waiting for first contact, due by")


def test_a_breach_is_escalated_whatever_the_time(tmp_path: Path) -> None:
    """Quiet hours keep reminders back, not what has gone wrong."""
    step = Step(Clock.TOUCH, 80, (Audience.HOLDER,), Act.ESCALATE)
    with opened(tmp_path, terms=replace(AGREED, ladder=(step,))) as world:
        lives_in(world, "@erik", "Asia/Tokyo")
        accepted(world)
        world.person("@erik").pause_notifications(minutes=600)
        until(world, "02 16:24")
        world.hears("@erik", "Ada", "needs first contact")


def test_do_not_disturb_is_respected_and_what_fell_due_meanwhile_is_overdue(world: World) -> None:
    """The reminder waits for the end of the pause, and then says how things are."""
    accepted(world)
    until(world, "02 16:00")
    world.person("@erik").pause_notifications(until="2026-03-03T11:30:00+01:00")
    until(world, "03 10:00")
    world.sees("@erik", "@maja", "Ada")  # the breach is escalated in the open, in spite of it
    world.nothing_more()
    until(world, "03 11:30")
    world.hears("@erik", "Ada", "waiting for first contact; it was due")


def test_a_pause_that_is_ended_early_keeps_nothing_back(world: World) -> None:
    """Paused for days and back after an hour: they are reminded within half an hour."""
    accepted(world)
    until(world, "02 16:00")
    world.person("@erik").pause_notifications(until="2026-03-06T11:30:00+01:00")
    until(world, "02 17:00")
    world.nothing_more()
    world.person("@erik").resume_notifications()
    until(world, "02 17:30")
    world.hears("@erik", "Ada", "waiting for first contact, due by")


def test_who_is_away_is_reminded_when_they_are_back(world: World) -> None:
    """Not before; and were it too late by then, their manager would have heard of the breach."""
    accepted(world)
    away.leave(world.desk, world.id("@erik"), datetime(2026, 3, 3, 6, tzinfo=UTC))
    until(world, "03 07:59")
    world.nothing_more()
    until(world, "03 08:00")
    world.hears("@erik", "Ada", "waiting for first contact, due by")
    until(world, "03 10:00")
    world.sees("@erik", "@maja", "Ada")


def test_what_was_done_in_the_meantime_is_never_said(world: World) -> None:
    """Who calls the lead in their pause finds no reminder after it."""
    lead = accepted(world)
    world.person("@erik").pause_notifications(minutes=600)
    until(world, "02 16:30")
    world.click("@erik", "contacted", lead)
    until(world, "03 12:00")


def test_a_reminder_is_for_whoever_has_the_lead_when_it_is_said(world: World) -> None:
    """The lead has gone back to the queue, and somebody else has it: they hear, not the first."""
    lead = accepted(world)
    world.person("@erik").pause_notifications(minutes=480)
    until(world, "02 16:30")
    world.click("@erik", "more", lead, value="Release")
    world.deliver()
    world.sees("Ada", "Back in the queue")
    world.click("@aino", "accept", lead)
    until(world, "03 14:00")


def test_who_takes_a_lead_over_hears_what_its_giver_did_not(world: World) -> None:
    """The reminder waited for the end of a pause: it goes with the lead, before a manager hears."""
    lead = accepted(world)
    world.person("@erik").pause_notifications(until="2026-03-04T09:00:00+01:00")
    until(world, "02 16:30")
    erik, aino = world.id("@erik"), world.id("@aino")
    asked = hand_over.propose(world.desk, lead, 1, erik, aino)
    hand_over.agree(world.desk, asked.id, aino)
    world.deliver()
    world.forget()
    until(world, "02 17:00")
    world.hears("@aino", "Ada", "waiting for first contact, due by")


def test_where_slack_does_not_tell_reminders_come(world: World) -> None:
    """A missing scope is said once in the log, and keeps nothing back."""
    app = world.server.workspace.app
    app.scopes = app.scopes - {"dnd:read"}
    accepted(world)
    world.person("@erik").pause_notifications(minutes=600)
    with capture_logs() as logs:
        until(world, "02 16:24")
        world.hears("@erik", "Ada")
        accepted(world, "Bo", by="@aino")
        until(world, "03 14:30")
    world.forget()
    assert ["missing_scope"] == [line["why"] for line in logs if line["action"] == "dnd_unread"]


def test_on_a_day_off_nobody_is_reminded(world: World) -> None:
    """What waits over Friday night is not said on Saturday morning."""
    until(world, "06 10:00")
    accepted(world)
    world.person("@erik").pause_notifications(until="2026-03-07T08:00:00+01:00")
    until(world, "09 08:59")
    world.nothing_more()
    until(world, "09 09:00")
    world.hears("@erik", "Ada", "waiting for first contact")


def test_what_exceeds_the_days_budget_comes_as_one_list(tmp_path: Path) -> None:
    """One message a day is enough for this team: the rest at half past four, then tomorrow."""
    sparing = Consideration(per_day=1, rest_at=time(16, 45))
    with opened(tmp_path, consideration=sparing) as world:
        for name in ("Ada", "Bo", "Cy", "Di"):
            accepted(world, name)
            world.pass_time(minutes=9)
        until(world, "02 16:44")
        world.hears("@erik", "Ada", "waiting for first contact")
        world.nothing_more()
        until(world, "02 16:45")
        world.hears("@erik", "2 leads wait for you", "Bo", "Cy")
        until(world, "03 07:59")
        world.nothing_more()
        until(world, "03 08:00")
        world.hears("@erik", "Di", "waiting for first contact")


def test_without_quiet_hours_what_waits_for_tomorrow_waits_for_working_hours(
    tmp_path: Path,
) -> None:
    """Nobody reads a list of reminders at midnight because their team wrote `quiet: never`."""
    sparing = Consideration(1, rest_at=time(16, 45), quiet_from=time(), quiet_until=time())
    with opened(tmp_path, consideration=sparing) as world:
        for name in ("Ada", "Bo", "Cy"):
            accepted(world, name)
            world.pass_time(minutes=15)
        until(world, "02 23:00")
        world.hears("@erik", "Ada")
        world.hears("@erik", "Bo")
        until(world, "03 08:59")
        world.nothing_more()
        until(world, "03 09:00")
        world.hears("@erik", "Cy")


def test_steps_that_follow_each_other_closely_are_each_said(tmp_path: Path) -> None:
    """Two minutes of eight hours are no percent, and yet four reminders are four."""
    often = Duration(timedelta(minutes=2))
    step = Step(Clock.TOUCH, 0, (Audience.HOLDER,), Act.REMIND, after=often, every=often, times=3)
    with opened(tmp_path, terms=replace(AGREED, ladder=(step,))) as world:
        accepted(world)
        for _ in range(4):
            world.pass_time(minutes=2)
            world.hears("@erik", "Ada")
        world.pass_time(minutes=30)


def test_two_that_gather_at_once_say_it_once(world: World) -> None:
    """Several Batons on one database: a list is said by one of them."""
    accepted(world)
    world.clock.advance(to=MONDAY + timedelta(hours=6, minutes=24))
    world.sweep_only()
    assert nudge.say_due(world.desk) == 0
    world.deliver()
    world.hears("@erik", "Ada")


# ------------------------------------------------------------------ I take it at two


def take_later(world: World, who: str, lead: int, at: datetime) -> dict[str, Any]:
    """From the menu of a card; what Slack shall do with the modal."""
    world.click(who, "more", lead, value="I take it at …")
    return say_when(world, who, at)


def say_when(world: World, who: str, at: datetime) -> dict[str, Any]:
    person = world.person(who)
    person.wait_for_modal()
    answer = person.submit({"at": at}).response
    world.deliver()
    return answer or {}


ONE, TWO, LATE = (MONDAY + timedelta(hours=hours) for hours in (3, 3.5, 5))


def test_i_take_it_at_two(world: World) -> None:
    """The card says who and when, the reminder waits till then, and the promise stays."""
    lead = world.lead()  # to be answered by 14:00; the team is reminded at 13:12
    due = world.handoff(lead).offer.answer_due
    take_later(world, "@erik", lead, TWO)
    assert "@erik takes it" in world.shows(lead)
    until(world, "02 13:29")
    world.nothing_more()
    until(world, "02 13:30")
    world.hears("@erik", "Ada", "waiting for an answer, due by")
    world.sees("@nordic-sales", "Ada", "waiting for an answer")
    assert due == world.handoff(lead).offer.answer_due
    until(world, "02 14:00")
    assert world.sees("@nordic-sales", "@maja", "still needs an answer").broadcast


def test_a_reminder_can_be_put_off_where_it_is_read(world: World) -> None:
    """One button below it; who presses it is reminded once more, at their own time."""
    lead = accepted(world)
    until(world, "02 16:24")
    said = world.hears("@erik", "Ada", "waiting for first contact")
    world.person("@erik").click("snooze", said)
    say_when(world, "@erik", datetime(2026, 3, 3, 8, 30, tzinfo=UTC))
    assert "@erik takes it" in world.shows(lead)
    until(world, "03 09:29")
    world.nothing_more()
    until(world, "03 09:30")
    again = world.hears("@erik", "Ada", "waiting for first contact, due by")
    assert "snooze" not in again.action_ids


def test_a_promise_is_put_off_once(world: World) -> None:
    """The menu has it no more, and an old reminder's button says who was first."""
    lead = accepted(world)
    until(world, "02 16:24")
    said = world.hears("@erik", "Ada")
    take_later(world, "@erik", lead, datetime(2026, 3, 3, 8, tzinfo=UTC))
    world.person("@erik").click("snooze", said)
    world.settle()
    world.hears("@erik", "@erik takes it", "once for each promise")
    assert [Event.SNOOZED] == [move.event for move in world.journal(lead)[-1:]]


def test_nothing_is_put_off_beyond_what_was_promised(world: World) -> None:
    """The form says by when it is due, by the reader's own clock, and keeps what was chosen."""
    lead = world.lead()
    errors = take_later(world, "@aino", lead, LATE)["errors"]
    assert {"at": "It is due by 15:00: please choose a time before that."} == errors
    past = say_when(world, "@aino", MONDAY - timedelta(hours=1))["errors"]
    assert {"at": "Please choose a time ahead of now."} == past
    say_when(world, "@aino", ONE)
    assert "@aino takes it" in world.shows(lead)


def test_only_who_may_answer_puts_off(world: World) -> None:
    """Somebody from marketing cannot silence the team's reminders."""
    lead = world.lead()
    world.click("@anna", "more", lead, value="I take it at …")
    world.settle()
    world.hears("@anna", "Only", "can answer this lead")
    assert world.handoff(lead).clock.snoozed_until is None  # type: ignore[union-attr]


def test_nobody_says_in_anothers_place_when_they_take_it(world: World) -> None:
    """Not even the manager: the card would name one who does not have the lead."""
    lead = accepted(world)
    world.click("@maja", "more", lead, value="I take it at …")
    world.hears("@maja", "only @erik can say when they take it")
    assert "takes it" not in world.shows(lead)


def test_an_answer_ends_what_was_put_off(world: World) -> None:
    """Who takes it earlier is not reminded at the time they named."""
    lead = world.lead()
    take_later(world, "@erik", lead, TWO)
    world.click("@erik", "accept", lead)
    world.deliver()
    assert "takes it" not in world.shows(lead)
    until(world, "02 15:00")


def test_what_was_put_off_is_not_said_earlier(world: World) -> None:
    """Not even what waited since before: for the end of a do-not-disturb, say."""
    lead = accepted(world)
    world.person("@erik").pause_notifications(until="2026-03-02T16:40:00+01:00")
    until(world, "02 16:30")  # due at 16:24, and waiting
    take_later(world, "@erik", lead, MONDAY + timedelta(hours=6, minutes=50))
    until(world, "02 16:49")
    world.nothing_more()
    until(world, "02 16:50")
    world.hears("@erik", "Ada", "waiting for first contact")


def test_a_reminder_at_ones_own_time_comes_in_spite_of_a_pause(world: World) -> None:
    """Whoever says "at 15:00" wants to hear it at three."""
    lead = accepted(world)
    take_later(world, "@erik", lead, MONDAY + timedelta(hours=5))
    world.person("@erik").pause_notifications(minutes=600)
    until(world, "02 15:00")
    world.hears("@erik", "Ada", "waiting for first contact")


def test_who_gave_a_lead_away_does_not_hear_of_their_own_time(world: World) -> None:
    """A colleague has it since: they are reminded as usual, and the word is forgotten, although
    they named the very same time."""
    lead = accepted(world)
    take_later(world, "@erik", lead, MONDAY + timedelta(hours=5))
    asked = hand_over.propose(world.desk, lead, 1, world.id("@erik"), world.id("@aino"))
    hand_over.agree(world.desk, asked.id, world.id("@aino"))
    world.deliver()
    world.forget()
    take_later(world, "@aino", lead, MONDAY + timedelta(hours=4))
    until(world, "02 14:00")
    world.hears("@aino", "Ada", "waiting for first contact")
    until(world, "02 15:59")


def words(world: World, seen: Seen) -> str:
    return read(world.server.workspace, block_words(seen.blocks))


def test_whom_slack_hides_does_not_hide_the_others(world: World) -> None:
    """Slack refuses the whole question for one person it does not show; then each is asked for."""
    accepted(world, "Ada")
    accepted(world, "Bo", by="@aino")
    world.person("@erik").pause_notifications(minutes=600)
    users = world.server.workspace.users
    hidden = users.pop(world.id("@aino"))
    world.clock.advance(to=MONDAY + timedelta(hours=6, minutes=24))
    world.sweep_only()
    users[hidden.id] = hidden
    world.deliver()
    world.hears("@aino", "Bo", "waiting for first contact")
