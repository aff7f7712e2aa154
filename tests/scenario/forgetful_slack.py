"""A Slack in memory that takes every message, and now and then loses its reply."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from bot.delivery.outcomes import Absent, Blocks, Ok, Outcome, Search, Unknown


@dataclass
class ForgetfulSlack:
    """Takes every message, and now and then its reply is lost on the way back."""

    clock: Callable[[], datetime]
    loses: bool = False
    posted: dict[str, tuple[str, str]] = field(default_factory=dict)  # key -> channel, ts
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
        ts = f"{int(self.clock().timestamp())}.{next(self.numbers):06d}"
        self.posted[metadata["key"]] = (channel, ts)
        if self.loses:
            self.loses = False
            return Unknown("the reply was lost")
        return Ok(ts, channel)

    def update(self, channel: str, ts: str, text: str, blocks: Blocks) -> Outcome:
        return Ok(ts, channel)

    def permalink(self, channel: str, ts: str) -> str:
        return f"https://slack.example/{channel}/{ts}"

    def open_dm(self, person: str) -> Outcome:
        return Ok(channel=person)

    def find_by_key(
        self, channel: str, key: str, oldest: datetime | None, thread_ts: str | None
    ) -> Search:
        found = self.posted.get(key)
        return Ok(found[1], found[0]) if found else Absent()
