"""The small words of app.yaml: `4h`, `70%`, `09:00-12:00`, `mon-thu`, `@maja`.

Each reader takes what the file says and gives the value, or refuses it with one sentence: what is
wrong, and what to write instead. `{given}` in a sentence becomes the file's own text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic_core import PydanticCustomError

from bot.config.mistakes import choices
from bot.domain.agreement import Duration
from bot.domain.business_hours import MINUTES_A_DAY, Block

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HIGHEST_PORT = 65535
LONGEST_DURATION = timedelta(days=366)

UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "minutes"),
    **dict.fromkeys(("h", "hour", "hours"), "hours"),
    **dict.fromkeys(("d", "day", "days", "working day", "working days"), "days"),
}
PART = re.compile(r"(\d{1,6})\s*([a-z]+(?: days?)?)\s*", re.ASCII)
DURATION = re.compile(rf"(?:{PART.pattern})+", re.ASCII)
PERCENT = re.compile(r"(\d{1,4}(?:\.\d+)?)\s*%", re.ASCII)
CLOCK_TIME = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
BLOCK = re.compile(r"(\S+?)\s*[-–]\s*(\S+)")
VOLUME = re.compile(r"(\d{1,9})(?: (?:per|a) month)?", re.ASCII)
AMOUNT = re.compile(r"\d{1,15}(?:\.\d{1,2})?", re.ASCII)
WHOLE = re.compile(r"\d{1,9}", re.ASCII)
HANDLE = re.compile(r"@[^\s@<>!&]{1,80}|[UWS][A-Z0-9]{6,}|[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
CHANNEL = re.compile(r"#?([^\s#@<>&,.A-Z]{1,80})|([CG][A-Z0-9]{6,})")


def wrong(message: str, *, inside: str | None = None) -> PydanticCustomError:
    """A refusal of a value, or of what is `inside` it under that key."""
    return PydanticCustomError("wrong", "{message}", {"message": message, "inside": inside})


def kind(value: object) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "keys and values"
    return "a list" if isinstance(value, list) else "a single text"


def text(value: object) -> str:
    if not isinstance(value, str):
        raise wrong(f"should be a single text, but is {kind(value)}.")
    if not value.strip():
        raise wrong("is empty: write a value.")
    return value.strip()


def any_text(value: object) -> str:
    """Text that may be empty, as a secret that is not set."""
    return value.strip() if isinstance(value, str) and not value.strip() else text(value)


def one_or_more(value: object) -> object:
    """A single value stands for a list of one."""
    return [value] if isinstance(value, str) else value


def positive(value: object) -> int:
    given = text(value)
    if not WHOLE.fullmatch(given) or not int(given):
        raise wrong("{given} is not a whole number above 0: write for example 3.")
    return int(given)


def port(value: object) -> int:
    given = text(value)
    if not WHOLE.fullmatch(given) or int(given) > HIGHEST_PORT:
        raise wrong("{given} is not a port: write a number up to 65535, for example 3000.")
    return int(given)


def amount(value: object) -> Decimal:
    given = text(value)
    if not AMOUNT.fullmatch(given) or not Decimal(given):
        raise wrong("{given} is not an amount above 0: write for example 500000.")
    return Decimal(given)


def yes_or_no(value: object) -> bool:
    given = text(value)
    if given not in ("true", "false"):
        raise wrong("{given} is neither yes nor no: write true or false.")
    return given == "true"


def required(value: object) -> bool:
    given = text(value)
    if given not in ("required", "optional"):
        raise wrong("{given} is not known: write required, or leave the line out.")
    return given == "required"


def duration(value: object) -> Duration:
    parts = _parts(text(value))
    if parts is None:
        raise wrong("{given} is not a duration: write for example 4h, 30m, 1h 30m or 10 days.")
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


def percent(value: object) -> Decimal:
    """Above 0; 70% is 70."""
    found = PERCENT.fullmatch(text(value))
    if not found or not Decimal(found[1]):
        raise wrong("{given} is not a percentage above 0: write for example 80%.")
    return Decimal(found[1])


def whole_percent(value: object) -> int:
    number = percent(value)
    if number != int(number):
        raise wrong("{given} is not a whole percentage: write for example 80%.")
    return int(number)


def share(value: object) -> float:
    """From 0 to 1; 70% is 0.7."""
    number = percent(value)
    if number > 100:
        raise wrong("{given} is more than everything: write at most 100%.")
    return float(number / 100)


def volume(value: object) -> int:
    found = VOLUME.fullmatch(text(value))
    if not found or not int(found[1]):
        raise wrong("{given} is not a volume: write for example 120 per month.")
    return int(found[1])


def calendar_day(value: object) -> date:
    given = text(value)
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise wrong("{given} is not a date: write for example 2026-01-31.") from None


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
    if not found:
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


def language(value: object) -> str:
    name = text(value)
    if not re.fullmatch(r"[a-z]{2}(?:-[A-Z]{2})?", name, re.ASCII):
        raise wrong("{given} is not a language: write its two letters, for example en.")
    return name


def person(value: object) -> str:
    """As written: a handle, an e-mail address or a Slack id. A group is written like a person."""
    name = text(value)
    if not HANDLE.fullmatch(name):
        raise wrong('{given} is not a person or group: write the Slack handle, as "@maja".')
    return name


def channel(value: object) -> str:
    """Without its leading #."""
    found = CHANNEL.fullmatch(text(value))
    if not found:
        raise wrong(
            "{given} is not a channel's name: write it as Slack shows it, without spaces "
            "and capitals, for example mql-handoff."
        )
    return found[1] or found[2]


def web_address(value: object) -> str:
    """With a slash at its end, as slack_sdk wants it."""
    address = text(value)
    if not re.fullmatch(r"https?://[^\s/]\S*", address):
        raise wrong("is not a web address: write for example https://slack.com/api/.")
    return address.rstrip("/") + "/"


def database(value: object) -> str:
    address = text(value)
    if not re.match(r"(sqlite|postgres(ql)?)(\+\w+)?://", address):
        raise wrong("is not a database: write sqlite:///baton.db or postgresql://user@host/name.")
    return address


def currency(value: object) -> str:
    name = text(value)
    if not re.fullmatch(r"[A-Z]{3}", name, re.ASCII):
        raise wrong("{given} is not a currency: write its three letters, for example EUR.")
    return name


def one_of(value: object, known: Collection[str]) -> str:
    word = text(value)
    if word not in known:
        raise wrong(f"{{given}} is not known here; {choices(known, word)}")
    return word
