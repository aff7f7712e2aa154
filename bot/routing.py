"""`baton route`: what would happen to a lead that came in now, without anything happening."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from bot import app
from bot.config import IntakeSource, Settings
from bot.config.mistakes import choices
from bot.domain.lead import LeadFacts, missing_required
from bot.use_cases import turn
from bot.use_cases.desk import Desk
from bot.use_cases.records import Person
from bot.use_cases.turn import Routed
from handlers.lead_form import LeadForm, read_lead
from storage.books import Books

STDIN = "-"
LARGEST_BYTES = 256_000  # as POST /leads
NO_VERSION = 0  # of the terms: none is registered for a mere question
NO_TABLES = "there is no database of this version yet; `baton serve` or `baton migrate` makes it"
NOBODY_READ = "`baton serve` has not read Slack's people and groups yet"


class BadLead(Exception):
    """The file is no lead; one sentence for each thing to mend."""


@dataclass(frozen=True, slots=True)
class Explained:
    routed: Routed
    facts: LeadFacts  # what the file says, and what we knew
    now: datetime
    missing: tuple[str, ...]  # of what marketing promised with every lead
    people: Mapping[str, Person]  # those who are spoken of, by id
    nobody_known: str = ""  # why we cannot say who the sellers are; '' where we can


def source_named(settings: Settings, name: str) -> IntakeSource | None:
    """Raises BadLead for one that app.yaml does not have."""
    if name and name not in settings.intake.sources:
        hint = choices(settings.intake.sources, name) if settings.intake.sources else "it has none."
        raise BadLead(f'--source: app.yaml has no source "{name}" under intake.sources; {hint}')
    return settings.intake.sources.get(name)


def read_file(name: str, stdin: TextIO, source: IntakeSource | None, now: datetime) -> LeadForm:
    """The lead as `POST /leads` would read it. Raises BadLead."""
    shown = "stdin" if name == STDIN else name
    try:
        text = stdin.read() if name == STDIN else Path(name).read_text(encoding="utf-8-sig")
        posted = _posted(shown, text)
    except IsADirectoryError:
        raise BadLead(f"{shown}: This is a folder; name the file in it.") from None
    except FileNotFoundError:
        raise BadLead(f"{shown}: There is no such file.") from None
    except OSError as error:
        raise BadLead(f"{shown}: The file cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadLead(f"{shown}: The file is not UTF-8 text; save it as UTF-8.") from None
    form = _form(posted, source, now)
    if form.problems:
        raise BadLead("\n".join(f"{shown}: {problem}" for problem in form.problems))
    return form


def _posted(shown: str, text: str) -> dict[str, object]:
    if len(text.encode()) > LARGEST_BYTES:
        raise BadLead(f"{shown}: A lead takes at most {LARGEST_BYTES // 1000} kB.")
    try:
        posted = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadLead(
            f"{shown}:{error.lineno}:{error.colno}: This is not JSON ({error.msg})."
        ) from None
    except RecursionError:
        raise BadLead(f"{shown}: This is nested too deeply to be read.") from None
    if not isinstance(posted, dict):
        raise BadLead(f'{shown}: Write one lead as an object, as {{"email": "ada@acme.example"}}.')
    return posted


def _form(posted: dict[str, object], source: IntakeSource | None, now: datetime) -> LeadForm:
    if source is None:
        return read_lead(posted, now)
    return read_lead(source.lead_fields(posted), now, system=source.name, source=source.name)


def explain(settings: Settings, now: Callable[[], datetime], facts: LeadFacts) -> Explained:
    """Reads the database, where there is one of this version. Raises NoQueue and DatabaseAway."""
    with _desk(settings, now) as (desk, lacking):
        routed = turn.explain(desk, facts)
        known = routed.lead.facts.updated_by(facts) if routed.lead else facts
        return Explained(
            routed=routed,
            facts=turn.with_domain(desk, known),
            now=now(),
            missing=missing_required(facts, settings.agreement.marketing.required),
            people=_people(desk, routed),
            nobody_known=lacking or ("" if routed.sellers else NOBODY_READ),
        )


@contextmanager
def _desk(settings: Settings, now: Callable[[], datetime]) -> Iterator[tuple[Desk, str]]:
    """Over the real books, unregistered and unmigrated; else over empty ones, thrown away, and
    what the real ones lack."""
    with ExitStack() as opened:
        books, lacking = opened.enter_context(closing(Books(settings.database))), ""
        if not books.is_current():
            folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="baton-route-"))
            books = opened.enter_context(closing(Books(f"sqlite:///{folder}/empty.db")))
            books.migrate()
            lacking = NO_TABLES
        yield app.desk_under(NO_VERSION, settings, books, now), lacking


def _people(desk: Desk, routed: Routed) -> dict[str, Person]:
    choice = routed.choice
    spoken_of = {*routed.sellers, choice.person, choice.owner, *choice.skipped, *choice.standing}
    if routed.open_one:
        spoken_of |= {routed.open_one.holder, routed.open_one.assignee}
    with desk.books.reading() as work:
        found = {name: work.people.find(name) for name in spoken_of if name}
    return {name: person for name, person in found.items() if person}
