"""Slack, as a replay sees it: one that answers at once, or the real one, on simulated time.

The answer clock starts at the time in a card's `ts`. So both give out ts that begin with the
simulated instant, exact to the microsecond, and go on with what makes them unique.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from bot.delivery.outcomes import Absent, Blocks, Ok, Outcome, Post, Search

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Answer = TypeVar("Answer")

REAL = ":"  # between the simulated instant and Slack's own ts


class AnswersAtOnce:
    """A Slack that takes everything. `posted` is how many messages it has taken before."""

    def __init__(self, clock: Callable[[], datetime], posted: int) -> None:
        self._clock = clock
        self._numbers = count(posted)

    def post(
        self,
        channel: str,
        text: str,
        blocks: Blocks,
        thread_ts: str | None = None,
        broadcast: bool = False,
        metadata: Mapping[str, Any] | None = None,
    ) -> Outcome:
        return Ok(f"{_instant(self._clock())}{next(self._numbers):08d}", channel)

    def update(self, channel: str, ts: str, text: str, blocks: Blocks) -> Outcome:
        return Ok(ts, channel)

    def permalink(self, channel: str, ts: str) -> str:
        return ""

    def open_dm(self, person: str) -> Outcome:
        return Ok(channel=person)

    def find_by_key(
        self, channel: str, key: str, oldest: datetime | None, thread_ts: str | None
    ) -> Search:
        return Absent()


class SentForReal:
    """A real Slack; what it is told now counts as said at the simulated instant."""

    def __init__(self, slack: Post, clock: Callable[[], datetime]) -> None:
        self._slack = slack
        self._clock = clock

    def post(
        self,
        channel: str,
        text: str,
        blocks: Blocks,
        thread_ts: str | None = None,
        broadcast: bool = False,
        metadata: Mapping[str, Any] | None = None,
    ) -> Outcome:
        thread = _real(thread_ts) if thread_ts else None
        return self._dated(self._slack.post(channel, text, blocks, thread, broadcast, metadata))

    def update(self, channel: str, ts: str, text: str, blocks: Blocks) -> Outcome:
        outcome = self._slack.update(channel, _real(ts), text, blocks)
        return Ok(ts, outcome.channel) if isinstance(outcome, Ok) else outcome

    def permalink(self, channel: str, ts: str) -> str:
        return self._slack.permalink(channel, _real(ts))

    def open_dm(self, person: str) -> Outcome:
        return self._slack.open_dm(person)

    def find_by_key(
        self, channel: str, key: str, oldest: datetime | None, thread_ts: str | None
    ) -> Search:
        thread = _real(thread_ts) if thread_ts else None
        return self._dated(self._slack.find_by_key(channel, key, oldest, thread))

    def _dated(self, answer: Answer) -> Answer | Ok:
        if isinstance(answer, Ok):
            return Ok(f"{_instant(self._clock())}{REAL}{answer.ts}", answer.channel)
        return answer


def _instant(at: datetime) -> str:
    seconds, rest = divmod(at - EPOCH, timedelta(seconds=1))
    return f"{seconds}.{rest.microseconds:06d}"


def _real(ts: str) -> str:
    return ts.rpartition(REAL)[2]
