"""What time it is. Nothing else asks; everything else is told."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

# Made at import: under freezegun `datetime` is another class, but this instance stays real.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

WORKSPACE_CLOCK_PATH = "/playground/clock"
WORKSPACE_CLOCK_TIMEOUT_SECONDS = 2.0
WORKSPACE_CLOCK_TRUSTED_SECONDS = 0.2  # of wire time; in between it is worked out from its speed


def now() -> datetime:
    """The real time, UTC. From nanoseconds, because freezegun drops `fold` from `datetime.now`."""
    return EPOCH + timedelta(microseconds=time.time_ns() // 1000)


class NoClock(OSError):
    """The workspace's time cannot be read; the sentence says why and what to do."""


class WorkspaceClock:
    """The time of a playground that runs faster than the world, read over HTTP (`--clock URL`).

    The playground's own address is enough. Raises NoClock.
    """

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise NoClock("--clock takes an http address, as the playground prints it.")
        place = url.partition("://")[2].rstrip("/")
        self._url = url if "/" in place else f"{url.rstrip('/')}{WORKSPACE_CLOCK_PATH}"
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._was = EPOCH
        self._speed = 0.0

    def __call__(self) -> datetime:
        """Raises NoClock when the playground is gone."""
        with self._lock:
            since = time.monotonic() - self._read_at
            if since > WORKSPACE_CLOCK_TRUSTED_SECONDS:
                self._read()
                since = time.monotonic() - self._read_at
            return self._was + timedelta(seconds=since * self._speed)

    def _read(self) -> None:
        try:
            told = self._told()
            was = datetime.fromisoformat(told["now"]).astimezone(UTC)
            speed = 0.0 if told["paused"] else float(told["speed"])
        except OSError as error:
            raise self._unread(getattr(error, "reason", error)) from None
        except (http.client.HTTPException, ValueError, KeyError, TypeError):
            raise self._unread("not a playground's clock") from None
        self._was, self._speed, self._read_at = was, speed, time.monotonic()

    def _told(self) -> Any:
        timeout = WORKSPACE_CLOCK_TIMEOUT_SECONDS
        # The address is the operator's own --clock, and only http(s) gets past the constructor.
        with urllib.request.urlopen(self._url, timeout=timeout) as answer:  # noqa: S310
            return json.load(answer)

    def _unread(self, why: object) -> NoClock:
        said = getattr(why, "strerror", None) or why
        return NoClock(f"--clock: no time from {self._url} ({said}): does the playground run?")
