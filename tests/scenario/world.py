"""A whole Baton beside a whole Slack, and time that moves only when a test says so.

The real Bolt app, the real words, courier and database; Slack is the playground, over HTTP and
WebSocket. People click, time passes, and what Baton said has to be what the test expected: a
message that nobody asked about (`hears`, `sees`) fails the test at its end.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette

from bot.delivery.actions import NO_QUEUE
from bot.delivery.courier import Courier
from bot.delivery.directory import DirectoryReader
from bot.delivery.outcomes import Identity
from bot.delivery.quiet import QuietReader
from bot.delivery.settling import Tempo
from bot.delivery.signals import keep_statuses
from bot.delivery.slack_api import SlackApi
from bot.delivery.slack_errors import BROKEN_TOKEN
from bot.delivery.wording import Words
from bot.domain.agreement import Agreement, MarketingPromise, RevenueGoal, Terms
from bot.domain.assignment import Queue
from bot.domain.handoff import Handoff
from bot.domain.lead import LeadFacts
from bot.domain.move import Move
from bot.use_cases import admin_news, escalate, nudge, passing
from bot.use_cases.desk import Desk
from bot.use_cases.leavers import LeaverWatch
from bot.use_cases.look_up import dossier
from bot.use_cases.offer import raise_lead
from handlers.front_door import FrontDoor
from handlers.health import look
from handlers.home import Homes
from handlers.http import http_app
from handlers.intake import Intake
from handlers.slack_app import dispatch, slack_app
from handlers.socket import SocketMode
from playground import InstalledApp, Seen, Server, Workspace, WorkspaceClock, sample_workspace
from playground.person import Person
from playground.prompt_server import PromptServer
from storage.books import Books
from tests import migrated
from tests.unit.agreements import NINE_TO_FIVE, TERMS

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)  # ten in the morning in Stockholm
HANDOFFS = "mql-handoff"
QUICK = Tempo(between_posts=timedelta())
SETTLE_SECONDS = 30  # Slack's own three seconds bind only where they are what is tested
CLICK_THREADS = 32
QUEUE = Queue(
    name="nordics",
    channel=HANDOFFS,
    sellers=("@nordic-sales",),
    manager="@maja",
    head="@henrik",
    marketers=("@marketing",),
    matches=lambda facts: facts.get("country") != "DE",
)
DACH = replace(QUEUE, name="dach", channel="sales", sellers=("@jonas",), matches=lambda _: True)
AGREED = replace(TERMS, calendars={"nordics": NINE_TO_FIVE, "dach": NINE_TO_FIVE})


def agreement(terms: Terms = AGREED) -> Agreement:
    return Agreement(
        title="Nordics",
        effective=date(2026, 1, 1),
        review="monthly",
        sales_leader="@henrik",
        marketing_leader="@anna",
        definitions={},
        marketing=MarketingPromise(),
        terms=terms,
        goal=RevenueGoal(10_000_000, "EUR", 0.5, 10_000),  # type: ignore[arg-type]
    )


@dataclass(frozen=True)
class WebForm:
    """A source of leads whose fields have our own names."""

    name: str
    secret: SecretStr
    token: SecretStr

    def lead_fields(self, posted: object) -> Mapping[str, object]:
        assert isinstance(posted, dict)
        return posted


WEBSITE = WebForm("website", SecretStr("a-secret"), SecretStr(""))
FORM_TOOL = WebForm("forms", SecretStr(""), SecretStr("a-token"))
SWITCHED_OFF = WebForm("off", SecretStr(""), SecretStr(""))


class Pool(ThreadPoolExecutor):
    """What runs after the acks; the World can wait until all of it is done."""

    def __init__(self) -> None:
        super().__init__(8, thread_name_prefix="after ack")
        self._running = 0
        self._changed = threading.Condition()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        with self._changed:
            self._running += 1
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._done)
        return future

    def _done(self, _future: Future[Any]) -> None:
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def wait(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: not self._running, SETTLE_SECONDS)


@dataclass
class Said:
    """Something Baton said: in a channel, in somebody's DM, or so that only one person sees it."""

    place: str  # a channel's name, or @handle
    seen: Seen
    words: str  # as a person reads them
    expected: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.words}"


@dataclass
class World:
    server: Server
    clock: WorkspaceClock
    books: Books
    desk: Desk
    slack: SlackApi
    words: Words
    courier: Courier
    after_ack: Pool
    directory: DirectoryReader
    homes: Homes
    quiet: QuietReader
    leavers: LeaverWatch
    said: list[Said] = field(default_factory=list)
    socket: SocketMode | None = None
    http: str = ""  # the address of Baton's own HTTP server

    # ------------------------------------------------------------------ what happens

    def lead(self, name: str = "Ada", **facts: Any) -> int:
        """A lead comes in, and its card goes up; the id of its handoff."""
        own = {"email": f"{name}@acme.example", "name": name, "company": "Acme", "country": "SE"}
        raised = raise_lead(self.desk, LeadFacts(**{**own, **facts}))
        self.deliver()
        self.sees(name, "Please answer by")
        return raised.handoff_id

    def person(self, who: str) -> Person:
        return self.server.person(who)

    def card(self, handoff: int) -> Seen:
        """The newest card of a lead, as it stands in the channel."""
        posted = dossier(self.desk, handoff).cards[-1]
        cards = self.person("@maja").sees(posted.channel)
        return next(seen for seen in cards if seen.ts == posted.ts)

    def shows(self, handoff: int) -> str:
        """What people read on the newest card."""
        return read(self.server.workspace, self.card(handoff).words)

    def click(self, who: str, action: str, handoff: int, **how: Any) -> None:
        """Somebody presses a button of the newest card; Slack has its ack, in time."""
        delivery = self.person(who).click(action, self.card(handoff), **how)
        assert delivery.acked, delivery.error
        self.settle()

    def not_mine(self, who: str, handoff: int, queue: str = "", note: str = "") -> Person:
        """Somebody says that it is not theirs, and for which team it is; without one, the manager
        shall decide."""
        person = self.person(who)
        self.click(who, "not_mine", handoff)
        person.wait_for_modal()
        assert person.modal is not None
        asked = any(block.get("block_id") == "queue" for block in person.modal.body["blocks"])
        filled = {"queue": queue or NO_QUEUE} if asked else {}
        assert person.submit(filled | ({"note": note} if note else {})).acked
        self.settle()
        return person

    def settle(self) -> None:
        """Whatever is said after an ack has been said."""
        assert self.server.workspace.deliveries.wait_quiet(SETTLE_SECONDS)
        self.after_ack.wait()

    def deliver(self) -> None:
        while self.courier.deliver_due():
            pass
        self.settle()

    def look_up_people(self) -> None:
        """Baton reads the directory anew, as it does every half hour."""
        assert self.directory.refresh()
        self.leavers.look()
        self.deliver()

    def sweep(self) -> None:
        self.sweep_only()
        self.deliver()

    def sweep_only(self) -> None:
        """What is due is decided and queued; nothing is sent yet."""
        escalate.sweep(self.desk)
        passing.assign_waiting(self.desk)
        self.quiet.look()
        nudge.say_due(self.desk)

    def pass_time(self, **by: float) -> None:
        """Minutes or hours go by; what falls due on the way happens when it is due."""
        until = self.clock.now() + timedelta(**by)
        while (due := self._next_due()) is not None and due <= until:
            self.clock.advance(to=max(due, self.clock.now()))
            self.sweep()
        self.clock.advance(to=until)
        self.sweep()

    def _next_due(self) -> datetime | None:
        with self.books.reading() as work:
            due = (work.handoffs.next_due(), work.nudges.next_due())
        return min((at for at in due if at), default=None)

    # ------------------------------------------------------------------ what was said

    def sees(self, *words: str, channel: str = HANDOFFS) -> Seen:
        """Something new in a channel holds these words."""
        return self._expect(channel, words)

    def hears(self, who: str, *words: str) -> Seen:
        """Somebody was told this, in a DM or so that only they see it."""
        return self._expect(who, words)

    def _expect(self, place: str, words: tuple[str, ...]) -> Seen:
        feed = self.server.workspace.feed
        newest = feed.last
        while (said := self._unexpected(place, words)) is None:
            if not feed.wait_past(newest, SETTLE_SECONDS):
                rest = self._rest()
                raise AssertionError(f"nobody said {words} to {place}; unexpected so far:\n{rest}")
            newest = feed.last
        said.expected = True
        return said.seen

    def _unexpected(self, place: str, words: tuple[str, ...]) -> Said | None:
        for said in list(self.said):
            if not said.expected and said.place == place and all(w in said.words for w in words):
                return said
        return None

    def nothing_more(self) -> None:
        """All that was said has been expected."""
        self.settle()
        assert not self._rest(), f"said, and nobody expected it:\n{self._rest()}"

    def forget(self) -> None:
        """What was said so far is not this test's matter."""
        self.settle()
        for said in self.said:
            said.expected = True

    def _rest(self) -> str:
        return "\n".join(str(said) for said in self.said if not said.expected)

    # ------------------------------------------------------------------ what is on record

    def handoff(self, handoff: int) -> Handoff:
        return dossier(self.desk, handoff).handoff

    def journal(self, handoff: int) -> tuple[Move, ...]:
        return dossier(self.desk, handoff).journal

    def id(self, who: str) -> str:
        return str(self.server.workspace.user(who).id)


def read(workspace: Workspace, words: str) -> str:
    """Slack's markup as a person reads it: names for ids, a time where a date is."""
    people = {user.id: f"@{user.handle}" for user in workspace.users.values()}
    groups = {group.id: f"@{group.handle}" for group in workspace.groups.values()}
    words = re.sub(r"<@(\w+)>", lambda found: people[found[1]], words)
    words = re.sub(r"<!subteam\^(\w+)>", lambda found: groups[found[1]], words)
    return re.sub(r"<[^<>|]*\|([^<>]*)>", r"\1", words)


@contextmanager
def open_world(
    folder: Path,
    over: str = "socket",
    database: str = "",
    queues: Sequence[Queue] = (QUEUE, DACH),
    terms: Terms = AGREED,
    **settings: Any,
) -> Iterator[World]:
    """`over` is how Slack reaches Baton: "socket" or "http". `settings` are the Desk's own."""
    clock = WorkspaceClock(MONDAY, paused=True)
    with ExitStack() as stack:
        patient = InstalledApp(ack_timeout_s=SETTLE_SECONDS, trigger_lives_s=SETTLE_SECONDS)
        workspace = sample_workspace(app=patient, clock=clock)
        for user in workspace.users.values():
            user.locale = "en-GB"  # so that a test can quote what everybody reads
        server = stack.enter_context(Server(workspace))
        books = Books(database or migrated.sqlite(folder))
        if database:
            books.migrate()
        stack.callback(books.close)
        world = _world(server, clock, books, terms, queues=queues, **settings)
        stack.callback(world.after_ack.shutdown)
        _listen_to(world)
        bolt = slack_app(
            world.desk, world.words, _identity(world), world.slack, world.after_ack, world.homes
        )
        app = server.workspace.app

        def heard(body: dict[str, Any], headers: dict[str, str]) -> Any:
            return dispatch(bolt, body, headers)

        pool = stack.enter_context(ThreadPoolExecutor(CLICK_THREADS))
        if over == "socket":
            world.socket = SocketMode(heard, app.app_token, server.api_url)
            world.socket.start()
            stack.callback(world.socket.stop)
        door = FrontDoor(heard, app.signing_secret, time.time, pool) if over == "http" else None
        intake = Intake(world.desk, [WEBSITE, FORM_TOOL, SWITCHED_OFF], time.time, pool)
        served = http_app(intake, lambda: look(world.desk, _state(world)), door)
        world.http = stack.enter_context(serving(served))
        app.request_url = f"{world.http}/slack/events" if over == "http" else ""
        yield world


def _world(
    server: Server, clock: WorkspaceClock, books: Books, terms: Terms, **settings: Any
) -> World:
    slack = SlackApi(server.workspace.app.bot_token, clock.now, server.api_url, SETTLE_SECONDS)
    directory = DirectoryReader(books, slack, clock.now, keep_statuses)
    assert directory.refresh()
    with books.writing() as work:
        version = work.terms.register(terms, clock.now())
        work.commit()
    desk = Desk(
        books=books,
        clock=clock.now,
        agreement=agreement(terms),
        terms_version=version,
        zone="Europe/Stockholm",
        mute_because=BROKEN_TOKEN,
        **settings,
    )
    words = Words(desk)
    tell_admins = partial(admin_news.place_closed, desk)
    courier = Courier(books, slack, words, clock.now, clock.now, QUICK, on_closed=tell_admins)
    homes = Homes(desk, words, slack, clock.now)
    quiet = QuietReader(books, slack, clock.now)
    leavers = LeaverWatch(desk)
    return World(
        server, clock, books, desk, slack, words, courier, Pool(), directory, homes, quiet, leavers
    )


def _identity(world: World) -> Identity:
    identity = world.slack.auth_test()
    assert isinstance(identity, Identity)
    return identity


def _state(world: World) -> str:
    return world.socket.state() if world.socket else "off"


def _listen_to(world: World) -> None:
    """Keep what becomes visible, with the place where it does."""
    workspace = world.server.workspace

    def hear(change: Any) -> None:
        if change.kind not in ("message_posted", "ephemeral_posted"):
            return
        channel, ts = change.data["channel"], change.data["ts"]
        whisper = workspace.messages.ephemeral(change.data["user"], channel, ts)
        message = whisper or workspace.messages.get(channel, ts)
        if message is not None and message.user == workspace.app.bot_user:
            seen = Seen.of(workspace, message)
            world.said.append(Said(_place(workspace, message), seen, read(workspace, seen.words)))

    workspace.feed.subscribe(hear)


def _place(workspace: Workspace, message: Any) -> str:
    """@handle for what only one person sees, else the channel's name."""
    channel = workspace.channels[message.channel]
    only = {message.only_for} if message.only_for else channel.members - {workspace.app.bot_user}
    if message.only_for or channel.is_direct:
        return f"@{workspace.user(only.pop()).handle}"
    return str(channel.name)


@contextmanager
def serving(app: Starlette) -> Iterator[str]:
    """Baton's own HTTP server, as uvicorn runs it in earnest; its address."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
    server = PromptServer(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.end()
        thread.join(SETTLE_SECONDS)
        listening.close()
