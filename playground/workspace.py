"""One Slack workspace: its people, channels and groups, and the one app installed in it."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from playground.call_log import CallLog
from playground.clock import Clock, WireClock, WorkspaceClock, stamp
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
        self.pings = Pings(self.messages, self.channels, self.groups)
        self.feed.subscribe(self.pings.hear)
        self.reading = ReadMarks(self.feed, self.messages, self.pings)
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
            wanted = set(members)
            for channel in self.channels.values():
                if channel.is_direct and channel.members == wanted:
                    return channel, True
            kind = "im" if len(wanted) <= 2 else "mpim"
            return self._add_channel("-".join(sorted(wanted)), kind, wanted), False

    def app_direct(self, user: str) -> Channel:
        return self.direct(self.app.bot_user, user)[0]

    def join(self, channel: Channel, user: str, inviter: str = "") -> None:
        if user in channel.members:
            return
        channel.members.add(user)
        self.feed.emit("channel_changed", channel=channel.id)
        if self.app.bot_user in channel.members:
            event = {
                "type": "member_joined_channel",
                "user": user,
                "channel": channel.id,
                "channel_type": "C" if channel.kind == "public_channel" else "G",
                "team": self.team_id,
            }
            self.send_event(event | ({"inviter": inviter} if inviter else {}))

    # the app

    @property
    def app_author(self) -> Json:
        app = self.app
        return {"user": app.bot_user, "bot_id": app.bot_id, "app_id": app.app_id}

    def permalink(self, message: Message) -> str:
        link = f"{self.base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
        if message.thread_ts and message.thread_ts != message.ts:
            link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
        return link

    def send_event(self, event: Json, subscription: str = "", user: str = "") -> Delivery | None:
        """Deliver an event the app has subscribed to; None when it has not."""
        if (subscription or event["type"]) not in self.app.events:
            return None
        now = stamp(self.clock.now())
        event = {"event_ts": f"{now // 1_000_000}.{now % 1_000_000:06d}", **event}
        payload: Json = {
            "token": self.app.verification_token,
            "team_id": self.team_id,
            "api_app_id": self.app.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": self.new_id("Ev"),
            "event_time": now // 1_000_000,
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

    # files: processing ends by itself, whenever somebody looks

    def tick(self) -> None:
        """Do what has become due in wire time."""
        with self.lock:
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
