"""app.yaml: every kind of working week a team can write down."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import parse
from bot.domain.agreement import Clock, Promised, Terms
from bot.domain.business_hours import Block, due, elapsed

SMALL = (Path(__file__).parent / "config" / "small.yaml").read_text(encoding="utf-8")
OFFICE_HOURS = '    hours: { mon-fri: ["09:00-17:00"] }\n'
HOUR = timedelta(hours=1)


def terms(*lines: str, **changes: str) -> Terms:
    """Of the small file, with these lines in place of its calendar's hours."""
    text = SMALL.replace(OFFICE_HOURS, "".join(f"    {line}\n" for line in lines) or OFFICE_HOURS)
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return parse(text, "app.yaml", {}).agreement.terms


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('["00:00-24:00"]', ((0, 1440),)),
        ('["09:00-12:00", "13:00-17:00"]', ((540, 720), (780, 1020))),
        ('["13:00-17:00", "09:00-12:00"]', ((540, 720), (780, 1020))),
        ('["00:00-06:00", "22:00-24:00"]', ((0, 360), (1320, 1440))),
        ('["07:30-09:45", "10:00-12:15", "19:00-20:00"]', ((450, 585), (600, 735), (1140, 1200))),
    ],
)
def test_a_day_has_as_many_blocks_as_people_work(written: str, expected: tuple[Block, ...]) -> None:
    """Round the clock, a lunch break, a night on both sides of midnight, three stretches a day."""
    assert (expected,) * 7 == terms("hours:", f"  mon-sun: {written}").calendar("rest").week


def test_days_of_ones_own_win_over_holidays_and_the_week() -> None:
    """A half day, an extra Saturday, a day off, and a public holiday that is worked after all."""
    calendar = terms(
        'hours: { mon-fri: ["09:00-12:00", "13:00-17:00"] }',
        "holidays: { country: SE, categories: [public, de_facto] }",
        "days:",
        '  "2026-12-23": ["09:00-13:00"]',
        '  "2026-12-19": ["10:00-14:00", "15:00-16:00"]',
        '  "2026-12-22": []',
        '  "2026-12-26": ["00:00-24:00"]',
    ).calendar("rest")
    worked = {
        day: elapsed(calendar, utc(f"2026-12-{day}") - HOUR, utc(f"2026-12-{day}") + 23 * HOUR)
        for day in range(18, 28)
    }
    hours = {18: 7, 19: 5, 20: 0, 21: 7, 22: 0, 23: 4, 24: 0, 25: 0, 26: 24, 27: 0}
    assert {day: count * HOUR for day, count in hours.items()} == worked


@pytest.mark.parametrize(
    ("holidays", "bavaria_free", "eve_free"),
    [
        ("DE", False, False),
        ("{ country: DE, region: BY }", True, False),
        ("[{ country: DE, region: BY }, { country: SE, categories: [de_facto] }]", True, True),
        ("{ country: SE, categories: [de_facto] }", False, True),
    ],
)
def test_holidays_of_several_countries_regions_and_kinds(
    holidays: str, bavaria_free: bool, eve_free: bool
) -> None:
    """Epiphany in Bavaria, Midsummer Eve where people take it off: each where it was written."""
    calendar = terms(OFFICE_HOURS.strip(), f"holidays: {holidays}").calendar("rest")
    assert bavaria_free == (not calendar.blocks(date(2026, 1, 6)))
    assert eve_free == (not calendar.blocks(date(2026, 6, 19)))


def test_each_queue_has_its_own_calendar() -> None:
    """On Christmas Day Stockholm need not answer, and the desk that never closes need."""
    desk = '  desk: { time_zone: America/New_York, hours: { mon-sun: ["00:00-24:00"] } }\n'
    office, rest = "    calendar: office\n", "    calendar: desk\n"
    text = SMALL.replace(OFFICE_HOURS, f"{OFFICE_HOURS}    holidays: SE\n{desk}")
    first, second, third = text.split(office)
    found = parse(first + office + second + rest + third, "app.yaml", {}).agreement.terms
    noon = utc("2026-12-25 11:00")
    assert utc("2026-12-28 12:00") == due(found.calendar("nordics"), noon, 4 * HOUR)
    assert utc("2026-12-25 15:00") == due(found.calendar("rest"), noon, 4 * HOUR)


@pytest.mark.parametrize(
    ("hours", "day"),
    [
        ('{ mon-sun: ["00:00-24:00"] }', 24 * HOUR),
        ('{ mon-fri: ["09:00-12:00", "13:00-17:00"], sat: ["10:00-14:00"] }', 7 * HOUR),
        ('{ mon-fri: ["00:00-06:00", "22:00-24:00"] }', 8 * HOUR),
    ],
)
def test_a_day_of_a_target_is_the_calendars_longest_usual_day(hours: str, day: timedelta) -> None:
    """ "2 days" are 48 hours for who never closes, and two office days for who does."""
    found = terms(f"hours: {hours}", **{"answer: 4h": "answer: 2 days"})
    assert 2 * day == found.target(Clock.ANSWER, Promised("rest", 1, utc("2026-11-24")))
