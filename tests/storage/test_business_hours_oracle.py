"""Business time against PostgreSQL, which walks the minutes with arithmetic and zones of its own.

PostgreSQL's zones come with it or with the system, ours with the package `tzdata`, and one may be
older than the other. So every date here is long past: what a zone did then is in both.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import make_url

from bot.config import public_holidays
from bot.domain.business_hours import (
    Block,
    Calendar,
    due,
    elapsed,
    explain,
    is_open,
    next_open,
)
from tests import postgres

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

ALWAYS: tuple[Block, ...] = ((0, 1440),)
LUNCH: tuple[Block, ...] = ((540, 720), (780, 1020))
SHORT_FRIDAY: tuple[Block, ...] = ((540, 720), (780, 960))
NIGHT: tuple[Block, ...] = ((0, 360), (1320, 1440))
# Edges inside every hour that is shown twice or skipped: around midnight, one, two and three.
AWKWARD: tuple[Block, ...] = ((1, 25), (40, 75), (105, 135), (165, 200), (1365, 1395), (1425, 1440))

WALK = """
WITH week AS (
  SELECT * FROM jsonb_to_recordset(%(week)s) AS _ (isodow int, opens time, closes time)
), special AS (
  SELECT * FROM jsonb_to_recordset(%(special)s) AS _ (day date, opens time, closes time)
), holiday AS (
  SELECT day::date FROM jsonb_array_elements_text(%(holidays)s) AS _ (day)
)
SELECT extract(epoch FROM instant)::bigint / 60
FROM generate_series(
  %(first)s::timestamptz, %(last)s::timestamptz - interval '1 minute', interval '1 minute'
) AS instant
-- "OFFSET 0" has the wall looked at once a minute, not once for each block.
CROSS JOIN LATERAL (SELECT instant AT TIME ZONE %(zone)s OFFSET 0) AS wall (shows)
WHERE CASE
  WHEN shows::date IN (SELECT day FROM special) THEN EXISTS (
    SELECT FROM special
    WHERE day = shows::date AND opens <= shows::time AND shows::time < closes
  )
  WHEN shows::date IN (SELECT day FROM holiday) THEN false
  ELSE EXISTS (
    SELECT FROM week
    WHERE isodow = extract(isodow FROM shows)::int AND opens <= shows::time AND shows::time < closes
  )
END
ORDER BY instant
"""


def clock(minutes: int) -> str:
    # PostgreSQL's `time` goes up to 24:00, as our blocks do.
    return f"{minutes // 60:02}:{minutes % 60:02}"


def walked(url: str, calendar: Calendar, first: datetime, last: datetime) -> list[int]:
    """The minutes since 1970 that PostgreSQL counts as working time, in order."""
    week = [
        {"isodow": isodow, "opens": clock(opens), "closes": clock(closes)}
        for isodow, blocks in enumerate(calendar.week, start=1)
        for opens, closes in blocks
    ]
    # A day off among the special days is a row that no time lies in.
    special = [
        {"day": str(day), "opens": clock(opens), "closes": clock(closes)}
        for day, blocks in calendar.days.items()
        for opens, closes in blocks or [(0, 0)]
    ]
    asked = {
        "week": Jsonb(week),
        "special": Jsonb(special),
        "holidays": Jsonb([str(day) for day in calendar.holidays]),
        "zone": calendar.time_zone,
        "first": first,
        "last": last,
    }
    with postgres.connect(make_url(url)) as connection:
        return [minute for (minute,) in connection.execute(WALK, asked)]


def number(instant: datetime) -> int:
    return (instant - EPOCH) // MINUTE


def instant(number: int) -> datetime:
    return EPOCH + number * MINUTE


# Each with a country whose holidays fall near, and the local date of a clock change.
CHANGES = [
    ("Europe/Stockholm", "SE", None, "2024-03-31"),  # Easter Sunday, and the end of a month
    ("Europe/Stockholm", "SE", None, "2024-10-27"),
    ("Europe/Vienna", "AT", None, "2014-10-26"),  # the national holiday has 25 hours
    ("America/New_York", "US", "NY", "2024-03-10"),
    ("America/New_York", "US", "NY", "2024-11-03"),
    ("Australia/Lord_Howe", "AU", "NSW", "2024-04-07"),  # half an hour
    ("Australia/Lord_Howe", "AU", "NSW", "2024-10-06"),
    ("America/Sao_Paulo", "BR", "SP", "2018-02-17"),  # 23:00 to 24:00 twice
    ("America/Sao_Paulo", "BR", "SP", "2018-11-04"),  # begins at 01:00, two days after a holiday
    ("America/St_Johns", "CA", "NL", "2010-11-07"),  # at a minute past midnight
    ("Africa/Casablanca", "MA", None, "2018-06-17"),  # a fasting month ends
    ("Antarctica/Troll", "NO", None, "2018-03-25"),  # two hours, before Easter
    ("Pacific/Apia", "WS", None, "2011-12-30"),  # a date that never was, after Christmas
]


def office(zone: str, country: str, region: str | None, change: date) -> Calendar:
    """Lunch, a short Friday, a half day, an extra day, a day off, the public holidays."""
    monday = change + (7 - change.weekday()) % 7 * DAY
    days = {change: AWKWARD, monday + DAY: ((540, 780),), monday + 2 * DAY: ()}
    holidays = public_holidays.dates(country, region, ())
    week = (LUNCH,) * 4 + (SHORT_FRIDAY, AWKWARD, ())
    return Calendar("office", zone, week, holidays, days)


def nights(zone: str, country: str, region: str | None, change: date) -> Calendar:
    return Calendar("nights", zone, (NIGHT,) * 5 + (AWKWARD,) * 2)


def always(zone: str, country: str, region: str | None, change: date) -> Calendar:
    """Round the clock but for the public holidays, of which a change may be one."""
    holidays = public_holidays.dates(country, region, ()) | {change + 2 * DAY}
    return Calendar("always", zone, (ALWAYS,) * 7, holidays)


Team = Callable[[str, str, str | None, date], Calendar]
Around = tuple[Calendar, datetime, datetime, list[int]]


@pytest.fixture(scope="module", params=[office, nights, always], ids=lambda team: team.__name__)
def team(request: pytest.FixtureRequest) -> Team:
    made: Team = request.param
    return made


@pytest.fixture(scope="module", params=CHANGES, ids=lambda change: f"{change[0]} {change[3]}")
def days(request: pytest.FixtureRequest, team: Team, postgres_url: str) -> Around:
    """A calendar, the ends of the days around a clock change, and what PostgreSQL counts there."""
    zone, country, region, changed = request.param
    calendar = team(zone, country, region, date.fromisoformat(changed))
    noon = datetime.fromisoformat(changed).replace(hour=12, tzinfo=UTC)
    first, last = noon - 3 * DAY, noon + 3 * DAY
    return calendar, first, last, walked(postgres_url, calendar, first, last)


def test_every_minute_counts_as_it_does_in_postgresql(days: Around) -> None:
    """Whatever a team's hours, each minute around a clock change counts as the wall shows it."""
    calendar, first, last, working = days
    minutes = range(number(first), number(last))
    assert working == [minute for minute in minutes if is_open(calendar, instant(minute))]
    assert working == [
        minute
        for window in explain(calendar, first, last)
        for minute in range(number(window.start), number(window.end))
    ]
    ends = minutes[::3]
    spent = [bisect_left(working, end) for end in ends]
    assert spent == [elapsed(calendar, first, instant(end)) / MINUTE for end in ends]


def test_every_promise_ends_as_it_does_in_postgresql(days: Around) -> None:
    """Made at noon, at night or in an hour shown twice: a promise is due at the same minute."""
    calendar, first, last, working = days
    starts = range(number(first), number(last), 29)
    for promise in (1, 45, 4 * 60):
        begun = [(start, bisect_left(working, start)) for start in starts]
        ends = [(start, working[n : n + promise]) for start, n in begun]
        expected = [
            (start, instant(found[-1] + 1)) for start, found in ends if len(found) == promise
        ]
        assert len(expected) > len(starts) / 3, "hardly anything to compare"
        assert expected == [
            (start, due(calendar, instant(start), promise * MINUTE)) for start, _ in expected
        ]


def test_work_begins_again_when_it_does_in_postgresql(days: Around) -> None:
    """What waits for working hours is said at the minute they begin."""
    calendar, first, _, working = days
    expected = [
        (start, instant(working[bisect_left(working, start)]))
        for start in range(number(first), working[-1], 7)
    ]
    assert expected == [(start, next_open(calendar, instant(start))) for start, _ in expected]
