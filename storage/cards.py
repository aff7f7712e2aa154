"""Card messages as they stand in Slack."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, bindparam, select

from bot.use_cases.records import PostedCard
from storage.statements import for_dialect, insert_or_update
from storage.tables import cards

COLUMNS = (cards.c.number, cards.c.round, cards.c.channel, cards.c.ts, cards.c.permalink)

_CARD = select(*COLUMNS)
_OF_HANDOFF = _CARD.where(cards.c.handoff_id == bindparam("handoff_id")).order_by(cards.c.number)
_ONE = _CARD.where(
    cards.c.handoff_id == bindparam("handoff_id"), cards.c.number == bindparam("number")
)
_KEEP = insert_or_update(cards, ("handoff_id", "number"), "round", "channel", "ts", "permalink")


def of_handoff(connection: Connection, handoff_id: int) -> tuple[PostedCard, ...]:
    """By number."""
    rows = connection.execute(_OF_HANDOFF, {"handoff_id": handoff_id})
    return tuple(PostedCard(*row) for row in rows)


def one(connection: Connection, handoff_id: int, number: int) -> PostedCard | None:
    row = connection.execute(_ONE, {"handoff_id": handoff_id, "number": number}).first()
    return PostedCard(*row) if row else None


def keep(connection: Connection, handoff_id: int, card: PostedCard) -> None:
    row = {"handoff_id": handoff_id, **asdict(card)}
    connection.execute(for_dialect(connection, _KEEP), row)
