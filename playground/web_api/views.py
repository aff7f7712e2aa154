"""views.*: modals and App Home."""

from __future__ import annotations

import json

from playground.block_rules import check_view
from playground.errors import SlackError
from playground.state import Json, View
from playground.web_api.calls import Call, method


def _body(call: Call, kind: str) -> Json:
    view = call.structure("view", "invalid_arguments")
    return check_view(view, kind, len(json.dumps(view)))


def _described(call: Call, view: View) -> Json:
    workspace = call.workspace
    app = workspace.app
    return {"view": view.to_json(workspace.team_id, app.app_id, app.bot_id)}


@method("views.open", tier=4)
def open_view(call: Call) -> Json:
    body = _body(call, "modal")
    trigger = call.workspace.tickets.exchange(call.required("trigger_id"))
    return _described(call, call.workspace.views.open(trigger.user, body, trigger.channel))


@method("views.push", tier=4)
def push(call: Call) -> Json:
    body = _body(call, "modal")
    trigger = call.workspace.tickets.exchange(call.required("trigger_id"))
    if not trigger.view:
        raise SlackError("invalid_trigger_id")
    return _described(call, call.workspace.views.push(trigger.user, body))


@method("views.update", tier=4)
def update(call: Call) -> Json:
    view = call.workspace.views.find(call.text("view_id"), call.text("external_id"))
    body = _body(call, str(view.body["type"]))
    return _described(call, call.workspace.views.update(view, body, call.text("hash")))


@method("views.publish", tier=4)
def publish(call: Call) -> Json:
    if not call.workspace.app.home_tab:
        raise SlackError("not_enabled")
    reader = call.user("user_id")
    body = _body(call, "home")
    return _described(call, call.workspace.views.publish(reader.id, body, call.text("hash")))
