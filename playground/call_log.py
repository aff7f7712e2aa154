"""What the app asked of Slack and what it was answered, for the inspector."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from playground.feed import Feed
from playground.state import Json

KEPT = 2_000
UNSEEN = "cut"  # as an error: the connection ended before the app could read the answer


@dataclass(frozen=True)
class LoggedCall:
    """`error` is Slack's name, `cut`, or empty; `latency_ms` is wire time, faults included."""

    number: int
    at: datetime
    method: str
    arguments: Json
    answer: Json
    status: int
    error: str
    latency_ms: float

    def to_json(self) -> Json:
        return vars(self) | {
            "at": self.at.isoformat(),
            "latency_ms": round(self.latency_ms, 3),
        }


class CallLog:
    """Has a feed of its own: a question to Slack is nothing that anybody in it sees."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.feed = Feed(now)
        self._now = now
        self._lock = threading.Lock()
        self._last = 0
        self.kept: deque[LoggedCall] = deque(maxlen=KEPT)

    def record(
        self, method: str, arguments: Json, answer: Json, status: int, error: str, ms: float
    ) -> None:
        safe = {name: value for name, value in arguments.items() if name != "token"}
        with self._lock:
            self._last += 1
            call = LoggedCall(self._last, self._now(), method, safe, answer, status, error, ms)
            self.kept.append(call)
        self.feed.emit(
            "call_answered", number=call.number, method=method, status=status, error=error
        )
