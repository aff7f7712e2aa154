"""What has been taken in, by the sender's own key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from bot.use_cases.ports import Conflict
from storage.statements import for_dialect, insert_if_new
from storage.tables import intake_keys

_SEEN = select(intake_keys.c.handoff_id).where(
    intake_keys.c.source == bindparam("source"), intake_keys.c.key == bindparam("key")
)
_REMEMBER = insert_if_new(intake_keys, "handoff_id")


class StoredIntake:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seen(self, source: str, key: str) -> int | None:
        return self._connection.scalar(_SEEN, {"source": source, "key": key})

    def remember(self, source: str, key: str, handoff_id: int, now: datetime) -> None:
        """Raises Conflict when the same key came in since we looked."""
        row = {"source": source, "key": key, "handoff_id": handoff_id, "created_at": now}
        statement = for_dialect(self._connection, _REMEMBER)
        if self._connection.scalar(statement, row) is None:
            raise Conflict("This delivery has just been taken in.")
