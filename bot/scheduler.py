"""The metronome: it keeps nothing and decides nothing. The database knows what is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler

log = structlog.get_logger(__name__)

BEAT_SECONDS = 1.0  # how late a step or a digest may be
DIRECTORY_SECONDS = 600
HOMES_BEATS = 5  # between two looks at the App Homes that are open


class Metronome:
    """Calls what is due at a steady beat."""

    def __init__(
        self,
        sweep: Callable[[], object],
        post_digests: Callable[[], object],
        refresh_directory: Callable[[], object],
        refresh_homes: Callable[[], object],
        read_presence: Callable[[], object] | None = None,
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        # One run at a time; a late run is still run, and several late runs are one.
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(_report, EVENT_JOB_ERROR)
        beats = {
            "sweep": (sweep, beat_seconds),
            "post_digests": (post_digests, beat_seconds),
            "refresh_directory": (refresh_directory, DIRECTORY_SECONDS),
            "refresh_homes": (refresh_homes, HOMES_BEATS * beat_seconds),
        }
        if read_presence is not None:
            beats["read_presence"] = (read_presence, beat_seconds)
        for name, (job, seconds) in beats.items():
            self._scheduler.add_job(job, "interval", seconds=seconds, id=name, name=name)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Returns when nothing is being decided any more."""
        self._scheduler.shutdown(wait=True)


def in_turn(*jobs: Callable[[], object]) -> Callable[[], None]:
    """One job that does these one after the other: what the one finds, the next can say. One that
    fails keeps none of the others back; the first failure is raised when all had their turn."""

    def run() -> None:
        failures = [failure for job in jobs if (failure := _failure_of(job)) is not None]
        if failures:
            raise failures[0]

    return run


def _failure_of(job: Callable[[], object]) -> Exception | None:
    try:
        job()
    except Exception as failure:  # noqa: BLE001 (raised by `in_turn`)
        return failure
    return None


def _report(event: JobExecutionEvent) -> None:
    log.error(
        "a job failed and will be run again",
        action="job_failed",
        job=event.job_id,
        error=type(event.exception).__name__,
    )
