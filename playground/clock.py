"""Two kinds of time: workspace time, which may be simulated, and wire time, which never is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    def now(self) -> datetime:
        """The workspace's instant, aware, in UTC."""


class WireClock:
    """Real time.

    The functions are kept on the class, taken at import: tools that freeze time replace names in
    modules, and triggers, signatures and timeouts must go on expiring for real.
    """

    _time = staticmethod(time.time)
    _monotonic = staticmethod(time.monotonic)

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._time()

    def monotonic(self) -> float:
        return self._monotonic()


class FollowingClock:
    """Workspace time read from somebody else's clock, for example a test that moves time itself."""

    def __init__(self, read: Callable[[], datetime]) -> None:
        self._read = read

    def now(self) -> datetime:
        return self._read().astimezone(UTC)


class WorkspaceClock:
    """Starts at an instant and runs `speed` times as fast as real time; may pause and jump ahead.

    It never goes backwards: message timestamps are promised to rise.
    """

    def __init__(
        self,
        start: datetime | None = None,
        speed: float = 1.0,
        paused: bool = False,
        wire: WireClock | None = None,
    ) -> None:
        self._wire = wire or WireClock()
        self._lock = threading.Lock()
        self._anchor = start or EPOCH + timedelta(seconds=self._wire.now())
        if self._anchor.tzinfo is None:
            raise ValueError("a workspace starts at an aware instant")
        self._anchor = self._anchor.astimezone(UTC)
        self._since = self._wire.monotonic()
        self._speed = speed
        self._paused = paused

    def now(self) -> datetime:
        with self._lock:
            return self._now()

    def _now(self) -> datetime:
        if self._paused:
            return self._anchor
        passed = self._wire.monotonic() - self._since
        return self._anchor + timedelta(seconds=passed * self._speed)

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def paused(self) -> bool:
        return self._paused

    def set_speed(self, speed: float) -> None:
        if speed <= 0:
            raise ValueError("speed must be above 0; use pause() to stop")
        with self._lock:
            self._rebase()
            self._speed = speed

    def pause(self) -> None:
        with self._lock:
            self._rebase()
            self._paused = True

    def resume(self) -> None:
        with self._lock:
            self._rebase()
            self._paused = False

    def advance(self, by: timedelta | None = None, to: datetime | None = None) -> datetime:
        """Jump ahead by a duration or to an instant; returns the new now."""
        with self._lock:
            self._rebase()
            target = to.astimezone(UTC) if to else self._anchor + (by or timedelta())
            if target < self._anchor:
                raise ValueError("workspace time cannot go back")
            self._anchor = target
            return target

    def _rebase(self) -> None:
        self._anchor, self._since = self._now(), self._wire.monotonic()


def stamp(instant: datetime) -> int:
    """Whole microseconds since the epoch."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def ts_of(instant: datetime) -> str:
    """An instant the way Slack writes it in timestamps."""
    micros = stamp(instant)
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


def instant_of(ts: str) -> datetime:
    """The instant a message timestamp names."""
    seconds, _, micros = ts.partition(".")
    return EPOCH + timedelta(seconds=int(seconds), microseconds=int(micros or 0))
