"""What Slack last said about people's availability."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields

from sqlalchemy import Connection, bindparam, select

from bot.use_cases.records import Signal
from storage.colleagues import signals
from storage.statements import for_dialect, insert_or_update

SAID = tuple(item.name for item in fields(Signal))

_KEEP = insert_or_update(signals, ("person",), *SAID)
_OF = select(signals.c.person, *(signals.c[name] for name in SAID)).where(
    signals.c.person.in_(bindparam("people", expanding=True))
)


class StoredSignals:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, signals: Mapping[str, Signal]) -> None:
        # In one order everywhere: two machines that ask Slack at once must not lock crosswise.
        rows = [{"person": who, **asdict(said)} for who, said in sorted(signals.items())]
        if rows:
            self._connection.execute(for_dialect(self._connection, _KEEP), rows)

    def of(self, people: Iterable[str]) -> Mapping[str, Signal]:
        rows = self._connection.execute(_OF, {"people": list(people)})
        return {row[0]: Signal(*row[1:]) for row in rows}
