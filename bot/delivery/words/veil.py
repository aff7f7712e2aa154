"""Blind claim: who a lead is stays hidden from those who could claim it, until somebody does.

The veil hangs where words are made: whatever is said in a channel, or to a seller of the queue, is
made from a dossier without names. So no message needs to think of it. The lead's number, title,
country, tier and why now are left, which is what a seller is to decide by; where they name the lead
or its company themselves, the name is left out.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from bot.delivery.words.nearest import card_near
from bot.domain.lead import Lead, LeadFacts
from bot.use_cases.desk import Desk
from bot.use_cases.ports import Handoffs, People, UnitOfWork
from bot.use_cases.records import Dossier, Listed, Listing, MyWork

SHORTEST_PART = 3  # letters of a name: a shorter one says nothing by itself
COUNT = re.compile(r"\d{0,4}")  # an id so short is, in a text, a number of seats or a price
LEFT_OUT = "…"


def veiled(lead: Lead) -> Lead:
    """Called by its number; what it is worth stands where its company did."""
    facts, leave_out = lead.facts, _names_left_out(lead.facts)
    title = leave_out(facts.title)
    worth = ", ".join(word for word in (title, facts.country, facts.tier) if word)
    hidden = replace(
        facts,
        name="",
        email="",
        phone="",
        company=worth,
        title=title,
        source=leave_out(facts.source),
        campaign=leave_out(facts.campaign),
        why=leave_out(facts.why),
        domain="",
        external_id="",
        crm_url="",
        extra={},
    )
    return replace(lead, facts=hidden)


def _behind(dossier: Dossier) -> Dossier:
    """What colleagues and marketing wrote of the lead is theirs to read, but for the names."""
    leave_out = _names_left_out(dossier.lead.facts)
    moves = (
        replace(move, note=leave_out(move.note)) if move.note else move for move in dossier.journal
    )
    return replace(dossier, lead=veiled(dossier.lead), journal=tuple(moves))


def _names_left_out(facts: LeadFacts) -> Callable[[str], str]:
    """Whoever wrote why now may have written about whom."""
    names = sorted(set(_names(facts)), key=len, reverse=True)  # "Acme AB" before "Acme"
    if not names:
        return str
    # With the s of a genitive, which English sets off and others do not.
    named = rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?:s|['’]s)?(?!\w)"
    return partial(re.compile(named, re.IGNORECASE).sub, LEFT_OUT)


def _names(facts: LeadFacts) -> Iterator[str]:
    whole = (facts.email, facts.phone, facts.name, facts.company, facts.domain)
    parts = (*facts.name.split(), *facts.company.split()[:1], facts.domain.partition(".")[0])
    yield from filter(None, whole)
    if not COUNT.fullmatch(facts.external_id):
        yield facts.external_id
    yield from (part for part in parts if len(part) >= SHORTEST_PART and not _is_small(part))


def _is_small(word: str) -> bool:
    return word.casefold() in ("the", "von", "van", "der")


def seen_by(desk: Desk, people: People, dossier: Dossier, reader: str) -> Dossier:
    """The dossier as this reader, a person or a channel, may see it, with the card they find."""
    hidden = desk.hides(dossier.handoff, people, reader)
    nearest = card_near(desk, people, dossier.handoff, dossier.cards, reader)
    dossier = replace(dossier, nearest=nearest)
    return _behind(dossier) if hidden else dossier


def unclaimed(desk: Desk, dossier: Dossier) -> Dossier:
    """As a form shows it that any of those who could claim it may open."""
    open_to_claim = desk.queue(dossier.handoff.queue).is_blind and dossier.handoff.holder is None
    return _behind(dossier) if open_to_claim else dossier


def listed(desk: Desk, people: People, mine: MyWork, reader: str) -> MyWork:
    """What waits for somebody, as they may see it."""

    def hide(listing: Listing | None) -> Listing | None:
        return listing and in_listing(desk, people, listing, reader)

    return replace(
        mine,
        held=hide(mine.held),
        waiting=hide(mine.waiting),
        overdue=hide(mine.overdue),
        questions=hide(mine.questions),
        astray=hide(mine.astray),
    )


def in_listing(desk: Desk, people: People, listing: Listing, reader: str) -> Listing:
    """Each as this reader may see it, with the card they find."""

    def as_seen(one: Listed) -> Listed:
        if one.cards:
            one = replace(one, card=card_near(desk, people, one.handoff, one.cards, reader))
        hidden = desk.hides(one.handoff, people, reader)
        return replace(one, lead=veiled(one.lead)) if hidden else one

    return replace(listing, first=tuple(as_seen(one) for one in listing.first))


def looking_as(desk: Desk, work: UnitOfWork, reader: str) -> UnitOfWork:
    """The books as this reader may see them: for making words from."""
    seen = copy.copy(work)
    veil = _Veil(work.handoffs, lambda dossier: seen_by(desk, work.people, dossier, reader))
    seen.handoffs = cast("Handoffs", veil)
    return seen


@dataclass(frozen=True)
class _Veil:
    handoffs: Handoffs
    hide: Callable[[Dossier], Dossier]

    def dossier(self, handoff_id: int) -> Dossier:
        return self.hide(self.handoffs.dossier(handoff_id))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.handoffs, name)
