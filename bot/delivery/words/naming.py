"""How leads, people and reasons are called, wherever something is said of them, and what is meant
by a button below it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.delivery.escaping import clean
from bot.domain.agreement import Terms
from bot.domain.handoff import Handoff
from bot.domain.lead import Lead
from bot.use_cases.ports import People
from bot.use_cases.records import Dossier

Context = dict[str, Any]
Told = tuple[str, Context]  # a template, and what it needs

LONGEST_NAME = 70  # characters; with a company beside it, it fits a header
LONGEST_FACT = 60
LONGEST_REASON = 75  # Slack's limit of an option, where it is chosen
LONGEST_WORDS = 800  # of a note, or of why now


def named(lead: Lead) -> Context:
    """Who a sentence speaks of: always something to call them."""
    facts = lead.facts
    who = clean(facts.name, LONGEST_NAME) or clean(facts.email, LONGEST_NAME) or lead.number
    return {"who": who, "company": clean(facts.company, LONGEST_NAME)}


def known(people: People, name: str | None) -> str | None:
    """The Slack id of a person or group in the directory; None is "someone" to a reader."""
    return people.id_of(name) if name else None


def all_known(people: People, names: Iterable[str]) -> tuple[str, ...]:
    found = (known(people, name) for name in names)
    return tuple(dict.fromkeys(name for name in found if name))


def permalink(dossier: Dossier) -> str:
    """Of the card that its reader finds, else of the newest; '' while Slack has none."""
    newest = dossier.cards[-1] if dossier.cards else None
    card = dossier.nearest or newest
    return card.permalink if card else ""


def value_of(handoff: Handoff, *chosen: object) -> str:
    """What a button carries: a round of a handoff, and what is chosen by it. `handlers/clicks.py`
    reads it."""
    return ":".join(str(part) for part in (handoff.id, handoff.round, *chosen))


def reason_label(terms: Terms, code: str | None) -> str:
    """As agreed; a reason that has left the agreement since is shown by its code."""
    labels = {reason.code: reason.label for reason in terms.reasons}
    return clean(labels.get(code or "", code or ""), LONGEST_REASON)
