"""A person, their company, where they came from, and why now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

EXTRA = "extra."  # before the name of a field that only this company knows


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What marketing knows of a person when it raises a hand for them. Empty text is unknown."""

    email: str = ""  # normalised; a lead is known by it, or by (system, external_id)
    system: str = ""
    external_id: str = ""
    name: str = ""
    company: str = ""
    title: str = ""
    phone: str = ""
    country: str = ""  # ISO 3166 alpha-2
    source: str = ""
    campaign: str = ""
    tier: str = ""
    score: int | None = None
    why: str = ""  # why now
    crm_url: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    domain: str = ""  # their company's, as it is registered; '' for free mail

    def updated_by(self, news: LeadFacts) -> LeadFacts:
        """What is known after hearing `news`: the new value where it says something, else ours.

        An id elsewhere means nothing without its system, so the two are taken together or not; so
        are an address and its company's domain.
        """
        heard = {item.name: getattr(news, item.name) for item in fields(self)}
        said = {name: value for name, value in heard.items() if value not in ("", None)}
        if not news.external_id:
            said.pop("system", None)
        if news.email:
            said["domain"] = news.domain
        return replace(self, **said | {"extra": {**self.extra, **news.extra}})

    def known_as(self, before: LeadFacts) -> LeadFacts:
        """These facts under the names we knew: the new e-mail or id is another lead's, and is
        only noted."""
        other = {"other_email": self.email, "other_id": self.external_id}
        ours = (before.email, before.external_id)
        noted = {name: value for name, value in other.items() if value and value not in ours}
        return replace(
            self,
            email=before.email,
            domain=before.domain,
            system=before.system,
            external_id=before.external_id,
            extra={**self.extra, **noted},
        )


def missing_required(facts: LeadFacts, required: Iterable[str]) -> tuple[str, ...]:
    """Of the fields that marketing promised with every lead, those that this one does not say; in
    the agreement's order. `extra.budget` is the further field `budget`."""
    return tuple(name for name in required if _value(facts, name) in ("", None))


def _value(facts: LeadFacts, name: str) -> object:
    if name.startswith(EXTRA):
        return facts.extra.get(name.removeprefix(EXTRA), "")
    return getattr(facts, name)


@dataclass(frozen=True, slots=True)
class Lead:
    id: int
    facts: LeadFacts
    created_at: datetime

    @property
    def number(self) -> str:
        """How people call it: L-12."""
        return f"L-{self.id}"
