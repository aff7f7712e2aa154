"""Card messages as they stand in Slack."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, bindparam, select

from bot.use_cases.records import PostedCard
from storage.statements import for_dialect, insert_or_update
from storage.tables import cards

COLUMNS = (cards.c.number, cards.c.round, cards.c.channel, cards.c.ts, cards.c.permalink)

_OF_HANDOFF = (
    select(*COLUMNS).where(cards.c.handoff_id == bindparam("handoff_id")).order_by(cards.c.number)
)
_KEEP = insert_or_update(cards, ("handoff_id", "number"), "round", "channel", "ts", "permalink")


def of_handoff(connection: Connection, handoff_id: int) -> tuple[PostedCard, ...]:
    """By number."""
    rows = connection.execute(_OF_HANDOFF, {"handoff_id": handoff_id})
    return tuple(PostedCard(*row) for row in rows)


def keep(connection: Connection, handoff_id: int, card: PostedCard) -> None:
    row = {"handoff_id": handoff_id, **asdict(card)}
    connection.execute(for_dialect(connection, _KEEP), row)
