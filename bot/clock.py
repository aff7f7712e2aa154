"""What time it is. Nothing else asks; everything else is told."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta

# Made at import: under freezegun `datetime` is another class, but this instance stays real.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

WORKSPACE_CLOCK_TIMEOUT_SECONDS = 2.0
WORKSPACE_CLOCK_TRUSTED_SECONDS = 0.2  # of wire time; in between it is worked out from its speed


def now() -> datetime:
    """The real time, UTC. From nanoseconds, because freezegun drops `fold` from `datetime.now`."""
    return EPOCH + timedelta(microseconds=time.time_ns() // 1000)


class WorkspaceClock:
    """The time of a playground that runs faster than the world, read over HTTP (`--clock URL`)."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError("--clock takes an http address, as the playground prints it.")
        self._url = url
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._was = EPOCH
        self._speed = 0.0

    def __call__(self) -> datetime:
        """Raises OSError when the playground is gone."""
        with self._lock:
            since = time.monotonic() - self._read_at
            if since > WORKSPACE_CLOCK_TRUSTED_SECONDS:
                self._read()
                since = time.monotonic() - self._read_at
            return self._was + timedelta(seconds=since * self._speed)

    def _read(self) -> None:
        timeout = WORKSPACE_CLOCK_TIMEOUT_SECONDS
        # The address is the operator's own --clock, and only http(s) gets past the constructor.
        with urllib.request.urlopen(self._url, timeout=timeout) as answer:  # noqa: S310
            told = json.load(answer)
        self._was = datetime.fromisoformat(told["now"]).astimezone(UTC)
        self._speed = 0.0 if told["paused"] else float(told["speed"])
        self._read_at = time.monotonic()
