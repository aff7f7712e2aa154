"""Business time: what a team can rely on, in examples."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from bot.domain.business_hours import (
    Block,
    Calendar,
    NoWorkingTime,
    Window,
    due,
    elapsed,
    explain,
    in_zone,
    is_open,
    next_open,
)
from tests.unit.calendars import (
    DAY,
    HOUR,
    MIDDAY_OFF,
    MINUTE,
    NIGHT,
    OFFICE,
    PLAIN,
    STOCKHOLM,
    WEEK,
    local,
    round_the_clock,
    utc,
)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-03 10:00", "2026-03-03 12:30", 2.5 * HOUR),
        ("2026-03-06 16:30", "2026-03-09 09:30", HOUR),
        ("2026-03-07 11:00", "2026-03-09 10:00", HOUR),
    ],
)
def test_the_examples_of_the_agreement(start: str, end: str, expected: timedelta) -> None:
    """What the agreement's page promises about a plain week is what the clock does."""
    assert expected == elapsed(PLAIN, utc(start), utc(end))
    assert utc(end) == due(PLAIN, utc(start), expected)


def test_the_arithmetic_is_shown_window_by_window() -> None:
    """People see which minutes were counted, and on which days."""
    windows = explain(PLAIN, utc("2026-03-06 16:30"), utc("2026-03-09 09:12"))
    friday = Window(utc("2026-03-06 16:30"), utc("2026-03-06 17:00"))
    monday = Window(utc("2026-03-09 09:00"), utc("2026-03-09 09:12"))
    assert (friday, monday) == windows
    assert [30, 12] == [window.minutes for window in windows]


@pytest.mark.parametrize(
    ("start", "duration", "expected"),
    [
        ("2026-11-24 11:30", HOUR, "2026-11-24 13:30"),  # across lunch
        ("2026-11-24 12:20", HOUR, "2026-11-24 14:00"),  # begun at lunch
        ("2026-11-24 09:00", 3 * HOUR, "2026-11-24 12:00"),  # ends as lunch begins
        ("2026-11-27 15:30", HOUR, "2026-11-30 09:30"),  # a short Friday
        ("2026-12-22 16:00", 5 * HOUR, "2026-12-23 13:00"),  # a half day
        ("2026-12-23 12:00", 2 * HOUR, "2026-12-28 10:00"),  # half day, holidays, weekend
        ("2026-06-18 16:30", HOUR, "2026-06-22 09:30"),  # midsummer eve
    ],
)
def test_lunch_half_days_and_holidays_are_not_working_time(
    start: str, duration: timedelta, expected: str
) -> None:
    """A promise never runs while the team is at lunch or off."""
    begun, ends = (local("Europe/Stockholm", text) for text in (start, expected))
    assert ends == due(STOCKHOLM, begun, duration)
    assert duration == elapsed(STOCKHOLM, begun, ends)


def test_a_special_day_wins_over_a_holiday_and_a_holiday_over_the_week() -> None:
    """A team can work on a holiday, or take any day off, by writing that day down."""
    thursday, friday = date(2026, 12, 24), date(2026, 12, 25)
    calendar = Calendar("both", "UTC", WEEK, frozenset({thursday, friday}), {friday: MIDDAY_OFF})
    off = Calendar("off", "UTC", WEEK, days={thursday: ()})
    assert timedelta() == elapsed(calendar, utc("2026-12-24"), utc("2026-12-25"))
    assert 4 * HOUR == elapsed(calendar, utc("2026-12-25"), utc("2026-12-26"))
    assert timedelta() == elapsed(off, utc("2026-12-24"), utc("2026-12-25"))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Stockholm", "2026-03-29", 23),
        ("Europe/Stockholm", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Pacific/Apia", "2011-12-30", 0),
    ],
)
def test_a_day_round_the_clock_is_as_long_as_it_really_is(
    zone: str, day: str, hours: float
) -> None:
    """Clock changes neither steal nor give minutes."""
    calendar = round_the_clock(zone)
    start, end = local(zone, day), local(zone, str(date.fromisoformat(day) + DAY))
    assert hours * HOUR == elapsed(calendar, start, end)
    assert hours * HOUR == end - start


def test_an_hour_shown_twice_counts_twice() -> None:
    """A night shift across the autumn change is paid for the hour it really worked."""
    zone = "Europe/Stockholm"
    calendar = Calendar("night", zone, (NIGHT,) * 7)
    start = local(zone, "2026-10-25 02:00", fold=0)
    assert HOUR == elapsed(calendar, start, local(zone, "2026-10-25 04:00"))
    assert local(zone, "2026-10-25 02:15", fold=1) == due(calendar, start, 45 * MINUTE)


def test_a_day_across_a_clock_change_is_explained_as_one_window() -> None:
    """Nobody wonders why a day round the clock, or the month's end in UTC, is cut in two."""
    zone = "Europe/Stockholm"
    start, end = local(zone, "2026-10-25"), local(zone, "2026-10-26")
    assert (Window(start, end),) == explain(round_the_clock(zone), start, end)
    new_york = "America/New_York"
    start, end = local(new_york, "2026-01-31"), local(new_york, "2026-02-01")
    assert (Window(start, end),) == explain(round_the_clock(new_york), start, end)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-03 10:00", "2026-03-03 10:00"),
        ("2026-03-03 09:00", "2026-03-03 09:00"),
        ("2026-03-03 17:00", "2026-03-04 09:00"),
        ("2026-03-06 23:00", "2026-03-09 09:00"),
    ],
)
def test_what_is_held_is_said_at_the_next_working_minute(at: str, expected: str) -> None:
    """A reminder due at night waits for the morning; the end of the day is already closed."""
    assert utc(expected) == next_open(PLAIN, utc(at))
    assert (at == expected) == is_open(PLAIN, utc(at))


def test_the_usual_day_is_the_longest_of_the_week() -> None:
    """ "10 days" means ten of the team's full days, whatever Friday is."""
    assert 7 * HOUR == STOCKHOLM.usual_day
    assert 24 * HOUR == round_the_clock("UTC").usual_day


@pytest.mark.parametrize(("day", "hours"), [("2026-03-28", 25), ("2026-10-24", 23)])
def test_a_working_day_round_the_clock_is_24_hours(day: str, hours: int) -> None:
    """ "1 working day" of a team that never closes is 24 real hours, whatever the date has."""
    calendar = round_the_clock("Europe/Stockholm")
    noon = local("Europe/Stockholm", f"{day} 12:00")
    ends = due(calendar, noon, calendar.usual_day)
    assert noon + 24 * HOUR == ends
    shown = ends.astimezone(calendar.zone).replace(tzinfo=None)
    assert datetime.fromisoformat(f"{day} 12:00") + hours * HOUR == shown


@pytest.mark.parametrize("zone", ["Europe/Stockholm", "America/New_York"])
def test_months_of_round_the_clock_are_the_wall_clock(zone: str) -> None:
    """Over years and many clock changes not one second is lost."""
    start, end = utc("2019-01-15 03:04:05"), utc("2027-08-09 10:11:12")
    calendar = round_the_clock(zone)
    assert end - start == elapsed(calendar, start, end)
    assert end == due(calendar, start, end - start)


def test_an_instant_without_a_zone_is_refused() -> None:
    """A time that could mean several instants is never guessed."""
    naive = datetime(2026, 3, 3, 10, 0)
    for ask in (
        lambda: due(PLAIN, naive, HOUR),
        lambda: elapsed(PLAIN, naive, utc("2026-03-04")),
        lambda: elapsed(PLAIN, utc("2026-03-03"), naive),
        lambda: explain(PLAIN, naive, utc("2026-03-04")),
        lambda: next_open(PLAIN, naive),
        lambda: is_open(PLAIN, naive),
    ):
        with pytest.raises(ValueError, match="time zone"):
            ask()


def test_an_instant_of_another_zone_comes_back_in_utc() -> None:
    """Wherever an instant was written, the answer is in UTC."""
    start = datetime(2026, 3, 3, 11, 0, tzinfo=ZoneInfo("Europe/Stockholm"))
    answers = due(PLAIN, start, HOUR), due(PLAIN, start, timedelta()), next_open(PLAIN, start)
    assert [utc("2026-03-03 11:00"), utc("2026-03-03 10:00"), utc("2026-03-03 10:00")] == [*answers]
    assert all(answer.tzinfo is UTC for answer in answers)


def test_hours_follow_a_seller_into_their_zone() -> None:
    """Nine to five in Stockholm is nine to five in New York for a seller who sits there."""
    there = in_zone(STOCKHOLM, "America/New_York")
    monday = local("America/New_York", "2026-11-30 09:00")
    assert monday == next_open(there, local("America/New_York", "2026-11-28 12:00"))
    assert STOCKHOLM.blocks(date(2026, 12, 23)) == there.blocks(date(2026, 12, 23))
    assert STOCKHOLM is in_zone(STOCKHOLM, "Europe/Stockholm")


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "Europe", "", "../zone", "CEST+2 Sweden"])
def test_a_zone_that_nobody_knows_changes_nothing(zone: str) -> None:
    """An odd zone in somebody's profile never stops the clock of their leads."""
    assert STOCKHOLM == in_zone(STOCKHOLM, zone)


def test_a_negative_duration_is_refused() -> None:
    """A promise cannot end before it begins."""
    with pytest.raises(ValueError, match="negative"):
        due(PLAIN, utc("2026-03-03"), -HOUR)


def test_a_calendar_that_never_opens_says_so() -> None:
    """A calendar without hours is named, instead of hanging the bot."""
    never = Calendar("never", "Europe/Stockholm", ((),) * 7)
    with pytest.raises(NoWorkingTime, match="Calendar never has no working time"):
        due(never, utc("2026-03-03"), HOUR)
    with pytest.raises(NoWorkingTime):
        next_open(never, utc("2026-03-03"))
    assert timedelta() == elapsed(never, utc("2026-03-03"), utc("2027-03-03"))


def test_a_calendar_that_stops_opening_says_so() -> None:
    """A single special day cannot carry a promise longer than itself."""
    once = Calendar("once", "UTC", ((),) * 7, days={date(2026, 3, 5): OFFICE})
    assert utc("2026-03-05 17:00") == due(once, utc("2026-03-03"), 8 * HOUR)
    with pytest.raises(NoWorkingTime):
        due(once, utc("2026-03-03"), 9 * HOUR)


@pytest.mark.parametrize(
    "odd",
    [((600, 540),), ((540, 600), (590, 700)), ((600, 700), (100, 200)), ((0, 1441),), ((-1, 5),)],
)
def test_blocks_out_of_order_are_refused(odd: tuple[Block, ...]) -> None:
    """A calendar that would count minutes twice never comes to be."""
    with pytest.raises(ValueError, match="not in order"):
        Calendar("odd", "UTC", (odd,) * 7)


def test_a_week_has_seven_days_and_a_zone_exists() -> None:
    """A calendar is whole or it is refused."""
    with pytest.raises(ValueError, match="7 days"):
        Calendar("short", "UTC", (OFFICE,) * 5)
    with pytest.raises(ZoneInfoNotFoundError):
        Calendar("nowhere", "Europe/Atlantis", WEEK)


def test_equal_calendars_share_their_work() -> None:
    """A calendar read again from the database is the same calendar."""
    again = Calendar(
        "stockholm",
        "Europe/Stockholm",
        STOCKHOLM.week,
        frozenset(STOCKHOLM.holidays),
        dict(STOCKHOLM.days),
    )
    assert STOCKHOLM == again
    assert hash(STOCKHOLM) == hash(again)
