"""Offers: one row a round, with what was promised and kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update

from bot.domain.agreement import Clock, Promised
from bot.domain.offer import Answer, Offer
from storage.tables import offers

PROMISED = tuple(item.name for item in fields(Promised))
KEPT = tuple(item.name for item in fields(Offer) if item.name not in ("round", "promised"))
ENUMS = ("answer", "asked_clock")
COLUMNS = (offers.c.round, *(offers.c[name] for name in (*PROMISED, *KEPT)))
_KEPT_FROM = 1 + len(PROMISED)
_ANSWER = KEPT.index("answer")
_ASKED_CLOCK = KEPT.index("asked_clock")

_ADD = insert(offers)
_CHANGE = update(offers).where(
    offers.c.handoff_id == bindparam("its_handoff"), offers.c.round == bindparam("its_round")
)
_OF_HANDOFF = (
    select(*COLUMNS).where(offers.c.handoff_id == bindparam("handoff_id")).order_by(offers.c.round)
)
_POSTED = (
    select(*COLUMNS)
    .where(offers.c.posted_at >= bindparam("start"), offers.c.posted_at < bindparam("end"))
    .order_by(offers.c.posted_at, offers.c.handoff_id, offers.c.round)
)
_ASKED = (
    select(*COLUMNS)
    .where(
        offers.c.asked_at >= bindparam("start"),
        offers.c.asked_at < bindparam("end"),
        text("asked_at IS NOT NULL"),
    )
    .order_by(offers.c.asked_at, offers.c.handoff_id, offers.c.round)
)


def from_row(row: Sequence[Any]) -> Offer:
    """The offer in `COLUMNS`."""
    promised, kept = Promised(*row[1:_KEPT_FROM]), list(row[_KEPT_FROM:])
    if kept[_ANSWER] is not None:
        kept[_ANSWER] = Answer(kept[_ANSWER])
    if kept[_ASKED_CLOCK] is not None:
        kept[_ASKED_CLOCK] = Clock(kept[_ASKED_CLOCK])
    return Offer(row[0], promised, *kept)


def add(connection: Connection, handoff_id: int, offer: Offer) -> None:
    promised = {name: getattr(offer.promised, name) for name in PROMISED}
    begun = {"round": offer.round, "assignee": offer.assignee}
    connection.execute(_ADD, {"handoff_id": handoff_id, **begun, **promised})


def change(connection: Connection, handoff_id: int, before: Offer, after: Offer) -> None:
    """Write what is different; what was promised never is, within a round."""
    if after is before:
        return
    changed = {
        name: value for name in KEPT if (value := getattr(after, name)) != getattr(before, name)
    }
    if not changed:
        return
    for name in ENUMS:
        if named := changed.get(name):
            changed[name] = named.value
    key = {"its_handoff": handoff_id, "its_round": before.round}
    connection.execute(_CHANGE, {**key, **changed})


def of_handoff(connection: Connection, handoff_id: int) -> tuple[Offer, ...]:
    """Oldest first."""
    rows = connection.execute(_OF_HANDOFF, {"handoff_id": handoff_id})
    return tuple(from_row(row) for row in rows)


def posted(connection: Connection, start: datetime, end: datetime) -> list[Offer]:
    rows = connection.execute(_POSTED, {"start": start, "end": end})
    return [from_row(row) for row in rows]


def asked(connection: Connection, start: datetime, end: datetime) -> list[Offer]:
    rows = connection.execute(_ASKED, {"start": start, "end": end})
    return [from_row(row) for row in rows]
