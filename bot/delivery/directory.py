"""People, groups and channels, read from Slack into the books, now and then and when asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto

import structlog

from bot.delivery.letters import NO_SUCH_PLACE, resolve
from bot.delivery.outcomes import Directory, Roster, reason
from bot.use_cases.ports import Books, UnitOfWork

log = structlog.get_logger(__name__)

READ_AGAIN_AFTER = timedelta(minutes=1)  # at the earliest, when a name is not found
TRY_AGAIN_AFTER = timedelta(seconds=5)  # at the earliest, when Slack did not let us read


class Looked(Enum):
    """What came of looking for a name that the directory does not have."""

    ANEW = auto()  # read just now: worth looking it up again
    LATELY = auto()  # read a moment ago, so there is no such name
    UNREADABLE = auto()  # nobody can say yet


class DirectoryReader:
    def __init__(
        self,
        books: Books,
        slack: Directory,
        wire_clock: Callable[[], datetime],
        keep_more: Callable[[UnitOfWork, Roster], None] = lambda _work, _roster: None,
    ) -> None:
        """`keep_more`: of what was read, in the same transaction."""
        self._books = books
        self._keep_more = keep_more
        self._slack = slack
        self._wire_clock = wire_clock
        self._reading = threading.Lock()
        self._read_at: datetime | None = None
        self._failed_at: datetime | None = None  # since it was read last

    def refresh(self) -> bool:
        """Read all of it; False when Slack did not let us, and the old directory stays."""
        with self._reading:
            return self._refresh()

    def look_again(self) -> Looked:
        """A name was not found: somebody may be new."""
        asked_at = self._wire_clock()
        with self._reading:
            if self._read_at is not None and self._read_at >= asked_at:
                return Looked.ANEW  # somebody else asked the same, and we waited for the answer
            if self._is_within(TRY_AGAIN_AFTER, self._failed_at):
                return Looked.UNREADABLE
            if self._is_within(READ_AGAIN_AFTER, self._read_at):
                return Looked.LATELY
            return Looked.ANEW if self._refresh() else Looked.UNREADABLE

    def _is_within(self, span: timedelta, since: datetime | None) -> bool:
        return since is not None and self._wire_clock() - since < span

    def _refresh(self) -> bool:
        answer = self._slack.roster()
        if not isinstance(answer, Roster):
            self._failed_at = self._wire_clock()
            unread = "The directory could not be read"
            log.warning(unread, action="directory_unread", why=reason(answer))
            return False
        with self._books.writing() as work:
            work.people.replace_all(answer.people, answer.groups, answer.channels)
            self._keep_more(work, answer)
            reopened = _reopen(work)
            work.commit()
        self._read_at, self._failed_at = self._wire_clock(), None
        log.info(
            "Directory read",
            action="directory_read",
            people=len(answer.people),
            groups=len(answer.groups),
            channels=len(answer.channels),
            lacking=list(answer.lacking),
            lanes_reopened=reopened,
        )
        return True


def _reopen(work: UnitOfWork) -> int:
    """Lanes that were paused for want of a name which is found now."""
    return sum(
        work.deliveries.resume(lane)
        for lane, why in work.deliveries.paused().items()
        if why == NO_SUCH_PLACE and resolve(work.people, lane) is not None
    )
