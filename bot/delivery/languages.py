"""The languages Baton speaks: one table of phrases each, in message_templates/languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from bot.domain.metrics import SMALL
from bot.use_cases.records import Person

DEFAULT = "en"
_TABLES = resources.files("message_templates") / "languages"


@dataclass(frozen=True)
class Language:
    """Phrases are Slack's mrkdwn with `{placeholders}`, known by dotted keys. A phrase that counts
    `{n}` has two forms, `key.one` and `key.other`."""

    code: str
    phrases: Mapping[str, str]

    def phrase(self, key: str, values: Mapping[str, object]) -> str:
        """Raises KeyError for a phrase that this language does not have."""
        if "n" in values:
            key += ".one" if values["n"] == 1 else ".other"
        return self.phrases[key]

    def say(self, key: str, **values: object) -> str:
        """A phrase on its own, where nothing is escaped. Give it no foreign text."""
        return self.phrase(key, values).format(**values)

    def duration(self, time: timedelta) -> str:
        """Whole minutes; days are said in hours (docs/agreement.md, business time). The second is
        the smallest thing that counts."""
        hours, minutes = divmod(round(time.total_seconds()) // 60, 60)
        if hours and minutes:
            return self.phrases["duration.both"].format(hours=hours, minutes=minutes)
        if hours:
            return self.phrases["duration.hours"].format(hours=hours)
        if minutes:
            return self.phrases["duration.minutes"].format(minutes=minutes)
        return self.phrases["duration.moment"]

    def duration_exactly(self, time: timedelta) -> str:
        """To the second, for who adds up."""
        seconds = round(time.total_seconds()) % 60
        if not seconds:
            return self.duration(time)
        some = self.phrases["duration.seconds"].format(seconds=seconds)
        return f"{self.duration(time)} {some}" if time >= timedelta(minutes=1) else some

    def number(self, value: int | float | Decimal) -> str:
        """Whole numbers without a fraction, others with two places."""
        places = 0 if value == int(value) else 2
        plain = f"{value:,.{places}f}"
        return plain.translate(
            {ord(","): self.phrases["number.group"], ord("."): self.phrases["number.point"]}
        )

    def share(self, part: int, whole: int) -> str:
        """Of few cases the counts alone (docs/agreement.md, formula 7)."""
        shown = {"part": self.number(part), "whole": self.number(whole)}
        if whole < SMALL:
            return self.phrases["share.count"].format(**shown)
        return self.phrases["share.percent"].format(percent=round(100 * part / whole), **shown)

    def weekday(self, day: date) -> str:
        """Short, and without the year: for days that lie close together."""
        names, months = self.phrases["date.weekdays"].split(), self.phrases["date.months"].split()
        return self.phrases["date.weekday"].format(
            weekday=names[day.weekday()], day=day.day, month=months[day.month - 1]
        )

    def day(self, day: date) -> str:
        month = self.phrases["date.months"].split()[day.month - 1]
        return self.phrases["date.day"].format(day=day.day, month=month, year=day.year)


@cache
def language(code: str) -> Language:
    """The language for `sv` or `sv-SE`; English where there is no table for it."""
    base = code.replace("_", "-").partition("-")[0].lower()
    return _read(base if base in available() else DEFAULT)


def reads(person: Person | None) -> str:
    """The language of a person; '' is the channel's."""
    return person.language if person is not None else ""


@cache
def available() -> frozenset[str]:
    names = (entry.name for entry in _TABLES.iterdir())
    return frozenset(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


@cache
def _read(code: str) -> Language:
    tables = tomllib.loads((_TABLES / f"{code}.toml").read_text(encoding="utf-8"))
    return Language(code, dict(_flat(tables)))


def _flat(tables: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tables.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield above + key, value
