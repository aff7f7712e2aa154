"""A message or a view as somebody looks at it: a snapshot, free of the workspace's lock."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from playground.block_rules import elements_of
from playground.state import Json, Message, View
from playground.wording import block_words, words_of
from playground.workspace import Workspace


@dataclass(frozen=True)
class Button:
    action_id: str
    label: str
    value: str
    kind: str


@dataclass(frozen=True)
class Seen:
    """`words`: all text in reading order; `channel`: an id; `channel_name`: what people call it."""

    channel: str
    channel_name: str
    ts: str
    author: str
    text: str
    words: str
    blocks: list[Json] = field(repr=False)
    buttons: list[Button] = field(repr=False)
    thread_ts: str = ""
    reply_count: int = 0
    broadcast: bool = False
    ephemeral: bool = False
    edited: bool = False
    metadata: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    files: list[Json] = field(default_factory=list)

    @property
    def action_ids(self) -> list[str]:
        return [button.action_id for button in self.buttons]

    @staticmethod
    def of(workspace: Workspace, message: Message) -> Seen:
        author = workspace.users.get(message.user)
        channel = workspace.channels[message.channel]
        described = workspace.messages.describe(message)
        return Seen(
            channel=channel.id,
            channel_name=channel.name,
            ts=message.ts,
            author=author.handle if author else message.user,
            text=message.text,
            words=words_of(message),
            blocks=copy.deepcopy(message.blocks),
            buttons=_buttons(message.blocks),
            thread_ts=message.thread_ts,
            reply_count=described.get("reply_count", 0),
            broadcast=message.broadcast,
            ephemeral=bool(message.only_for),
            edited=message.edited is not None,
            metadata=copy.deepcopy(message.metadata),
            reactions=copy.deepcopy(message.reactions),
            files=copy.deepcopy(message.files),
        )


@dataclass(frozen=True)
class ShownView:
    """An open modal or App Home; `errors` are shown beside the input blocks they name."""

    id: str
    callback_id: str
    title: str
    words: str
    body: Json = field(repr=False)
    values: Json = field(repr=False)
    errors: dict[str, str]
    buttons: list[Button] = field(repr=False)

    def __init__(self, view: View) -> None:
        body = copy.deepcopy(view.body)
        for name, value in (
            ("id", view.id),
            ("callback_id", str(body.get("callback_id") or "")),
            ("title", str((body.get("title") or {}).get("text", ""))),
            ("words", block_words(body["blocks"])),
            ("body", body),
            ("values", copy.deepcopy(view.values)),
            ("errors", dict(view.errors)),
            ("buttons", _buttons(body["blocks"])),
        ):
            object.__setattr__(self, name, value)


def _buttons(blocks: list[Json]) -> list[Button]:
    return [
        Button(
            element["action_id"],
            str((element.get("text") or element.get("placeholder") or {}).get("text", "")),
            str(element.get("value", "")),
            element["type"],
        )
        for block in blocks
        for element in elements_of(block)
        if "action_id" in element
    ]
