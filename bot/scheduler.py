"""The metronome: it keeps nothing and decides nothing. The database knows what is due."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 1
DIGEST_SECONDS = 5
DIRECTORY_SECONDS = 600
DELIVER_SECONDS = 1


class Metronome:
    """Calls what is due at a steady beat, and the courier at once when something was queued."""

    def __init__(
        self,
        sweep: Callable[[], object],
        post_digests: Callable[[], object],
        refresh_directory: Callable[[], object],
        deliver: Callable[[], object],
    ) -> None:
        # One run at a time; a late run is still run, and several late runs are one.
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(_report, EVENT_JOB_ERROR)
        beats = (
            (sweep, SWEEP_SECONDS),
            (post_digests, DIGEST_SECONDS),
            (refresh_directory, DIRECTORY_SECONDS),
        )
        for job, seconds in beats:
            self._scheduler.add_job(job, "interval", seconds=seconds)
        self._deliver = deliver
        self._queued = threading.Event()
        self._stopping = False
        self._courier = threading.Thread(target=self._deliver_until_stopped, name="courier")

    def start(self) -> None:
        self._scheduler.start()
        self._courier.start()

    def wake(self) -> None:
        """Something was queued: no need to wait for the next beat."""
        self._queued.set()

    def stop(self) -> None:
        """Returns when nothing is being sent or decided any more."""
        self._scheduler.shutdown(wait=True)
        self._stopping = True
        self._queued.set()
        self._courier.join()

    def _deliver_until_stopped(self) -> None:
        while not self._stopping:
            self._queued.wait(DELIVER_SECONDS)
            self._queued.clear()
            try:
                self._deliver()
            except Exception:  # the thread must outlive a database that is away for a while
                log.exception("delivery failed, trying again", action="deliver_failed")


def _report(event: JobExecutionEvent) -> None:
    log.error(
        "a job failed and will be run again",
        action="job_failed",
        job=event.job_id,
        error=type(event.exception).__name__,
    )
