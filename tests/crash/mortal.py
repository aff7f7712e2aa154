"""A courier in a process of its own, killed at a chosen point: no farewell, no cleaning up."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.delivery.courier import Courier
from bot.delivery.outcomes import Blocks, Outcome
from bot.delivery.settling import Tempo
from bot.delivery.slack_api import SlackApi
from bot.use_cases.ports import UnitOfWork
from storage.books import Books
from tests.scenario.office import HTTP_TIMEOUT_SECONDS, PlainWords


class Point(StrEnum):
    """Around one send, in order."""

    BEFORE_CLAIM = "before the claim"
    CLAIMING = "claimed, not committed"
    CLAIMED = "claimed"
    SENDING = "just before the call"
    SENT = "just after the call"
    SETTLING = "settled, not committed"
    SETTLED = "settled"
    NEVER = "never"


@dataclass
class Fate:
    """Ends the process when `point` is reached for the `nth` time."""

    point: Point
    nth: int = 1

    def at(self, point: Point) -> None:
        if point is self.point:
            self.nth -= 1
            if self.nth == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class MortalSlack(SlackApi):
    def __init__(self, fate: Fate, token: str, clock: Callable[[], datetime], url: str) -> None:
        super().__init__(token, clock, url, HTTP_TIMEOUT_SECONDS)
        self._fate = fate

    def post(self, *args: Any, **kwargs: Any) -> Outcome:
        self._fate.at(Point.SENDING)
        outcome = super().post(*args, **kwargs)
        self._fate.at(Point.SENT)
        return outcome

    def update(self, channel: str, ts: str, text: str, blocks: Blocks) -> Outcome:
        self._fate.at(Point.SENDING)
        outcome = super().update(channel, ts, text, blocks)
        self._fate.at(Point.SENT)
        return outcome


class MortalBooks(Books):
    """Its first commit is a claim, its second settles it, and so on in turn."""

    def __init__(self, fate: Fate, url: str) -> None:
        super().__init__(url)
        self._fate = fate
        self._claims = True

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        with super().writing() as work:
            commit, claims = work.commit, self._claims

            def deadly_commit() -> None:
                self._fate.at(Point.CLAIMING if claims else Point.SETTLING)
                commit()
                self._fate.at(Point.CLAIMED if claims else Point.SETTLED)

            work.commit = deadly_commit  # type: ignore[method-assign]
            self._claims = not claims
            yield work


@dataclass(frozen=True)
class Place:
    """Where the process works, and what time it is there."""

    database: str
    api_url: str
    token: str
    now: datetime
    wire_now: datetime
    tempo: Tempo


def deliver(place: Place, point: Point, nth: int = 1) -> None:
    """Deliver all that is due, unless killed before."""
    fate = Fate(point, nth)
    fate.at(Point.BEFORE_CLAIM)
    books = MortalBooks(fate, place.database)
    slack = MortalSlack(fate, place.token, lambda: place.now, place.api_url)
    courier = Courier(
        books, slack, PlainWords(), lambda: place.now, lambda: place.wire_now, place.tempo
    )
    courier.deliver_due()
