"""A promise of a week in business hours, against looking at the wall clock minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.office import APP_YAML, MONDAY
from benchmarks.side_by_side import Figure, repeated, side_by_side
from bot import config
from bot.domain.business_hours import Calendar, due, elapsed

AT_ONCE = 1000
ROUNDS = 15
MINUTE = timedelta(minutes=1)
START = MONDAY + timedelta(minutes=37)
END = START + timedelta(days=7)


def measure(_folder: Path) -> Iterator[Figure]:
    terms = config.load(APP_YAML, {}).agreement.terms
    calendar = next(iter(terms.calendars.values()))

    def ours() -> tuple[timedelta, datetime]:
        worked = elapsed(calendar, START, END)
        return worked, due(calendar, START, worked)

    def minute_by_minute() -> tuple[timedelta, datetime]:
        worked = naive_elapsed(calendar, START, END)
        return worked, naive_due(calendar, START, worked)

    assert ours() == minute_by_minute()
    many = repeated(AT_ONCE, ours)
    yield Figure(
        "business hours",
        side_by_side(many, minute_by_minute, ROUNDS, AT_ONCE, other_each=1),
        low=1 / 40_000,
        high=1 / 1_500,
        means="elapsed and due over a week, to a loop that asks the wall clock each minute",
    )


def naive_elapsed(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    worked = timedelta()
    while start < end:
        worked += is_worked(calendar, start) * MINUTE
        start += MINUTE
    return worked


def naive_due(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    while duration:
        duration -= is_worked(calendar, start) * MINUTE
        start += MINUTE
    return start


def is_worked(calendar: Calendar, at: datetime) -> bool:
    wall = at.astimezone(calendar.zone)
    minute = wall.hour * 60 + wall.minute
    return any(first <= minute < last for first, last in calendar.blocks(wall.date()))
