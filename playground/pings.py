"""Who was notified by what. Slack pings for DMs, mentions and followed threads, never for edits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from playground.feed import Change
from playground.messages import Messages
from playground.state import Channel, Message, User, UserGroup
from playground.wording import block_words, mentioned, words_of


@dataclass(frozen=True)
class Ping:
    """`why`: dm, mention, group, everybody, thread.

    `silent`: Do Not Disturb was on, so that it made the badge only.
    """

    channel: str
    ts: str
    why: str
    words: str
    silent: bool = False


class Pings:
    """Listens to the change feed, under the workspace's lock."""

    def __init__(
        self,
        messages: Messages,
        channels: dict[str, Channel],
        groups: dict[str, UserGroup],
        users: dict[str, User],
        silent: Callable[[str], bool],
    ) -> None:
        self._messages = messages
        self._channels = channels
        self._groups = groups
        self._users = users
        self._silent = silent
        self._of: dict[str, list[Ping]] = defaultdict(list)

    def of(self, user: str) -> list[Ping]:
        """What notified them."""
        return [ping for ping in self.badges(user) if not ping.silent]

    def badges(self, user: str) -> list[Ping]:
        """What called them, whether or not they were notified."""
        return list(self._of.get(user, []))

    def hear(self, change: Change) -> None:
        if change.kind != "message_posted":
            return
        message = self._messages.get(change.data["channel"], change.data["ts"])
        if message is not None:
            self._ring(message)

    def _ring(self, message: Message) -> None:
        channel, words = self._channels[message.channel], words_of(message)
        spoken = "\n".join(_calling(message.blocks)) if message.blocks else message.text
        reasons = self._reasons(channel, message, spoken)
        for user, why in reasons.items():
            if user in channel.members and user != message.user and not self._users[user].deleted:
                ping = Ping(channel.id, message.ts, why, words, self._silent(user))
                self._of[user].append(ping)

    def _reasons(self, channel: Channel, message: Message, words: str) -> dict[str, str]:
        """The strongest reason for each user; later entries win."""
        users, groups, everybody = mentioned(words)
        reasons = dict.fromkeys(self._followers(message), "thread")
        if everybody and not message.thread_ts:
            reasons |= dict.fromkeys(channel.members, "everybody")
        for group in groups & self._groups.keys():
            reasons |= dict.fromkeys(self._groups[group].members, "group")
        reasons |= dict.fromkeys(users, "mention")
        if channel.is_direct:
            reasons |= dict.fromkeys(channel.members, "dm")
        return reasons

    def _followers(self, message: Message) -> set[str]:
        if not message.thread_ts:
            return set()
        thread = self._messages.replies(message.channel, message.thread_ts)
        return {earlier.user for earlier in thread if earlier.ts != message.ts}


def _calling(node: Any) -> Iterator[str]:
    """Where blocks can mention somebody: in mrkdwn and markdown, and by rich_text's own elements.
    In plain_text, and in rich_text's words, `<!channel>` is a word like any other."""
    if isinstance(node, list):
        for item in node:
            yield from _calling(item)
    elif isinstance(node, dict):
        kind = node.get("type")
        if kind in ("mrkdwn", "markdown"):
            yield str(node.get("text", ""))
        elif kind in ("user", "usergroup", "broadcast"):
            yield block_words([node])
        else:
            for name in ("text", "fields", "elements", "rows"):
                yield from _calling(node.get(name))
