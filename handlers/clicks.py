"""What Slack says was clicked, read with distrust: cards are old, and forms can be forged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.delivery.actions import Action

FROM_THE_MENU = frozenset({action.value for action in Action} - {Action.MORE})

NUMBER = re.compile(r"[1-9]\d{0,17}", re.ASCII)
TIMESTAMP = re.compile(r"(\d{1,11})(?:\.(\d{1,9}))?", re.ASCII)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# A handoff and its round, as every button of a card carries them; and what was chosen.
TARGET = re.compile(r"([1-9]\d{0,17}):([1-9]\d{0,8})(?::(.{1,200}))?", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """Which round of which handoff is meant, and when Slack says that it was clicked."""

    handoff: int
    round: int
    chosen: str = ""  # a queue, a seller, a proposal; '' where there was nothing to choose
    clicked_at: datetime | None = None

    @property
    def proposal(self) -> int:
        """0 is none."""
        return int(self.chosen) if NUMBER.fullmatch(self.chosen) else 0


@dataclass(frozen=True, slots=True)
class Click:
    person: str  # Slack's id
    target: Target | None  # None: not one of our values
    response_url: str
    trigger_id: str
    at_home: bool = False  # in App Home, where Slack gives no response_url


def unfolded(body: dict[str, Any]) -> dict[str, Any]:
    """A choice from the menu "More" is a click on the button that it stands for."""
    action = mapping(first(body.get("actions")))
    if action.get("action_id") != Action.MORE:
        return body
    chosen = text(mapping(action.get("selected_option")).get("value"))
    name, _, value = chosen.partition(":")
    if name not in FROM_THE_MENU:
        return body
    return {**body, "actions": [{**action, "action_id": name, "value": value}]}


def read_click(body: Mapping[str, Any]) -> Click:
    action = mapping(first(body.get("actions")))
    chosen = mapping(action.get("selected_option")).get("value")
    return Click(
        person=text(mapping(body.get("user")).get("id")),
        target=read_target(action.get("value") or chosen, instant(action.get("action_ts"))),
        response_url=text(body.get("response_url")),
        trigger_id=text(body.get("trigger_id")),
        at_home=mapping(body.get("view")).get("type") == "home",
    )


def read_target(value: object, clicked_at: datetime | None = None) -> Target | None:
    found = TARGET.fullmatch(value) if isinstance(value, str) else None
    return Target(int(found[1]), int(found[2]), found[3] or "", clicked_at) if found else None


def instant(ts: object) -> datetime | None:
    """Slack's seconds.microseconds (workspace time); None for what is none."""
    found = TIMESTAMP.fullmatch(ts) if isinstance(ts, str) else None
    if found is None:
        return None
    micros = int((found[2] or "").ljust(6, "0")[:6])
    return EPOCH + timedelta(seconds=int(found[1]), microseconds=micros)


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None


def text(value: object) -> str:
    return value if isinstance(value, str) else ""
