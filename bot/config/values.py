"""The small words of app.yaml: `70%`, `120 per month`, `@maja`, `#sales-leads`. Times are apart.

Each reader takes what the file says and gives the value, or refuses it with one sentence: what is
wrong, and what to write instead. `{given}` in a sentence becomes the file's own text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal

from pydantic_core import PydanticCustomError

from bot.config.mistakes import choices

HIGHEST_PORT = 65535

PERCENT = re.compile(r"(\d{1,4}(?:\.\d+)?)\s*%", re.ASCII)
VOLUME = re.compile(r"(\d{1,9})(?: (?:per|a) month)?", re.ASCII)
AMOUNT = re.compile(r"\d{1,15}(?:\.\d{1,2})?", re.ASCII)
WHOLE = re.compile(r"\d{1,9}", re.ASCII)
HANDLE = re.compile(r"@[^\s@<>!&]{1,80}|[UWS][A-Z0-9]{6,}|[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")
DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}")
CHANNEL = re.compile(r"#?([^\s#@<>&,.A-Z]{1,80})|([CG][A-Z0-9]{6,})")


def wrong(message: str, *, inside: str | tuple[str | int, ...] = ()) -> PydanticCustomError:
    """A refusal of a value, or of what is `inside` it under that key or path."""
    below = (inside,) if isinstance(inside, str) else inside
    return PydanticCustomError("wrong", "{message}", {"message": message, "inside": below})


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


def domain(value: object) -> str:
    """The part of an e-mail address behind its @, in small letters."""
    name = text(value).removeprefix("@").lower()
    if not DOMAIN.fullmatch(name):
        raise wrong("{given} is not a domain: write for example mail.example.")
    return name


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
