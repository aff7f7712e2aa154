"""Is Baton well? For whoever watches over it, at /health and /metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.use_cases.desk import Desk

TOO_LONG = timedelta(minutes=5)  # for a step to be overdue, or a message to stay unsent


@dataclass(frozen=True, slots=True)
class Health:
    oldest_overdue_clock: datetime | None  # a step to be taken, or a reminder to be said
    oldest_unsent_message: datetime | None
    paused_lanes: dict[str, str]
    socket: str  # "connected", "disconnected", or "off" where Slack comes over HTTP
    now: datetime

    @property
    def is_well(self) -> bool:
        return (
            not self.is_late(self.oldest_overdue_clock)
            and not self.is_late(self.oldest_unsent_message)
            and not self.paused_lanes
            and self.socket != "disconnected"
        )

    def is_late(self, since: datetime | None) -> bool:
        return since is not None and self.now - since > TOO_LONG

    def as_json(self) -> dict[str, object]:
        return {
            "status": "ok" if self.is_well else "unwell",
            "oldest_overdue_clock": _iso(self.oldest_overdue_clock),
            "oldest_unsent_message": _iso(self.oldest_unsent_message),
            "paused_lanes": self.paused_lanes,
            "socket": self.socket,
            "now": _iso(self.now),
        }


def look(desk: Desk, socket: str) -> Health:
    """How things stand now, read from the books."""
    now = desk.clock()
    with desk.books.reading() as work:
        due = (work.handoffs.next_due(), work.nudges.next_due())
        return Health(
            oldest_overdue_clock=min((at for at in due if at and at <= now), default=None),
            oldest_unsent_message=work.deliveries.oldest_unsent(),
            paused_lanes=work.deliveries.paused(),
            socket=socket,
            now=now,
        )


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
