"""Slack's rate limits, counted in workspace time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from playground.errors import Limited


@dataclass(frozen=True)
class Rate:
    """One call each `every`, with up to `burst` calls at once after a quiet time."""

    every: timedelta
    burst: int


def per_minute(calls: int, burst: int) -> Rate:
    return Rate(timedelta(minutes=1) / calls, burst)


TIERS = {
    1: per_minute(1, 2),
    2: per_minute(20, 20),
    3: per_minute(50, 50),
    4: per_minute(100, 100),
}
POSTS_IN_A_CHANNEL = Rate(timedelta(seconds=1), 4)
POSTS_IN_THE_WORKSPACE = per_minute(300, 60)


class Pacing:
    """Each key remembers the instant from which it is quiet again (a leaky bucket in one number).

    Not thread-safe by itself: the workspace's lock guards it.
    """

    def __init__(self, enabled: bool = False) -> None:
        self.enabled = enabled
        self._quiet_from: dict[str, datetime] = {}

    def take(self, key: str, rate: Rate, now: datetime) -> None:
        """Raises Limited when the call comes too early; a refused call costs nothing."""
        if not self.enabled:
            return
        self._must_wait(key, rate, now)
        self._quiet_from[key] = max(self._quiet_from.get(key, now), now) + rate.every

    def take_all(self, wanted: list[tuple[str, Rate]], now: datetime) -> None:
        """Take from several buckets, or from none."""
        if self.enabled:
            for key, rate in wanted:
                self._must_wait(key, rate, now)
            for key, rate in wanted:
                self.take(key, rate, now)

    def _must_wait(self, key: str, rate: Rate, now: datetime) -> None:
        quiet_from = self._quiet_from.get(key, now)
        early = quiet_from - now - rate.every * (rate.burst - 1)
        if early > timedelta():
            raise Limited(max(1, math.ceil(early.total_seconds())))
