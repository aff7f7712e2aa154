"""What the page of arithmetic is told: the promises as they ran, and no figure of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.languages import available, language
from bot.delivery.words import why as why_words
from bot.domain.agreement import Clock
from bot.domain.business_hours import Calendar
from bot.domain.handoff import Ask
from bot.domain.move import Event
from bot.domain.sla import Verdict
from bot.domain.turns import LEAD, Choice, Skip, Standing, Why
from bot.use_cases.records import Timed
from tests.templates import everything
from tests.templates.everything import PEOPLE, TIMED, timed
from tests.templates.leads import POSTED, Story, desk, stories
from tests.unit.agreements import TERMS, stockholm

STORIES = stories()
LONG = timedelta(days=40)


@pytest.mark.parametrize("name", [name for name in TIMED if name != "not posted yet"])
def test_the_windows_add_up_to_the_time_used(name: str) -> None:
    """Whoever adds up the lines arrives at the figure in the headline."""
    page = why_words.why(desk(), timed(STORIES[name]), PEOPLE, may_excuse=False)
    assert page["promises"]
    for promise in page["promises"]:
        lines = sum((window["time"] for window in promise["windows"]), timedelta())
        assert lines + promise["more_time"] == promise["spent"]


def test_a_long_wait_is_summed_up_after_twelve_lines() -> None:
    """Nobody reads forty days; what is left out is counted."""
    dossier = STORIES["offered"].dossier()
    told = Timed(dossier, {1: dossier.terms}, POSTED + LONG)
    (answer,) = why_words.why(desk(), told, PEOPLE, may_excuse=False)["promises"]
    assert why_words.MOST_WINDOWS == len(answer["windows"])
    assert answer["more"] > 0
    assert answer["more_time"] + 12 * timedelta(hours=8) - timedelta(hours=1) == answer["spent"]


def test_a_window_is_shown_by_the_clock_on_the_wall_of_its_calendar() -> None:
    """Whoever works to midnight reads 24:00, in their own zone and not in the reader's."""
    late = Calendar("late", "Asia/Tokyo", (((1200, 1440),),) * 7)
    story = Story(terms=replace(TERMS, calendars={"nordics": late}))
    told = Timed(story.dossier(), {1: story.terms}, POSTED + timedelta(days=1))
    (answer,) = why_words.why(desk(), told, PEOPLE, may_excuse=False)["promises"]
    (window,) = answer["windows"]
    assert ("20:00", "24:00", "Asia/Tokyo") == (window["begins"], window["ends"], answer["zone"])


def test_a_day_on_which_the_clocks_change_says_so() -> None:
    """From midnight to 24:00 are 23 hours then: without a word, nobody could check that."""
    always = Calendar("always", "Europe/Stockholm", (((0, 1440),),) * 7)
    story = Story(terms=replace(TERMS, calendars={"nordics": always}))
    told = Timed(story.dossier(), {1: story.terms}, stockholm("2026-03-30 12:00"))
    windows = why_words.why(desk(), told, PEOPLE, may_excuse=False)["promises"][0]["windows"]
    assert {"why.window"} == {window["key"] for window in windows}  # none of the first twelve days
    later = Story(posted=False, terms=story.terms).posted(stockholm("2026-03-28 12:00"))
    told = Timed(later.dossier(), {1: story.terms}, stockholm("2026-03-30 12:00"))
    said = str(everything.words().arithmetic.why(told, PEOPLE, None, False).blocks)
    assert "Sun 29 Mar 00:00–24:00 = 23 h (the clocks were changed)" in said
    assert "Sat 28 Mar 12:00–24:00 = 12 h\\n" in said


def test_seconds_are_shown_where_there_are_any() -> None:
    """From ten to 10:10 and 40 seconds are no ten minutes: what stands on the page can be added up.
    Slack's own stamps are finer still, which nobody needs to read."""
    dossier = STORIES["offered"].dossier()

    def after(**time: float) -> Timed:
        return Timed(dossier, {1: dossier.terms}, POSTED + timedelta(**time))

    told = after(minutes=10, seconds=40.4)
    said = everything.words().arithmetic.why(told, PEOPLE, None, False)
    assert 2 == str(said.blocks).count("10 min 40 s")  # in the line, and in the headline
    windows = [
        why_words.why(desk(), each, PEOPLE, may_excuse=False)["promises"][0]["windows"][0]
        for each in (told, after(minutes=39.99999))
    ]
    shown = [(window["begins"], window["ends"], window["time"]) for window in windows]
    assert [
        ("10:00", "10:10:40", timedelta(minutes=10, seconds=40)),
        ("10:00", "10:40", timedelta(minutes=40)),
    ] == shown


def test_what_is_left_out_is_told_to_the_second_too() -> None:
    """Thirteen lines and a headline: forty seconds of the last one are not lost."""
    dossier = STORIES["offered"].dossier()
    told = Timed(dossier, {1: dossier.terms}, POSTED + timedelta(days=16, seconds=40))
    said = str(everything.words().arithmetic.why(told, PEOPLE, None, False).blocks)
    assert "and 1 more stretch, 1 h 40 s" in said
    assert "96 h 40 s of 4 h" in said


def test_a_promise_broken_before_the_question_is_due_no_later() -> None:
    """The page does not say that it is: its due time stays."""
    overdue = Story().asked("Who?", POSTED + timedelta(hours=5))
    told = Timed(overdue.dossier(), {1: overdue.terms}, POSTED + timedelta(hours=6))
    said = str(everything.words().arithmetic.why(told, PEOPLE, None, False).blocks)
    assert "Answer: open, and late" in said
    assert "It stands still since" in said
    assert "due later" not in said


def test_what_ended_without_the_answer_is_said_to_count_as_of_the_question() -> None:
    """It is kept although it stopped after it was due, and the page says why."""
    story = Story().asked("Who?", POSTED + timedelta(hours=1)).accepted(POSTED + timedelta(hours=6))
    told = Timed(story.dossier(), {1: story.terms}, POSTED + timedelta(hours=7))
    said = str(everything.words().arithmetic.why(told, PEOPLE, None, False).blocks)
    assert "Answer: kept" in said
    assert "ended without the answer" in said
    assert "It stood still" not in str(
        everything.words().arithmetic.why(timed(STORIES["offered"]), PEOPLE, None, False).blocks
    )


def test_headline_and_lines_agree_although_stamps_are_finer() -> None:
    """From 0.6 seconds to 2.2 are 1.6, and one by the clocks that people read: one in both."""
    story = Story(posted=False).posted(POSTED + timedelta(seconds=0.6))
    told = Timed(story.dossier(), {1: story.terms}, POSTED + timedelta(minutes=9, seconds=2.2))
    (answer,) = why_words.why(desk(), told, PEOPLE, may_excuse=False)["promises"]
    (line,) = answer["windows"]
    assert ("10:00:01", "10:09:02", timedelta(minutes=9, seconds=1)) == (
        line["begins"],
        line["ends"],
        answer["spent"],
    )


@pytest.mark.parametrize("code", sorted(available()))
def test_whatever_was_decided_has_words(code: str) -> None:
    """Every reason to ask somebody, or not, every clock and every verdict, in every language."""
    phrases = language(code).phrases
    for name in (
        *(f"why.choice.{why}" for why in Why),
        *(f"why.skip.{skip}" for skip in Skip),
        *(f"why.clock.{clock}" for clock in Clock if clock is not Clock.WAKE),
        *(f"why.verdict.{verdict}" for verdict in Verdict if verdict is not Verdict.AT_RISK),
        *(f"why.verdict.{verdict}" for verdict in why_words.LEFT_OUT.values()),
        *(f"why.case.{condition}" for condition in why_words.CONDITIONS),
        *(f"excuse.reason.{code}" for code in why_words.EXCUSES),
    ):
        assert phrases[name]


@pytest.mark.parametrize(("by", "stepped_in"), [("U0BO", False), ("U0MAJA", True)])
def test_who_answered_in_place_of_whoever_was_asked_is_named(by: str, stepped_in: bool) -> None:
    """It was Bo's turn and Maja has it: the page says that the manager answered."""
    story = Story(ask=Ask("U0BO", Choice("U0BO", Why.TURN).to_json())).accepted(by=by)
    said = str(everything.words().arithmetic.why(timed(story), PEOPLE, None, False).blocks)
    assert stepped_in == ("It was <@U0MAJA> who answered" in said)


def test_what_was_contacted_and_given_back_was_not_untouched() -> None:
    """Its contact was kept; only that nobody decided leaves the time to qualify out."""
    story = stories()["qualifying"].gave_back(Event.RELEASED, POSTED + timedelta(days=1), "U0BO")
    page = why_words.why(desk(), timed(story), PEOPLE, may_excuse=False, round_=1)
    verdicts = {each["clock_key"]: each["verdict_key"] for each in page["promises"]}
    assert "why.verdict.undecided" == verdicts["why.clock.qualify"]
    assert "why.verdict.met" == verdicts["why.clock.touch"]


@pytest.mark.parametrize(("second", "tied"), [(LEAD // 2, True), (LEAD // 3, False)])
def test_among_equals_the_list_decides_and_the_page_says_so(second: int, tied: bool) -> None:
    """Two who are owed the same, and one of them is asked: nobody should have to guess why."""
    standing = {"U0BO": Standing(1, LEAD // 2), "U0HENRIK": Standing(1, second)}
    because = Choice("U0BO", Why.TURN, standing=standing).to_json()
    story = Story(ask=Ask("U0BO", because))
    said = str(everything.words().arithmetic.why(timed(story), PEOPLE, None, False).blocks)
    assert "has the turn" in said
    assert tied == ("among equals the first on the list" in said)


def test_who_was_skipped_is_named_up_to_a_handful() -> None:
    """A team of fifty, all away, is a few names and a number."""
    skipped = {f"U{number:03}": Skip.AWAY for number in range(50)}
    because = Choice(None, Why.NOBODY_FREE, skipped).to_json()
    story = Story()
    story.moves[0] = replace(story.moves[0], because=because)
    (choice,) = why_words.why(desk(), timed(story), PEOPLE, may_excuse=False)["choices"]
    assert (why_words.MOST_SKIPPED, 50 - why_words.MOST_SKIPPED) == (
        len(choice["skipped"]),
        choice["more_skipped"],
    )
