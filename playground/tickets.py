"""Short-lived permissions Slack hands to an app: trigger ids and response URLs. Wire time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from playground.clock import WireClock
from playground.errors import SlackError
from playground.installed_app import InstalledApp


@dataclass
class Trigger:
    user: str
    expires: float
    view: str = ""  # the modal it was born in, for views.push
    channel: str = ""  # the conversation the person was in
    used: bool = False


@dataclass
class ResponseUrl:
    user: str
    channel: str
    expires: float
    uses_left: int
    message: str = ""  # ts of the message that was clicked; empty for a command
    ephemeral: bool = False


class Tickets:
    def __init__(self, app: InstalledApp, wire: WireClock) -> None:
        self._app = app
        self._wire = wire
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}
        self._sockets: set[str] = set()

    def trigger(self, user: str, view: str = "", channel: str = "") -> str:
        name = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        expires = self._wire.monotonic() + self._app.trigger_lives_s
        self._triggers[name] = Trigger(user, expires, view, channel)
        return name

    def exchange(self, name: str) -> Trigger:
        """Use a trigger, once and in time."""
        trigger = self._triggers.get(name)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if self._wire.monotonic() > trigger.expires:
            raise SlackError("expired_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        trigger.used = True
        return trigger

    def response_token(
        self, user: str, channel: str, message: str = "", ephemeral: bool = False
    ) -> str:
        token = secrets.token_hex(12)
        expires = self._wire.monotonic() + self._app.response_url_lives_s
        self._urls[token] = ResponseUrl(
            user, channel, expires, self._app.response_url_uses, message, ephemeral
        )
        return token

    def use_response(self, token: str) -> ResponseUrl:
        url = self._urls.get(token)
        if url is None:
            raise SlackError("invalid_url")
        if self._wire.monotonic() > url.expires:
            raise SlackError("expired_url")
        if url.uses_left <= 0:
            raise SlackError("used_url")
        url.uses_left -= 1
        return url

    def socket(self) -> str:
        """The secret part of one WebSocket URL."""
        ticket = secrets.token_hex(16)
        self._sockets.add(ticket)
        return ticket

    def use_socket(self, ticket: str) -> bool:
        """True the first time only."""
        if ticket not in self._sockets:
            return False
        self._sockets.remove(ticket)
        return True
