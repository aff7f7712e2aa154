"""The guided tour: seven steps, each ticked off when it has really happened.

What simulated people do ticks nothing: a step is done when the visitor has done it.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.delivery.actions import Action, Callback
from bot.demo.screen import kind_of
from playground import Workspace
from playground.delivery import COMMAND, Delivery
from playground.feed import Change
from playground.form import placed
from playground.state import Message


@dataclass(frozen=True)
class Step:
    """`as_whom` and `then_as` are people the page offers to be, `then_in` where they look."""

    name: str
    title: str
    how: str
    as_whom: str = ""
    then: str = ""
    then_as: str = ""
    then_in: str = "mql-handoff"


STEPS = (
    Step(
        "accept",
        "You are a seller. A lead came in: accept it",
        "Be Erik and press Accept on the card in #mql-handoff.",
        as_whom="erik",
        then="The card tells everybody that it is yours.",
    ),
    Step(
        "race",
        "Two sellers want the same lead",
        "Press “Race for a lead”: Erik and Aino accept the next one at the same moment.",
        then="One has it; the other was told who was first, and nobody else saw that.",
    ),
    Step(
        "reminder",
        "Nobody answers a lead: a reminder comes",
        "Press “Send a lead”, then “Until something is due”.",
        then="It is in the card's thread, and came before the time was up.",
    ),
    Step(
        "escalation",
        "Still no answer: the manager hears of it",
        "Press “Until something is due” once more: now the time is up.",
        then="Baton calls Maja, the manager, by name, in the thread and in the channel.",
        then_as="maja",
    ),
    Step(
        "reject",
        "Refuse a lead, with a reason",
        "Be Erik and press Reject on the open card. Some reasons want a note; Baton says which.",
        as_whom="erik",
        then="Marketing has a message from Baton: Anna sees why, and what she can do.",
        then_as="anna",
        then_in="app",
    ),
    Step(
        "lookup",
        "Find a lead again",
        "Write /lead and a name, as on the cards, below the channel. Only you see the answer.",
        as_whom="erik",
    ),
    Step(
        "digest",
        "Monday morning: the week in figures",
        "Press “Next Monday” at the top: at nine the digest comes to #mql-handoff, with its chart.",
        then="The figures by source, seller and reason are in its thread.",
    ),
)

POSTS = {"reminder": "reminder", "escalation": "escalation", "digest_breakdown": "digest"}

VISITOR, RACE, SIMULATED = "visitor", "race", "simulated"
Card = tuple[str, str]  # channel and ts


class Tour:
    """Looks at what happens in the workspace; `done` names the steps that did."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._done: set[str] = set()
        # The feed calls in the thread of whoever acts: that tells the visitor from the others.
        self._thread = threading.local()
        self._by: dict[int, str] = {}  # number of a delivery -> who played it
        self._accepts: dict[Card, dict[str, str]] = defaultdict(dict)  # user -> who played them
        workspace.feed.subscribe(self._happened)

    @property
    def done(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._done)

    @contextmanager
    def played_by(self, whom: str) -> Iterator[None]:
        """What this thread does meanwhile is not the visitor's doing."""
        self._thread.playing = whom
        try:
            yield
        finally:
            self._thread.playing = VISITOR

    def _happened(self, change: Change) -> None:
        with self._lock:
            if step := self._step(change):
                self._done.add(step)

    def _step(self, change: Change) -> str | None:
        """The step that this change completes."""
        match change.kind:
            case "delivery_sent":
                self._note(change.data["number"])
            case "delivery_settled" if not change.data["error"]:
                return self._taken(change.data["number"])
            case "message_posted":
                message = self._workspace.messages.get(change.data["channel"], change.data["ts"])
                return POSTS.get(kind_of(message)) if message else None
            case "message_updated":
                return self._accepted((change.data["channel"], change.data["ts"]))
            case "ephemeral_posted":
                return self._too_late(**change.data)
        return None

    def _note(self, number: int) -> None:
        playing = getattr(self._thread, "playing", VISITOR)
        self._by[number] = playing
        delivery = self._delivery(number)
        if delivery and _clicked(delivery) == Action.ACCEPT:
            where = delivery.payload.get("container") or {}
            card = (where.get("channel_id", ""), where.get("message_ts", ""))
            self._accepts[card][delivery.user] = playing

    def _taken(self, number: int) -> str | None:
        """Baton has taken what the visitor sent."""
        delivery = self._delivery(number)
        if delivery is None or self._by.get(number) != VISITOR:
            return None
        if delivery.kind == COMMAND:
            return "lookup" if delivery.payload.get("text") else None
        view = delivery.payload.get("view") or {}
        refused = bool((delivery.response or {}).get("response_action"))
        if delivery.payload.get("type") == "view_submission" and not refused:
            return "reject" if view.get("callback_id") == Callback.REJECT else None
        return None

    def _accepted(self, card: Card) -> str | None:
        """The card says who has the lead: was it the visitor?"""
        message = self._workspace.messages.get(*card)
        if message is None or _is_open(message):
            return None
        mine = [user for user, by in self._accepts[card].items() if by == VISITOR]
        return "accept" if any(f"<@{user}>" in message.text for user in mine) else None

    def _too_late(self, channel: str, ts: str, user: str, **_: object) -> str | None:
        """Whoever wanted the same lead is told by whom it was taken."""
        told = self._workspace.messages.ephemeral(user, channel, ts)
        if told is None:
            return None
        for people in self._accepts.values():
            rivals = (f"<@{other}>" in told.text for other in people if other != user)
            if people.get(user) in (VISITOR, RACE) and any(rivals):
                return "race"
        return None

    def _delivery(self, number: int) -> Delivery | None:
        newest_first = reversed(tuple(self._workspace.deliveries.kept))
        return next((each for each in newest_first if each.number == number), None)


def _is_open(message: Message) -> bool:
    return any(e.get("action_id") == Action.ACCEPT for _, e in placed(message.blocks))


def _clicked(delivery: Delivery) -> str:
    actions = delivery.payload.get("actions")
    return str(actions[0]["action_id"]) if actions else ""
