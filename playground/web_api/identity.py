"""api.test, auth.test, team.info, bots.info, apps.connections.open."""

from __future__ import annotations

from playground.errors import SlackError
from playground.state import Json
from playground.web_api.calls import Call, method


@method("api.test", tier=None, token="none")
def api_test(call: Call) -> Json:
    if call.text("error"):
        raise SlackError(call.text("error"), args=call.args)
    return {"args": call.args}


@method("auth.test", tier=None)
def auth_test(call: Call) -> Json:
    workspace = call.workspace
    return {
        "url": f"{workspace.base_url}/",
        "team": workspace.team_name,
        "user": workspace.app.handle,
        "team_id": workspace.team_id,
        "user_id": workspace.app.bot_user,
        "bot_id": workspace.app.bot_id,
        "is_enterprise_install": False,
    }


@method("team.info", tier=3, scopes="team:read")
def team_info(call: Call) -> Json:
    workspace = call.workspace
    return {
        "team": {
            "id": workspace.team_id,
            "name": workspace.team_name,
            "domain": workspace.domain,
            "url": f"{workspace.base_url}/",
            "email_domain": f"{workspace.domain}.example",
        }
    }


@method("bots.info", tier=3, scopes="users:read")
def bots_info(call: Call) -> Json:
    app = call.workspace.app
    if call.text("bot", app.bot_id) != app.bot_id:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": app.bot_id,
            "app_id": app.app_id,
            "user_id": app.bot_user,
            "name": app.name,
            "deleted": False,
        }
    }


@method("apps.connections.open", tier=3, token="app")
def connections_open(call: Call) -> Json:
    workspace = call.workspace
    if workspace.app.request_url:
        raise SlackError("forbidden_team")  # Socket Mode is switched off while a URL is set
    ticket = workspace.tickets.socket()
    host = workspace.base_url.partition("://")[2]
    return {"url": f"ws://{host}/link/?ticket={ticket}&app_id={workspace.app.app_id}"}
