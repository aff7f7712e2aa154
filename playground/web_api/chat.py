"""chat.*: posting, changing, deleting, whispering."""

from __future__ import annotations

from playground.errors import SlackError
from playground.messages import Content
from playground.pacing import POSTS_IN_A_CHANNEL, POSTS_IN_THE_WORKSPACE
from playground.state import Channel, Json, Message
from playground.web_api.calls import Call, method

LONGEST_UPDATE = 4_000


def place_to_post(call: Call) -> Channel:
    """Where the app may post; a user's id stands for the app's DM with them."""
    workspace, wanted = call.workspace, call.required("channel")
    if wanted.startswith("U") and wanted in workspace.users:
        channel = _direct(call, wanted)
    else:
        channel = call.channel()
    if channel.archived:
        raise SlackError("is_archived")
    member = call.bot in channel.members
    open_to_all = channel.kind == "public_channel" and workspace.app.may("chat:write.public")
    if not member and not open_to_all:
        raise SlackError("not_in_channel")
    if channel.posting:
        raise SlackError(channel.posting)
    if channel.kind == "im" and not workspace.app.messages_tab:
        raise SlackError("messages_tab_disabled")
    return channel


def _direct(call: Call, user: str) -> Channel:
    """Of somebody deactivated the old DM takes messages nobody reads; a new one is not opened."""
    workspace = call.workspace
    known = workspace.find_direct(call.bot, user)
    if user == call.bot or (workspace.users[user].deleted and known is None):
        raise SlackError("channel_not_found")
    return known or workspace.app_direct(user)


@method("chat.postMessage", tier=None, scopes="chat:write")
def post_message(call: Call) -> Json:
    workspace, channel, content = call.workspace, place_to_post(call), call.content()
    if content.empty:
        raise SlackError("no_text")
    workspace.pacing.take_all(
        [
            (f"chat.postMessage {channel.id}", POSTS_IN_A_CHANNEL),
            ("chat.postMessage", POSTS_IN_THE_WORKSPACE),
        ],
        workspace.clock.now(),
    )
    message = workspace.messages.post(
        channel,
        workspace.app_author,
        content,
        thread_ts=call.text("thread_ts"),
        broadcast=call.flag("reply_broadcast"),
    )
    workspace.announce(message)
    return {"channel": channel.id, "ts": message.ts, "message": _as_answered(call, message)}


def _as_answered(call: Call, message: Message) -> Json:
    return call.workspace.messages.describe(message, metadata=True)


def own_message(call: Call) -> Message:
    channel = call.channel()
    message = call.workspace.messages.get(channel.id, call.required("ts"))
    if message is None or message.subtype == "tombstone":
        raise SlackError("message_not_found")
    return message


@method("chat.update", tier=3, scopes="chat:write")
def update(call: Call) -> Json:
    message, content = own_message(call), call.content()
    if message.app_id != call.workspace.app.app_id:
        raise SlackError("cant_update_message")
    if call.workspace.channels[message.channel].archived:
        raise SlackError("is_inactive")
    if len(content.text or "") > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    if _nothing_said(content):
        raise SlackError("no_text")
    call.workspace.messages.update(message, content, call.bot)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "text": message.text,
        "message": _as_answered(call, message),
    }


def _nothing_said(content: Content) -> bool:
    return content.empty and content.metadata is None


@method("chat.delete", tier=3, scopes="chat:write")
def delete(call: Call) -> Json:
    message = own_message(call)
    if message.app_id != call.workspace.app.app_id:
        raise SlackError("cant_delete_message")
    call.workspace.messages.delete(message)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.postEphemeral", tier=4, scopes="chat:write")
def post_ephemeral(call: Call) -> Json:
    channel, content = place_to_post(call), call.content()
    if content.empty:
        raise SlackError("no_text")
    reader = call.required("user")
    if reader not in channel.members or call.workspace.users[reader].deleted:
        raise SlackError("user_not_in_channel")
    message = call.workspace.messages.post_ephemeral(
        channel, reader, call.workspace.app_author, content, call.text("thread_ts")
    )
    return {"message_ts": message.ts}


@method("chat.getPermalink", tier=None)
def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = call.workspace.messages.get(channel.id, call.text("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    return {"channel": channel.id, "permalink": call.workspace.permalink(message)}


@method("reactions.add", tier=3, scopes="reactions:write")
def add_reaction(call: Call) -> Json:
    channel, name = call.channel(), call.required("name").strip(":")
    message = call.workspace.messages.get(channel.id, call.required("timestamp"))
    if message is None:
        raise SlackError("message_not_found")
    people = message.reactions.setdefault(name, [])
    if call.bot in people:
        raise SlackError("already_reacted")
    people.append(call.bot)
    call.workspace.feed.emit("reaction_added", channel=channel.id, ts=message.ts, name=name)
    return {}
