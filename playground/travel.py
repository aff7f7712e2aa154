"""Going ahead in time so that what falls due on the way happens at its own time, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from playground.clock import WorkspaceClock
from playground.errors import Refused
from playground.state import Json
from playground.workspace import Workspace

MORNING = time(9)
MONDAY = 0
SHORTEST_STRIDE = timedelta(minutes=15)
MOST_STRIDES = 20
SEEN_AFTER_S = 0.45  # an app that reads the clock over HTTP needs a moment to notice the time
QUIET_S = 0.25
BUSY_S = 3.0  # the longest wait for a workspace in which something happens all the time
OVERDUE_S = 10.0  # and for an app that has not yet done what was due: on a busy machine

NextDue = Callable[[], datetime | None]


def next_morning(now: datetime, zone: ZoneInfo, weekday: int | None = None) -> datetime:
    """The next 09:00 on the wall in `zone`, of that weekday if one is given."""
    day = now.astimezone(zone).date()
    while True:
        morning = datetime.combine(day, MORNING, zone)
        if morning > now and weekday in (None, day.weekday()):
            return morning
        day += timedelta(days=1)


class Travel:
    """Lives on the server's event loop. `next_due` is asked in a thread before each step, and
    while the app has not done what was due."""

    def __init__(self, workspace: Workspace, next_due: NextDue | None = None) -> None:
        self._workspace = workspace
        self._next_due = next_due
        self._task: asyncio.Task[None] | None = None
        self.destination: datetime | None = None

    def clock_json(self) -> Json:
        clock = self._workspace.clock
        return {
            "now": clock.now().isoformat(),
            "speed": getattr(clock, "speed", 1.0),
            "paused": getattr(clock, "paused", False),
        }

    def to_json(self) -> Json:
        """The clock, where it is going, and whose mornings are meant."""
        there = self.destination
        return self.clock_json() | {
            "zone": self._workspace.tz,
            "movable": isinstance(self._workspace.clock, WorkspaceClock),
            "destination": there.isoformat() if there else None,
        }

    def tell(self) -> None:
        self._workspace.feed.emit("clock_changed", **self.to_json())

    def clock(self) -> WorkspaceClock:
        clock = self._workspace.clock
        if not isinstance(clock, WorkspaceClock):
            raise Refused("clock_is_led", "Workspace time is read from elsewhere; move it there.")
        return clock

    def target(self, wanted: Json) -> datetime:
        """`to`: an instant, `morning` or `monday`; `by`: seconds."""
        now, zone = self.clock().now(), ZoneInfo(self._workspace.tz)
        if "by" in wanted:
            return now + timedelta(seconds=float(wanted["by"]))
        if wanted.get("to") in ("morning", "monday"):
            return next_morning(now, zone, MONDAY if wanted["to"] == "monday" else None)
        return datetime.fromisoformat(str(wanted["to"]))

    def start(self, target: datetime) -> None:
        self.stop()
        if target < self.clock().now():
            raise Refused("time_goes_on", "Workspace time cannot go back.")
        self.destination = target
        self._task = asyncio.create_task(self._go(target))
        self.tell()

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task = self.destination = None

    async def _go(self, target: datetime) -> None:
        stride = max(SHORTEST_STRIDE, (target - self.clock().now()) / MOST_STRIDES)
        while (now := self.clock().now()) < target:
            step = min(target, await self._step(now, target, stride))
            self._advance(step)
            self.tell()
            await self._settled()
        self.destination = None
        self.tell()

    async def _step(self, now: datetime, target: datetime, stride: timedelta) -> datetime:
        if self._next_due is None:
            return now + stride
        due = await self._due()
        if due is None:
            return target
        return due if due > now else now + stride  # overdue: the app does not deal with it

    async def _due(self) -> datetime | None:
        return await asyncio.to_thread(self._next_due) if self._next_due else None

    def _advance(self, step: datetime) -> None:
        clock = self.clock()
        clock.advance(to=max(step, clock.now()))

    async def _settled(self) -> None:
        """Until the app has noticed the time, has done what was due, and nothing more happens in
        the workspace."""
        wire = self._workspace.wire
        began = wire.monotonic()
        quiet_by, happened = began + BUSY_S, -1
        await asyncio.sleep(SEEN_AFTER_S)
        while True:
            now = wire.monotonic()
            if now < began + OVERDUE_S and await self._is_overdue():
                quiet_by = now + BUSY_S
            elif now >= quiet_by or happened == self._happened():
                return
            happened = self._happened()
            await asyncio.sleep(QUIET_S)

    async def _is_overdue(self) -> bool:
        due = await self._due()
        return due is not None and due <= self.clock().now()

    def _happened(self) -> int:
        return self._workspace.feed.last + self._workspace.calls.feed.last
