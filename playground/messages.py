"""Messages of every channel: posting, changing, threads, ephemerals, history."""

from __future__ import annotations

import copy
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from playground.clock import stamp
from playground.errors import SlackError
from playground.feed import Feed
from playground.state import Channel, Json, Message

LONGEST_TEXT = 40_000


@dataclass
class Content:
    """What a message says. None means: not given."""

    text: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (self.text or self.blocks or self.attachments or self.files)


@dataclass
class _Log:
    """One channel's messages in the order of their timestamps."""

    micros: list[int] = field(default_factory=list)
    by_ts: dict[str, Message] = field(default_factory=dict)
    replies: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))


def micros_of(ts: str) -> int:
    """Microseconds of a timestamp; raises invalid_ts_* through the caller's name on rubbish."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds or 0) * 1_000_000 + int((fraction + "000000")[:6])


class Messages:
    def __init__(self, feed: Feed, now: Callable[[], datetime]) -> None:
        self._feed = feed
        self._now = now
        self._logs: dict[str, _Log] = defaultdict(_Log)
        self._ephemerals: dict[tuple[str, str], dict[str, Message]] = defaultdict(dict)

    def next_ts(self, channel: Channel) -> str:
        """Unique and rising within the channel, even while workspace time stands still."""
        micros = max(stamp(self._now()), channel.last_micros + 1)
        channel.last_micros = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def post(
        self,
        channel: Channel,
        author: Json,
        content: Content,
        *,
        thread_ts: str = "",
        broadcast: bool = False,
    ) -> Message:
        log = self._logs[channel.id]
        root = self._root(log, thread_ts) if thread_ts else None
        message = self._made(channel, author, content)
        if root is not None:
            message.thread_ts = root.thread_ts = root.ts
            message.broadcast = broadcast
            message.subtype = "thread_broadcast" if broadcast else message.subtype
            log.replies[root.ts].append(message)
        log.micros.append(micros_of(message.ts))
        log.by_ts[message.ts] = message
        self._feed.emit("message_posted", channel=channel.id, ts=message.ts, user=message.user)
        return message

    def _made(self, channel: Channel, author: Json, content: Content) -> Message:
        return Message(
            channel=channel.id,
            ts=self.next_ts(channel),
            text=(content.text or "")[:LONGEST_TEXT],
            blocks=content.blocks or [],
            attachments=content.attachments or [],
            metadata=content.metadata,
            files=content.files,
            **author,
        )

    def _root(self, log: _Log, thread_ts: str) -> Message:
        parent = log.by_ts.get(thread_ts)
        if parent is None:
            raise SlackError("cannot_reply_to_message")
        return log.by_ts[parent.thread_ts] if parent.thread_ts else parent

    def get(self, channel: str, ts: str) -> Message | None:
        return self._logs[channel].by_ts.get(ts) if channel in self._logs else None

    def update(self, message: Message, content: Content, editor: str) -> None:
        """Blocks stay only when neither blocks nor text is given; metadata stays when omitted."""
        says_something = content.text is not None or content.blocks is not None
        if says_something or content.attachments is not None:
            if message.blocks:
                message.versions.append(copy.deepcopy(message.blocks))
            message.text = content.text if content.text is not None else message.text
            if says_something:
                message.blocks = content.blocks or []
            if says_something or content.attachments is not None:
                message.attachments = content.attachments or []
        if content.metadata is not None:
            message.metadata = content.metadata
        message.edited = {"user": editor, "ts": f"{stamp(self._now()) // 1_000_000}.000000"}
        self._feed.emit("message_updated", channel=message.channel, ts=message.ts)

    def delete(self, message: Message) -> None:
        log = self._logs[message.channel]
        if log.replies.get(message.ts):
            message.subtype, message.text = "tombstone", "This message was deleted."
            message.blocks, message.attachments, message.metadata = [], [], None
        else:
            del log.by_ts[message.ts]
            log.micros.remove(micros_of(message.ts))
            if message.thread_ts and message.thread_ts != message.ts:
                log.replies[message.thread_ts].remove(message)
        self._feed.emit("message_deleted", channel=message.channel, ts=message.ts)

    def post_ephemeral(
        self, channel: Channel, user: str, author: Json, content: Content, thread_ts: str = ""
    ) -> Message:
        message = self._made(channel, author, content)
        message.only_for, message.thread_ts = user, thread_ts
        self._ephemerals[user, channel.id][message.ts] = message
        self._feed.emit("ephemeral_posted", channel=channel.id, ts=message.ts, user=user)
        return message

    def ephemeral(self, user: str, channel: str, ts: str) -> Message | None:
        return self._ephemerals.get((user, channel), {}).get(ts)

    def ephemerals(self, user: str, channel: str) -> list[Message]:
        return list(self._ephemerals.get((user, channel), {}).values())

    def drop_ephemeral(self, message: Message) -> None:
        """Gone, as after a reload or when its app deletes it."""
        self._ephemerals[message.only_for, message.channel].pop(message.ts, None)
        self._feed.emit(
            "ephemeral_deleted", channel=message.channel, ts=message.ts, user=message.only_for
        )

    def history(
        self, channel: str, oldest: int = 0, latest: int | None = None, inclusive: bool = False
    ) -> list[Message]:
        """Newest first, without plain thread replies; bounds in microseconds."""
        log = self._logs[channel]
        first = (bisect_left if inclusive else bisect_right)(log.micros, oldest)
        end = len(log.micros)
        if latest is not None:
            end = (bisect_right if inclusive else bisect_left)(log.micros, latest)
        wanted = log.micros[first:end]
        found = (log.by_ts[f"{m // 1_000_000}.{m % 1_000_000:06d}"] for m in reversed(wanted))
        return [m for m in found if not m.thread_ts or m.thread_ts == m.ts or m.broadcast]

    def replies(self, channel: str, ts: str) -> list[Message]:
        """The thread's root and its replies, oldest first; empty when there is no such message."""
        log = self._logs[channel]
        root = log.by_ts.get(ts)
        if root is None:
            return []
        if root.thread_ts and root.thread_ts != root.ts:
            root = log.by_ts.get(root.thread_ts, root)
        return [root, *log.replies.get(root.ts, [])]

    def describe(self, message: Message, metadata: bool = False) -> Json:
        """Slack's JSON of a message, with what its thread adds to it."""
        answer: dict[str, Any] = message.to_json(metadata=metadata)
        replies = self._logs[message.channel].replies.get(message.ts, [])
        if replies and message.thread_ts == message.ts:
            people = list(dict.fromkeys(reply.user for reply in replies))
            answer |= {
                "reply_count": len(replies),
                "reply_users": people[:5],
                "reply_users_count": len(people),
                "latest_reply": replies[-1].ts,
            }
        return answer

    def all_in(self, channel: str) -> list[Message]:
        """Everything posted in a channel, threads included, oldest first."""
        return list(self._logs[channel].by_ts.values())
