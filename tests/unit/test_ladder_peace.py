"""When people are left in peace: nights over midnight and over a change of the clocks, Slack's
do-not-disturb, days off, and a budget for each day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.consideration import Consideration
from bot.use_cases.peace import Reader, day_off_until, is_night, over_budget_until
from bot.use_cases.records import Signal
from tests.unit.agreements import NINE_TO_FIVE, stockholm

STOCKHOLM = ZoneInfo("Europe/Stockholm")
WISH = Consideration()  # nights from 19:00 to 08:00, 12 a day, the rest at 15:00
READER = Reader(STOCKHOLM, WISH, Signal())
HOUR = timedelta(hours=1)


def at(text: str, fold: int = 0) -> datetime:
    local = datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold)
    return local.astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-03-02 07:59", "2026-03-02 08:00"),
        ("2026-03-02 08:00", None),
        ("2026-03-02 18:59", None),
        ("2026-03-02 19:00", "2026-03-03 08:00"),
        ("2026-03-02 23:59", "2026-03-03 08:00"),
        ("2026-03-03 00:00", "2026-03-03 08:00"),
    ],
)
def test_a_night_goes_over_midnight(now: str, ends: str | None) -> None:
    """Who is reminded in the evening hears it in the morning, by their own clock."""
    assert (at(ends) if ends else None) == READER.peace_until(at(now))


def test_a_night_is_as_long_as_the_clocks_make_it() -> None:
    """Spring takes an hour of the night and autumn gives one; the morning comes at eight."""
    spring, autumn = at("2026-03-28 20:00"), at("2026-10-24 20:00")
    assert spring + 11 * HOUR == READER.peace_until(spring)
    assert autumn + 13 * HOUR == READER.peace_until(autumn)


def test_a_night_that_ends_in_the_repeated_hour_ends_once() -> None:
    """Clocks show 02:30 twice in that night; who waits in the second hour is not kept till next."""
    early = Reader(STOCKHOLM, replace(WISH, quiet_until=time(2, 30)), Signal())
    assert at("2026-10-25 02:30") == early.peace_until(at("2026-10-25 01:00"))
    second = at("2026-10-25 02:10", fold=1)
    assert at("2026-10-25 02:30", fold=1) == early.peace_until(second)


def test_a_night_that_ends_in_the_hour_that_is_left_out_ends_after_it() -> None:
    """02:30 never comes in that night: the next instant does."""
    early = Reader(STOCKHOLM, replace(WISH, quiet_until=time(2, 30)), Signal())
    ends = early.peace_until(at("2026-03-29 01:00"))
    assert ends is not None
    assert time(3, 30) == ends.astimezone(STOCKHOLM).time()


@pytest.mark.parametrize("shown", [time(0), time(12), time(23, 59)])
def test_without_quiet_hours_nobody_has_a_night(shown: time) -> None:
    """The same time twice means: none."""
    assert not is_night(shown, replace(WISH, quiet_from=time(8), quiet_until=time(8)))


def test_quiet_hours_can_be_at_noon() -> None:
    """They need not go over midnight."""
    noon = Reader(STOCKHOLM, replace(WISH, quiet_from=time(12), quiet_until=time(13)), Signal())
    assert noon.peace_until(at("2026-03-02 11:59")) is None
    assert at("2026-03-02 13:00") == noon.peace_until(at("2026-03-02 12:00"))


def test_everybody_has_their_own_night() -> None:
    """Ten in the morning in Stockholm is the middle of the night in New York."""
    away = replace(READER, zone=ZoneInfo("America/New_York"))
    assert at("2026-03-02 14:00") == away.peace_until(at("2026-03-02 10:00"))


def test_do_not_disturb_holds_a_reminder_back_till_its_end() -> None:
    """From its first instant up to its last; a session to come holds nothing back. A long one may
    be ended early, so it is looked at again meanwhile."""
    start, end = at("2026-03-02 10:00"), at("2026-03-02 11:30")
    resting = replace(READER, signal=Signal(dnd_from=start, dnd_until=end))
    assert resting.peace_until(start - timedelta(seconds=1)) is None
    assert at("2026-03-02 10:30") == resting.peace_until(start)
    assert end == resting.peace_until(at("2026-03-02 11:01"))
    assert resting.peace_until(end) is None


def test_do_not_disturb_can_be_left_out_of_account() -> None:
    """As app.yaml says."""
    start, end = at("2026-03-02 10:00"), at("2026-03-02 11:30")
    wish = replace(WISH, do_not_disturb=False)
    assert Reader(STOCKHOLM, wish, Signal(start, end)).peace_until(start) is None


def test_what_lasts_longer_counts() -> None:
    """A night and a session that overlap end with the later one."""
    signal = Signal(at("2026-03-02 18:00"), at("2026-03-03 08:20"))
    resting = replace(READER, signal=signal)
    assert at("2026-03-03 08:00") == resting.peace_until(at("2026-03-02 20:00"))
    assert at("2026-03-03 08:20") == resting.peace_until(at("2026-03-03 08:00"))


@pytest.mark.parametrize(
    ("said", "since_rest", "now", "waits_until"),
    [
        (11, 0, "2026-03-02 10:00", None),
        (12, 0, "2026-03-02 10:00", "2026-03-02 15:00"),
        (12, 0, "2026-03-02 15:00", None),  # the list of the rest
        (13, 1, "2026-03-02 15:01", "2026-03-03 08:00"),
        (14, 0, "2026-03-02 15:00", None),  # two came at the time that their reader had chosen
        (12, 1, "2026-03-02 17:00", None),  # the budget was used up late: one list is left
        (13, 2, "2026-03-02 17:00", "2026-03-03 08:00"),
    ],
)
def test_a_budget_for_each_day(
    said: int, since_rest: int, now: str, waits_until: str | None
) -> None:
    """Twelve messages, one list with the rest of the day, and then the next morning."""
    expected = at(waits_until) if waits_until else None
    assert expected == over_budget_until(READER, said, since_rest, at(now))


def test_a_budget_of_none_is_one_list_a_day() -> None:
    """Who wants no single reminders gets all of them at once."""
    sparing = replace(READER, wish=replace(WISH, per_day=0))
    assert at("2026-03-02 15:00") == over_budget_until(sparing, 0, 0, at("2026-03-02 10:00"))
    assert over_budget_until(sparing, 0, 0, at("2026-03-02 15:00")) is None


def test_a_day_is_the_readers_own() -> None:
    """What was said before their midnight is yesterday's."""
    assert at("2026-03-02 00:00") == READER.today(at("2026-03-02 00:30"))
    away = replace(READER, zone=ZoneInfo("America/New_York"))
    assert datetime(2026, 3, 1, 5, tzinfo=UTC) == away.today(at("2026-03-02 00:30"))


def test_nobody_is_reminded_on_a_day_off() -> None:
    """What waited over Friday night waits for Monday; an evening of a working day is no day off."""
    saturday = stockholm("2026-03-07 08:00")
    assert stockholm("2026-03-09 09:00") == day_off_until(NINE_TO_FIVE, saturday)
    assert day_off_until(NINE_TO_FIVE, stockholm("2026-03-06 18:30")) is None


INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
TIMES = st.times().map(lambda shown: shown.replace(second=0, microsecond=0))


@given(INSTANTS, TIMES, TIMES, st.sampled_from(["Europe/Stockholm", "America/New_York", "UTC"]))
def test_a_night_always_ends_within_a_day(
    now: datetime, quiet_from: time, quiet_until: time, zone: str
) -> None:
    """And an hour, where the clocks are put back: nothing waits for ever, nor into the past."""
    wish = replace(WISH, quiet_from=quiet_from, quiet_until=quiet_until)
    reader = Reader(ZoneInfo(zone), wish, Signal())
    ends = reader.peace_until(now)
    if ends is not None:
        assert now < ends <= now + 25 * HOUR
