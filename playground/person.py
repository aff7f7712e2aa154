"""The human side: what one person in the workspace does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from playground import interactions
from playground.availability import instant_named
from playground.clock import ts_of
from playground.delivery import Delivery
from playground.errors import Refused
from playground.form import (
    STATEFUL,
    chosen,
    find_element,
    find_input,
    missing_or_wrong,
    overflow_choice,
    placed,
)
from playground.messages import Content
from playground.onlooker import Onlooker
from playground.seen import Seen, ShownView
from playground.state import Json, Message, View


class Person(Onlooker):
    """Acts return the Delivery they caused, already acked or given up (`wait=False`: at once).

    What the person's own client would not allow raises Refused and sends nothing.
    """

    @contextlib.contextmanager
    def _acting(self) -> Iterator[None]:
        with self.workspace.lock:
            if self.user.deleted:
                raise Refused("account_inactive", f"@{self.handle} is signed out for good.")
            yield

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
        with self._acting():
            if on is None and not channel:
                delivery = self._click_view(action_id, block_id, value)
            else:
                message, blocks = self._target(action_id, on, channel, block_id, value, stale)
                delivery = self._click_message(message, blocks, action_id, block_id, value)
        return delivery.wait() if wait else delivery

    def _click_message(
        self, message: Message, blocks: list[Json], action_id: str, block_id: str, value: Any
    ) -> Delivery:
        block, element = find_element(blocks, action_id, block_id, value)
        action, choices = self._action(block, element, value), self.workspace.choices
        if element["type"] in STATEFUL:
            state = self._chosen(element, value)
            choices.choose(self.id, message, block["block_id"], action_id, state)
        values = choices.of(self.id, message, blocks)
        return interactions.click_message(self.workspace, self.user, message, action, values)

    def _click_view(self, action_id: str, block_id: str, value: Any) -> Delivery:
        view = self._open_view() or self.workspace.views.home(self.id)
        if view is None:
            raise Refused("no_view", "Neither a modal nor App Home is open.")
        block, element = find_element(view.body["blocks"], action_id, block_id, value)
        if element["type"] in STATEFUL:
            state = self._chosen(element, value)
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
            "action_ts": ts_of(self.workspace.clock.now()),
        }
        if kind in STATEFUL:
            return action | self._chosen(element, value)
        if kind == "overflow":
            return action | overflow_choice(element, str(value))
        action["text"] = element.get("text")
        return action | ({"value": element["value"]} if "value" in element else {})

    def _chosen(self, element: Json, wanted: Any) -> Json:
        """People may be given as `@erik`, conversations as `#sales`."""
        if isinstance(wanted, (list, tuple)):
            return chosen(element, [self._named(element["type"], item) for item in wanted])
        return chosen(element, self._named(element["type"], wanted))

    def _named(self, kind: str, wanted: Any) -> Any:
        if kind.endswith("users_select") and wanted:
            return self.workspace.user(wanted).id
        if kind.endswith(("channels_select", "conversations_select")) and wanted:
            return self._place(wanted).id
        return wanted

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
        with self._acting():
            view = self._top()
            for name, wanted in values.items():
                block, element = find_input(view.body["blocks"], name)
                state = self._chosen(element, wanted)
                view.values.setdefault(block["block_id"], {})[element["action_id"]] = state

    def submit(self, values: Json | None = None, *, wait: bool = True) -> Delivery:
        """Fill in and send the open modal."""
        with self._acting():
            self.fill(values or {})
            view = self._top()
            view.errors = missing_or_wrong(view.body["blocks"], view.values)
            if view.errors:
                raise Refused("incomplete", "; ".join(f"{b}: {t}" for b, t in view.errors.items()))
            delivery = interactions.submit(self.workspace, self.user, view)
        return delivery.wait() if wait else delivery

    def close_view(self, everything: bool = False, *, wait: bool = True) -> list[Delivery]:
        """Cancel the open modal, or its whole stack; the view_closed deliveries this caused."""
        with self._acting():
            everything = everything or bool(self._top().body.get("clear_on_close"))
            views = self.workspace.views.close(self.id, everything)
            told = [interactions.closed(self.workspace, self.user, v, everything) for v in views]
        sent = [delivery for delivery in told if delivery is not None]
        return [delivery.wait() for delivery in sent] if wait else sent

    def options_for(
        self, action_id: str, typed: str, on: Seen | str | None = None, channel: str = ""
    ) -> list[Json]:
        """What an external select offers for these letters: options, or groups of them."""
        with self._acting():
            if on is None:
                view = self._open_view() or self.workspace.views.home(self.id) or self._top()
                blocks, where = view.body["blocks"], {"view": ShownView(view).body}
            else:
                message = self._message(on, channel)
                blocks = message.blocks
                where = {"channel": {"id": message.channel}, "message": message.to_json()}
            block, element = find_element(blocks, action_id, "", None)
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
        with self._acting():
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
        with self._acting():
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
        with self._acting():
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
        with self._acting():
            self.workspace.reading.read(self.id, self._place(channel).id, ts, thread_ts)

    def join(self, channel: str) -> None:
        with self._acting():
            self.workspace.join(self._place(channel), self.id)

    def leave(self, channel: str) -> None:
        with self._acting():
            self.workspace.leave(self._place(channel), self.id)

    def open_direct(self, who: str) -> str:
        """The id of the conversation with somebody."""
        return self.workspace.direct(self.id, self.workspace.user(who).id)[0].id

    def open_home(self, tab: str = "home", *, wait: bool = True) -> Delivery | None:
        """Open the app's Home (or `messages`) tab; None when the app does not listen."""
        with self._acting():
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
        with self._acting():
            message = self._message(on, channel) if on is not None else None
            delivery = interactions.shortcut(self.workspace, self.user, callback_id, message)
        return delivery.wait() if wait else delivery

    # being away

    def set_presence(self, presence: str) -> None:
        """`active` or `away`."""
        with self._acting():
            self.workspace.availability.set_presence(self.user, presence)

    def set_status(
        self, text: str = "", emoji: str = "", until: str | datetime = "", minutes: float = 0
    ) -> None:
        """Until something else is said, `until` an instant (`today`, `week` and `tomorrow` too), or
        for so many minutes; without words and emoji it is taken away."""
        with self._acting():
            end = self._end(until, minutes) if until or minutes else None
            self.workspace.availability.set_status(self.user, text, emoji, end)

    def pause_notifications(self, minutes: float = 0, until: str | datetime = "") -> None:
        """Do Not Disturb for so many minutes, or until an instant (`tomorrow`: 09:00)."""
        with self._acting():
            if not minutes and not until:
                raise Refused("no_duration", "A pause has an end: minutes, or until when.")
            self.workspace.availability.pause(self.user, self._end(until, minutes))

    def resume_notifications(self) -> None:
        """End the pause; the schedule stays."""
        with self._acting():
            self.workspace.availability.resume(self.user)

    def set_dnd_schedule(self, start: str = "", end: str = "") -> None:
        """No notifications from `22:00` to `08:00`, each day in one's own zone; without, always."""
        with self._acting():
            hours = (time.fromisoformat(start), time.fromisoformat(end)) if start or end else None
            self.workspace.availability.set_schedule(self.user, hours)

    def _end(self, until: str | datetime, minutes: float) -> datetime:
        now = self.workspace.clock.now()
        if until:
            return instant_named(until, now, self.user.tz)
        return now + timedelta(minutes=minutes)

    # inside

    def _top(self) -> View:
        view = self._open_view()
        if view is None:
            raise Refused("no_view", "No modal is open.")
        return view
