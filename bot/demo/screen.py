"""What people see, line by line, in the terminal."""

from __future__ import annotations

import html
import re
import threading
from collections import Counter
from queue import SimpleQueue
from types import TracebackType
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from bot.demo.sellers import Sellers
from playground.clock import instant_of
from playground.feed import Change
from playground.state import Message
from playground.wording import GROUP, MENTION, words_of
from playground.workspace import Workspace

LONGEST_LINE = 150
DATE = re.compile(r"<!date\^(\d+)\^[^>]*>")
ITALIC = re.compile(r"(?<!\w)_(.+?)_(?!\w)")
LINK = re.compile(r"<https?://[^|>]*\|([^>]*)>")
INDENT = 34  # columns: below the words of the line above
SHOWN_WHOLE = ("rejection_news", "digest", "digest_breakdown")
STYLES = {
    "card": "bold",
    "reminder": "yellow",
    "escalation": "red",
    "returned": "red",
    "rejection_news": "magenta",
    "not_mine_news": "magenta",
    "digest": "bold cyan",
    "digest_breakdown": "cyan",
}
MUST_SHOW = {
    "card": "a card",
    "reminder": "a reminder",
    "escalation": "an escalation",
    "rejection_news": "a rejection and its reason",
    "digest": "the digest",
}


def kind_of(message: Message) -> str:
    """What Baton calls it, from the metadata; empty for what people said."""
    return str(((message.metadata or {}).get("event_payload") or {}).get("kind", ""))


def shortened(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


class Screen:
    """`with Screen(workspace, console, zone) as screen:` prints until it is left."""

    def __init__(self, workspace: Workspace, console: Console, zone: ZoneInfo) -> None:
        self._workspace, self._console, self._zone = workspace, console, zone
        # The feed calls in the thread that made the change, so printing happens in our own.
        self._changes: SimpleQueue[Change | None] = SimpleQueue()
        self._printer = threading.Thread(target=self._print_all, name="screen")
        self.posted: Counter[str] = Counter()
        self.edited = 0

    def __enter__(self) -> Screen:
        self._unsubscribe = self._workspace.feed.subscribe(self._changes.put)
        self._printer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._unsubscribe()
        self._changes.put(None)
        self._printer.join()

    def missing(self) -> list[str]:
        return [says for kind, says in MUST_SHOW.items() if not self.posted[kind]]

    def summary(self, people: Sellers) -> None:
        table = Table(title="The day in numbers", title_justify="left", show_header=False)
        for kind, number in self.posted.most_common():
            table.add_row(f"posted: {kind.replace('_', ' ')}", str(number))
        table.add_row("messages brought up to date", str(self.edited))
        for what, number in people.done.most_common():
            table.add_row(f"people: {what.replace('_', ' ')}", str(number))
        waits = sorted(each.latency_ms for each in self._workspace.deliveries.kept if each.acked)
        if waits:
            table.add_row("median ack of a click", f"{waits[len(waits) // 2]:.0f} ms")
        self._console.print(table)

    def _print_all(self) -> None:
        while (change := self._changes.get()) is not None:
            if change.kind in ("message_posted", "message_updated", "ephemeral_posted"):
                self._print(change)

    def _print(self, change: Change) -> None:
        with self._workspace.lock:
            message = self._find(change)
            if message is None:
                return
            where, kind = self._place(message), kind_of(message)
            note, new = self._note(change, message), change.kind == "message_posted"
            line = shortened(" ".join(self._readable(message.text).split()))
            whole = words_of(message) if new and kind in SHOWN_WHOLE else ""
            rest = self._readable(whole).splitlines()[1:]
        if new:
            self.posted[kind or "other"] += 1
        self.edited += change.kind == "message_updated"
        at = change.at if change.kind == "message_updated" else instant_of(message.ts)
        local = at.astimezone(self._zone).strftime("%a %H:%M")
        style = STYLES.get(kind, "") if new else "dim"
        self._console.print(f"{local}  {where:<12} {note:<8} {line}", style=style, markup=False)
        for said in rest:
            self._console.print(" " * INDENT + said, style=style, markup=False)

    def _place(self, message: Message) -> str:
        channel = self._workspace.channels[message.channel]
        if not channel.is_direct:
            return f"#{channel.name}"
        (person,) = channel.members - {self._workspace.app.bot_user}
        return f"@{self._workspace.users[person].handle}"

    def _find(self, change: Change) -> Message | None:
        channel, ts = change.data["channel"], change.data["ts"]
        if change.kind == "ephemeral_posted":
            return self._workspace.messages.ephemeral(change.data["user"], channel, ts)
        return self._workspace.messages.get(channel, ts)

    def _note(self, change: Change, message: Message) -> str:
        if change.kind == "ephemeral_posted":
            return f"@{self._workspace.users[message.only_for].handle} only"
        if change.kind == "message_updated":
            return "edited"
        return "thread" if message.thread_ts and message.thread_ts != message.ts else ""

    def _readable(self, text: str) -> str:
        """As a person reads it: names for ids, times in the workspace's zone, no asterisks."""
        text = MENTION.sub(lambda at: f"@{self._workspace.users[at[1]].handle}", text)
        text = GROUP.sub(lambda at: f"@{self._workspace.groups[at[1]].handle}", text)
        text = DATE.sub(lambda at: self._said(int(at[1])), text)
        text = ITALIC.sub(r"\1", LINK.sub(r"\1", text).replace("*", ""))
        return html.unescape(text)

    def _said(self, seconds: int) -> str:
        instant = instant_of(f"{seconds}.000000").astimezone(self._zone)
        return instant.strftime("%a %H:%M")
