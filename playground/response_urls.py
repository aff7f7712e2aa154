"""What an app may do with a response_url: answer five times within half an hour."""

from __future__ import annotations

from playground.errors import SlackError
from playground.interactions import content_of
from playground.messages import Content
from playground.state import Json, Message
from playground.tickets import ResponseUrl
from playground.workspace import Workspace


def respond(workspace: Workspace, token: str, body: Json) -> None:
    """Raises SlackError with Slack's name for what is wrong; a refused answer costs a use too."""
    with workspace.lock:
        url = workspace.tickets.use_response(token)
        original = _original(workspace, url)
        if body.get("delete_original"):
            _delete(workspace, original)
            return
        content = content_of(workspace, body)
        if content.empty:
            raise SlackError("no_text")
        if body.get("replace_original") and url.message:
            _replace(workspace, original, content)
        else:
            _say(workspace, url, body, content)


def _original(workspace: Workspace, url: ResponseUrl) -> Message | None:
    if not url.message:
        return None
    if url.ephemeral:
        return workspace.messages.ephemeral(url.user, url.channel, url.message)
    return workspace.messages.get(url.channel, url.message)


def _delete(workspace: Workspace, original: Message | None) -> None:
    if original is None:
        raise SlackError("message_not_found")
    if original.only_for:
        workspace.messages.drop_ephemeral(original)
    else:
        workspace.messages.delete(original)


def _replace(workspace: Workspace, original: Message | None, content: Content) -> None:
    if original is None:
        raise SlackError("message_not_found")
    workspace.messages.update(original, content, workspace.app.bot_user)


def _say(workspace: Workspace, url: ResponseUrl, body: Json, content: Content) -> None:
    channel, author = workspace.channels[url.channel], workspace.app_author
    thread_ts = str(body.get("thread_ts") or "")
    if body.get("response_type") == "in_channel":
        message = workspace.messages.post(channel, author, content, thread_ts=thread_ts)
        workspace.announce(message)
    else:
        workspace.messages.post_ephemeral(channel, url.user, author, content, thread_ts)
