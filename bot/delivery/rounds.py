"""The courier at work in a running service: woken after each commit, and every second anyway."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import structlog

from bot.delivery.courier import Claimed, Courier
from bot.delivery.mishap import mishap

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 1.0
LANES_AT_ONCE = 4


class Rounds:
    """One thread claims, as many lanes as there are free hands; a small pool delivers."""

    def __init__(self, courier: Courier, lanes_at_once: int = LANES_AT_ONCE) -> None:
        self._courier = courier
        self._hands = ThreadPoolExecutor(lanes_at_once, thread_name_prefix="courier")
        self._free = lanes_at_once
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._walker = threading.Thread(target=self._walk, name="courier-rounds", daemon=True)

    def start(self) -> None:
        self._walker.start()

    def wake(self) -> None:
        """Something was queued: look at once."""
        self._bell.set()

    def stop(self) -> None:
        """Claim nothing more, and settle what is claimed; returns when that is done."""
        self._stopping.set()
        self._bell.set()
        if self._walker.is_alive():
            self._walker.join()
        self._hands.shutdown(wait=True)

    def _walk(self) -> None:
        while not self._stopping.is_set():
            # Cleared before looking: what is queued while we look rings again.
            self._bell.clear()
            if not self._hand_out():
                self._bell.wait(LOOK_EVERY_SECONDS)

    def _hand_out(self) -> bool:
        """Claim for every free hand; True when there may be more."""
        with self._lock:
            free = self._free
        if not free:
            return False
        try:
            claimed = self._courier.claim(limit=free)
        except Exception as error:  # noqa: BLE001 (the database is away, and comes back)
            log.error("Nothing could be claimed", action="claim_failed", **mishap(error))
            return False
        with self._lock:
            self._free -= len(claimed)
        for each in claimed:
            self._hands.submit(self._deliver, each)
        return bool(claimed)

    def _deliver(self, claimed: Claimed) -> None:
        try:
            self._courier.deliver(claimed)
        except Exception as error:  # noqa: BLE001
            # The lease ends by itself, and whoever claims the row next looks before sending.
            log.error("A delivery broke off", action="delivery_broken", **mishap(error))
        finally:
            with self._lock:
                self._free += 1
            self._bell.set()
