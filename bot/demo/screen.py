"""What people see, line by line, in the terminal."""

from __future__ import annotations

import html
import re
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from time import monotonic
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.demo.sellers import Sellers
from playground.clock import instant_of
from playground.feed import Change
from playground.state import Json, Message
from playground.wording import GROUP, MENTION, block_words
from playground.workspace import Workspace

LONGEST_LINE = 150  # columns, where nobody says how wide the screen is
DATE = re.compile(r"<!date\^(\d+)\^[^>]*>")
ITALIC = re.compile(r"(?<!\w)_(.+?)_(?!\w)")
COMPANY = re.compile(r" \([^()]*\)")  # behind a lead's name
LINK = re.compile(r"<https?://[^|>]*\|([^>]*)>")
INDENT = 25  # columns: below the words of the line above
SHOWN_WHOLE = ("rejection_news", "digest", "digest_breakdown")
HELD_SECONDS = 0.4  # of real time, so that the same words to several people are one line
STYLES = {
    "card": "bold",
    "reminder": "yellow",
    "reminder_list": "yellow",
    "escalation": "red",
    "returned": "red",
    "unheard": "red",
    "place_closed": "red",
    "leavers_doubted": "red",
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


@dataclass
class Line:
    """What is printed of one message; `below` are the rest of its words, where they are shown."""

    at: str
    where: list[str]
    text: str
    below: list[str]
    style: str
    is_direct: bool

    def says_as(self, other: Line) -> bool:
        both_direct = self.is_direct and other.is_direct
        return both_direct and (self.text, self.below) == (other.text, other.below)


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

    def __exit__(self, *_error: object) -> None:
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
        held: list[Line] = []
        give_up: float | None = None
        while True:
            try:
                change = self._changes.get(timeout=give_up and max(0.0, give_up - monotonic()))
            except Empty:
                held, give_up = self._print(held), None
                continue
            if change is None:
                self._print(held)
                return
            _hold(held, self._line(change))
            if give_up is None and any(line.is_direct for line in held):
                give_up = monotonic() + HELD_SECONDS
            if give_up is None:
                held = self._print(held)

    def _print(self, lines: list[Line]) -> list[Line]:
        """Each in the width there is; the lines that are still to print, which are none."""
        width = self._console.width if self._console.is_terminal else LONGEST_LINE
        for line in lines:
            first = _first(line, width)
            self._console.print(first)
            for more in line.below:
                if more in first.plain:  # the reason of a rejection is in both
                    continue
                below = Padding(Text(more, line.style), (0, 0, 0, INDENT), expand=False)
                self._console.print(below, width=width, soft_wrap=False)
        return []

    def _line(self, change: Change) -> Line | None:
        if change.kind not in ("message_posted", "message_updated", "ephemeral_posted"):
            return None
        with self._workspace.lock:
            message = self._find(change)
            return self._line_of(message, change) if message else None

    def _line_of(self, message: Message, change: Change) -> Line:
        kind, new = kind_of(message), change.kind == "message_posted"
        self.edited += change.kind == "message_updated"
        if new:
            self.posted[kind or "other"] += 1
        at = change.at if change.kind == "message_updated" else instant_of(message.ts)
        local = at.astimezone(self._zone)
        text = " ".join(self._readable(message.text, local).split())
        below = [self._readable(line, local) for line in _below(message)] if new else []
        return Line(
            f"{local:%a %H:%M}",
            [self._place(message)],
            self._note(change, message) + text,
            below,
            STYLES.get(kind, "") if new else "dim",
            self._workspace.channels[message.channel].is_direct,
        )

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
            return f"only for @{self._workspace.users[message.only_for].handle}: "
        if change.kind == "message_updated":
            return "edited: "
        return "in a thread: " if message.thread_ts not in (None, "", message.ts) else ""

    def _readable(self, text: str, now: datetime) -> str:
        """As a person reads it: names for ids, times in the workspace's zone, no asterisks."""
        text = MENTION.sub(lambda at: f"@{self._workspace.users[at[1]].handle}", text)
        text = GROUP.sub(lambda at: f"@{self._workspace.groups[at[1]].handle}", text)
        text = DATE.sub(lambda at: self._said(int(at[1]), now), text)
        text = ITALIC.sub(r"\1", LINK.sub(r"\1", text).replace("*", ""))
        return html.unescape(text)

    def _said(self, seconds: int, now: datetime) -> str:
        """The time on the same day, else the date with it: both fit any language around them."""
        local = instant_of(f"{seconds}.000000").astimezone(self._zone)
        return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%Y-%m-%d %H:%M}"


def _hold(held: list[Line], line: Line | None) -> None:
    if line is None:
        return
    if same := next((other for other in held if other.says_as(line)), None):
        same.where += line.where
    else:
        held.append(line)


def _first(line: Line, width: int) -> Text:
    """In one line of the screen; the company goes before what happened is cut."""
    begins = f"{line.at}  {', '.join(line.where):<12}  "
    text = line.text
    if cell_len(begins + text) > width:
        text = COMPANY.sub("", text, count=1)
    first = Text(begins + text, line.style)
    first.truncate(width, overflow="ellipsis")
    return first


def _below(message: Message) -> list[str]:
    """The words of its blocks after the first, without pictures; a field is a line."""
    if kind_of(message) not in SHOWN_WHOLE:
        return []
    lines: list[str] = []
    for block in message.blocks:
        if "fields" in block:
            lines += map(_field, block["fields"])
        elif block.get("type") != "image":
            lines += block_words([block]).splitlines()
    return lines[1:]


def _field(field: Json) -> str:
    label, *values = field["text"].splitlines()
    return f"{label}: {' · '.join(values)}"
