"""The guided tour: seven steps, each ticked off when it has really happened."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from bot.delivery.actions import Action, Callback
from bot.demo.screen import kind_of
from playground import Workspace
from playground.delivery import COMMAND, Delivery
from playground.feed import Change


@dataclass(frozen=True)
class Step:
    name: str
    title: str
    how: str


STEPS = (
    Step(
        "accept",
        "You are a seller. A lead came in: accept it",
        "Be Erik, open #mql-handoff and press Accept on the card.",
    ),
    Step(
        "race",
        "Two colleagues want the same lead",
        "Press “Race for a lead” below: one wins, the other is told privately who was first.",
    ),
    Step(
        "reminder",
        "Nobody minds a lead: a reminder comes",
        "Press “Send a lead”, then “Until something is due”. The thread speaks up in time.",
    ),
    Step(
        "escalation",
        "Still nobody: the manager hears of it",
        "“Until something is due” once more: the time is up, and Maja is called.",
    ),
    Step(
        "reject",
        "Refuse a lead, with a reason",
        "Press Reject on a card, choose a reason. Then be Anna: marketing knows at once.",
    ),
    Step(
        "lookup",
        "Find a lead again",
        "Type /lead and a name below the channel: only you see the answer.",
    ),
    Step(
        "digest",
        "Monday morning: the week in figures",
        "Press “Next Monday” at the clock: the digest comes at nine, with its chart.",
    ),
)

POSTS = {"reminder": "reminder", "escalation": "escalation", "digest_breakdown": "digest"}


class Tour:
    """Looks at what happens in the workspace; `done` names the steps that did."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._done: set[str] = set()
        workspace.feed.subscribe(self._happened)

    @property
    def done(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._done)

    def tick(self, name: str) -> None:
        with self._lock:
            self._done.add(name)

    def _happened(self, change: Change) -> None:
        if step := self._step(change):
            self.tick(step)

    def _step(self, change: Change) -> str | None:
        """The step that this change completes."""
        match change.kind:
            case "message_posted":
                message = self._workspace.messages.get(change.data["channel"], change.data["ts"])
                return POSTS.get(kind_of(message)) if message else None
            case "ephemeral_posted":
                late = _clicked(self._last_of(change.data["user"])) == Action.ACCEPT
                return "race" if late else None
            case "delivery_settled" if not change.data["error"]:
                return _taken(self._last_of(change.data["user"], change.data["number"]))
        return None

    def _last_of(self, user: str, number: int | None = None) -> Delivery | None:
        """The latest thing this person did, or the one with this number."""
        for delivery in reversed(tuple(self._workspace.deliveries.kept)):
            if delivery.user == user and number in (None, delivery.number):
                return delivery
        return None


def _taken(delivery: Delivery | None) -> str | None:
    """The step that is done once Baton has taken this."""
    if delivery is None:
        return None
    if delivery.kind == COMMAND:
        return "lookup" if delivery.payload.get("text") else None
    if _clicked(delivery) == Action.ACCEPT:
        return "accept"
    view = delivery.payload.get("view") or {}
    refused = bool((delivery.response or {}).get("response_action"))
    if delivery.payload.get("type") == "view_submission" and not refused:
        return "reject" if view.get("callback_id") == Callback.REJECT else None
    return None


def _clicked(delivery: Delivery | None) -> str:
    actions = delivery.payload.get("actions") if delivery else None
    return str(actions[0]["action_id"]) if actions else ""
