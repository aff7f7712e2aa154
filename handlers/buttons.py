"""One click, one use case: committed first, then acked, and nothing of Slack before that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot.delivery.actions import Action
from bot.domain.messages import Message, NobodyLeft, NotMineNews
from bot.domain.move import Event
from bot.use_cases import answer, follow_up, hand_over, offer, passing
from bot.use_cases.desk import Desk
from bot.use_cases.ports import Conflict, NotFound
from handlers.clicks import Target, read_click
from handlers.private import REFUSALS, Private

ATTEMPTS = 2  # somebody may move the lead between our look and our write; then look once more

UseCase = Callable[[Desk, Target, str], object]


@dataclass(frozen=True, slots=True)
class Button:
    means: Event
    does: UseCase


BUTTONS = {
    Action.ACCEPT: Button(
        Event.ACCEPTED,
        lambda desk, on, by: answer.accept(desk, on.handoff, on.round, by, on.clicked_at),
    ),
    Action.CONTACTED: Button(
        Event.CONTACTED,
        lambda desk, on, by: follow_up.contacted(desk, on.handoff, on.round, by, on.clicked_at),
    ),
    Action.SQL: Button(
        Event.SQL,
        lambda desk, on, by: follow_up.reached(
            desk, on.handoff, on.round, by, Event.SQL, clicked_at=on.clicked_at
        ),
    ),
    Action.OPPORTUNITY: Button(
        Event.OPPORTUNITY,
        lambda desk, on, by: follow_up.reached(
            desk, on.handoff, on.round, by, Event.OPPORTUNITY, clicked_at=on.clicked_at
        ),
    ),
    Action.RELEASE: Button(
        Event.RELEASED,
        lambda desk, on, by: follow_up.release(desk, on.handoff, on.round, by, on.clicked_at),
    ),
    Action.AGREE: Button(
        Event.TRANSFERRED, lambda desk, on, by: hand_over.agree(desk, on.proposal, by)
    ),
    Action.DECLINE: Button(
        Event.TRANSFERRED, lambda desk, on, by: hand_over.decline(desk, on.proposal, by)
    ),
    Action.PASS: Button(
        Event.PASSED, lambda desk, on, by: passing.pass_on(desk, on.handoff, on.round, by)
    ),
    Action.ASK_SELLER: Button(
        Event.ASSIGNED,
        lambda desk, on, by: passing.ask_by_name(desk, on.handoff, on.round, on.chosen, by),
    ),
    Action.REOFFER: Button(
        Event.OFFERED,
        lambda desk, on, by: offer.offer_again(desk, on.handoff, on.round, on.chosen, by),
    ),
}


# Selects in a manager's DM: the message that holds them says from then on what was chosen.
IN_A_DM: dict[Action, Callable[[int, int], Message]] = {
    Action.REOFFER: NotMineNews,
    Action.ASK_SELLER: NobodyLeft,
}


def register(app: App, action: Action, desk: Desk, private: Private) -> None:
    button = BUTTONS[action]

    def clicked(ack: Ack, body: dict[str, Any]) -> None:
        click = read_click(body)
        refusal = attempt(button.does, desk, click.target, click.person)
        ack()
        if refusal is not None:
            private.refuse(click, refusal, button.means)
        elif action in IN_A_DM and click.target:
            private.replace(click, IN_A_DM[action](click.target.handoff, click.target.round))
        else:
            private.done(click)

    app.action(action.value)(clicked)


def register_links(app: App) -> None:
    """Slack tells of clicks on links too, and shows a warning where nobody acks."""

    def opened(ack: Ack) -> None:
        ack()

    app.action(Action.OPEN_CRM.value)(opened)


def attempt(does: UseCase, desk: Desk, target: Target | None, person: str) -> Exception | None:
    """None, or why it was not done, for telling the person."""
    if target is None:
        return NotFound("This is no button of ours.")
    refusal: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            does(desk, target, person)
        except Conflict as conflict:
            refusal = conflict
        except REFUSALS as refused:
            return refused
        else:
            return None
    return refusal
