"""A Slack in memory, with the troubles that Slack has: a reply that is lost, a request that never
arrives, a busy hour. Each befalls one call; then it is well again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import count
from typing import Any

from bot.delivery.outcomes import (
    Absent,
    Blocks,
    Ok,
    Outcome,
    RateLimited,
    Search,
    TryLater,
    Unknown,
)


class Trouble(Enum):
    NONE = auto()
    REPLY_LOST = auto()  # it was posted
    NEVER_CAME = auto()  # it was not, and nobody can tell
    BUSY = auto()
    DOWN = auto()


LOST: Mapping[Trouble, Outcome] = {
    Trouble.REPLY_LOST: Unknown("the reply was lost"),
    Trouble.NEVER_CAME: Unknown("no reply"),
}
REFUSED: Mapping[Trouble, RateLimited | TryLater] = {
    Trouble.BUSY: RateLimited(timedelta(seconds=30)),
    Trouble.DOWN: TryLater("internal_error"),
}


@dataclass
class ForgetfulSlack:
    clock: Callable[[], datetime]
    trouble: Trouble = Trouble.NONE
    posted: dict[str, tuple[str, str]] = field(default_factory=dict)  # key -> channel, ts
    shown: dict[tuple[str, str], Blocks] = field(default_factory=dict)  # by channel, ts
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def post(
        self,
        channel: str,
        text: str,
        blocks: Blocks,
        thread_ts: str | None = None,
        broadcast: bool = False,
        metadata: Mapping[str, Any] | None = None,
    ) -> Outcome:
        assert metadata is not None
        assert metadata["key"] not in self.posted, "said twice"
        trouble = self._befallen()
        if refused := REFUSED.get(trouble):
            return refused
        a_moment_ago = int(self.clock().timestamp()) - 1  # each ts once, and none ahead of us
        ts = f"{a_moment_ago}.{next(self.numbers):06d}"
        if trouble is not Trouble.NEVER_CAME:
            self.posted[metadata["key"]] = (channel, ts)
            self.shown[channel, ts] = blocks
        return LOST.get(trouble, Ok(ts, channel))

    def update(self, channel: str, ts: str, text: str, blocks: Blocks) -> Outcome:
        trouble = self._befallen()
        if refused := REFUSED.get(trouble):
            return refused
        if trouble is not Trouble.NEVER_CAME:
            self.shown[channel, ts] = blocks
        return LOST.get(trouble, Ok(ts, channel))

    def permalink(self, channel: str, ts: str) -> str:
        return f"https://slack.example/{channel}/{ts}"

    def open_dm(self, person: str) -> Outcome:
        return Ok(channel=person)

    def find_by_key(
        self, channel: str, key: str, oldest: datetime | None, thread_ts: str | None
    ) -> Search:
        if refused := REFUSED.get(self._befallen()):
            return refused
        found = self.posted.get(key)
        return Ok(found[1], found[0]) if found else Absent()

    def _befallen(self) -> Trouble:
        trouble, self.trouble = self.trouble, Trouble.NONE
        return trouble
