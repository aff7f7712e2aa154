"""Faults on demand: what a network and a busy Slack do to an app."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ANY = "*"


@dataclass
class Fault:
    """`kind`: rate_limit, lose_reply, cut, refuse, status, status_after, delay or delay_before."""

    kind: str
    method: str = ANY
    times: int | None = 1  # None: until cleared
    retry_after: int = 1
    error: str = ""
    status: int = 503
    seconds: float = 0.0


class Faults:
    """Faults are met in the order they were set; each is used up after its `times`."""

    def __init__(self, emit: Callable[..., None]) -> None:
        self._emit = emit
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []
        self.on_sockets: Callable[[str, str], int] | None = None

    def rate_limit(self, method: str, times: int | None = 1, retry_after: int = 1) -> None:
        """Answer 429 to the next calls; they are not performed."""
        self._set(Fault("rate_limit", method, times, retry_after=retry_after))

    def lose_reply(self, method: str = ANY, times: int | None = 1) -> None:
        """Perform the call, then cut the connection: the app cannot know."""
        self._set(Fault("lose_reply", method, times))

    def cut(self, method: str = ANY, times: int | None = 1) -> None:
        """Cut the connection and perform nothing."""
        self._set(Fault("cut", method, times))

    def refuse(self, method: str, error: str, times: int | None = 1) -> None:
        """Answer ok=false with this error; the call is not performed."""
        self._set(Fault("refuse", method, times, error=error))

    def status(
        self, method: str = ANY, status: int = 503, times: int | None = 1, performed: bool = False
    ) -> None:
        """Answer with a 5xx, before or after performing the call."""
        kind = "status_after" if performed else "status"
        self._set(Fault(kind, method, times, status=status))

    def delay(
        self, seconds: float, method: str = ANY, times: int | None = None, before: bool = False
    ) -> None:
        """Hold replies back (wire seconds), after performing the call or before; 0 ends it."""
        kind = "delay_before" if before else "delay"
        with self._lock:
            self._waiting = [f for f in self._waiting if (f.kind, f.method) != (kind, method)]
        if seconds > 0:
            self._set(Fault(kind, method, times, seconds=seconds))

    def drop_sockets(self) -> int:
        """Cut every Socket Mode connection without a word; returns how many there were."""
        return self.on_sockets("drop", "") if self.on_sockets else 0

    def disconnect(self, reason: str = "warning") -> int:
        """Tell every connection to reconnect (`warning`, `refresh_requested`, `link_disabled`);
        those told to refresh are closed a moment later."""
        return self.on_sockets("disconnect", reason) if self.on_sockets else 0

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        with self._lock:
            return list(self._waiting)

    def meet(self, method: str, *kinds: str) -> Fault | None:
        """The first fault of these kinds set for this method, used once."""
        with self._lock:
            for fault in self._waiting:
                if fault.kind in kinds and fault.method in (ANY, method):
                    return self._use(fault)
        return None

    def _use(self, fault: Fault) -> Fault:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
        return fault

    def _set(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault)
        self._emit("fault_set", fault=fault.kind, method=fault.method)

    def set_from(self, kind: str, options: dict[str, Any]) -> Any:
        """Set a fault by its name, as the control API does."""
        allowed = {
            "rate_limit": self.rate_limit,
            "lose_reply": self.lose_reply,
            "cut": self.cut,
            "refuse": self.refuse,
            "status": self.status,
            "delay": self.delay,
            "drop_sockets": self.drop_sockets,
            "disconnect": self.disconnect,
            "clear": self.clear,
        }
        if kind not in allowed:
            raise ValueError(f"unknown fault {kind!r}; known: {', '.join(allowed)}")
        return allowed[kind](**options)  # type: ignore[operator]
