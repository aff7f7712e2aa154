"""Leads: found again by e-mail or by their id elsewhere, and searched by people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select, text, update
from sqlalchemy.exc import IntegrityError

from bot.domain.lead import Lead, LeadFacts
from bot.use_cases.ports import Conflict, NotFound
from storage.columns import storable
from storage.statements import for_dialect, insert_if_new
from storage.tables import leads

FACTS = tuple(item.name for item in fields(LeadFacts))
NUMBER = re.compile(r"L-?(\d{1,18})", re.IGNORECASE | re.ASCII)
LONGEST_SEARCH = 300  # characters; SQLite refuses patterns beyond 50,000 bytes

COLUMNS = (leads.c.id, leads.c.created_at, *(leads.c[name] for name in FACTS))

_LEAD = select(*COLUMNS)
_BY_ID = _LEAD.where(leads.c.id == bindparam("id"))
_BY_EMAIL = _LEAD.where(leads.c.email == bindparam("email"), text("email <> ''"))
_BY_EXTERNAL = _LEAD.where(
    leads.c.system == bindparam("system"),
    leads.c.external_id == bindparam("external_id"),
    text("external_id <> ''"),
)
_SEARCH = (
    _LEAD.where(leads.c.search_key.like(bindparam("pattern"), escape="\\"))
    .order_by(leads.c.id.desc())
    .limit(bindparam("limit"))
)
_ADD = insert_if_new(leads, "id")
_SAVE = update(leads).where(leads.c.id == bindparam("lead_id"))


class StoredLeads:
    def __init__(self, connection: Connection, *, locking: bool) -> None:
        self._connection = connection
        self._locking = locking

    def find(self, facts: LeadFacts) -> Lead | None:
        """In a writing unit of work the lead stays ours until it ends, so that the same person
        raised twice at once is taken one after the other."""
        found = None
        if facts.email:
            found = self._one(_BY_EMAIL, email=facts.email)
        if found is None and facts.external_id:
            found = self._one(_BY_EXTERNAL, system=facts.system, external_id=facts.external_id)
        return found

    def add(self, facts: LeadFacts, now: datetime) -> Lead:
        """Raises Conflict when the same person came in since we looked."""
        row = self._connection.execute(
            for_dialect(self._connection, _ADD), {**_columns(facts), "created_at": now}
        ).first()
        if row is None:
            raise Conflict("The same person has just come in.")
        return Lead(row.id, facts, now)

    def save(self, lead: Lead) -> None:
        """Raises Conflict when its e-mail or external id belongs to another lead."""
        try:
            with self._connection.begin_nested():
                self._connection.execute(_SAVE, {"lead_id": lead.id, **_columns(lead.facts)})
        except IntegrityError as error:
            raise Conflict("This e-mail or external id belongs to another lead.") from error

    def get(self, lead_id: int) -> Lead:
        row = self._connection.execute(_BY_ID, {"id": lead_id}).first()
        if row is None:
            raise NotFound(f"There is no lead L-{lead_id}.")
        return from_row(row)

    def search(self, text: str, limit: int) -> list[Lead]:
        wanted = text.strip()
        if (number := NUMBER.fullmatch(wanted)) and (
            row := self._connection.execute(_BY_ID, {"id": int(number[1])}).first()
        ):
            return [from_row(row)]
        if not wanted or len(wanted) > LONGEST_SEARCH:
            return []
        pattern = "%" + re.sub(r"([\\%_])", r"\\\1", folded(wanted)) + "%"
        rows = self._connection.execute(_SEARCH, {"pattern": pattern, "limit": limit})
        return [from_row(row) for row in rows]

    def _one(self, query: Select[Any], **known: str) -> Lead | None:
        if self._locking:
            query = query.with_for_update(key_share=True)
        row = self._connection.execute(query, known).first()
        return from_row(row) if row else None


def folded(words: str) -> str:
    """For comparing without regard to case, width or composition: "É" and "e" + accent + case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", words).casefold())


def _columns(facts: LeadFacts) -> dict[str, Any]:
    columns = {name: getattr(facts, name) for name in FACTS}
    columns["extra"] = dict(facts.extra)
    known_by = (facts.name, facts.company, facts.email)
    columns["search_key"] = folded(storable("\n".join(known_by)))
    return columns


def from_row(row: Sequence[Any]) -> Lead:
    """The lead in `COLUMNS`."""
    return Lead(row[0], LeadFacts(*row[2:]), row[1])
