"""People, groups and channels, read from Slack into the books, now and then and when asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.delivery.outcomes import Directory, Roster, reason
from bot.use_cases.ports import Books

log = structlog.get_logger(__name__)

READ_EVERY = timedelta(minutes=30)
READ_AGAIN_AFTER = timedelta(minutes=1)  # at the earliest, when a name is not found


class DirectoryReader:
    def __init__(self, books: Books, slack: Directory, wire_clock: Callable[[], datetime]) -> None:
        self._books = books
        self._slack = slack
        self._wire_clock = wire_clock
        self._reading = threading.Lock()
        self._read_at: datetime | None = None

    def refresh(self) -> bool:
        """Read all of it; False when Slack did not let us, and the old directory stays."""
        with self._reading:
            return self._refresh()

    def refresh_if_older(self, than: timedelta = READ_EVERY) -> bool:
        """Read unless that happened lately; True when it was read just now."""
        with self._reading:
            return self._refresh_if_older(than)

    def look_again(self) -> bool:
        """A name was not found: somebody may be new. True when it is worth looking it up again."""
        asked_at = self._wire_clock()
        with self._reading:
            if self._read_at is not None and self._read_at >= asked_at:
                return True  # somebody else asked the same, and we waited for the answer
            return self._refresh_if_older(READ_AGAIN_AFTER)

    def _refresh_if_older(self, than: timedelta) -> bool:
        if self._read_at is not None and self._wire_clock() - self._read_at < than:
            return False
        return self._refresh()

    def _refresh(self) -> bool:
        answer = self._slack.roster()
        self._read_at = self._wire_clock()
        if not isinstance(answer, Roster):
            unread = "The directory could not be read"
            log.warning(unread, action="directory_unread", why=reason(answer))
            return False
        with self._books.writing() as work:
            work.people.replace_all(answer.people, answer.groups, answer.channels)
            work.commit()
        log.info(
            "Directory read",
            action="directory_read",
            people=len(answer.people),
            groups=len(answer.groups),
            channels=len(answer.channels),
            lacking=list(answer.lacking),
        )
        return True
