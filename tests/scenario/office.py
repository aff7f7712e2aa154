"""A team with a courier: a real database, a real playground over HTTP, and time that we move.

What a message looks like is not the matter here, so the words are the plainest that say what is
true at the moment of rendering.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.delivery.courier import Courier
from bot.delivery.directory import DirectoryReader
from bot.delivery.outcomes import Blocks
from bot.delivery.pictures import PictureDesk
from bot.delivery.settling import Tempo
from bot.delivery.slack_api import SlackApi
from bot.domain.agreement import Agreement, Clock, MarketingPromise
from bot.domain.assignment import Queue
from bot.domain.handoff import Handoff
from bot.domain.lead import LeadFacts
from bot.domain.messages import Card, Digest, DigestChart, Message, Reminder, to_payload
from bot.use_cases import offer
from bot.use_cases.desk import Desk
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import PostedCard
from playground import InstalledApp, Seen, Server, Workspace, WorkspaceClock, sample_workspace
from storage.books import Books
from tests import migrated
from tests.unit.agreements import TERMS

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday morning
HTTP_TIMEOUT_SECONDS = 20
NORDICS = Queue(
    name="nordics",
    channel="mql-handoff",
    sellers=("@nordic-sales",),
    manager="@maja",
    head="@henrik",
    marketers=("@marketing",),
    matches=lambda _: True,
)
AGREEMENT = Agreement(
    title="Nordics",
    effective=date(2026, 1, 1),
    review="monthly",
    sales_leader="@henrik",
    marketing_leader="@anna",
    definitions={},
    marketing=MarketingPromise(),
    terms=TERMS,
)
QUICK = Tempo(between_posts=timedelta())
CHANNEL = "#mql-handoff"


def reminder(handoff: int, **more: Any) -> Reminder:
    return Reminder(handoff, round=1, clock=Clock.ANSWER, percent=80, **more)


def lost_reply(office: Office) -> None:
    """The next message arrives, and Baton does not hear of it."""
    office.workspace.faults.lose_reply("chat.postMessage")


def errors_in(logs: Iterable[Mapping[str, Any]]) -> list[str]:
    """What was said aloud to whoever runs the bot."""
    return [line["action"] for line in logs if line["log_level"] == "error"]


@dataclass(frozen=True)
class Plain:
    text: str
    blocks: Blocks


class PlainWords:
    """`fail_on` holds the ids of handoffs whose template has a mistake."""

    def __init__(self) -> None:
        self.fail_on: set[int] = set()

    def render(
        self, message: Message, work: UnitOfWork, now: datetime, to: str = "", picture: str = ""
    ) -> Plain:
        payload = to_payload(message)
        if payload.get("handoff") in self.fail_on:
            raise ZeroDivisionError("about ada@example.com")
        said = {name: value for name, value in payload.items() if value}
        text = f"{message.kind} {said}"
        if isinstance(message, Card):
            handoff = work.handoffs.get(message.handoff)
            text = f"card {message.number} of {handoff.id}: {handoff.state.value}"
            cards = work.handoffs.dossier(message.handoff).cards
            after = next((card for card in cards if card.number > message.number), None)
            text += f" -> {after.permalink}" if after else ""
        return Plain(text, [{"type": "section", "text": {"type": "plain_text", "text": text}}])

    def chart_alt(self, message: Digest | DigestChart, work: UnitOfWork) -> str:
        return "The week in a chart"


@dataclass
class WireTime:
    """Real time as the courier sees it, moved by hand."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


@dataclass
class Office:
    server: Server
    books: Books
    clock: WorkspaceClock
    desk: Desk
    slack: SlackApi
    directory: DirectoryReader
    wire: WireTime = field(default_factory=WireTime)
    words: PlainWords = field(default_factory=PlainWords)
    tempo: Tempo = QUICK
    draw: Callable[[Any], bytes] | None = None

    def __post_init__(self) -> None:
        pictures = PictureDesk(self.slack, self.draw, self.wire) if self.draw else None
        self.courier = Courier(
            self.books,
            self.slack,
            self.words,
            self.clock.now,
            self.wire,
            self.tempo,
            self.directory.look_again,
            pictures,
        )

    @property
    def workspace(self) -> Workspace:
        return self.server.workspace

    def with_(self, **changes: Any) -> Office:
        """The same office, and another courier in it: another process, or one started again."""
        return replace(self, **changes)

    # ------------------------------------------------------------------ what happens

    def lead(self, name: str = "Ada") -> int:
        """A lead comes in; the id of its handoff."""
        facts = LeadFacts(email=f"{name}@acme.example", name=name, company="Acme")
        return offer.raise_lead(self.desk, facts).handoff_id

    def report(self) -> int:
        """A week to report on."""
        week = timedelta(days=7)
        with self.books.writing() as work:
            report = work.reports.open(
                "week", "mql-handoff", "2026-W09", START - week, START, {}, START
            )
            assert report is not None
            work.commit()
        return report.id

    @property
    def erik(self) -> str:
        """A seller."""
        return str(self.workspace.user("@erik").id)

    def delete_card(self, handoff_id: int) -> None:
        """Somebody tidies up the channel."""
        card = self.card(handoff_id)
        assert card is not None
        message = self.workspace.messages.get(card.channel, card.ts)
        assert message is not None
        with self.workspace.lock:
            self.workspace.messages.delete(message)

    def say(self, message: Message, to: str = CHANNEL) -> None:
        with self.books.writing() as work:
            work.outbox.put(message, to, self.clock.now())
            work.commit()

    def later(self, seconds: float = 0, minutes: float = 0) -> None:
        """Time passes, in the workspace and on the wire."""
        by = timedelta(seconds=seconds, minutes=minutes)
        self.clock.advance(by)
        self.wire.advance(by)

    def deliver(self) -> int:
        return self.courier.deliver_due()

    # ------------------------------------------------------------------ what people see

    def channel(self, name: str = "mql-handoff") -> list[str]:
        return [seen.text for seen in self.server.person("@maja").sees(name)]

    def seen(self, name: str = "mql-handoff") -> list[Seen]:
        return list(self.server.person("@maja").sees(name))

    def dm(self, who: str) -> list[str]:
        return [seen.text for seen in self.server.person(who).dm()]

    def thread(self, root: Seen) -> list[str]:
        return [seen.text for seen in self.server.person("@maja").thread(root)][1:]

    # ------------------------------------------------------------------ what is on record

    def handoff(self, handoff_id: int) -> Handoff:
        with self.books.reading() as work:
            return work.handoffs.get(handoff_id)

    def card(self, handoff_id: int, number: int = 1) -> PostedCard | None:
        with self.books.reading() as work:
            cards = work.handoffs.dossier(handoff_id).cards
        return next((card for card in cards if card.number == number), None)

    def paused(self) -> dict[str, str]:
        with self.books.reading() as work:
            return work.deliveries.paused()

    def resume(self) -> None:
        with self.books.writing() as work:
            work.deliveries.resume()
            work.commit()

    def unsent(self) -> bool:
        with self.books.reading() as work:
            return work.deliveries.oldest_unsent() is not None


@contextmanager
def open_office(
    folder: Path,
    scopes: frozenset[str] | None = None,
    tempo: Tempo = QUICK,
    draw: Callable[[Any], bytes] | None = None,
    database: str = "",
) -> Iterator[Office]:
    clock = WorkspaceClock(START, paused=True)
    app = InstalledApp() if scopes is None else InstalledApp(scopes=scopes)
    books = Books(database or migrated.sqlite(folder))
    if database:
        books.migrate()
    with Server(sample_workspace(app=app, clock=clock)) as server:
        slack = SlackApi(app.bot_token, clock.now, server.api_url, HTTP_TIMEOUT_SECONDS)
        wire = WireTime()
        directory = DirectoryReader(books, slack, wire)
        assert directory.refresh()
        desk = open_desk(books, clock.now)
        yield Office(server, books, clock, desk, slack, directory, wire, tempo=tempo, draw=draw)
    books.close()


def open_desk(books: Books, clock: Callable[[], datetime]) -> Desk:
    with books.writing() as work:
        version = work.terms.register(TERMS, clock())
        work.commit()
    return Desk(books, clock, [NORDICS], AGREEMENT, version, "Europe/Stockholm")
