"""Business time against the package `businesstimedelta`, which thinks in rules and in pytz.

The two agree everywhere but in three places, and each has its own test below, to the minute:

- A block that begins or ends within an hour that the clock shows twice or skips. They take such an
  edge as one instant, in the zone's standard time; we look at the wall at every instant
  (docs/decisions/0005-the-wall.md).
- A date that a zone left out is, for them, worked on the day after.
- A holiday lasts 24 hours for them, also where its date has 23. Where it has 25 and is worked round
  the clock, they never come back with an answer; PostgreSQL judges those (tests/storage).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
import pytz
from businesstimedelta import (
    BusinessTimeDelta,
    HolidayRule,
    LunchTimeRule,
    Rule,
    Rules,
    WorkDayRule,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.config import public_holidays
from bot.domain.business_hours import Block, Calendar, due, elapsed

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ALWAYS: tuple[Block, ...] = ((0, 1440),)
LUNCH: tuple[Block, ...] = ((540, 720), (780, 1020))
NIGHT: tuple[Block, ...] = ((0, 360), (1320, 1440))

MIDNIGHT = time(0)
LATEST = time.max  # they cannot say 24:00, and are a microsecond short of it
WEEKDAYS = list(range(5))
EVERY_DAY = list(range(7))
YEAR = timedelta(days=365)

STOCKHOLM, NEW_YORK = "Europe/Stockholm", "America/New_York"
LORD_HOWE, SAO_PAULO, APIA = "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"


def dates(zone: str, day: date, *, off: bool) -> Rule:
    """They stumble where no such date is ahead: here is another, a year on, out of our sight."""
    return HolidayRule({day, day + YEAR}, tz=pytz.timezone(zone), time_off=off)


def shift(zone: str, start: time, end: time, days: list[int] = EVERY_DAY) -> Rule:
    return WorkDayRule(start, end, days, tz=pytz.timezone(zone))


def one_day(zone: str, day: date, start: time, end: time, *, off: bool = False) -> Rule:
    """A single date from `start` to `end`: the whole date, less what comes before and after."""
    tz = pytz.timezone(zone)
    around = [(MIDNIGHT, start), (end, LATEST)]
    less = [WorkDayRule(a, b, EVERY_DAY, tz=tz, time_off=True) for a, b in around if a < b]
    return Rules([dates(zone, day, off=False), *less], time_off=off)


@dataclass(frozen=True)
class Team:
    """The same hours, in our words and in theirs, and the dates of clock changes to look at."""

    name: str
    ours: Calendar
    theirs: Rule
    changes: tuple[str, ...]


def office_in_stockholm() -> Team:
    """Lunch, public holidays, two half days, two Saturdays worked."""
    half_days = [date(2024, 3, 28), date(2024, 11, 1)]
    saturdays = [date(2024, 4, 6), date(2024, 10, 26)]
    days = dict.fromkeys(half_days, LUNCH[:1]) | dict.fromkeys(saturdays, ((600, 840),))
    free = public_holidays.dates("SE", None, ())
    tz = pytz.timezone(STOCKHOLM)
    usual = Rules(
        [
            WorkDayRule(time(9), time(17), WEEKDAYS, tz=tz),
            LunchTimeRule(time(12), time(13), WEEKDAYS, tz=tz),
            HolidayRule(holidays.country_holidays("SE"), tz=tz),
            *(one_day(STOCKHOLM, day, time(12), LATEST, off=True) for day in half_days),
        ]
    )
    extra = [one_day(STOCKHOLM, day, time(10), time(14)) for day in saturdays]
    return Team(
        "office in Stockholm",
        Calendar("office", STOCKHOLM, (LUNCH,) * 5 + ((), ()), free, days),
        Rules([usual, *extra]),
        ("2024-03-31", "2024-10-27"),
    )


def office_in_new_york() -> Team:
    free = public_holidays.dates("US", "NY", ())
    rest = HolidayRule(holidays.country_holidays("US", subdiv="NY"), tz=pytz.timezone(NEW_YORK))
    return Team(
        "office in New York",
        Calendar("office", NEW_YORK, (((510, 1050),),) * 5 + ((), ()), free),
        Rules([shift(NEW_YORK, time(8, 30), time(17, 30), WEEKDAYS), rest]),
        ("2024-03-10", "2024-11-10"),
    )


def shop_on_lord_howe() -> Team:
    """Two shifts a day, shorter ones at the weekend, and the day after a change is a holiday."""
    saturday, sunday = ((480, 720), (840, 1020)), ((600, 840),)
    free = public_holidays.dates("AU", "NSW", ())
    rest = HolidayRule(holidays.country_holidays("AU", subdiv="NSW"), tz=pytz.timezone(LORD_HOWE))
    return Team(
        "shop on Lord Howe",
        Calendar("shop", LORD_HOWE, (((480, 720), (840, 1080)),) * 5 + (saturday, sunday), free),
        Rules(
            [
                shift(LORD_HOWE, time(8), time(12), [0, 1, 2, 3, 4, 5]),
                shift(LORD_HOWE, time(14), time(18), WEEKDAYS),
                shift(LORD_HOWE, time(14), time(17), [5]),
                shift(LORD_HOWE, time(10), time(14), [6]),
                rest,
            ]
        ),
        ("2024-04-07", "2024-10-06"),
    )


def always(zone: str, *changes: str, free: date) -> Team:
    """Round the clock but for one day off."""
    calendar = Calendar("always", zone, (ALWAYS,) * 7, days={free: ()})
    rules = Rules([shift(zone, MIDNIGHT, LATEST), dates(zone, free, off=True)])
    return Team(f"always in {zone}", calendar, rules, changes)


def nights(zone: str, *changes: str) -> Team:
    """A night in two blocks, on both sides of midnight."""
    rules = [shift(zone, MIDNIGHT, time(6)), shift(zone, time(22), LATEST)]
    calendar = Calendar("nights", zone, (NIGHT,) * 7)
    return Team(f"nights in {zone}", calendar, Rules(rules), changes)


TEAMS = [
    office_in_stockholm(),
    office_in_new_york(),
    shop_on_lord_howe(),
    always(STOCKHOLM, "2024-03-31", "2024-10-27", free=date(2024, 10, 29)),
    always(LORD_HOWE, "2024-04-07", "2024-10-06", free=date(2024, 4, 9)),
    always(SAO_PAULO, "2018-02-17", "2018-11-04", free=date(2018, 11, 2)),
    always(APIA, "2011-12-30", free=date(2012, 1, 2)),
    nights(NEW_YORK, "2024-03-10", "2024-11-03"),
    nights(SAO_PAULO, "2018-02-17", "2018-11-04"),
]

near = st.integers(-3 * 1440, 4 * 1440).map(lambda minutes: minutes * MINUTE)
spans = st.integers(1, 9 * 1440).map(lambda minutes: minutes * MINUTE)
promises = st.integers(1, 40 * 60).map(lambda minutes: minutes * MINUTE)


def midnight(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def whole_minutes(time: timedelta) -> timedelta:
    """Everything compared here is whole minutes; they lose a microsecond at each 24:00, and the
    fraction of a second that is left of the sum."""
    return round((time + SECOND / 2) / MINUTE) * MINUTE


def counted(rules: Rule, start: datetime, end: datetime) -> timedelta:
    return whole_minutes(rules.difference(start, end).timedelta)


@pytest.mark.parametrize("team", TEAMS, ids=lambda team: team.name)
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_working_time_is_what_another_library_counts(team: Team, data: st.DataObject) -> None:
    """Lunch, half days, holidays, nights and clock changes: two programs find the same minutes."""
    start = midnight(data.draw(st.sampled_from(team.changes))) + data.draw(near)
    end = start + data.draw(spans)
    assert counted(team.theirs, start, end) == elapsed(team.ours, start, end)


@pytest.mark.parametrize("team", TEAMS, ids=lambda team: team.name)
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_a_promise_is_due_when_another_library_says(team: Team, data: st.DataObject) -> None:
    """The instant on a card is the one another program would have put there."""
    start = midnight(data.draw(st.sampled_from(team.changes))) + data.draw(near)
    # Half a minute short of a block's end: there, their lost microsecond would lead to the next.
    promise = data.draw(promises) - MINUTE / 2
    theirs = start + BusinessTimeDelta(team.theirs, timedelta=promise)
    assert abs(theirs - due(team.ours, start, promise)) < SECOND / 1000


@pytest.mark.parametrize("change", ["2024-03-31", "2024-10-27"])
@given(st.integers(6 * 60, 20 * 60 - 1), st.integers(1, 4 * 1440))
@settings(max_examples=50, deadline=None)
def test_a_night_in_two_blocks_is_one_shift_over_midnight(
    change: str, start: int, span: int
) -> None:
    """Nobody gains or loses a minute by writing a night as 22:00-24:00 and 00:00-06:00."""
    # They miss the rest of a shift when asked from within one: each start here is in the daytime.
    begun = midnight(change) - 2 * DAY + start * MINUTE
    calendar = Calendar("nights", STOCKHOLM, (NIGHT,) * 7)
    rules = Rules([shift(STOCKHOLM, time(22), time(6))])
    end = begun + span * MINUTE
    assert counted(rules, begun, end) == elapsed(calendar, begun, end)


# ----------------------------------------------------------------- where we differ, and by how much


@dataclass(frozen=True)
class Change:
    """Minutes of the wall clock, from `begins` on, that a date showed twice or not at all."""

    zone: str
    day: str
    begins: int
    length: int
    twice: bool
    standard_first: bool = False  # whether the first of two showings is the zone's standard time

    def covers(self, edge: int) -> bool:
        ends = self.begins + self.length
        return self.begins <= edge < ends or edge == ends == 1440  # their 24:00 is just before it

    def beyond(self, edge: int) -> int:
        """How many more minutes the wall shows times from this edge on than they count from it."""
        inside = edge - self.begins
        if not self.covers(edge):
            return 0
        if not self.twice:
            return inside  # their instant is so much after the clock went on
        return -inside if self.standard_first else self.length - inside


CHANGES = [
    Change(STOCKHOLM, "2024-03-31", 120, 60, twice=False),
    Change(STOCKHOLM, "2024-10-27", 120, 60, twice=True),
    Change(NEW_YORK, "2024-03-10", 120, 60, twice=False),
    Change(NEW_YORK, "2024-11-03", 60, 60, twice=True),
    Change(LORD_HOWE, "2024-10-06", 120, 30, twice=False),
    Change(LORD_HOWE, "2024-04-07", 90, 30, twice=True),
    Change(SAO_PAULO, "2018-11-04", 0, 60, twice=False),
    Change(SAO_PAULO, "2018-02-17", 1380, 60, twice=True),
    Change("Europe/Dublin", "2024-10-27", 60, 60, twice=True, standard_first=True),
    Change("Antarctica/Troll", "2018-03-25", 60, 120, twice=False),
    Change(APIA, "2011-12-30", 0, 1440, twice=False),
]


def alone(zone: str, day: str, block: Block) -> tuple[timedelta, timedelta]:
    """What we and they count of one block, worked on this date only."""
    start, end = (time(edge // 60, edge % 60) if edge < 1440 else LATEST for edge in block)
    weekday = date.fromisoformat(day).weekday()
    week = tuple((block,) if number == weekday else () for number in range(7))
    calendar = Calendar("one block", zone, week)
    rules = Rules([shift(zone, start, end, [weekday])])
    first, last = midnight(day) - 2 * DAY, midnight(day) + 3 * DAY
    return elapsed(calendar, first, last), counted(rules, first, last)


@st.composite
def awkward(draw: st.DrawFn) -> tuple[Change, Block]:
    """A change, and a block whose edges lie in it, around it, or both."""
    change = draw(st.sampled_from(CHANGES))
    low, high = max(change.begins - 90, 0), min(change.begins + change.length + 90, 1440)
    edges = st.lists(st.integers(low, high), min_size=2, max_size=2, unique=True)
    start, end = sorted(draw(edges))
    # A block that is no time at all for them (02:30 and 03:30 as one instant) they never get past.
    none_for_them = change.covers(start) and not change.covers(end) and end - start == change.length
    assume(change.twice or not none_for_them)
    return change, (start, end)


@given(awkward())
@settings(max_examples=300, deadline=None)
def test_only_edges_within_a_changed_hour_count_differently(found: tuple[Change, Block]) -> None:
    """The wall clock decides in the hour shown twice or skipped, and nothing else is touched."""
    change, (start, end) = found
    ours, theirs = alone(change.zone, change.day, (start, end))
    assert theirs + (change.beyond(start) - change.beyond(end)) * MINUTE == ours


@pytest.mark.parametrize(
    ("zone", "day", "block", "ours", "theirs"),
    [
        (STOCKHOLM, "2024-10-27", (0, 150), 180, 210),  # 02:00-02:30 twice; they: all of the first
        (STOCKHOLM, "2024-10-27", (150, 360), 240, 210),  # 02:30-03:00 twice; they: the second
        (STOCKHOLM, "2024-10-27", (135, 165), 60, 30),
        (STOCKHOLM, "2024-10-27", (120, 180), 120, 60),
        (STOCKHOLM, "2024-10-27", (0, 180), 240, 240),  # no edge inside: the same
        (STOCKHOLM, "2024-03-31", (0, 150), 120, 150),  # up to 02:00; they: to 03:30
        (STOCKHOLM, "2024-03-31", (150, 360), 180, 150),  # from 03:00; they: from 03:30
        (STOCKHOLM, "2024-03-31", (135, 165), 0, 30),  # never seen on the wall; they: 03:15-03:45
        (LORD_HOWE, "2024-04-07", (0, 105), 120, 135),
        (SAO_PAULO, "2018-11-04", (0, 30), 0, 30),  # the day began at 01:00
        (SAO_PAULO, "2018-02-17", (1320, 1410), 120, 150),
        ("Europe/Dublin", "2024-10-27", (0, 90), 120, 90),  # they: the first 01:30, in summer time
        (APIA, "2011-12-30", (540, 1020), 0, 480),  # a date that never was; they: on the 31st
    ],
)
def test_the_policy_for_the_hour_shown_twice_or_skipped(
    zone: str, day: str, block: Block, ours: int, theirs: int
) -> None:
    """An hour of work that the wall shows twice counts twice; one that it skips, not at all."""
    assert (ours * MINUTE, theirs * MINUTE) == alone(zone, day, block)


@pytest.mark.parametrize(
    ("zone", "day", "rests", "they_rest"),
    [
        (STOCKHOLM, "2024-03-31", 23, 24),
        (LORD_HOWE, "2024-10-06", 23.5, 24),
        (SAO_PAULO, "2018-11-04", 23, 24),
        (STOCKHOLM, "2024-03-24", 24, 24),
    ],
)
def test_a_holiday_is_as_long_as_its_date(
    zone: str, day: str, rests: float, they_rest: float
) -> None:
    """Working round the clock, a team is back at midnight, however long its holiday was."""
    team = always(zone, free=date.fromisoformat(day))
    start, end = midnight(day) - DAY, midnight(day) + 3 * DAY
    assert end - start - rests * HOUR == elapsed(team.ours, start, end)
    assert end - start - they_rest * HOUR == counted(team.theirs, start, end)
