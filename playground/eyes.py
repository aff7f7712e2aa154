"""What one person's client shows: the side bar, a channel, a thread, modals and App Home."""

from __future__ import annotations

import copy
from datetime import datetime

from playground.availability import is_silent, session
from playground.errors import SlackError
from playground.installed_app import CommandHint
from playground.messages import micros_of
from playground.person import Person
from playground.state import Channel, Json, Message, User, View
from playground.workspace import Workspace

PAGE = 100  # messages


def people_of(workspace: Workspace) -> list[Json]:
    """Whom one can be."""
    with workspace.lock:
        users = workspace.users.values()
        return [_user(user, workspace) for user in users if not user.is_bot and not user.deleted]


def workspace_of(person: Person) -> Json:
    """Everything around the messages: people, groups, conversations with their unread marks."""
    workspace = person.workspace
    with workspace.lock:
        workspace.app_direct(person.id)  # the app is in everybody's side bar
        return {
            "me": person.id,
            "team": workspace.team_name,
            "change": workspace.feed.last,
            "base_url": workspace.base_url,
            "app": _app(workspace),
            "users": [
                _user(user, workspace) | {"attention": workspace.reading.attention(user.id)}
                for user in workspace.users.values()
            ],
            "groups": [
                {"id": g.id, "handle": g.handle, "name": g.name, "members": list(g.members)}
                for g in workspace.groups.values()
            ],
            "channels": [
                _channel(person, channel)
                for channel in workspace.channels.values()
                if channel.kind == "public_channel" or person.id in channel.members
            ],
            "faults": [vars(fault) for fault in workspace.faults.waiting()],
            "pacing": workspace.pacing.enabled,
        }


def _app(workspace: Workspace) -> Json:
    app = workspace.app
    known = sorted(app.commands if app.commands is not None else app.command_hints)
    hints = {name: app.command_hints.get(name, CommandHint()) for name in known}
    return {
        "id": app.app_id,
        "name": app.name,
        "user": app.bot_user,
        "home_tab": app.home_tab,
        "messages_tab": app.messages_tab,
        "commands": [
            {"command": name, "usage": hint.usage, "description": hint.description}
            for name, hint in hints.items()
        ],
        "any_command": app.commands is None,
    }


def _user(user: User, workspace: Workspace) -> Json:
    return _name(user) | _availability(user, workspace.clock.now())


def _availability(user: User, now: datetime) -> Json:
    status, paused, schedule = user.status.at(now), user.dnd.paused, user.dnd.schedule
    running = session(user.dnd, now, user.tz) if is_silent(user, now) else None
    return {
        "presence": user.presence,
        "status": {
            "text": status.text,
            "emoji": status.emoji,
            "until": status.until.isoformat() if status.until else None,
        },
        "silent_until": running[1].isoformat() if running else None,
        "paused": bool(paused and now < paused[1]),
        "schedule": [hour.strftime("%H:%M") for hour in schedule] if schedule else None,
    }


def _name(user: User) -> Json:
    return {
        "id": user.id,
        "handle": user.handle,
        "name": user.real_name,
        "title": user.title,
        "tz": user.tz,
        "locale": user.locale,
        "is_bot": user.is_bot,
        "deleted": user.deleted,
    }


def _channel(person: Person, channel: Channel) -> Json:
    member = person.id in channel.members
    nothing = {"messages": 0, "mentions": 0, "threads": {}}
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "member": member,
        "members": sorted(channel.members),
        "archived": channel.archived,
        "topic": channel.topic,
        "unread": person.workspace.reading.unread(person.id, channel) if member else nothing,
    }


def _place(person: Person, channel: str) -> Channel:
    place = person.workspace.channel(channel)
    if place.kind != "public_channel" and person.id not in place.members:
        raise SlackError("channel_not_found")
    return place


def messages(person: Person, channel: str, before: str = "", limit: int = PAGE) -> Json:
    """The newest messages of a channel (older than `before`), oldest first, own ephemerals too."""
    workspace = person.workspace
    with workspace.lock:
        workspace.tick()
        place = _place(person, channel)
        latest = micros_of(before) if before else None
        found = workspace.messages.history(place.id, latest=latest)
        page = found[:limit]
        more = len(found) > limit
        oldest = micros_of(page[-1].ts) if page and more else 0
        private = [
            message
            for message in workspace.messages.ephemerals(person.id, place.id)
            if oldest <= micros_of(message.ts) < (latest or micros_of("9" * 11))
            and not message.thread_ts
        ]
        shown = sorted([*page, *private], key=lambda message: micros_of(message.ts))
        return {
            "channel": place.id,
            "messages": [_message(person, message) for message in shown],
            "last_read": str(workspace.reading.last_read(person.id, place.id)),
            "more": more,
        }


def thread(person: Person, channel: str, ts: str) -> Json:
    """The root, its replies, and what only this person is shown in it."""
    workspace = person.workspace
    with workspace.lock:
        place = _place(person, channel)
        found = workspace.messages.replies(place.id, ts)
        if not found:
            raise SlackError("thread_not_found")
        private = [
            message
            for message in workspace.messages.ephemerals(person.id, place.id)
            if message.thread_ts == found[0].ts
        ]
        replies = sorted([*found[1:], *private], key=lambda message: micros_of(message.ts))
        shown = [found[0], *replies]
        return {
            "channel": place.id,
            "ts": found[0].ts,
            "messages": [_message(person, message) for message in shown],
        }


def _message(person: Person, message: Message) -> Json:
    """`chosen`: what stands in its menus for this person, by block_id and action_id."""
    workspace = person.workspace
    chosen = workspace.choices.of(person.id, message)
    shown = workspace.messages.describe(message) | {"broadcast": message.broadcast}
    return shown | ({"chosen": chosen} if chosen else {})


def views(person: Person) -> Json:
    """The stack of modals, bottom first, and App Home."""
    workspace = person.workspace
    with workspace.lock:
        home = workspace.views.home(person.id)
        return {
            "modals": [_view(view) for view in workspace.views.stack(person.id)],
            "home": _view(home) if home else None,
        }


def _view(view: View) -> Json:
    return {
        "id": view.id,
        "hash": view.hash,
        "body": copy.deepcopy(view.body),
        "values": copy.deepcopy(view.values),
        "errors": dict(view.errors),
    }
