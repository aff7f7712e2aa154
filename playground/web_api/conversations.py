"""conversations.*: finding, reading and opening channels and DMs."""

from __future__ import annotations

from collections.abc import Callable

from playground.errors import SlackError
from playground.messages import micros_of
from playground.state import Channel, Json, Message
from playground.web_api.calls import SCOPE_FAMILY, Call, method

READ = "channels:read groups:read im:read mpim:read"
HISTORY = "channels:history groups:history im:history mpim:history"


def _wanted_kinds(call: Call) -> list[str]:
    kinds = call.list_of("types") or ["public_channel"]
    if any(kind not in SCOPE_FAMILY for kind in kinds):
        raise SlackError("invalid_types")
    for kind in kinds:
        call.needs(f"{SCOPE_FAMILY[kind]}:read")
    return kinds


def _listed(call: Call, member: str, only_own: bool) -> Json:
    kinds, hide_archived = _wanted_kinds(call), call.flag("exclude_archived")
    found = [
        channel
        for channel in call.workspace.channels.values()
        if channel.kind in kinds
        and not (hide_archived and channel.archived)
        and (member in channel.members or (channel.kind == "public_channel" and not only_own))
        and (channel.kind == "public_channel" or call.bot in channel.members)
    ]
    page, onward = call.page(found, 100, 1000)
    return {"channels": [channel.to_json(call.bot) for channel in page], **onward}


@method("conversations.list", tier=2, scopes=READ)
def list_channels(call: Call) -> Json:
    return _listed(call, call.bot, only_own=False)


@method("users.conversations", tier=3, scopes=READ)
def list_own(call: Call) -> Json:
    member = call.user().id if call.text("user") else call.bot
    return _listed(call, member, only_own=True)


@method("conversations.info", tier=3, scopes=READ)
def info(call: Call) -> Json:
    channel = call.channel()
    call.needs_for(channel, "read")
    return {"channel": channel.to_json(call.bot)}


@method("conversations.members", tier=4, scopes=READ)
def members(call: Call) -> Json:
    channel = call.channel()
    call.needs_for(channel, "read")
    page, onward = call.page(sorted(channel.members), 100, 1000)
    return {"members": page, **onward}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.needs_for(channel, "history")
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _described(call: Call, found: list[Message]) -> Json:
    page, onward = call.page(found, 100, 999)
    metadata = call.flag("include_all_metadata")
    describe = call.workspace.messages.describe
    return {
        "messages": [describe(message, metadata) for message in page],
        "has_more": bool(onward["response_metadata"]["next_cursor"]),
        **onward,
    }


@method("conversations.history", tier=3, scopes=HISTORY)
def history(call: Call) -> Json:
    channel = _readable(call)
    found = call.workspace.messages.history(
        channel.id, call.micros("oldest") or 0, call.micros("latest"), call.flag("inclusive")
    )
    return _described(call, found) | {"pin_count": 0}


@method("conversations.replies", tier=3, scopes=HISTORY)
def replies(call: Call) -> Json:
    channel = _readable(call)
    oldest, latest = call.micros("oldest") or 0, call.micros("latest")
    thread = call.workspace.messages.replies(channel.id, call.required("ts"))
    if not thread:
        raise SlackError("thread_not_found")
    within = _within(oldest, latest, call.flag("inclusive"))
    return _described(call, [thread[0], *(m for m in thread[1:] if within(m))])


def _within(oldest: int, latest: int | None, inclusive: bool) -> Callable[[Message], bool]:
    """The thread's root is always shown; this is asked of its replies."""
    slack = 1 if inclusive else 0

    def within(message: Message) -> bool:
        at = micros_of(message.ts)
        return oldest - slack < at and (latest is None or at < latest + slack)

    return within


@method("conversations.open", tier=3, scopes="im:write mpim:write groups:write channels:manage")
def open_direct(call: Call) -> Json:
    if call.text("channel"):
        return {"channel": {"id": call.channel().id}, "no_op": True, "already_open": True}
    wanted = call.list_of("users")
    if not 1 <= len(wanted) <= 8:
        raise SlackError("not_enough_users" if not wanted else "too_many_users")
    for user in wanted:
        _check_reachable(call, user)
    call.needs("im:write" if len(wanted) == 1 else "mpim:write")
    channel, already = call.workspace.direct(call.bot, *wanted)
    answer = channel.to_json(call.bot) if call.flag("return_im") else {"id": channel.id}
    return {"channel": answer, "no_op": already, "already_open": already}


def _check_reachable(call: Call, user: str) -> None:
    if user not in call.workspace.users or user == call.bot:
        raise SlackError("user_not_found")
    if call.workspace.users[user].deleted:
        raise SlackError("user_disabled")


@method("conversations.join", tier=3, scopes="channels:join")
def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "public_channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    already = call.bot in channel.members
    call.workspace.join(channel, call.bot)
    warning = {"warning": "already_in_channel"} if already else {}
    return {"channel": channel.to_json(call.bot), **warning}


@method(
    "conversations.invite",
    tier=3,
    scopes="channels:manage channels:write.invites groups:write groups:write.invites",
)
def invite(call: Call) -> Json:
    channel = call.channel()
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    if channel.archived:
        raise SlackError("is_archived")
    for user in call.list_of("users"):
        if user == call.bot:
            raise SlackError("cant_invite_self")
        if user not in call.workspace.users:
            raise SlackError("user_not_found")
        if user in channel.members:
            raise SlackError("already_in_channel")
        call.workspace.join(channel, user, call.bot)
    return {"channel": channel.to_json(call.bot)}
