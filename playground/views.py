"""Modals (a stack of three for each person) and App Home."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from playground.errors import SlackError
from playground.feed import Feed
from playground.form import initial_values
from playground.state import Json, View

DEEPEST_STACK = 3


class Views:
    def __init__(self, feed: Feed, new_id: Callable[[str], str]) -> None:
        self._feed = feed
        self._new_id = new_id
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        """Bottom first; the last one is what the person sees."""
        return self._stacks.get(user, [])

    def home(self, user: str) -> View | None:
        return self._homes.get(user)

    def find(self, view_id: str = "", external_id: str = "") -> View:
        for view in (*(v for stack in self._stacks.values() for v in stack), *self._homes.values()):
            if view.id == view_id or (external_id and view.body.get("external_id") == external_id):
                return view
        raise SlackError("not_found")

    def open(self, user: str, body: Json, channel: str = "") -> View:
        """`channel`: the conversation the person is in."""
        self._only_once(body)
        view = self._made(user, body, channel)
        view.root = view.id
        self._stacks[user] = [view]
        self._changed(view, "opened")
        return view

    def push(self, user: str, body: Json) -> View:
        stack = self.stack(user)
        if len(stack) >= DEEPEST_STACK:
            raise SlackError("push_limit_reached")
        if not stack:
            raise SlackError("not_found")
        self._only_once(body)
        view = self._made(user, body, stack[0].opened_in)
        view.root, view.previous = stack[0].id, stack[-1].id
        stack.append(view)
        self._changed(view, "pushed")
        return view

    def update(self, view: View, body: Json, expected_hash: str = "") -> View:
        """What was typed stays where block_id and action_id stay."""
        if expected_hash and expected_hash != view.hash:
            raise SlackError("hash_conflict")
        self._only_once(body, view)
        typed = view.values
        view.body, view.hash, view.errors = body, _fresh_hash(), {}
        view.values = {
            block: {
                action: typed.get(block, {}).get(action, state) for action, state in states.items()
            }
            for block, states in initial_values(body["blocks"], view.opened_in).items()
        }
        self._changed(view, "updated")
        return view

    def publish(self, user: str, body: Json, expected_hash: str = "") -> View:
        home = self._homes.get(user)
        if home is None:
            home = self._homes[user] = self._made(user, body)
            home.root = home.id
        else:
            self.update(home, body, expected_hash)
        self._feed.emit("home_published", user=user, view=home.id)
        return home

    def close(self, user: str, everything: bool = False) -> list[View]:
        """The views closed, top first."""
        stack = self.stack(user)
        closed = [stack.pop() for _ in range(len(stack) if everything else min(1, len(stack)))]
        for view in closed:
            self._changed(view, "closed")
        return closed

    def show_errors(self, view: View, errors: dict[str, str]) -> None:
        view.errors = errors
        self._changed(view, "errors")

    def _made(self, user: str, body: Json, channel: str = "") -> View:
        values = initial_values(body["blocks"], channel)
        name, changed = self._new_id("V"), _fresh_hash()
        return View(name, user, body, changed, opened_in=channel, values=values)

    def _only_once(self, body: Json, but: View | None = None) -> None:
        external_id = body.get("external_id")
        if not external_id:
            return
        views = [v for stack in self._stacks.values() for v in stack] + list(self._homes.values())
        if any(v is not but and v.body.get("external_id") == external_id for v in views):
            raise SlackError("duplicate_external_id")

    def _changed(self, view: View, how: str) -> None:
        self._feed.emit("view_changed", user=view.user, view=view.id, how=how)


def _fresh_hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"
