"""Slack's limits on messages and modals, in one table, and the check against it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.delivery.escaping import length

Json = dict[str, Any]

# Characters of a text (or of the text object's text), by the type of what holds it.
MOST_CHARACTERS: Mapping[str, Mapping[str, int]] = {
    "section": {"text": 3000, "fields": 2000, "block_id": 255},
    "header": {"text": 150, "block_id": 255},
    "context": {"elements": 2000, "block_id": 255},
    "actions": {"block_id": 255},
    "image": {"alt_text": 2000, "image_url": 3000, "title": 2000, "block_id": 255},
    "input": {"label": 2000, "hint": 2000, "block_id": 255},
    "button": {"text": 75, "action_id": 255, "value": 2000, "url": 3000},
    "static_select": {"placeholder": 150, "action_id": 255},
    "overflow": {"action_id": 255},
    "option": {"text": 75, "value": 150, "description": 75},
    "option_group": {"label": 75},
    "plain_text_input": {"placeholder": 150, "initial_value": 3000, "action_id": 255},
    "datepicker": {"placeholder": 150, "action_id": 255},
    "confirm": {"title": 100, "text": 300, "confirm": 30, "deny": 30},
    "modal": {
        "title": 24,
        "submit": 24,
        "close": 24,
        "private_metadata": 3000,
        "callback_id": 255,
    },
}
MOST_ITEMS: Mapping[str, Mapping[str, int]] = {
    "section": {"fields": 10},
    "context": {"elements": 10},
    "actions": {"elements": 25},
    "static_select": {"options": 100, "option_groups": 100},
    "option_group": {"options": 100},
    "overflow": {"options": 5},
    "modal": {"blocks": 100},
    "home": {"blocks": 100},
    "message": {"blocks": 50},
}
MOST_MESSAGE_TEXT = 4000  # the top-level text; chat.update refuses more
MOST_TEXT_IN_ALL = 10_000  # of all blocks; Slack's own ceiling is undocumented, near 12,000
MOST_BYTES_OF_A_VIEW = 250_000  # of its JSON

_TEXT_OBJECTS = ("plain_text", "mrkdwn")
_UNTYPED = {
    "options": "option",
    "option_groups": "option_group",
    "option": "option",
    "initial_option": "option",
    "confirm": "confirm",
}


class OutsideLimits(ValueError):
    """Slack would refuse this. For whoever writes the template; it quotes no content."""

    def __init__(self, template: str, problems: Sequence[str]) -> None:
        super().__init__(f"{template}: Slack would refuse this: {'; '.join(problems)}.")
        self.problems = tuple(problems)


def check_message(template: str, text: str, blocks: Sequence[Json]) -> None:
    """Raises OutsideLimits."""
    problems = list(_problems({"type": "message", "blocks": blocks}, "message", ""))
    if not text.strip():
        problems.append("/text is empty")
    if length(text) > MOST_MESSAGE_TEXT:
        problems.append(f"/text has {length(text)} characters, {MOST_MESSAGE_TEXT} are allowed")
    total = sum(length(text) for text in all_texts(blocks))
    if total > MOST_TEXT_IN_ALL:
        problems.append(f"{total} characters in all, {MOST_TEXT_IN_ALL} are allowed")
    _refuse(template, blocks, problems)


def check_view(template: str, view: Json) -> None:
    """A modal or a Home. Raises OutsideLimits."""
    problems = list(_problems(view, view["type"], ""))
    if (size := len(json.dumps(view))) > MOST_BYTES_OF_A_VIEW:
        problems.append(f"{size} bytes in all, {MOST_BYTES_OF_A_VIEW} are allowed")
    inputs = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and inputs and "submit" not in view:
        problems.append("/submit is missing, and there are inputs")
    _refuse(template, view["blocks"], problems)


def _refuse(template: str, blocks: Sequence[Json], problems: list[str]) -> None:
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        problems.append("two blocks have one block_id")
    if problems:
        raise OutsideLimits(template, problems)


def all_texts(node: object) -> Iterator[str]:
    """Every text that a reader sees, depth first."""
    if isinstance(node, list):
        for item in node:
            yield from all_texts(item)
    elif isinstance(node, dict):
        if node.get("type") in _TEXT_OBJECTS:
            yield node["text"]
        else:
            for value in node.values():
                if isinstance(value, list | dict):
                    yield from all_texts(value)


def _problems(node: Json, kind: str, path: str) -> Iterator[str]:
    characters, items = MOST_CHARACTERS.get(kind, {}), MOST_ITEMS.get(kind, {})
    for field, value in node.items():
        if isinstance(value, str):
            yield from _too_long(value, characters.get(field), path, field)
        elif isinstance(value, dict):
            yield from _in_object(value, characters.get(field), path, field)
        elif isinstance(value, list):
            if not 0 < len(value) <= items.get(field, len(value)):
                yield f"{path}/{field} has {len(value)} items, 1 to {items.get(field)} are allowed"
            for position, item in enumerate(value):
                here = f"{path}/{field}"
                yield from _in_object(item, characters.get(field), here, str(position), field)


def _in_object(
    value: Json, most: int | None, path: str, field: str, holder: str = ""
) -> Iterator[str]:
    kind = value.get("type") or _UNTYPED.get(holder or field, "")
    if kind in _TEXT_OBJECTS:
        if not value["text"].strip():
            yield f"{path}/{field} is empty"
        yield from _too_long(value["text"], most, path, field)
    else:
        yield from _problems(value, kind, f"{path}/{field}")


def _too_long(text: str, most: int | None, path: str, field: str) -> Iterator[str]:
    if most is not None and len(text) * 2 > most and length(text) > most:
        yield f"{path}/{field} has {length(text)} characters, {most} are allowed"
