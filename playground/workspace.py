"""One Slack workspace: its people, channels and groups, and the one app installed in it."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from playground.availability import Availability
from playground.call_log import CallLog
from playground.choices import Choices
from playground.clock import Clock, WireClock, WorkspaceClock, stamp, ts_of
from playground.delivery import EVENT, Deliveries, Delivery
from playground.errors import SlackError
from playground.faults import Faults
from playground.feed import Feed
from playground.installed_app import InstalledApp
from playground.messages import Content, Messages
from playground.pacing import Pacing
from playground.pings import Pings
from playground.reading import ReadMarks
from playground.shared_files import Files
from playground.state import Channel, File, Json, Message, User, UserGroup
from playground.tickets import Tickets
from playground.views import Views


class Workspace:
    """State and rules, without any wire. Every public act holds `lock`.

    `clock` tells workspace time and is all that timestamps and rate limits look at; `wire` is real
    time, for triggers and timeouts.
    """

    def __init__(
        self,
        *,
        app: InstalledApp | None = None,
        clock: Clock | None = None,
        wire: WireClock | None = None,
        pacing: bool = False,
        team: str = "Northwind",
        tz: str = "UTC",
    ) -> None:
        self.lock = threading.RLock()
        self.app = app or InstalledApp()
        self.clock: Clock = clock or WorkspaceClock()
        self.wire = wire or WireClock()
        self.team_id, self.team_name, self.domain = "T0PLAYGRND", team, team.lower()
        self.tz = tz  # where the company's mornings begin
        self.base_url = "http://127.0.0.1"
        self._last_id = 0
        self.users: dict[str, User] = {}
        self.groups: dict[str, UserGroup] = {}
        self.channels: dict[str, Channel] = {}
        self.feed = Feed(self.clock.now)
        self.messages = Messages(self.feed, self.clock.now)
        self.views = Views(self.feed, self.new_id)
        self.files = Files(self.wire, self.new_id)
        self.tickets = Tickets(self.app, self.wire)
        self.pacing = Pacing(pacing)
        self.faults = Faults(self.feed.emit)
        self.deliveries = Deliveries(self.feed, self.lock, self.clock.now)
        self.availability = Availability(self.users, self.feed, self.clock.now, self._tell_of)
        self.pings = Pings(
            self.messages, self.channels, self.groups, self.users, self.availability.silent
        )
        self.feed.subscribe(self.pings.hear)
        self.reading = ReadMarks(self.feed, self.messages, self.pings)
        self.choices = Choices()
        self.calls = CallLog(self.clock.now)
        self._install(self.app)

    def _install(self, app: InstalledApp) -> None:
        bot = self.add_user(app.handle, app.name, is_bot=True)
        bot.bot_id = app.bot_id = self.new_id("B")
        app.bot_user = bot.id

    def new_id(self, letter: str) -> str:
        self._last_id += 1
        return f"{letter}0P{self._last_id:07d}"

    # people, groups, channels

    def add_user(
        self,
        handle: str,
        real_name: str = "",
        *,
        email: str = "",
        tz: str = "UTC",
        locale: str = "en-US",
        deleted: bool = False,
        is_bot: bool = False,
        title: str = "",
    ) -> User:
        with self.lock:
            handle = handle.lstrip("@")
            user = User(
                self.new_id("U"),
                handle,
                real_name or handle.title(),
                email if email or is_bot else f"{handle}@{self.domain}.example",
                tz,
                locale,
                deleted,
                is_bot,
                title=title,
            )
            self.users[user.id] = user
            self.feed.emit("user_changed", user=user.id)
            return user

    def add_group(self, handle: str, members: Iterable[str], name: str = "") -> UserGroup:
        with self.lock:
            handle = handle.lstrip("@")
            ids = [self.user(member).id for member in members]
            group = UserGroup(self.new_id("S"), handle, name or handle, ids)
            self.groups[group.id] = group
            return group

    def add_channel(
        self,
        name: str,
        members: Iterable[str] = (),
        *,
        private: bool = False,
        archived: bool = False,
        with_app: bool = True,
    ) -> Channel:
        with self.lock:
            kind = "private_channel" if private else "public_channel"
            ids = {self.user(member).id for member in members}
            ids |= {self.app.bot_user} if with_app else set()
            return self._add_channel(name.lstrip("#"), kind, ids, archived)

    def _add_channel(
        self, name: str, kind: str, members: set[str], archived: bool = False
    ) -> Channel:
        letter = {"im": "D", "mpim": "G"}.get(kind, "C")
        created = stamp(self.clock.now()) // 1_000_000
        channel = Channel(self.new_id(letter), name, kind, members, archived, created=created)
        self.channels[channel.id] = channel
        self.feed.emit("channel_changed", channel=channel.id)
        return channel

    def user(self, who: str) -> User:
        """By id, handle or @handle; raises user_not_found."""
        if who in self.users:
            return self.users[who]
        handle = who.lstrip("@")
        for user in self.users.values():
            if user.handle == handle:
                return user
        raise SlackError("user_not_found")

    def group(self, which: str) -> UserGroup:
        handle = which.lstrip("@")
        for group in self.groups.values():
            if handle in (group.id, group.handle):
                return group
        raise SlackError("no_such_subteam")

    def channel(self, which: str) -> Channel:
        """By id, name or #name; raises channel_not_found."""
        if which in self.channels:
            return self.channels[which]
        name = which.lstrip("#")
        for channel in self.channels.values():
            if channel.name == name and not channel.is_direct:
                return channel
        raise SlackError("channel_not_found")

    def direct(self, *members: str) -> tuple[Channel, bool]:
        """The conversation of exactly these people, and whether it was there already."""
        with self.lock:
            known = self.find_direct(*members)
            if known is not None:
                return known, True
            wanted = set(members)
            kind = "im" if len(wanted) <= 2 else "mpim"
            handles = "--".join(sorted(self.users[member].handle for member in wanted))
            name = f"mpdm-{handles}-1" if kind == "mpim" else "-".join(sorted(wanted))
            return self._add_channel(name, kind, wanted), False

    def find_direct(self, *members: str) -> Channel | None:
        wanted = set(members)
        return next(
            (c for c in self.channels.values() if c.is_direct and c.members == wanted), None
        )

    def app_direct(self, user: str) -> Channel:
        return self.direct(self.app.bot_user, user)[0]

    def join(self, channel: Channel, user: str, inviter: str = "") -> None:
        if user in channel.members:
            return
        channel.members.add(user)
        self._membership_changed("member_joined_channel", channel, user, inviter)

    def leave(self, channel: Channel, user: str) -> None:
        """By their own wish, or taken out; the app too."""
        if user not in channel.members:
            return
        channel.members.remove(user)
        self._membership_changed("member_left_channel", channel, user)

    def _membership_changed(self, what: str, channel: Channel, user: str, by: str = "") -> None:
        self.feed.emit("channel_changed", channel=channel.id)
        if self.app.bot_user in channel.members:
            event = {
                "type": what,
                "user": user,
                "channel": channel.id,
                "channel_type": "C" if channel.kind == "public_channel" else "G",
                "team": self.team_id,
            }
            self.send_event(event | ({"inviter": by} if by else {}))

    # administration

    def deactivate(self, who: str) -> None:
        """Out of all channels; groups and the DM with the app keep them."""
        with self.lock:
            user = self.user(who)
            user.deleted = True
            for channel in self.channels.values():
                if not channel.is_direct:
                    self.leave(channel, user.id)
            self._user_changed(user)

    def reactivate(self, who: str) -> None:
        """Slack does not bring them back into their channels."""
        with self.lock:
            user = self.user(who)
            user.deleted = False
            self._user_changed(user)

    def _user_changed(self, user: User) -> None:
        self.feed.emit("user_changed", user=user.id)
        self._tell_of({"type": "user_change"}, user)

    def invite(self, who: str, channel: str) -> None:
        """Into a channel; the app too."""
        with self.lock:
            self.join(self.channel(channel), self.user(who).id)

    def remove(self, who: str, channel: str) -> None:
        """Out of a channel; the app too."""
        with self.lock:
            self.leave(self.channel(channel), self.user(who).id)

    def add_to_group(self, who: str, group: str) -> None:
        with self.lock:
            found, user = self.group(group), self.user(who)
            if user.id not in found.members:
                found.members.append(user.id)
                self._group_changed(found, added=[user.id])

    def remove_from_group(self, who: str, group: str) -> None:
        with self.lock:
            found, user = self.group(group), self.user(who)
            if user.id in found.members:
                found.members.remove(user.id)
                self._group_changed(found, removed=[user.id])

    def _group_changed(
        self, group: UserGroup, added: Iterable[str] = (), removed: Iterable[str] = ()
    ) -> None:
        self.feed.emit("group_changed", group=group.id)
        event: Json = {"type": "subteam_members_changed", "subteam_id": group.id}
        event |= {"team_id": self.team_id, "added_users": [*added], "removed_users": [*removed]}
        self.send_event(event)

    # the app

    @property
    def app_author(self) -> Json:
        app = self.app
        return {"user": app.bot_user, "bot_id": app.bot_id, "app_id": app.app_id}

    def described(self, user: User, *, locale: bool = False) -> Json:
        """A user as the app may see them."""
        email = self.app.may("users:read.email")
        return user.to_json(self.team_id, self.clock.now(), email=email, locale=locale)

    def _tell_of(self, event: Json, user: User) -> None:
        self.send_event({"user": self.described(user), **event}, user=user.id)

    def permalink(self, message: Message) -> str:
        link = f"{self.base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
        if message.thread_ts and message.thread_ts != message.ts:
            link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
        return link

    def send_event(self, event: Json, subscription: str = "", user: str = "") -> Delivery | None:
        """Deliver an event the app has subscribed to; None when it has not."""
        if (subscription or event["type"]) not in self.app.events:
            return None
        now = self.clock.now()
        event = {"event_ts": ts_of(now), **event}
        payload: Json = {
            "token": self.app.verification_token,
            "team_id": self.team_id,
            "api_app_id": self.app.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self.new_id("Ev"),
            "event_time": int(now.timestamp()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": self.team_id,
                    "user_id": self.app.bot_user,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": False,
        }
        return self.deliveries.send(EVENT, payload, user or str(event.get("user", "")))

    def announce(self, message: Message) -> Delivery | None:
        """The message events of something said, if the app is there and subscribed."""
        channel = self.channels[message.channel]
        if self.app.bot_user not in channel.members:
            return None
        event = message.to_json() | {"channel": channel.id, "team": self.team_id}
        family = {"im": "im", "mpim": "mpim", "private_channel": "groups"}
        event["channel_type"] = {"im": "im", "mpim": "mpim", "private_channel": "group"}.get(
            channel.kind, "channel"
        )
        sent = self.send_event(
            event, f"message.{family.get(channel.kind, 'channels')}", message.user
        )
        if f"<@{self.app.bot_user}>" in message.text and channel.kind != "im":
            sent = self.send_event(event | {"type": "app_mention"}, user=message.user) or sent
        return sent

    # what ends by itself, whenever somebody looks: the processing of files, pauses and statuses

    def tick(self) -> None:
        """Do what has become due."""
        with self.lock:
            self.availability.tick()
            for file in self.files.due():
                self._share(file)

    def _share(self, file: File) -> None:
        file.processed = True
        for channel_id in file.shared_in:
            channel = self.channels[channel_id]
            content = Content(file.comment, file.blocks, files=[file.to_json(self.base_url)])
            message = self.messages.post(
                channel, self.app_author, content, thread_ts=file.thread_ts
            )
            visibility = "public" if channel.kind == "public_channel" else "private"
            share = {"ts": message.ts, "channel_name": channel.name, "team_id": self.team_id}
            file.shares.setdefault(visibility, {})[channel.id] = [share]
        self.feed.emit("file_processed", file=file.id)
