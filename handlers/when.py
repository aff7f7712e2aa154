"""When somebody comes back, as they type it: `until monday`, `till fredag kl 14`, `bis 1. Mai`.

Nothing is guessed: what could mean two things is not understood, and whoever typed it reads how to
write it. That is why no general reader of dates is used here: those take "14 Uhr" for the 14th and
"1.12." for twelve past one. Words of all languages are understood from everybody.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from bot.domain.business_hours import Calendar, next_open

FARTHEST = timedelta(days=730)  # as `away.too_far` says
SHORTEST_PREFIX = 3  # letters of a weekday or a month

# Weekdays from Monday, months from January; the first letters are enough.
WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "måndag tisdag onsdag torsdag fredag lördag söndag",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "montag dienstag mittwoch donnerstag freitag sonnabend sonntag",
)
MONTHS = (
    "january february march april may june july august september october november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
)
DAYS_AHEAD = {
    **dict.fromkeys(("today", "idag", "heute"), 0),
    **dict.fromkeys(("tomorrow", "imorgon", "imorron", "morgen"), 1),
    **dict.fromkeys(("overmorrow", "övermorgon", "iövermorgon", "übermorgen"), 2),
}
NEXT = frozenset(
    ("next", "nästa", "nästkommande", "nächste", "nächsten", "nächster", "kommende", "kommenden")
)
WEEKS = frozenset(("week", "vecka", "woche"))
UNTIL = frozenset(("until", "till", "til", "tills", "bis", "by"))
ON = frozenset(("on", "på", "am"))  # without one of the others they say when somebody is away
IN_FRONT = UNTIL | ON | {"den", "the"}
AT = frozenset(("at", "kl", "kl.", "klockan", "um", "ab", "from", "från"))

ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?")  # 1.12. or 1.12.2026: the day comes first
DAY = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th|:a|:e)?")
YEAR = re.compile(r"\d{4}")
CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
HOUR = re.compile(r"\d{1,2}")
HALVES = {"am": 0, "pm": 12}
TWO_WORDS = re.compile(r"\b(i) (dag|morgon|morron|övermorgon)\b")
GLUED_HALF = re.compile(r"\b(\d{1,2}(?:[:.]\d{2})?)(am|pm)\b")


class Unclear(ValueError):
    """Not understood, or it could mean two things."""


class Past(ValueError):
    """Understood, and over already."""


class TooFar(ValueError):
    """Understood, and further ahead than `FARTHEST`."""


def back_at(said: str, now: datetime, calendar: Calendar) -> datetime | None:
    """The instant somebody is back; None for no word at all: until they say so. A day means the
    start of its first working hour on their calendar. Raises Unclear, Past, TooFar."""
    words = _words(said)
    if not words:
        return None
    local = now.astimezone(calendar.zone)
    at, words = _time_in(words)
    day = _day(words, local.date()) if words else local.date()
    if day < local.date():
        raise Past(said)
    if day - local.date() > FARTHEST:
        raise TooFar(said)
    if at and _may_be_today(words, local.date()) and _at_time(local.date(), at, calendar) > now:
        raise Unclear(said)
    back = _at_time(day, at, calendar) if at else _in_the_morning(day, local.date(), calendar)
    if back <= now:
        raise Past(said)
    return back


def _words(said: str) -> list[str]:
    plain = " ".join(said.casefold().replace(",", " ").split())
    plain = GLUED_HALF.sub(r"\1 \2", TWO_WORDS.sub(r"\1\2", plain))
    front = list(takewhile(IN_FRONT.__contains__, plain.split()))
    if not ON.isdisjoint(front) and UNTIL.isdisjoint(front):
        raise Unclear(said)
    return plain.split()[len(front) :]


def _time_in(words: list[str]) -> tuple[time | None, list[str]]:
    """The time at the end, and the words before it."""
    if words[-1] == "uhr":
        return _time(words[:-1], named=True)
    if words[-1] in HALVES:
        found, before = _time(words[:-1], named=True)
        return _in_half(found, HALVES[words[-1]]), before
    named = len(words) > 1 and words[-2] in AT
    return _time(words, named) if named or CLOCK.fullmatch(words[-1]) else (None, words)


def _time(words: list[str], named: bool) -> tuple[time, list[str]]:
    if not words:
        raise Unclear
    *before, last = words
    clock, hour = CLOCK.fullmatch(last), HOUR.fullmatch(last)
    if clock and not named and "." in last and int(clock[2]) <= 12:
        raise Unclear  # 1.12 is a day to some and a time to others
    if not clock and not (hour and named):
        raise Unclear
    hours, minutes = (int(clock[1]), int(clock[2])) if clock else (int(last), 0)
    if hours > 23 or minutes > 59:
        raise Unclear
    return time(hours, minutes), [word for word in before if word not in AT]


def _in_half(at: time | None, half: int) -> time:
    if at is None or not 1 <= at.hour <= 12:
        raise Unclear
    return at.replace(hour=at.hour % 12 + half)


def _day(words: list[str], today: date) -> date:
    match words:
        case [word] if word in DAYS_AHEAD:
            return today + timedelta(days=DAYS_AHEAD[word])
        case [word] if ISO.fullmatch(word) or DOTTED.fullmatch(word):
            return _numbered(word, today)
        case [following, week] if following in NEXT and week in WEEKS:
            return today + timedelta(days=7 - today.weekday())
        case [following, word] if following in NEXT:
            return _in_next_week(_weekday(word), today)
        case [word]:
            return _coming(_weekday(word), today)
        case [first, second, *year] if len(year) <= 1:
            return _with_month(first, second, year, today)
    raise Unclear


def _weekday(word: str) -> int:
    return _place(word, WEEKDAYS)


def _place(word: str, languages: tuple[str, ...]) -> int:
    """Which of the names it is, or begins; in any language."""
    if len(word) < SHORTEST_PREFIX:
        raise Unclear
    begun = word.rstrip(".")
    found = {
        place
        for names in languages
        for place, name in enumerate(names.split())
        if name.startswith(begun)
    }
    if len(found) != 1:
        raise Unclear
    return found.pop()


def _may_be_today(words: list[str], today: date) -> bool:
    """On a Friday morning "Friday 14:00" is today's to some, and in a week to others."""
    try:
        return len(words) == 1 and _weekday(words[0]) == today.weekday()
    except Unclear:
        return False  # no weekday


def _coming(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _in_next_week(weekday: int, today: date) -> date:
    """On a Wednesday "next Friday" is this week's to some: only a day that is next week's either
    way is taken."""
    coming = _coming(weekday, today)
    if coming.isocalendar().week == today.isocalendar().week:
        raise Unclear
    return coming


def _numbered(word: str, today: date) -> date:
    if found := ISO.fullmatch(word):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    found = DOTTED.fullmatch(word)
    assert found is not None
    return _of_year(found[3], int(found[2]), int(found[1]), today)


def _with_month(first: str, second: str, year: list[str], today: date) -> date:
    """1 December, December 1st; in either order."""
    number, name = (first, second) if DAY.fullmatch(first) else (second, first)
    day = DAY.fullmatch(number)
    if day is None or (year and not YEAR.fullmatch(year[0])):
        raise Unclear
    month = _place(name, MONTHS) + 1
    return _of_year(year[0] if year else None, month, int(day[1]), today)


def _of_year(year: str | None, month: int, day: int, today: date) -> date:
    """Without a year it is the next one of this name."""
    if year:
        return _date(int(year), month, day)
    this_year = _date(today.year, month, day)
    return this_year if this_year >= today else _date(today.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Unclear from error


def _at_time(day: date, at: time, calendar: Calendar) -> datetime:
    return datetime.combine(day, at, ZoneInfo(calendar.time_zone)).astimezone(UTC)


def _in_the_morning(day: date, today: date, calendar: Calendar) -> datetime:
    """Who is away today is back in the morning of the next working day."""
    first = day + timedelta(days=1) if day == today else day
    return next_open(calendar, _at_time(first, time(), calendar))
