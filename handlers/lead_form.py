"""What foreign systems say of a lead, read into `LeadFacts`, with every problem named at once."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from bot.domain.lead import LeadFacts

# Longest texts, in characters. What is longer is shortened; an id or address never is.
LINES = {"name": 200, "company": 200, "title": 200, "source": 100, "campaign": 200, "country": 60}
LONGEST_WHY = 2000
KEYS = {"external_id": 200, "system": 60, "tier": 20}
LONGEST_URL = 2000
LONGEST_EMAIL = 320
LONGEST_PHONE = 60
LARGEST_SCORE = 1_000_000
MOST_EXTRAS, LONGEST_EXTRA_NAME, LONGEST_EXTRA = 30, 60, 500
FAST_CLOCK = timedelta(minutes=5)  # how far ahead of ours another system's clock may be

# Overrides and isolates of the writing direction: one left open turns the rest of a card around.
DIRECTION = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
COUNTRIES_BY_HABIT = {"UK": "GB", "EL": "GR"}
UNKNOWN = "is missing: a lead is known by its e-mail address, or by its external_id."
OURS = frozenset({*LINES, *KEYS, "email", "phone", "score", "why", "crm_url", "raised_at"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """`sentence` goes on after the field's name: "score: should be a whole number, as 87."."""

    field: str  # empty: the lead as a whole
    sentence: str

    def __str__(self) -> str:
        return f"{self.field}: {self.sentence}" if self.field else self.sentence


@dataclass(frozen=True, slots=True)
class LeadForm:
    """Usable when there are no problems. Remarks say what was shortened, left out or kept aside."""

    facts: LeadFacts
    raised_at: datetime | None
    problems: tuple[Problem, ...]
    remarks: tuple[Problem, ...]


def read_lead(
    given: Mapping[str, object], now: datetime, system: str = "", source: str = ""
) -> LeadForm:
    """The lead in a form, a JSON object or a CSV row; `now` judges when it was raised.

    Names are those of `LeadFacts`, and `raised_at`; anything else, or `extra.name`, is kept in
    `extra`. `system` and `source` are taken where the lead names none itself.
    """
    form = _Form({field_name(name): value for name, value in given.items()})
    lines = {name: form.take(name, _line(longest), "") for name, longest in LINES.items()}
    lines |= {name: form.take(name, _key(longest), "") for name, longest in KEYS.items()}
    lines["country"] = form.country(lines["country"])
    facts = LeadFacts(
        **{**lines, "system": lines["system"] or system, "source": lines["source"] or source},
        email=form.take("email", _email, ""),
        phone=form.take("phone", lambda value: _phone(value, lines["country"]), ""),
        score=form.take("score", _score, None),
        why=form.take("why", _why, ""),
        crm_url=form.take("crm_url", _web_address, ""),
        extra=form.extras(),
    )
    raised_at = form.take("raised_at", lambda value: _instant(value, now), None)
    if not facts.email and not facts.external_id and not form.failed("email", "external_id"):
        form.problems.append(Problem("email", UNKNOWN))
    return LeadForm(facts, raised_at, tuple(form.problems), tuple(form.remarks))


def field_name(written: str) -> str:
    """ "CRM URL", "crm-url" and "crm_url" are the same field."""
    return re.sub(r"[\s-]+", "_", clean(str(written)).strip()).lower()


class Unfit(ValueError):
    """This value cannot be that field; says why."""


class KeptAside(Exception):
    """Not usable as this field, but worth showing to a person as it came."""

    def __init__(self, written: str, remark: str) -> None:
        super().__init__(remark)
        self.written = written


@dataclass
class _Form:
    given: dict[str, object]
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    aside: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, read: Callable[[object], T], unknown: T) -> T:
        """What the field says; `unknown` where it says nothing, or nothing usable."""
        value = self.given.get(name)
        if value is None or (isinstance(value, str) and not clean(value).strip()):
            return unknown
        try:
            return read(value)
        except Unfit as problem:
            self.problems.append(Problem(name, str(problem)))
        except KeptAside as kept:
            self.aside[name] = kept.written
            self.remarks.append(Problem(name, str(kept)))
        return unknown

    def country(self, written: str) -> str:
        code = alpha_2(written)
        if code and not re.fullmatch("[A-Z]{2}", code):
            says = f"'{code}' is not a two-letter code; the queues' conditions see it as written."
            self.remarks.append(Problem("country", says))
        return code

    def failed(self, *names: str) -> bool:
        return any(problem.field in names for problem in self.problems)

    def extras(self) -> dict[str, str]:
        """Fields that only the sender knows, as short lines of text."""
        unknown = {name: value for name, value in self.given.items() if name not in OURS}
        kept = dict(self.aside)
        for name, value in unknown.items():
            try:
                line = shortened(one_line(_text(value)), LONGEST_EXTRA)
            except Unfit:
                continue  # lists and objects: whoever wants a part of one maps it in app.yaml
            if line and len(kept) >= MOST_EXTRAS:
                self.remarks.append(Problem("", f"only {MOST_EXTRAS} further fields are kept."))
                break
            kept[shortened(name.removeprefix("extra."), LONGEST_EXTRA_NAME)] = line
        return {name: line for name, line in kept.items() if name and line}


def clean(text: str) -> str:
    """Without what no database or terminal wants: NUL, control characters, half surrogates."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    composed = unicodedata.normalize("NFC", whole.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(
        letter for letter in composed if letter in "\n\t" or unicodedata.category(letter) != "Cc"
    )
    return kept.translate(DIRECTION)


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def alpha_2(country: str) -> str:
    """`se` is SE, `UK` is GB; a name stays as it is written."""
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        return country
    return COUNTRIES_BY_HABIT.get(country.upper(), country.upper())


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    if isinstance(value, int) and abs(value) < 10**30:
        return str(value)
    raise Unfit("should be a single text or number.")


def _line(longest: int) -> Callable[[object], str]:
    return lambda value: shortened(one_line(_text(value)), longest)


def _key(longest: int) -> Callable[[object], str]:
    def read(value: object) -> str:
        key = one_line(_text(value))
        if len(key) > longest:
            raise Unfit(f"is longer than {longest} characters.")
        return key

    return read


def _why(value: object) -> str:
    lines = (" ".join(line.split()) for line in clean(_text(value)).splitlines())
    return shortened(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), LONGEST_WHY)


def _email(value: object) -> str:
    """Normalised and in lower case, because people and systems write both. No look into DNS."""
    written = re.sub(r"(?i)^mailto:", "", one_line(_text(value)))
    if len(written) > LONGEST_EMAIL:
        raise Unfit("is not an e-mail address: it is far too long.")
    try:
        found = validate_email(
            written, check_deliverability=False, allow_display_name=True, test_environment=True
        )
    except EmailNotValidError as error:
        raise Unfit(f"is not an e-mail address. {error}") from None
    return found.normalized.lower()


def _phone(value: object, country: str) -> str:
    """E.164. A number nobody can parse is still worth reading to the person who will dial it."""
    written = shortened(one_line(_text(value)), LONGEST_PHONE)
    region = country if len(country) == 2 else None
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise KeptAside(written, "is no number that can be dialled from abroad; kept as written.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _score(value: object) -> int:
    try:
        number = float(_text(value).strip())
    except ValueError:
        number = math.nan
    if not number.is_integer() or abs(number) > LARGEST_SCORE:
        raise Unfit(f"should be a whole number up to {LARGEST_SCORE}, as 87.")
    return int(number)


def _web_address(value: object) -> str:
    address = clean(_text(value)).strip()
    if len(address) > LONGEST_URL:
        raise Unfit(f"is longer than {LONGEST_URL} characters.")
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s<>|\"\\]", address):
        raise Unfit("is not a web address: write it in full, with https://.")
    return address


def _instant(value: object, now: datetime) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(value).strip())
    except ValueError:
        raise Unfit("is not an instant: write it as 2026-03-02T09:30:00+01:00.") from None
    if instant.tzinfo is None:
        raise Unfit("does not say its time zone: write it as 2026-03-02T09:30:00+01:00.")
    try:
        instant = instant.astimezone(UTC)
    except OverflowError:
        raise Unfit("is not in any year we know.") from None
    if instant > now + FAST_CLOCK:
        raise Unfit("is in the future.")
    return min(instant, now)
