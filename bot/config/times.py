"""Times as app.yaml writes them: `4h`, `10 days`, `09:00-12:00`, `mon-thu`, `19:00-08:00`."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bot.config.mistakes import choices
from bot.config.values import text, wrong
from bot.domain.agreement import Duration
from bot.domain.business_hours import MINUTES_A_DAY, Block

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_DURATION = timedelta(days=366)
UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "minutes"),
    **dict.fromkeys(("h", "hour", "hours"), "hours"),
    **dict.fromkeys(("day", "days", "working day", "working days"), "days"),
}
PART = re.compile(r"(\d{1,6})\s*([a-z]+(?: days?)?)\s*", re.ASCII)
DURATION = re.compile(rf"(?:{PART.pattern})+", re.ASCII)
SHORT_DAY = re.compile(r"\d\s*d\b", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)  # one way, so that no day is there twice
CLOCK_TIME = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
NEVER = "never"
BLOCK = re.compile(r"(\S+?)\s*[-–]\s*(\S+)")


def duration(value: object) -> Duration:
    """Working time, or working days. What could be read as the other is refused."""
    given = text(value)
    if given.isdecimal():
        raise wrong("{given} has no unit: write for example 4h, 30m or 10 days.")
    if SHORT_DAY.search(given.lower()):
        raise wrong('{given} could be read as 24 hours: write "1 day" for a working day, or 8h.')
    parts = _parts(given)
    if parts is None:
        raise wrong("{given} is not a duration: write for example 4h, 30m, 1h 30m or 10 days.")
    if "days" in parts and len(parts) > 1:
        raise wrong(
            "{given} mixes days with hours, and how long a day is depends on the calendar: "
            "write days alone, or hours."
        )
    days = parts.get("days", 0)
    time = timedelta(minutes=parts.get("minutes", 0), hours=parts.get("hours", 0))
    if timedelta(days=days) + time > LONGEST_DURATION:
        raise wrong("{given} is longer than a year: write a shorter time.")
    if not days and not time:
        raise wrong("{given} is no time at all: write for example 4h.")
    return Duration(time, days)


def _parts(given: str) -> dict[str, int] | None:
    """How many of each unit; None where a unit is unknown or comes twice."""
    if not DURATION.fullmatch(given.lower()):
        return None
    found: dict[str, int] = {}
    for number, unit in PART.findall(given.lower()):
        name = UNITS.get(unit)
        if name is None or name in found:
            return None
        found[name] = int(number)
    return found


def calendar_day(value: object) -> date:
    given = text(value)
    with suppress(ValueError):  # as 2026-02-30
        if DATE.fullmatch(given):
            return date.fromisoformat(given)
    raise wrong("{given} is not a date: write for example 2026-01-31.")


def minutes_of_day(given: str) -> int | None:
    """None for what no clock shows. 24:00 is the end of the day."""
    found = CLOCK_TIME.fullmatch(given)
    hours, minutes = (int(found[1]), int(found[2])) if found else (99, 99)
    total = hours * 60 + minutes
    return total if minutes < 60 and total <= MINUTES_A_DAY else None


def clock_time(value: object) -> time:
    minutes = minutes_of_day(text(value))
    if minutes is None or minutes == MINUTES_A_DAY:
        raise wrong('{given} is not a time of day: write for example "09:00".')
    return time(minutes // 60, minutes % 60)


def block(value: object) -> Block:
    found = BLOCK.fullmatch(text(value))
    if not found or not all(CLOCK_TIME.fullmatch(edge) for edge in found.groups()):
        raise wrong('{given} is not a stretch of time: write for example "09:00-12:00".')
    start, end = (minutes_of_day(edge) for edge in found.groups())
    if start is None or end is None:
        raise wrong("{given} has a time that no clock shows: write 00:00 to 24:00.")
    if end <= start:
        raise wrong(
            "{given} ends before it starts: for a night, write up to 24:00, and go on from 00:00 "
            "on the next day."
        )
    return start, end


def in_order(blocks: list[Block]) -> tuple[Block, ...]:
    ordered = tuple(sorted(blocks))
    for (_, end), (start, _) in pairwise(ordered):
        if start < end:
            raise wrong(
                f"has hours that overlap around {start // 60:02}:{start % 60:02}: "
                "let one end where the next begins."
            )
    return ordered


def weekdays(key: str) -> tuple[int, ...] | None:
    """`mon-thu` is 0 to 3, `sun-thu` goes round the week's end; None for anything else."""
    found: list[int] = []
    for part in key.lower().split(","):
        ends = [_weekday(name.strip()) for name in part.split("-")]
        if None in ends or len(ends) > 2:
            return None
        first, last = ends[0] or 0, ends[-1] or 0
        found.extend((first + n) % 7 for n in range((last - first) % 7 + 1))
    return tuple(found)


def _weekday(name: str) -> int | None:
    for names in (DAYS, DAY_NAMES):
        if name in names:
            return names.index(name)
    return None


def weekday(value: object) -> int:
    number = _weekday(text(value).lower())
    if number is None:
        raise wrong(f"{{given}} is not a day of the week; {choices(DAY_NAMES, text(value))}")
    return number


def time_zone(value: object) -> str:
    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = [*sorted(available_timezones())]
        near = choices(known, name)
        advice = near if near.startswith("did") else "write for example Europe/Stockholm."
        raise wrong(f"{{given}} is not a time zone; {advice}") from None
    return name


def quiet(value: object) -> tuple[time, time]:
    """From when until when; past midnight where it ends earlier than it begins. Equal: never."""
    given = text(value)
    if given == NEVER:
        return time(), time()
    found = BLOCK.fullmatch(given)
    ends = [minutes_of_day(edge) for edge in found.groups()] if found else [None]
    if None in ends or ends[0] == ends[-1]:
        raise wrong(
            '{given} is not a stretch of the night: write for example "19:00-08:00", or never.'
        )
    start, end = (time((edge or 0) // 60 % 24, (edge or 0) % 60) for edge in ends)
    return start, end
