"""The one app installed in the workspace: its tokens, scopes, and where Slack delivers to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ALL_SCOPES = frozenset(
    [
        "app_mentions:read",
        "channels:history",
        "channels:join",
        "channels:manage",
        "channels:read",
        "chat:write",
        "chat:write.public",
        "commands",
        "dnd:read",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "groups:write",
        "im:history",
        "im:read",
        "im:write",
        "mpim:history",
        "mpim:read",
        "mpim:write",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
        "users:read.email",
    ]
)

EVENTS = frozenset(("app_home_opened", "app_mention", "message.im"))


@dataclass(frozen=True)
class CommandHint:
    """What a client shows while somebody types the command."""

    usage: str = ""
    description: str = ""


@dataclass
class InstalledApp:
    """Where `request_url` is set, deliveries go there by signed HTTP; else over Socket Mode.

    `events`: the subscriptions, with `message.channels`, `message.groups` and `message.im` apart.
    `commands`: the registered slash commands, or None to accept any; `command_hints` by command.
    `revoked`: an error name (`token_revoked`, `account_inactive`) that every call is met with.
    """

    name: str = "App"
    handle: str = "app"
    app_id: str = "A0PLAYGRND"
    bot_token: str = "xoxb-playground"
    app_token: str = "xapp-playground"
    signing_secret: str = "playground-signing-secret"
    verification_token: str = "playground-verification"
    scopes: frozenset[str] = ALL_SCOPES
    events: frozenset[str] = EVENTS
    commands: frozenset[str] | None = None
    command_hints: Mapping[str, CommandHint] = field(default_factory=dict)
    request_url: str = ""
    home_tab: bool = True
    messages_tab: bool = True
    revoked: str = ""
    ack_timeout_s: float = 3.0
    event_retry_after_s: tuple[float, ...] = (0.0, 60.0, 300.0)
    trigger_lives_s: float = 3.0
    response_url_lives_s: float = 30 * 60.0
    response_url_uses: int = 5
    max_connections: int = 10
    connection_lives_s: float | None = None
    bot_user: str = field(default="", init=False)
    bot_id: str = field(default="", init=False)

    def may(self, scope: str) -> bool:
        return scope in self.scopes
