"""What one person's client lets Python see: channels, threads, modals, and what notified them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self, TypeVar

from playground.errors import SlackError
from playground.pings import Ping
from playground.seen import Seen, ShownView
from playground.state import Channel, Message, User, View
from playground.workspace import Workspace

Found = TypeVar("Found")

PATIENCE_S = 20.0  # of wire time: enough on a busy machine; only what never comes takes as long


class Onlooker:
    """One person, looking."""

    def __init__(self, workspace: Workspace, user: User) -> None:
        self.workspace = workspace
        self.user = user

    @classmethod
    def of(cls, workspace: Workspace, who: str) -> Self:
        """By handle, @handle or id."""
        return cls(workspace, workspace.user(who))

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def handle(self) -> str:
        return self.user.handle

    def sees(self, channel: str) -> list[Seen]:
        """The channel as this person sees it: messages, broadcast replies, own ephemerals."""
        with self.workspace.lock:
            self.workspace.tick()
            place = self._place(channel)
            messages = list(reversed(self.workspace.messages.history(place.id)))
            messages += self.workspace.messages.ephemerals(self.id, place.id)
            return [self._seen(m) for m in sorted(messages, key=lambda m: m.ts)]

    def thread(self, message: Seen | str, channel: str = "") -> list[Seen]:
        """A message with its replies; `channel` is needed when only the ts is given."""
        with self.workspace.lock:
            ts = message if isinstance(message, str) else message.ts
            place = self._place(channel if isinstance(message, str) else message.channel)
            return [self._seen(m) for m in self.workspace.messages.replies(place.id, ts)]

    def dm(self) -> list[Seen]:
        """The DM with the app."""
        return self.sees(self.workspace.app_direct(self.id).id)

    def pings(self) -> list[Ping]:
        """What notified this person, in order."""
        with self.workspace.lock:
            return self.workspace.pings.of(self.id)

    @property
    def modal(self) -> ShownView | None:
        """The open modal, the top of its stack."""
        with self.workspace.lock:
            stack = self.workspace.views.stack(self.id)
            return ShownView(stack[-1]) if stack else None

    @property
    def home(self) -> ShownView | None:
        with self.workspace.lock:
            view = self.workspace.views.home(self.id)
            return ShownView(view) if view else None

    @property
    def notices(self) -> list[str]:
        """What Slack told this person went wrong."""
        return list(self.workspace.deliveries.notices.get(self.id, []))

    def wait_to_see(
        self, channel: str, wanted: str | Callable[[Seen], bool], timeout_s: float = PATIENCE_S
    ) -> Seen:
        """The newest message that holds these words (or satisfies the test); TimeoutError."""
        found = self._until(lambda: self._newest(channel, wanted), timeout_s)
        if found is None:
            raise TimeoutError(f"@{self.handle} did not see {wanted!r} in {channel}")
        return found

    def wait_for_modal(self, timeout_s: float = PATIENCE_S) -> ShownView:
        found = self._until(lambda: self.modal, timeout_s)
        if found is None:
            raise TimeoutError(f"no modal opened for @{self.handle}")
        return found

    def _newest(self, channel: str, wanted: str | Callable[[Seen], bool]) -> Seen | None:
        for seen in reversed(self.sees(channel)):
            if wanted in seen.words if isinstance(wanted, str) else wanted(seen):
                return seen
        return None

    def _until(self, look: Callable[[], Found | None], timeout_s: float) -> Found | None:
        deadline = self.workspace.wire.monotonic() + timeout_s
        while True:
            newest = self.workspace.feed.last
            found = look()
            left = deadline - self.workspace.wire.monotonic()
            if found is not None or left <= 0:
                return found
            self.workspace.feed.wait_past(newest, left)

    def _place(self, channel: str) -> Channel:
        place = self.workspace.channel(channel)
        if place.kind != "public_channel" and self.id not in place.members:
            raise SlackError("channel_not_found")
        return place

    def _seen(self, message: Message) -> Seen:
        return Seen.of(self.workspace, message)

    def _open_view(self) -> View | None:
        stack = self.workspace.views.stack(self.id)
        return stack[-1] if stack else None
