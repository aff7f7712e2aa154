"""What an app is sent when a person acts, and what its answer does."""

from __future__ import annotations

import json
from typing import Any

from playground.block_rules import check_message_blocks, check_view
from playground.clock import ts_of
from playground.delivery import COMMAND, INTERACTIVE, Delivery
from playground.errors import SlackError, explained
from playground.form import placed
from playground.messages import Content
from playground.state import Channel, Json, Message, User, View
from playground.workspace import Workspace


def _common(workspace: Workspace, user: User, kind: str) -> Json:
    return {
        "type": kind,
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "user": {
            "id": user.id,
            "username": user.handle,
            "name": user.handle,
            "team_id": workspace.team_id,
        },
        "api_app_id": workspace.app.app_id,
        "token": workspace.app.verification_token,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _response_url(workspace: Workspace, family: str, token: str) -> str:
    return f"{workspace.base_url}/{family}/{workspace.team_id}/{workspace.app.app_id}/{token}"


def _shown(workspace: Workspace, view: View) -> Json:
    app = workspace.app
    return view.to_json(workspace.team_id, app.app_id, app.bot_id)


def click_message(
    workspace: Workspace, user: User, message: Message, action: Json, values: Json
) -> Delivery:
    channel = workspace.channels[message.channel]
    ephemeral = bool(message.only_for)
    token = workspace.tickets.response_token(user.id, channel.id, message.ts, ephemeral)
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = _common(workspace, user, "block_actions") | {
        "container": container,
        "trigger_id": workspace.tickets.trigger(user.id, channel=channel.id),
        "channel": {"id": channel.id, "name": channel.spoken_name},
        "state": {"values": values},
        "response_url": _response_url(workspace, "actions", token),
        "actions": [action],
    }
    if not ephemeral:
        payload["message"] = workspace.messages.describe(message)
    return workspace.deliveries.send(INTERACTIVE, payload, user.id)


def click_view(workspace: Workspace, user: User, view: View, action: Json) -> Delivery:
    is_home = view.body["type"] == "home"
    payload = _common(workspace, user, "block_actions") | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": workspace.tickets.trigger(
            user.id, "" if is_home else view.id, view.opened_in
        ),
        "view": _shown(workspace, view),
        "actions": [action],
    }
    return workspace.deliveries.send(INTERACTIVE, payload, user.id)


def submit(workspace: Workspace, user: User, view: View) -> Delivery:
    payload = _common(workspace, user, "view_submission") | {
        "trigger_id": workspace.tickets.trigger(user.id, view.id, view.opened_in),
        "view": _shown(workspace, view),
        "response_urls": _response_urls(workspace, user, view),
    }

    def apply(answer: Any) -> None:
        _after_submission(workspace, view, answer)

    return workspace.deliveries.send(INTERACTIVE, payload, user.id, apply)


def _response_urls(workspace: Workspace, user: User, view: View) -> list[Json]:
    """For each menu of conversations that asks for one: where a modal's answer may be said."""
    urls = []
    for block, element in placed(view.body["blocks"]):
        if not element.get("response_url_enabled") or block["type"] != "input":
            continue
        action_id, block_id = element["action_id"], block["block_id"]
        state = view.values.get(block_id, {}).get(action_id, {})
        channel = state.get("selected_conversation") or state.get("selected_channel")
        if channel:
            token = workspace.tickets.response_token(user.id, channel)
            url = _response_url(workspace, "app", token)
            place = {"block_id": block_id, "action_id": action_id, "channel_id": channel}
            urls.append(place | {"response_url": url})
    return urls


def _after_submission(workspace: Workspace, view: View, answer: Any) -> None:
    views = workspace.views
    answer = answer if isinstance(answer, dict) else {}
    action = answer.get("response_action")
    if view not in views.stack(view.user):
        return  # closed by the person, or replaced by the app, while the answer was on its way
    if action == "errors":
        _show_errors(workspace, view, answer.get("errors"))
    elif action == "update":
        views.update(view, _checked(answer.get("view")))
    elif action == "push":
        views.push(view.user, _checked(answer.get("view")))
    elif action == "clear":
        views.close(view.user, everything=True)
    elif action is None:
        views.close(view.user)
    else:
        raise SlackError("invalid_response_action")


def _checked(body: Any) -> Json:
    return check_view(body, "modal", len(json.dumps(body)))


def _show_errors(workspace: Workspace, view: View, errors: Any) -> None:
    inputs = {b["block_id"] for b in view.body["blocks"] if b.get("type") == "input"}
    if not isinstance(errors, dict) or not errors:
        raise explained("invalid_arguments", ["errors must name input blocks"])
    if unknown := set(errors) - inputs:
        raise explained("invalid_arguments", [f"no such input block: {sorted(unknown)}"])
    workspace.views.show_errors(view, {block: str(text) for block, text in errors.items()})


def closed(workspace: Workspace, user: User, view: View, is_cleared: bool) -> Delivery | None:
    if not view.body.get("notify_on_close"):
        return None
    payload = _common(workspace, user, "view_closed") | {
        "view": _shown(workspace, view),
        "is_cleared": is_cleared,
    }
    return workspace.deliveries.send(INTERACTIVE, payload, user.id)


def command(workspace: Workspace, user: User, channel: Channel, name: str, text: str) -> Delivery:
    token = workspace.tickets.response_token(user.id, channel.id)
    payload: Json = {
        "token": workspace.app.verification_token,
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel.spoken_name,
        "user_id": user.id,
        "user_name": user.handle,
        "command": name,
        "text": text,
        "api_app_id": workspace.app.app_id,
        "is_enterprise_install": "false",
        "response_url": _response_url(workspace, "commands", token),
        "trigger_id": workspace.tickets.trigger(user.id, channel=channel.id),
    }

    def apply(answer: Any) -> None:
        _after_command(workspace, user, channel, f"{name} {text}".strip(), answer)

    return workspace.deliveries.send(COMMAND, payload, user.id, apply)


def _after_command(
    workspace: Workspace, user: User, channel: Channel, typed: str, answer: Any
) -> None:
    if isinstance(answer, str):
        answer = {"text": answer}
    if not isinstance(answer, dict) or not answer:
        return
    content = content_of(workspace, answer)
    if content.empty:
        return
    if answer.get("response_type") == "in_channel":
        workspace.messages.post(channel, {"user": user.id}, Content(typed))
        workspace.announce(workspace.messages.post(channel, workspace.app_author, content))
    else:
        workspace.messages.post_ephemeral(channel, user.id, workspace.app_author, content)


def content_of(workspace: Workspace, body: Json) -> Content:
    """What an answer says; raises invalid_blocks and its like."""
    text, blocks = body.get("text"), body.get("blocks")
    return Content(
        text=None if text is None else str(text),
        blocks=None if blocks is None else check_message_blocks(blocks, workspace.files.ready),
        attachments=body.get("attachments"),
    )


def shortcut(
    workspace: Workspace, user: User, callback_id: str, message: Message | None
) -> Delivery:
    kind = "shortcut" if message is None else "message_action"
    where = message.channel if message else ""
    payload = _common(workspace, user, kind) | {
        "callback_id": callback_id,
        "trigger_id": workspace.tickets.trigger(user.id, channel=where),
        "action_ts": ts_of(workspace.clock.now()),
    }
    if message is not None:
        channel = workspace.channels[message.channel]
        token = workspace.tickets.response_token(user.id, channel.id)
        payload |= {
            "message_ts": message.ts,
            "message": workspace.messages.describe(message),
            "channel": {"id": channel.id, "name": channel.spoken_name},
            "response_url": _response_url(workspace, "app", token),
        }
    return workspace.deliveries.send(INTERACTIVE, payload, user.id)


def suggestion(
    workspace: Workspace, user: User, where: Json, element: Json, typed: str
) -> Delivery:
    payload = _common(workspace, user, "block_suggestion") | {
        "action_id": element["action_id"],
        "value": typed,
        **where,
    }
    return workspace.deliveries.send(INTERACTIVE, payload, user.id)
