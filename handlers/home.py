"""App Home: what waits for a person, shown when they open it and kept true while they look.

Slack says when somebody opens Home, never when they leave, and shows there what was published
last. So whoever has opened it is remembered for some hours, by this process alone, and their Home
is published again when it would read differently (docs/decisions/0004-home.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from slack_bolt import Ack, App

from bot.delivery.outcomes import Ok, Outcome, RateLimited, TryLater, Unknown, reason
from bot.delivery.render import Rendered
from bot.delivery.wording import Words
from bot.use_cases import my_work
from bot.use_cases.desk import Desk
from handlers.clicks import mapping, text

log = structlog.get_logger(__name__)

Json = dict[str, Any]

REMEMBERED = timedelta(hours=8)  # since somebody opened Home, or clicked there
NOTICE_STAYS = timedelta(minutes=1)
LOOKS_AT_ONCE = 50  # Homes that a beat compares
# Slack takes a hundred views a minute: twelve beats leave room for those who click or come.
PUBLISHED_AT_ONCE = 5


class Publisher(Protocol):
    def views_publish(self, person: str, view: Mapping[str, Any]) -> Outcome: ...


@dataclass(eq=False)
class Opened:
    """One person's Home, as far as we know it."""

    person: str
    seen_at: datetime
    looked_at: datetime
    view: Json | None = None  # as published; None: unknown
    notice: Rendered | None = None
    notice_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class Homes:
    """`wire_clock` is real time: how long people look at a page is no matter of the workspace's.

    Its methods speak to Slack, so they are called after the ack, or by the metronome.
    """

    def __init__(
        self, desk: Desk, words: Words, slack: Publisher, wire_clock: Callable[[], datetime]
    ) -> None:
        self._desk = desk
        self._words = words
        self._slack = slack
        self._wire_clock = wire_clock
        self._opened: dict[str, Opened] = {}
        self._lock = threading.Lock()

    def open(self, person: str) -> None:
        """Somebody looks at their Home now."""
        home = self._remember(person)
        home.notice, home.view = None, None
        self._publish(home)

    def tell(self, person: str, said: Rendered | None = None) -> None:
        """Somebody clicked in their Home: show what came of it, with `said` on top for a while."""
        home = self._remember(person)
        home.notice, home.notice_at = said, self._wire_clock()
        self._publish(home)

    def moved(self, person: str) -> None:
        """Somebody did something elsewhere that their Home, if they look at it, should show."""
        with self._lock:
            home = self._opened.get(person)
        if home is not None:
            self._publish(home)

    def refresh(self) -> int:
        """Publish the Homes that would read differently by now; how many. Whoever was looked
        after longest ago comes first, and what is too much for one call is left to the next."""
        published = 0
        for home in self._to_look_at():
            published += self._publish(home)
            if published == PUBLISHED_AT_ONCE:
                break
        return published

    def _remember(self, person: str) -> Opened:
        now = self._wire_clock()
        with self._lock:
            home = self._opened.setdefault(person, Opened(person, now, now))
            home.seen_at = now
        return home

    def _forget(self, home: Opened) -> None:
        with self._lock:
            self._opened.pop(home.person, None)

    def _to_look_at(self) -> list[Opened]:
        since = self._wire_clock() - REMEMBERED
        with self._lock:
            for home in [home for home in self._opened.values() if home.seen_at < since]:
                del self._opened[home.person]
            by_turns = sorted(self._opened.values(), key=lambda home: home.looked_at)
        return by_turns[:LOOKS_AT_ONCE]

    def _publish(self, home: Opened) -> bool:
        """One at a time for each person, or an older view could arrive after a newer one."""
        with home.lock:
            view = self._view(home)
            if view == home.view:
                return False
            outcome = self._slack.views_publish(home.person, view)
            home.view = view if isinstance(outcome, Ok) else None
        match outcome:
            case Ok():
                return True
            case RateLimited() | TryLater() | Unknown():
                log.info("Home comes later", action="home_late", why=reason(outcome))
            case _:
                log.warning("Slack shows no Home", action="home_refused", why=reason(outcome))
                self._forget(home)
        return False

    def _view(self, home: Opened) -> Json:
        now = home.looked_at = self._wire_clock()
        if home.notice_at is not None and now - home.notice_at > NOTICE_STAYS:
            home.notice = home.notice_at = None
        with self._desk.books.reading() as work:
            mine = my_work.look(self._desk, work, home.person)
            return self._words.home(mine, work.people, self._desk.clock(), home.person, home.notice)


def register(app: App, homes: Homes) -> None:
    def heard(ack: Ack) -> None:
        ack()

    def opened(body: Json) -> None:
        event = mapping(body.get("event"))
        person = text(event.get("user"))
        if person and event.get("tab") == "home":  # the Messages tab is told of as well
            homes.open(person)

    app.event("app_home_opened")(ack=heard, lazy=[opened])
