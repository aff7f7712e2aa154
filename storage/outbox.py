"""What waits to be said."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, literal, select

from bot.domain.messages import AboutHandoff, Card, Message, to_payload
from storage.statements import for_dialect, insert_if_new, insert_or_update
from storage.tables import CARD_WAITS, lanes, outbox

# Looks before it inserts: an INSERT that meets a lane in use would wait for whoever uses it.
_NEW_LANE = select(bindparam("lane", type_=lanes.c.lane.type)).where(
    ~exists(literal(1)).where(lanes.c.lane == bindparam("lane"))
)
_OPEN_LANE = {
    name: statement.from_select(["lane"], _NEW_LANE)
    for name, statement in insert_if_new(lanes, "lane").items()
}
_PUT = insert(outbox)
# Touching the row that waits holds it until we commit: else the courier could take it now, render
# what was true before our commit, and nobody would say what we changed.
_PUT_CARD = insert_or_update(outbox, ("handoff_id", "card_number"), "kind", where=CARD_WAITS)


LanesCache = set[str]  # a lane stays for ever, so a process asks for it once


class StoredOutbox:
    def __init__(self, connection: Connection, cache: LanesCache) -> None:
        self._connection = connection
        self._cache = cache
        self._uncommitted: set[str] = set()

    def put(self, message: Message, to: str, now: datetime) -> None:
        if to not in self._cache:
            self._open_lane(to)
        row = _row(message, to, now)
        if isinstance(message, Card):
            self._connection.execute(for_dialect(self._connection, _PUT_CARD), row)
        else:
            self._connection.execute(_PUT, row)

    def _open_lane(self, lane: str) -> None:
        statement = for_dialect(self._connection, _OPEN_LANE)
        if self._connection.scalar(statement, {"lane": lane}) is not None:
            self._uncommitted.add(lane)
        elif lane not in self._uncommitted:
            self._cache.add(lane)


def _row(message: Message, to: str, now: datetime) -> dict[str, Any]:
    return {
        "key": uuid.uuid4().hex,
        "lane": to,
        "kind": message.kind,
        "handoff_id": message.handoff if isinstance(message, AboutHandoff) else None,
        "card_number": message.number if isinstance(message, Card) else None,
        "payload": to_payload(message),
        "queued_at": now,
        "state": "waiting",
        "attempts": 0,
    }
