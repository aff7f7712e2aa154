"""Calendars to test with."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.business_hours import Block, Calendar

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

OFFICE: tuple[Block, ...] = ((9 * 60, 17 * 60),)
LUNCH: tuple[Block, ...] = ((9 * 60, 12 * 60), (13 * 60, 17 * 60))
MIDDAY_OFF: tuple[Block, ...] = ((9 * 60, 13 * 60),)
ALWAYS: tuple[Block, ...] = ((0, 1440),)
NIGHT: tuple[Block, ...] = ((0, 2 * 60 + 30), (22 * 60, 1440))

WEEK = (OFFICE,) * 5 + ((), ())
PLAIN = Calendar("plain", "UTC", WEEK)
STOCKHOLM = Calendar(
    "stockholm",
    "Europe/Stockholm",
    (LUNCH,) * 4 + (((9 * 60, 12 * 60), (13 * 60, 16 * 60)), (), ()),
    frozenset({date(2026, 12, 24), date(2026, 12, 25), date(2026, 6, 19)}),
    {date(2026, 12, 23): MIDDAY_OFF},
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(zone: str, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def round_the_clock(zone: str) -> Calendar:
    return Calendar(f"always in {zone}", zone, (ALWAYS,) * 7)
