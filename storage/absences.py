"""Who said that they are away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, or_, select

from storage.colleagues import absences
from storage.statements import for_dialect, insert_or_update

_BEGIN = insert_or_update(absences, ("person",), "until", "said_at")
_END = delete(absences).where(absences.c.person == bindparam("who"))
_OF = select(absences.c.person, absences.c.until).where(
    absences.c.person.in_(bindparam("people", expanding=True)),
    or_(absences.c.until.is_(None), absences.c.until > bindparam("now")),
)


class StoredAbsences:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self, person: str, until: datetime | None, now: datetime) -> None:
        row = {"person": person, "until": until, "said_at": now}
        self._connection.execute(for_dialect(self._connection, _BEGIN), row)

    def end(self, person: str) -> bool:
        return bool(self._connection.execute(_END, {"who": person}).rowcount)

    def of(self, people: Iterable[str], now: datetime) -> Mapping[str, datetime | None]:
        rows = self._connection.execute(_OF, {"people": list(people), "now": now})
        return {row.person: row.until for row in rows}
