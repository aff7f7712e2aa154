"""The change feed: everything that becomes visible in the workspace, in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT = 20_000


@dataclass(frozen=True)
class Change:
    """`kind` is one of message_posted, message_updated, message_deleted, ephemeral_posted,
    ephemeral_deleted, view_changed, home_published, delivery_sent, delivery_settled, notice,
    reaction_added, file_processed, channel_changed, group_changed, user_changed, socket_opened,
    socket_closed, clock_changed, fault_set, channel_read; call_answered in the feed of calls."""

    number: int
    kind: str
    at: datetime
    data: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "kind": self.kind,
            "at": self.at.isoformat(),
            "data": self.data,
        }


Listener = Callable[[Change], None]


class Feed:
    """Listeners are called in order, in the thread that made the change.

    They must be quick and take no lock of the workspace: another thread may hold it and wait here.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._changed = threading.Condition(threading.RLock())
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self._listeners: list[Listener] = []
        self._last = 0

    @property
    def last(self) -> int:
        """The number of the newest change, 0 before the first."""
        return self._last

    def emit(self, kind: str, **data: Any) -> None:
        with self._changed:
            self._last += 1
            change = Change(self._last, kind, self._now(), data)
            self._kept.append(change)
            for listener in list(self._listeners):
                listener(change)
            self._changed.notify_all()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` for each change from now on; returns what ends the subscription."""
        with self._changed:
            self._listeners.append(listener)
        return lambda: self._forget(listener)

    def _forget(self, listener: Listener) -> None:
        with self._changed:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def since(self, number: int) -> list[Change]:
        """The kept changes after `number`, oldest first."""
        with self._changed:
            missing = self._last - number
            if missing <= 0:
                return []
            return list(self._kept)[-missing:]

    def wait_past(self, number: int, timeout_s: float) -> bool:
        """Wait until something newer than `number` has happened; False when nothing did."""
        with self._changed:
            return self._changed.wait_for(lambda: self._last > number, timeout_s)
