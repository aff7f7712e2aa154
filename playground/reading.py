"""What each person has read: the unread marks and mention badges of their side bar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from playground.feed import Feed
from playground.messages import Messages, micros_of
from playground.pings import Pings
from playground.state import Channel, Json


class ReadMarks:
    """A channel and each of its threads are read apart, as in Slack."""

    def __init__(self, feed: Feed, messages: Messages, pings: Pings) -> None:
        self._feed = feed
        self._messages = messages
        self._pings = pings
        self._read: dict[tuple[str, str, str], int] = {}

    def read(self, user: str, channel: str, ts: str, thread_ts: str = "") -> None:
        """Everything up to `ts` is read; a mark never goes back."""
        key, mark = (user, channel, thread_ts), micros_of(ts)
        if mark > self._read.get(key, 0):
            self._read[key] = mark
            self._feed.emit("channel_read", user=user, channel=channel)

    def last_read(self, user: str, channel: str, thread_ts: str = "") -> int:
        """In microseconds, 0 when nothing was read."""
        return self._read.get((user, channel, thread_ts), 0)

    def unread(self, user: str, channel: Channel) -> Json:
        """`messages` make the name bold, `mentions` are the badge, `threads` counts by root."""
        news = self._messages.history(channel.id, self.last_read(user, channel.id))
        roots = [root for where, root in self._new_pings(user) if where == channel.id]
        return {
            "messages": sum(message.user != user for message in news),
            "mentions": len(roots),
            "threads": dict(Counter(root for root in roots if root)),
        }

    def attention(self, user: str) -> int:
        """How often this person was called since they last looked, over all channels."""
        return sum(1 for _ in self._new_pings(user))

    def _new_pings(self, user: str) -> Iterator[tuple[str, str]]:
        """The channel, and the root of the thread if it was in one."""
        for ping in self._pings.badges(user):
            message = self._messages.get(ping.channel, ping.ts)
            root = message.thread_ts if message and message.thread_ts != ping.ts else ""
            marks = {self.last_read(user, ping.channel, root)}
            if message and message.broadcast:
                marks.add(self.last_read(user, ping.channel))
            if message and micros_of(ping.ts) > max(marks):
                yield ping.channel, root
