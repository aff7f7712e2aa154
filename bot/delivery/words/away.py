"""What somebody who goes away is told: until when, and what becomes of their leads."""

from __future__ import annotations

from datetime import datetime

from bot.delivery.escaping import clean
from bot.delivery.words.naming import Context, named
from bot.use_cases.records import Listing

LONGEST_SAID = 60  # of what they typed


def away(until: datetime | None, passed_on: int, held: Listing, may_give_back: bool) -> Context:
    leads = [
        {
            **named(listed.lead),
            "state": listed.handoff.state,
            "permalink": listed.card.permalink if listed.card else "",
        }
        for listed in held.first
    ]
    return {
        "until": until,
        "passed_on": passed_on,
        "leads": leads,
        "total": held.total,
        "more": held.total - len(leads),
        "may_give_back": may_give_back,
    }


def said(key: str, theirs: str = "", n: int | None = None) -> Context:
    """`theirs` is what they typed, where it was not understood: then they read how to write it."""
    shown = clean(theirs, LONGEST_SAID)
    return {"key": f"away.{key}", "theirs": shown, "n": n, "how": bool(shown)}
