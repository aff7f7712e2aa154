"""The Slack app that Baton needs, as a manifest: paste it at "Create an app from a manifest"."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML

COMMAND = "/lead"
DESCRIPTION = "Look a lead up, or say that you are away"
USAGE = "ada@acme.com | acme | L-123 | away until monday | back | help"

SCOPES = {
    "chat:write": "post cards, reminders and digests",
    "commands": "answer /lead",
    "users:read": "know people's names, zones and languages, and who is away",
    "users:read.email": "find people named by e-mail in app.yaml",
    "dnd:read": "hold reminders back while somebody does not want to be disturbed",
    "usergroups:read": "know who belongs to @sales groups",
    "channels:read": "find public channels by name",
    "groups:read": "find private channels by name",
    "im:write": "write to people privately",
    "channels:history": "look before sending again, so that nothing is posted twice",
    "groups:history": "look before sending again in private channels",
    "im:history": "look before sending again in direct messages",
    "files:write": "show the digest's picture",
    "files:read": "know when the picture is ready",
}
EVENTS = {"app_home_opened": "show on the Home tab what waits for the person who opens it"}


def manifest(mode: str, public_url: str | None = None) -> dict[str, Any]:
    """`mode` is "socket" or "http"; HTTP needs the address under which Slack reaches Baton."""
    events = f"{public_url.rstrip('/')}/slack/events" if public_url else None
    by_http = {"url": events} if mode == "http" else {}
    request_url = {"request_url": events} if mode == "http" else {}
    return {
        "_metadata": {"major_version": 2},
        "display_information": {
            "name": "Baton",
            "description": "Hands leads from marketing to sales, in time and in the open",
            "background_color": "#1d3557",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": "Baton", "always_online": True},
            "slash_commands": [
                {
                    "command": COMMAND,
                    "description": DESCRIPTION,
                    "usage_hint": USAGE,
                    "should_escape": False,
                    **by_http,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": mode == "socket",
            "token_rotation_enabled": False,
        },
    }


def as_yaml(content: dict[str, Any]) -> str:
    out = io.StringIO()
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(content, out)
    return out.getvalue()
