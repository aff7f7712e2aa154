"""What Slack says about people's availability: a status such as :palm_tree:, and the green dot.

Both only count for whom a queue asks by name, and only where app.yaml says so. What Slack does not
tell keeps nobody from being asked: unknown is as good as available.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.delivery.outcomes import Failure, RateLimited, Roster, Status, reason
from bot.use_cases.desk import Desk
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Signal

log = structlog.get_logger(__name__)

# Slack's own suggestions for people who do not work, and what is used besides. Commuting, in a
# meeting or working remotely is no absence.
AWAY_EMOJI = frozenset(
    (
        "palm_tree",
        "face_with_thermometer",
        "face_with_head_bandage",
        "hospital",
        "airplane",
        "beach_with_umbrella",
        "desert_island",
        "baby_bottle",
    )
)
# How such a status begins, in the languages Baton speaks. "Planning my vacation" is none.
AWAY_TEXT = re.compile(
    r"(?:on |at )?(?:vacation|vacationing|holiday|holidays|(?:annual|parental|sick) leave)\b"
    r"|on leave\b|out (?:of (?:the )?office|sick)\b|ooo\b|off sick\b|sick\b"
    r"|(?:på )?(?:semester|föräldraledig|sjuk|sjukskriven|tjänstledig|vab)\b"
    r"|(?:im |in )?(?:urlaub|elternzeit)\b|krank\b|krankgeschrieben\b",
    re.IGNORECASE,
)

LOOK_EVERY = timedelta(seconds=1.5)  # between two people; Slack allows about fifty a minute
TRY_AGAIN_AFTER = timedelta(minutes=10)  # a scope may have been granted since


class Presence(Protocol):
    def is_present(self, person: str) -> bool | Failure: ...


def says_away(status: Status) -> bool:
    emoji = status.emoji.strip(":").partition("::")[0]
    return emoji in AWAY_EMOJI or AWAY_TEXT.match(status.text.strip()) is not None


def keep_statuses(work: UnitOfWork, roster: Roster) -> None:
    """Part of keeping the directory. Only what changed is written: most people have no status."""
    known = work.signals.of([person.id for person in roster.people])
    said = {id_: status for id_, status in roster.statuses.items() if says_away(status)}
    changed = {
        person: signal
        for person in {*known, *said}
        if (signal := _with_status(known.get(person, Signal()), said.get(person)))
        != known.get(person, Signal())
    }
    if changed:
        work.signals.keep(changed)


def _with_status(signal: Signal, status: Status | None) -> Signal:
    if status is None:
        return replace(signal, away_status=False, status_until=None)
    return replace(signal, away_status=True, status_until=status.until)


class PresenceReader:
    """Looks at one person after the other, as fast as Slack likes."""

    def __init__(self, desk: Desk, slack: Presence, wire_clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._slack = slack
        self._wire_clock = wire_clock
        self._not_before: datetime | None = None
        self._last = ""
        self._told: set[str] = set()  # failures that the log has

    def look(self) -> None:
        """At the next person, if it is time."""
        now = self._wire_clock()
        if self._not_before is not None and now < self._not_before:
            return
        self._not_before = now + LOOK_EVERY
        if (person := self._next()) is None:
            return
        self._last = person
        answer = self._slack.is_present(person)
        if isinstance(answer, bool):
            self._keep([person], answer)
        else:
            self._rest(answer, now)

    def _next(self) -> str | None:
        """Of those who may be asked by name, the one after whom we looked at last."""
        people = self._people()
        return next((person for person in people if person > self._last), min(people, default=None))

    def _people(self) -> Sequence[str]:
        asked = {
            name for queue in self._desk.queues if queue.rule.asks_one for name in queue.sellers
        }
        if not asked:
            return ()
        with self._desk.books.reading() as work:
            return sorted(work.people.members(sorted(asked)))

    def _keep(self, people: Sequence[str], present: bool) -> None:
        with self._desk.books.reading() as work:
            known = work.signals.of(people)
        other = [one for one in people if known.get(one, Signal()).present is not present]
        if not other:
            return
        with self._desk.books.writing() as work:
            known = work.signals.of(other)
            now = {one: replace(known.get(one, Signal()), present=present) for one in other}
            work.signals.keep(now)
            work.commit()

    def _rest(self, failure: Failure, now: datetime) -> None:
        """What we knew grows old: whoever cannot be looked at counts as present."""
        if isinstance(failure, RateLimited):
            self._not_before = now + failure.after
            return
        self._not_before = now + TRY_AGAIN_AFTER
        self._keep(self._people(), present=True)
        if reason(failure) in self._told:
            return
        self._told.add(reason(failure))
        log.warning(
            "Presence cannot be read: everybody counts as present",
            action="presence_unread",
            why=reason(failure),
            do="grant users:read (see `baton manifest`), or switch it off in app.yaml",
        )
