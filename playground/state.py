"""The things a workspace holds, and how Slack writes them as JSON."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]


@dataclass(frozen=True)
class Status:
    """What somebody says they are about; cleared at `until`."""

    text: str = ""
    emoji: str = ""
    until: datetime | None = None

    def at(self, now: datetime) -> Status:
        return Status() if self.until and self.until <= now else self


@dataclass
class DoNotDisturb:
    """`paused`: from when until when; `schedule`: each day, on the wall in the person's zone."""

    paused: tuple[datetime, datetime] | None = None
    schedule: tuple[time, time] | None = None


@dataclass
class User:
    id: str
    handle: str
    real_name: str
    email: str
    tz: str = "UTC"
    locale: str = "en-US"
    deleted: bool = False
    is_bot: bool = False
    bot_id: str = ""
    title: str = ""
    presence: str = "active"
    status: Status = Status()
    dnd: DoNotDisturb = field(default_factory=DoNotDisturb)

    def to_json(self, team_id: str, now: datetime, *, email: bool, locale: bool) -> Json:
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        profile = self._profile(team_id, now, email)
        answer: Json = {
            "id": self.id,
            "team_id": team_id,
            "name": self.handle,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_admin": False,
            "is_restricted": False,
            "profile": profile,
        }
        if locale:
            answer["locale"] = self.locale
        return answer

    def _profile(self, team_id: str, now: datetime, email: bool) -> Json:
        status = self.status.at(now)
        profile: Json = {
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.handle,
            "display_name_normalized": self.handle,
            "title": self.title,
            "team": team_id,
            "status_text": status.text,
            "status_emoji": status.emoji,
            "status_expiration": int(status.until.timestamp()) if status.until else 0,
        }
        if email and self.email:
            profile["email"] = self.email
        if self.bot_id:
            profile["bot_id"] = self.bot_id
        return profile


@dataclass
class UserGroup:
    id: str
    handle: str
    name: str
    members: list[str]
    disabled: bool = False

    def to_json(self, team_id: str, *, users: bool) -> Json:
        answer: Json = {
            "id": self.id,
            "team_id": team_id,
            "is_usergroup": True,
            "handle": self.handle,
            "name": self.name,
            "date_delete": 1 if self.disabled else 0,
            "user_count": len(self.members),
        }
        return answer | {"users": list(self.members)} if users else answer


@dataclass
class Channel:
    id: str
    name: str
    kind: str = "public_channel"  # public_channel, private_channel, im, mpim
    members: set[str] = field(default_factory=set)
    archived: bool = False
    topic: str = ""
    created: int = 0
    last_micros: int = 0
    posting: str = ""  # an error name when the channel's policy forbids posting

    @property
    def is_direct(self) -> bool:
        return self.kind in ("im", "mpim")

    @property
    def spoken_name(self) -> str:
        """The name interaction payloads carry."""
        return {
            "im": "directmessage",
            "mpim": "mpdm",
            "private_channel": "privategroup",
        }.get(self.kind, self.name)

    def to_json(self, member: str) -> Json:
        answer: Json = {
            "id": self.id,
            "created": self.created,
            "is_channel": self.kind == "public_channel",
            "is_group": self.kind == "private_channel",
            "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "public_channel",
            "is_archived": self.archived,
        }
        if self.kind == "im":
            other = next(iter(self.members - {member}), member)
            return answer | {"user": other, "is_open": True}
        return answer | {
            "name": self.name,
            "name_normalized": self.name,
            "is_general": False,
            "is_member": member in self.members,
            "num_members": len(self.members),
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


@dataclass
class Message:
    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    bot_id: str = ""
    app_id: str = ""
    thread_ts: str = ""
    broadcast: bool = False
    edited: Json | None = None
    files: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    subtype: str = ""
    only_for: str = ""  # the one user who sees this ephemeral message
    versions: list[list[Json]] = field(default_factory=list)  # blocks people saw before an update

    def to_json(self, *, metadata: bool = False) -> Json:
        answer: Json = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text}
        optional: Json = {
            "subtype": self.subtype,
            "bot_id": self.bot_id,
            "app_id": self.app_id,
            "blocks": copy.deepcopy(self.blocks),
            "attachments": copy.deepcopy(self.attachments),
            "thread_ts": self.thread_ts,
            "edited": self.edited,
            "files": copy.deepcopy(self.files),
            "is_ephemeral": bool(self.only_for),
            "reactions": [
                {"name": name, "users": list(users), "count": len(users)}
                for name, users in self.reactions.items()
            ],
        }
        answer |= {name: value for name, value in optional.items() if value}
        if metadata and self.metadata:
            answer["metadata"] = copy.deepcopy(self.metadata)
        return answer


@dataclass
class View:
    id: str
    user: str
    body: Json
    hash: str
    root: str = ""
    previous: str = ""
    opened_in: str = ""  # the conversation the person was in
    values: Json = field(default_factory=dict)  # block_id -> action_id -> state of the element
    errors: dict[str, str] = field(default_factory=dict)  # block_id -> what the app answered

    def to_json(self, team_id: str, app_id: str, bot_id: str) -> Json:
        body = copy.deepcopy(self.body)
        defaults: Json = {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "title": None,
            "submit": None,
            "close": None,
            "notify_on_close": False,
            "clear_on_close": False,
        }
        return {
            **defaults,
            **body,
            "id": self.id,
            "team_id": team_id,
            "app_id": app_id,
            "app_installed_team_id": team_id,
            "bot_id": bot_id,
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous or None,
            "state": {"values": copy.deepcopy(self.values)},
        }


@dataclass
class File:
    id: str
    name: str
    length: int
    user: str
    alt_text: str = ""
    title: str = ""
    content: bytes | None = None
    shared_in: list[str] = field(default_factory=list)
    thread_ts: str = ""
    comment: str = ""
    blocks: list[Json] = field(default_factory=list)
    ready_at: float | None = None  # wire time (monotonic) when Slack will have processed it
    processed: bool = False
    shares: Json = field(default_factory=dict)

    def to_json(self, base_url: str) -> Json:
        answer: Json = {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "user": self.user,
            "size": self.length,
            "alt_txt": self.alt_text,
            "mimetype": "",
            "filetype": "",
            "shares": {},
            "channels": [],
            "url_private": f"{base_url}/files-pri/{self.id}/{self.name}",
        }
        if self.processed:
            answer |= {
                "mimetype": mimetype(self.name),
                "filetype": self.name.rpartition(".")[2].lower(),
                "shares": copy.deepcopy(self.shares),
                "channels": list(self.shares.get("public", {})),
            }
        return answer


def mimetype(name: str) -> str:
    kinds = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "csv": "text/csv"}
    return kinds.get(name.rpartition(".")[2].lower(), "application/octet-stream")
