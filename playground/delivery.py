"""What Slack sends to the app, what came back, and what the person saw of it."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from playground.errors import SlackError
from playground.feed import Feed
from playground.state import Json

KEPT = 20_000
NOTICES_KEPT = 50

EVENT, INTERACTIVE, COMMAND = "events_api", "interactive", "slash_commands"


@dataclass(frozen=True)
class Ack:
    """How one attempt ended; `error` is empty when the app answered in time."""

    error: str = ""
    payload: Any = None
    status: int = 200
    no_retry: bool = False


@dataclass(frozen=True)
class Attempt:
    number: int
    via: str
    latency_ms: float
    error: str
    status: int


@dataclass
class Delivery:
    number: int
    kind: str
    payload: Json
    user: str
    at: datetime
    apply: Callable[[Any], None] | None = None
    attempts: list[Attempt] = field(default_factory=list)
    response: Any = None
    error: str = ""
    done: Future[Delivery] = field(default_factory=Future)

    @property
    def acked(self) -> bool:
        return self.done.done() and not (self.attempts and self.attempts[-1].error)

    @property
    def latency_ms(self) -> float:
        """Wire milliseconds from sending to the ack of the last attempt."""
        return self.attempts[-1].latency_ms if self.attempts else 0.0

    def wait(self, timeout_s: float = 60.0) -> Delivery:
        """Until it is acked or given up."""
        return self.done.result(timeout_s)

    def to_json(self) -> Json:
        return {
            "number": self.number,
            "kind": self.kind,
            "user": self.user,
            "at": self.at.isoformat(),
            "done": self.done.done(),
            "acked": self.acked,
            "error": self.error,
            "latency_ms": round(self.latency_ms, 3),
            "attempts": [vars(attempt) for attempt in self.attempts],
            "response": self.response,
            "payload": self.payload,
        }


class Transport(Protocol):
    def start(self, delivery: Delivery) -> None:
        """Send it in the background; `Deliveries.settle` is called at the end."""


class Deliveries:
    def __init__(self, feed: Feed, lock: threading.RLock, now: Callable[[], datetime]) -> None:
        self._feed = feed
        self._lock = lock
        self._now = now
        self._last = 0
        self._open = 0
        self._quiet = threading.Condition()
        self.kept: deque[Delivery] = deque(maxlen=KEPT)
        self.transport: Transport | None = None
        # What each user was told went wrong, the newest last.
        self.notices: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=NOTICES_KEPT))

    def send(
        self, kind: str, payload: Json, user: str, apply: Callable[[Any], None] | None = None
    ) -> Delivery:
        """`apply` is called with the ack's payload, under the workspace's lock, once acked."""
        with self._lock:
            self._last += 1
            delivery = Delivery(self._last, kind, payload, user, self._now(), apply)
            self.kept.append(delivery)
        with self._quiet:
            self._open += 1
        self._feed.emit("delivery_sent", number=delivery.number, family=kind, user=user)
        if self.transport is None:
            self.settle(delivery, Ack("dispatch_failed"))
        else:
            self.transport.start(delivery)
        return delivery

    def settle(self, delivery: Delivery, ack: Ack) -> None:
        """Record the end, and do what the app answered."""
        if delivery.done.done():
            return
        with self._lock:
            delivery.response, delivery.error = ack.payload, ack.error
            self._do_as_answered(delivery, ack)
        self._feed.emit(
            "delivery_settled",
            number=delivery.number,
            family=delivery.kind,
            user=delivery.user,
            error=delivery.error,
            latency_ms=round(delivery.latency_ms, 3),
        )
        delivery.done.set_result(delivery)
        with self._quiet:
            self._open -= 1
            self._quiet.notify_all()

    def _do_as_answered(self, delivery: Delivery, ack: Ack) -> None:
        try:
            if delivery.apply and not ack.error:
                delivery.apply(ack.payload)
        except SlackError as refusal:
            delivery.error = refusal.name
        if delivery.error and delivery.kind != EVENT:
            text = _as_the_user_sees(delivery)
            self.notices[delivery.user].append(text)
            self._feed.emit("notice", user=delivery.user, error=delivery.error, text=text)

    def wait_quiet(self, timeout_s: float = 10.0) -> bool:
        """Until nothing is on its way to the app; False when the time ran out."""
        with self._quiet:
            return self._quiet.wait_for(lambda: self._open == 0, timeout_s)


def _as_the_user_sees(delivery: Delivery) -> str:
    if delivery.kind == COMMAND:
        return f'{delivery.payload["command"]} failed with the error "{delivery.error}"'
    if delivery.payload.get("type") in ("view_submission", "view_closed"):
        return f"We had some trouble connecting. Try again? ({delivery.error})"
    return f"This app did not take the click. ({delivery.error})"
