"""The human side: what one person in the workspace does and sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from playground import interactions
from playground.delivery import Delivery
from playground.errors import Refused, SlackError
from playground.form import STATEFUL, chosen, missing_or_wrong, overflow_choice, placed
from playground.messages import Content
from playground.pings import Ping
from playground.seen import Seen, ShownView
from playground.state import Channel, Json, Message, User, View
from playground.workspace import Workspace

Found = TypeVar("Found")


class Person:
    """Acts return the Delivery they caused, already acked or given up (`wait=False`: at once).

    What the person's own client would not allow raises Refused and sends nothing.
    """

    def __init__(self, workspace: Workspace, user: User) -> None:
        self.workspace = workspace
        self.user = user

    @classmethod
    def of(cls, workspace: Workspace, who: str) -> Person:
        """By handle, @handle or id."""
        return cls(workspace, workspace.user(who))

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def handle(self) -> str:
        return self.user.handle

    # seeing

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
        self, channel: str, wanted: str | Callable[[Seen], bool], timeout_s: float = 5.0
    ) -> Seen:
        """The newest message that holds these words (or satisfies the test); TimeoutError."""
        found = self._until(lambda: self._newest(channel, wanted), timeout_s)
        if found is None:
            raise TimeoutError(f"@{self.handle} did not see {wanted!r} in {channel}")
        return found

    def wait_for_modal(self, timeout_s: float = 5.0) -> ShownView:
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

    # acting on messages

    def click(
        self,
        action_id: str,
        on: Seen | str | None = None,
        *,
        channel: str = "",
        value: Any = None,
        block_id: str = "",
        stale: bool = False,
        wait: bool = True,
    ) -> Delivery:
        """Press a button or choose in a menu.

        `on` names the message (a Seen, or a ts together with `channel`); without it the newest
        message in `channel` that has the action; without both, the open modal, else App Home.
        `value` picks among buttons of one action_id, or is what is chosen. `stale` clicks what
        the message showed before its last updates.
        """
        with self.workspace.lock:
            if on is None and not channel:
                delivery = self._click_view(action_id, block_id, value)
            else:
                message, blocks = self._target(action_id, on, channel, block_id, value, stale)
                delivery = self._click_message(message, blocks, action_id, block_id, value)
        return delivery.wait() if wait else delivery

    def _click_message(
        self, message: Message, blocks: list[Json], action_id: str, block_id: str, value: Any
    ) -> Delivery:
        block, element = _find(blocks, action_id, block_id, value)
        action = self._action(block, element, value)
        values: Json = {}
        if element["type"] in STATEFUL:
            state = chosen(element, value)
            values = {block["block_id"]: {action_id: state}}
        return interactions.click_message(self.workspace, self.user, message, action, values)

    def _click_view(self, action_id: str, block_id: str, value: Any) -> Delivery:
        view = self._open_view() or self.workspace.views.home(self.id)
        if view is None:
            raise Refused("no_view", "Neither a modal nor App Home is open.")
        block, element = _find(view.body["blocks"], action_id, block_id, value)
        if element["type"] in STATEFUL:
            state = chosen(element, value)
            view.values.setdefault(block["block_id"], {})[action_id] = state
        return interactions.click_view(
            self.workspace, self.user, view, self._action(block, element, value)
        )

    def _action(self, block: Json, element: Json, value: Any) -> Json:
        kind = element["type"]
        action: Json = {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "type": kind,
            "action_ts": f"{self.workspace.wire.now():.6f}",
        }
        if kind in STATEFUL:
            return action | chosen(element, value)
        if kind == "overflow":
            return action | overflow_choice(element, str(value))
        action["text"] = element.get("text")
        return action | ({"value": element["value"]} if "value" in element else {})

    def _target(
        self,
        action_id: str,
        on: Seen | str | None,
        channel: str,
        block_id: str,
        value: Any,
        stale: bool,
    ) -> tuple[Message, list[Json]]:
        if on is None:
            message = self._newest_with(action_id, channel)
        else:
            message = self._message(on, channel)
        for blocks in (message.blocks, *(reversed(message.versions) if stale else ())):
            if any(element.get("action_id") == action_id for _, element in placed(blocks)):
                return message, blocks
        raise Refused("action_not_found", f"This message has no {action_id!r} to click.")

    def _newest_with(self, action_id: str, channel: str) -> Message:
        for seen in reversed(self.sees(channel)):
            if action_id in seen.action_ids:
                return self._message(seen, channel)
        raise Refused("action_not_found", f"Nothing in {channel} has {action_id!r} to click.")

    def _message(self, which: Seen | str, channel: str = "") -> Message:
        ts = which if isinstance(which, str) else which.ts
        place = self._place(channel if isinstance(which, str) else which.channel)
        messages = self.workspace.messages
        message = messages.get(place.id, ts) or messages.ephemeral(self.id, place.id, ts)
        if message is None:
            raise Refused("message_not_found", "This message is gone.")
        return message

    # acting in modals

    def fill(self, values: Json) -> None:
        """Type into the open modal without sending it; keys are action_ids or block_ids."""
        with self.workspace.lock:
            view = self._top()
            for name, wanted in values.items():
                block, element = _input(view.body["blocks"], name)
                state = chosen(element, wanted)
                view.values.setdefault(block["block_id"], {})[element["action_id"]] = state

    def submit(self, values: Json | None = None, *, wait: bool = True) -> Delivery:
        """Fill in and send the open modal."""
        with self.workspace.lock:
            self.fill(values or {})
            view = self._top()
            view.errors = missing_or_wrong(view.body["blocks"], view.values)
            if view.errors:
                raise Refused("incomplete", "; ".join(f"{b}: {t}" for b, t in view.errors.items()))
            delivery = interactions.submit(self.workspace, self.user, view)
        return delivery.wait() if wait else delivery

    def close_view(self, everything: bool = False, *, wait: bool = True) -> list[Delivery]:
        """Cancel the open modal, or its whole stack; the view_closed deliveries this caused."""
        with self.workspace.lock:
            self._top()
            views = self.workspace.views.close(self.id, everything)
            told = [interactions.closed(self.workspace, self.user, v, everything) for v in views]
        sent = [delivery for delivery in told if delivery is not None]
        return [delivery.wait() for delivery in sent] if wait else sent

    def options_for(
        self, action_id: str, typed: str, on: Seen | str | None = None, channel: str = ""
    ) -> list[Json]:
        """What an external select offers for these letters: options, or groups of them."""
        with self.workspace.lock:
            if on is None:
                view = self._open_view() or self.workspace.views.home(self.id) or self._top()
                blocks, where = view.body["blocks"], {"view": ShownView(view).body}
            else:
                message = self._message(on, channel)
                blocks = message.blocks
                where = {"channel": {"id": message.channel}, "message": message.to_json()}
            block, element = _find(blocks, action_id, "", None)
            where["block_id"] = block["block_id"]
            delivery = interactions.suggestion(self.workspace, self.user, where, element, typed)
        answer = delivery.wait().response
        if not isinstance(answer, dict):
            return []
        return list(answer.get("options") or answer.get("option_groups") or [])

    # acting elsewhere

    def command(
        self,
        command: str,
        text: str = "",
        channel: str = "",
        *,
        in_thread: bool = False,
        wait: bool = True,
    ) -> Delivery:
        """Type a slash command; without a channel, in the DM with the app."""
        with self.workspace.lock:
            known = self.workspace.app.commands
            if in_thread:
                raise Refused("not_in_threads", f"{command} cannot be used in a thread.")
            if known is not None and command not in known:
                raise Refused("unknown_command", f"{command} is not a valid command.")
            place = self._place(channel or self.workspace.app_direct(self.id).id)
            delivery = interactions.command(self.workspace, self.user, place, command, text)
        return delivery.wait() if wait else delivery

    def say(self, text: str, channel: str = "", *, thread: Seen | str = "") -> Seen:
        """Write a message; without a channel, to the app."""
        with self.workspace.lock:
            place = self._place(channel or self.workspace.app_direct(self.id).id)
            if self.id not in place.members:
                raise Refused("not_in_channel", f"@{self.handle} is not in {place.name}.")
            if place.archived:
                raise Refused("is_archived", f"{place.name} is archived.")
            thread_ts = thread if isinstance(thread, str) else thread.ts
            message = self.workspace.messages.post(
                place, {"user": self.id}, Content(text), thread_ts=thread_ts
            )
            self.workspace.announce(message)
            return self._seen(message)

    def react(self, emoji: str, on: Seen | str, channel: str = "") -> None:
        with self.workspace.lock:
            message, name = self._message(on, channel), emoji.strip(":")
            people = message.reactions.setdefault(name, [])
            if self.id in people:
                raise Refused("already_reacted", f"@{self.handle} already added :{name}:.")
            people.append(self.id)
            item = {"type": "message", "channel": message.channel, "ts": message.ts}
            event = {"type": "reaction_added", "user": self.id, "reaction": name, "item": item}
            self.workspace.feed.emit(
                "reaction_added", channel=message.channel, ts=message.ts, name=name
            )
            self.workspace.send_event(event | {"item_user": message.user})

    def read(self, channel: str, ts: str, thread_ts: str = "") -> None:
        """Everything up to `ts` has been read: in the channel, or in one of its threads."""
        with self.workspace.lock:
            self.workspace.reading.read(self.id, self._place(channel).id, ts, thread_ts)

    def join(self, channel: str) -> None:
        with self.workspace.lock:
            self.workspace.join(self._place(channel), self.id)

    def open_direct(self, who: str) -> str:
        """The id of the conversation with somebody."""
        return self.workspace.direct(self.id, self.workspace.user(who).id)[0].id

    def open_home(self, tab: str = "home", *, wait: bool = True) -> Delivery | None:
        """Open the app's Home (or `messages`) tab; None when the app does not listen."""
        with self.workspace.lock:
            place = self.workspace.app_direct(self.id)
            event: Json = {
                "type": "app_home_opened",
                "user": self.id,
                "channel": place.id,
                "tab": tab,
            }
            view = self.workspace.views.home(self.id)
            if tab == "home" and view is not None:
                app = self.workspace.app
                event["view"] = view.to_json(self.workspace.team_id, app.app_id, app.bot_id)
            delivery = self.workspace.send_event(event)
        return delivery.wait() if delivery and wait else delivery

    def shortcut(
        self, callback_id: str, on: Seen | str | None = None, channel: str = "", wait: bool = True
    ) -> Delivery:
        """A global shortcut, or a message's when `on` is given."""
        with self.workspace.lock:
            message = self._message(on, channel) if on is not None else None
            delivery = interactions.shortcut(self.workspace, self.user, callback_id, message)
        return delivery.wait() if wait else delivery

    # inside

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

    def _top(self) -> View:
        view = self._open_view()
        if view is None:
            raise Refused("no_view", "No modal is open.")
        return view


def _find(blocks: list[Json], action_id: str, block_id: str, value: Any) -> tuple[Json, Json]:
    found = [
        (block, element)
        for block, element in placed(blocks)
        if element.get("action_id") == action_id and block_id in ("", block.get("block_id"))
    ]
    if value is not None:
        narrowed = [
            (block, element)
            for block, element in found
            if element["type"] != "button" or element.get("value") == str(value)
        ]
        found = narrowed
    if not found:
        raise Refused("action_not_found", f"There is no {action_id!r} to click.")
    return found[0]


def _input(blocks: list[Json], name: str) -> tuple[Json, Json]:
    for block, element in placed(blocks):
        if (
            name in (element.get("action_id"), block.get("block_id"))
            and element["type"] in STATEFUL
        ):
            return block, element
    raise Refused("no_such_field", f"The modal has no field {name!r}.")
