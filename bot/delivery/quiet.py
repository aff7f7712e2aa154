"""Slack's do-not-disturb, read for those who are about to be reminded.

What Slack does not tell keeps nobody's reminder back: unknown is as good as not disturbed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.delivery.outcomes import DoNotDisturb, RateLimited, Sessions, reason
from bot.use_cases.ports import Books
from bot.use_cases.records import Signal

log = structlog.get_logger(__name__)

AT_ONCE = 50  # people, as Slack allows
OF_ONE_PERSON = frozenset({"user_not_visible", "user_not_found"})
TRY_AGAIN_AFTER = timedelta(minutes=10)  # a scope may have been granted since


class QuietReader:
    def __init__(self, books: Books, slack: DoNotDisturb, clock: Callable[[], datetime]) -> None:
        self._books = books
        self._slack = slack
        self._clock = clock
        self._closed_until: datetime | None = None
        self._told: set[str] = set()  # failures that the log has

    def look(self) -> None:
        """Before reminders are said: whose do-not-disturb is on, and till when."""
        now = self._clock()
        if self._closed_until is not None and now < self._closed_until:
            return
        people = self._about_to_be_reminded(now)
        for start in range(0, len(people), AT_ONCE):
            if not self._read(people[start : start + AT_ONCE], now):
                return

    def _about_to_be_reminded(self, now: datetime) -> Sequence[str]:
        with self._books.reading() as work:
            waiting = {nudge.person for nudge in work.nudges.waiting(now)}
            return sorted(work.people.members(waiting)) if waiting else ()

    def _read(self, people: Sequence[str], now: datetime) -> bool:
        """False when there is no use in asking on."""
        sessions = self._slack.do_not_disturb(people)
        if isinstance(sessions, RateLimited):
            return False
        if not isinstance(sessions, Sessions):
            why = reason(sessions)
            if why in OF_ONE_PERSON:  # one whom Slack hides must not hide the others
                return len(people) == 1 or all(self._read([person], now) for person in people)
            self._give_up_for_now(why, now)
            return False
        self._keep(people, sessions)
        return True

    def _keep(self, people: Sequence[str], sessions: Sessions) -> None:
        with self._books.writing() as work:
            known = work.signals.of(people)
            work.signals.keep(
                {
                    person: replace(known.get(person, Signal()), dnd_from=start, dnd_until=end)
                    for person in people
                    for start, end in (sessions.of.get(person, (None, None)),)
                }
            )
            work.commit()

    def _give_up_for_now(self, why: str, now: datetime) -> None:
        self._closed_until = now + TRY_AGAIN_AFTER
        if why not in self._told:
            self._told.add(why)
            log.warning(
                "Do-not-disturb cannot be read: reminders come in spite of it",
                action="dnd_unread",
                why=why,
                do="grant dnd:read (see `baton manifest`), or switch it off in app.yaml",
            )
