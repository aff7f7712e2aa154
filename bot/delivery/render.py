"""Jinja templates become Slack's text and blocks, escaped by default, checked against its limits.

A template is JSON with `{{ values }}`. Every value is foreign text unless a filter of ours made it:
it is cleaned, shortened, stripped of all meaning to Slack's formatter and escaped for JSON.
Phrases come from the language's table: `t("card.won", who=name)` where mrkdwn is read,
`p("modal.title")` inside plain_text objects.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Undefined
from markupsafe import Markup

from bot.delivery import block_limits, escaping
from bot.delivery.block_limits import Json
from bot.delivery.languages import Language, language

LONGEST_URL = 2000  # characters; a button takes more, a section around it might not

_PERSON = re.compile(r"[UW][A-Z0-9]{2,}", re.ASCII)
_GROUP = re.compile(r"S[A-Z0-9]{2,}", re.ASCII)
_UNFIT_FOR_LINKS = re.compile(r"[\s<>|\"\\^`{}]")


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str  # what notifications and screen readers say
    blocks: list[Json]


class NotJson(ValueError):
    """A template whose result is no JSON; for whoever writes it."""

    def __init__(self, template: str, problem: json.JSONDecodeError) -> None:
        super().__init__(
            f"{template}: not JSON once rendered, line {problem.lineno} column {problem.colno}: "
            f"{problem.msg}."
        )


class Marked(str):
    """Finished text: made by a filter of ours, it passes into the JSON as it is."""

    __slots__ = ()

    def __html__(self) -> Marked:
        return self


class Renderer:
    """Templates are compiled once in a process for each language, at first use."""

    def __init__(self, zone: str, default_language: str = "en") -> None:
        """`zone` is for readers whose Slack cannot show a time in their own."""
        self._zone = ZoneInfo(zone)
        self._default = default_language

    def render(self, template: str, context: Mapping[str, Any], reads: str = "") -> Rendered:
        """The message `template`.json.j2 in the language `reads`. Raises OutsideLimits, NotJson."""
        made = self._json(template, context, reads)
        block_limits.check_message(template, made["text"], made["blocks"])
        return Rendered(made["text"], made["blocks"])

    def view(self, template: str, context: Mapping[str, Any], reads: str = "") -> Json:
        """The modal, or Home, `template`.json.j2. Raises OutsideLimits, NotJson."""
        made = self._json(template, context, reads)
        block_limits.check_view(template, made)
        return made

    def language(self, reads: str = "") -> Language:
        """For phrases on their own: an error in a modal, an alternative text."""
        return language(reads or self._default)

    def source(self, template: str, context: Mapping[str, Any], reads: str = "") -> str:
        """The text of a template that is no message: a picture's specification."""
        return self._environment(reads).get_template(template).render(context)

    def _json(self, template: str, context: Mapping[str, Any], reads: str) -> Json:
        return parsed(template, self.source(f"{template}.json.j2", context, reads))

    def _environment(self, reads: str) -> Environment:
        return _environment(self.language(reads).code, self._zone)


@cache
def _environment(code: str, zone: ZoneInfo) -> Environment:
    return environment(language(code), zone)


def parsed(template: str, text: str) -> Json:
    """Raises NotJson."""
    try:
        made: Json = json.loads(text)
    except json.JSONDecodeError as problem:
        raise NotJson(template, problem) from None  # its own traceback would quote the lead
    return made


def environment(speaks: Language, zone: ZoneInfo) -> Environment:
    """Jinja for one language. Of its own filters only those remain that cannot lift the escaping:
    `safe`, `join` or `replace` could."""
    made = Environment(
        loader=PackageLoader("message_templates", "."),
        undefined=StrictUndefined,
        finalize=finalize,
        autoescape=True,  # so that a macro's result, finished already, is told from a foreign text
        auto_reload=False,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    own = _filters(speaks, zone)
    made.filters = {"length": len, **own}
    made.globals = {"t": _phrases(speaks, finalize), "p": _phrases(speaks, plain)}
    return made


def finalize(value: object) -> str:
    """What `{{ value }}` becomes. Raises TypeError for what has no words of its own."""
    if isinstance(value, Marked | Markup):
        return value
    if isinstance(value, str):
        harmless = escaping.mrkdwn(escaping.clean(value))
        return Marked(escaping.quoted(escaping.isolated(harmless)))
    if isinstance(value, int) and not isinstance(value, bool):
        return Marked(value)
    if isinstance(value, Undefined):
        return str(value)  # raises, and says which name is missing
    raise TypeError(f"{type(value).__name__} has no words: give it a filter")


def plain(value: object, longest: int = escaping.LONGEST) -> Marked:
    """For plain_text objects, ids and values, where Slack formats nothing."""
    if isinstance(value, Marked | Markup):
        return Marked(value)
    return Marked(escaping.quoted(escaping.isolated(_one_line(value, longest))))


def link(url: str, label: str) -> Marked:
    """A link, if it is one that a browser opens over http(s); else its words."""
    words = finalize(label)
    return Marked(f"<{_escaped_url(url)}|{words}>" if is_link(url) else words)


def is_link(url: str) -> bool:
    """Can it be given to Slack as a link, unchanged?"""
    if len(url) > LONGEST_URL or not url.isprintable() or _UNFIT_FOR_LINKS.search(url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _one_line(value: object, longest: int = escaping.LONGEST) -> str:
    if isinstance(value, Undefined | bool) or not isinstance(value, str | int):
        raise TypeError(f"{type(value).__name__} has no words: give it a filter")
    return escaping.clean(value, longest) if isinstance(value, str) else str(value)


def _escaped_url(url: str) -> str:
    return escaping.quoted(url.replace("&", "&amp;"))


def _phrases(speaks: Language, write: Callable[[object], str]) -> Callable[..., Marked]:
    quoted = {key: escaping.quoted(phrase) for key, phrase in speaks.phrases.items()}
    in_json = Language(speaks.code, quoted)

    def say(key: str, **values: object) -> Marked:
        written = {name: write(value) for name, value in values.items()}
        return Marked(in_json.phrase(key, values).format(**written))

    return say


def _filters(speaks: Language, zone: ZoneInfo) -> dict[str, Callable[..., Any]]:
    def mention(who: str | Iterable[str] | None) -> Marked:
        """Slack ids of people and groups; anybody else is "someone"."""
        someone = speaks.phrases["someone"]
        names = [who] if isinstance(who, str) or who is None else who
        return Marked(", ".join(_mention(name) or escaping.quoted(someone) for name in names))

    def when(at: datetime, style: str = "date.at") -> Marked:
        """In each reader's own zone; in the workspace's where Slack cannot tell."""
        local = at.astimezone(zone)
        fallback = local.strftime("%Y-%m-%d %H:%M %Z")
        shown = escaping.quoted(speaks.phrases[style])
        return Marked(f"<!date^{int(at.timestamp())}^{shown}|{fallback}>")

    def money(amount: Decimal, currency: str) -> str:
        return f"{speaks.number(amount)} {currency}".strip()

    return {
        "mention": mention,
        "link": link,
        "is_link": is_link,
        "date": when,
        "plain": plain,
        "day": speaks.day,
        "weekday": speaks.weekday,
        "duration": speaks.duration,
        "duration_exactly": speaks.duration_exactly,
        "number": speaks.number,
        "money": money,
        "figure": lambda value: Marked(json.dumps(float(value))),
        "share": speaks.share,
        "url": lambda url: Marked(escaping.quoted(url)) if is_link(url) else plain(url),
    }


def _mention(name: str | None) -> str:
    if name and _PERSON.fullmatch(name):
        return f"<@{name}>"
    if name and _GROUP.fullmatch(name):
        return f"<!subteam^{name}>"
    return ""
