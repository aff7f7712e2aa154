"""When somebody comes back, as they type it in their own words; nothing is guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.business_hours import Calendar
from handlers.when import Past, TooFar, Unclear, back_at
from tests.unit.agreements import NINE_TO_FIVE, stockholm

WEDNESDAY = stockholm("2026-03-04 10:30")


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("until monday", "2026-03-09 09:00"),
        ("Monday", "2026-03-09 09:00"),
        ("till måndag", "2026-03-09 09:00"),
        ("tills på måndag", "2026-03-09 09:00"),
        ("bis Montag", "2026-03-09 09:00"),
        ("mon", "2026-03-09 09:00"),
        ("until wed", "2026-03-11 09:00"),  # today's is here already
        ("next monday", "2026-03-09 09:00"),
        ("nästa tisdag", "2026-03-10 09:00"),
        ("bis nächsten Dienstag", "2026-03-10 09:00"),
        ("until next week", "2026-03-09 09:00"),
        ("nächste Woche", "2026-03-09 09:00"),
        ("saturday", "2026-03-09 09:00"),  # the first working hour after
        ("tomorrow", "2026-03-05 09:00"),
        ("i morgon", "2026-03-05 09:00"),
        ("imorgon", "2026-03-05 09:00"),
        ("morgen", "2026-03-05 09:00"),
        ("i övermorgon", "2026-03-06 09:00"),
        ("bis übermorgen", "2026-03-06 09:00"),
        ("today", "2026-03-05 09:00"),
        ("idag", "2026-03-05 09:00"),
        ("until 14:00", "2026-03-04 14:00"),
        ("until 14.30", "2026-03-04 14:30"),
        ("until 2pm", "2026-03-04 14:00"),
        ("until tomorrow 9am", "2026-03-05 09:00"),
        ("friday at 11:30 am", "2026-03-06 11:30"),
        ("bis am Montag", "2026-03-09 09:00"),
        ("until 12:30 pm", "2026-03-04 12:30"),
        ("bis 14 Uhr", "2026-03-04 14:00"),
        ("till kl 14", "2026-03-04 14:00"),
        ("till kl. 14.10", "2026-03-04 14:10"),
        ("friday 14:00", "2026-03-06 14:00"),
        ("wednesday 9:00", "2026-03-11 09:00"),  # today's is over
        ("friday at 14", "2026-03-06 14:00"),
        ("fredag kl 14", "2026-03-06 14:00"),
        ("bis Freitag um 14 Uhr", "2026-03-06 14:00"),
        ("2026-04-01", "2026-04-01 08:00"),  # summer time has come
        ("until 2026-12-01", "2026-12-01 09:00"),
        ("until 2026-12-01 13:15", "2026-12-01 13:15"),
        ("1 december", "2026-12-01 09:00"),
        ("Dec 1st", "2026-12-01 09:00"),
        ("den 3 mars", "2027-03-03 09:00"),  # this year's is over
        ("5 mars", "2026-03-05 09:00"),
        ("1. Dezember 2026", "2026-12-01 09:00"),
        ("1.12.", "2026-12-01 09:00"),
        ("1.12.2026", "2026-12-01 09:00"),
    ],
)
def test_people_write_it_as_they_do(said: str, back: str) -> None:
    """A day, a date or a time, in English, Swedish or German; a day begins with its work."""
    assert stockholm(back) == back_at(said, WEDNESDAY, NINE_TO_FIVE)


def test_no_word_is_until_they_say_so() -> None:
    """`/lead away` alone has no end."""
    assert back_at(" until ", WEDNESDAY, NINE_TO_FIVE) is None


@pytest.mark.parametrize(
    "said",
    ["14", "3", "1.12", "1/12", "12/01/2026", "next friday", "in may", "may", "soon", "99", "mo",
     "2026-13-01", "31 february", "25:00", "14:60", "13pm", "0 am", "later 14:00", "uhr", "pm",
     "kl", "until until monday tuesday", "ju 3", "1 1", "friday friday", "½", "-1",
     "on monday", "på måndag", "am Montag", "kl 14 monday", "1 december 26", "14:00 15:00",
     "wednesday 14:00", "bis Mittwoch um 14 Uhr"],
)  # fmt: skip
def test_what_could_mean_two_things_is_not_guessed(said: str) -> None:
    """Rather one more question than a seller who gets leads on the beach."""
    with pytest.raises(Unclear):
        back_at(said, WEDNESDAY, NINE_TO_FIVE)


@pytest.mark.parametrize(
    "said", ["10:30", "2026-03-03", "today 9:00", "2020-01-01", "at 8", "0001-01-01 00:30"]
)
def test_what_is_over_is_said_to_be_over(said: str) -> None:
    """Nobody is away until yesterday."""
    with pytest.raises(Past):
        back_at(said, WEDNESDAY, NINE_TO_FIVE)


@pytest.mark.parametrize("said", ["2030-01-01", "9999-12-31", "9999-12-31 23:30"])
def test_nobody_is_away_for_years(said: str) -> None:
    """A slip in the year is said to be one."""
    with pytest.raises(TooFar):
        back_at(said, WEDNESDAY, NINE_TO_FIVE)


def test_a_holiday_is_no_day_to_be_back() -> None:
    """Who says Monday, and Monday is a holiday, is back on Tuesday."""
    easter = Calendar("here", "Europe/Stockholm", NINE_TO_FIVE.week, frozenset({date(2026, 3, 9)}))
    assert stockholm("2026-03-10 09:00") == back_at("monday", WEDNESDAY, easter)


def test_it_is_their_own_clock() -> None:
    """Fourteen hours are those of their zone."""
    there = Calendar("there", "Asia/Kolkata", NINE_TO_FIVE.week)
    assert datetime(2026, 3, 5, 8, 30, tzinfo=UTC) == back_at("tomorrow 14:00", WEDNESDAY, there)


@given(st.text(max_size=40), st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)))
def test_whatever_is_typed_the_answer_is_ahead_or_a_question(said: str, now: datetime) -> None:
    """No text breaks it, and nobody comes back before they go."""
    at = now.replace(tzinfo=UTC)
    try:
        back = back_at(said, at, NINE_TO_FIVE)
    except (Unclear, Past, TooFar):
        return
    assert back is None or timedelta() < back - at < timedelta(days=740)
