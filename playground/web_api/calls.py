"""One call of a Web API method: its arguments as Slack reads them, and the table of methods."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from playground.block_rules import check_message_blocks, check_metadata
from playground.errors import SlackError, explained
from playground.messages import Content, micros_of
from playground.state import Channel, Json, User
from playground.workspace import Workspace

SCOPE_FAMILY = {
    "public_channel": "channels",
    "private_channel": "groups",
    "im": "im",
    "mpim": "mpim",
}
Item = TypeVar("Item")


@dataclass
class Call:
    workspace: Workspace
    method: str
    args: Json

    @property
    def bot(self) -> str:
        return self.workspace.app.bot_user

    # arguments: strings in a form, JSON values in JSON

    def text(self, name: str, default: str = "") -> str:
        value = self.args.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise explained("invalid_arguments", [f"missing required field: {name}"])
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.args.get(name)
        if value is None:
            return default
        return str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.args.get(name) or default)
        except (TypeError, ValueError):
            raise explained("invalid_arguments", [f"must be an integer: {name}"]) from None

    def structure(self, name: str, error: str) -> Any:
        """JSON that may also arrive as a string; None when not given."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise SlackError(error) from None

    def micros(self, name: str) -> int | None:
        value = self.text(name)
        try:
            return micros_of(value) if value else None
        except ValueError:
            raise SlackError(f"invalid_ts_{name}") from None

    def list_of(self, name: str) -> list[str]:
        value = self.args.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [item.strip() for item in self.text(name).split(",") if item.strip()]

    # who and where

    def user(self, name: str = "user") -> User:
        user = self.workspace.users.get(self.required(name))
        if user is None:
            raise SlackError("user_not_found")
        return user

    def channel(self, name: str = "channel") -> Channel:
        """A conversation the app can know of: private ones only as a member."""
        channel = self.workspace.channel(self.text(name))
        hidden = channel.kind != "public_channel" and self.bot not in channel.members
        if hidden:
            raise SlackError("channel_not_found")
        return channel

    def needs(self, *scopes: str) -> None:
        """Any one of these scopes is enough."""
        app = self.workspace.app
        if scopes and not any(app.may(scope) for scope in scopes):
            raise SlackError(
                "missing_scope", needed=scopes[0], provided=",".join(sorted(app.scopes))
            )

    def needs_for(self, channel: Channel, verb: str) -> None:
        self.needs(f"{SCOPE_FAMILY[channel.kind]}:{verb}")

    # what is said

    def content(self) -> Content:
        blocks = self.structure("blocks", "invalid_blocks_format")
        attachments = self.structure("attachments", "invalid_attachments")
        content = Content(text=self.text("text") if self.args.get("text") is not None else None)
        if blocks is not None:
            content.blocks = check_message_blocks(blocks, self.workspace.files.ready)
        if attachments is not None:
            content.attachments = self._attachments(attachments)
        self._markdown(content)
        metadata = self.structure("metadata", "invalid_metadata_format")
        if metadata is not None:
            content.metadata = check_metadata(metadata, len(json.dumps(metadata)))
        return content

    def _attachments(self, attachments: Any) -> list[Json]:
        if not isinstance(attachments, list) or any(not isinstance(a, dict) for a in attachments):
            raise SlackError("invalid_attachments")
        if len(attachments) > 100:
            raise SlackError("too_many_attachments")
        return attachments

    def _markdown(self, content: Content) -> None:
        written = self.text("markdown_text")
        if not written:
            return
        if content.text or content.blocks:
            raise SlackError("markdown_text_conflict")
        if len(written) > 12_000:
            raise SlackError("msg_too_long")
        content.text = written

    def page(self, items: list[Item], default: int, most: int) -> tuple[list[Item], Json]:
        """One page of a list by Slack's cursors, and the part of the answer that leads on."""
        limit = self.number("limit", default)
        if not 1 <= limit <= most:
            raise SlackError("invalid_limit")
        start = _read_cursor(self.text("cursor"))
        end = start + limit
        cursor = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
        return items[start:end], {"response_metadata": {"next_cursor": cursor}}


def _read_cursor(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        name, _, place = base64.b64decode(cursor, validate=True).decode().partition(":")
        if name == "next":
            return int(place)
    except (binascii.Error, ValueError):
        pass  # any cursor Slack did not make is answered below
    raise SlackError("invalid_cursor")


@dataclass(frozen=True)
class Method:
    run: Callable[[Call], Json]
    scopes: tuple[str, ...]  # any one of them
    tier: int | None  # None: Slack calls its rate special
    token: str


METHODS: dict[str, Method] = {}
Runner = Callable[[Call], Json]


def method(
    name: str, *, tier: int | None, scopes: str = "", token: str = "bot"
) -> Callable[[Runner], Runner]:
    """Register a method; `token` is the kind it takes: bot, app or any."""

    def register(run: Runner) -> Runner:
        METHODS[name] = Method(run, tuple(scopes.split()), tier, token)
        return run

    return register
