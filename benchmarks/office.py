"""A whole Baton on the app.yaml we ship, with its own database and a Slack that answers at once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import config
from bot.app import desk_of
from bot.delivery.courier import Courier
from bot.delivery.replay_slack import AnswersAtOnce
from bot.delivery.settling import Tempo
from bot.delivery.wording import Words
from bot.domain.lead import LeadFacts
from bot.replay.people import ids, made_up
from bot.use_cases.desk import Desk
from bot.use_cases.offer import raise_lead
from storage.books import Books

APP_YAML = Path(__file__).parent.parent / "app.yaml"
SELLERS = ("Bo", "Cilla", "Erik", "Fatima", "Gustav", "Hilde", "Ida", "Jonas")
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)  # nine in the morning in Stockholm


@dataclass
class Time:
    """Workspace time; it moves when a benchmark says so."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now


class Office:
    def __init__(self, url: str) -> None:
        settings = config.load(APP_YAML, {})
        self.time = Time()
        self.books = Books(url)
        self.books.migrate()
        self.desk: Desk = desk_of(settings, self.books, self.time)
        self.words = Words(self.desk, settings.language)
        self.sellers = self._directory(settings.digest.channel)
        self._names = itertools.count(1)
        self._courier = Courier(
            self.books,
            AnswersAtOnce(self.time, posted=0),
            self.words,
            self.time,
            self.time,
            Tempo(between_posts=timedelta()),
        )

    def _directory(self, channel: str) -> list[str]:
        roster = made_up(SELLERS, self.desk.queues, channel)
        with self.books.writing() as work:
            work.people.replace_all(roster.people, roster.groups, roster.channels)
            work.commit()
        return list(ids(roster, SELLERS).values())

    def lead(self) -> int:
        """A lead comes in, and its card is up; the id of its handoff."""
        number = next(self._names)
        facts = LeadFacts(
            email=f"ada.{number}@acme.example",
            name=f"Ada Lovelace {number}",
            company="Acme & Sons AB",
            title="CTO",
            phone="+46 8 123 456",
            country="SE",
            source=("Webinar", "Trade fair", "Trial")[number % 3],
            campaign="spring_2026",
            tier="B",
            score=87,
            why="Asked for a price for 40 seats, twice this week.",
            crm_url=f"https://crm.example/leads/{number}?tab=a&b=c",
        )
        raised = raise_lead(self.desk, facts)
        self._courier.deliver_due()
        return raised.handoff_id

    def leads(self, count: int) -> list[int]:
        with self.books.together():
            return [self.lead() for _ in range(count)]


@contextmanager
def office(url: str) -> Iterator[Office]:
    opened = Office(url)
    try:
        yield opened
    finally:
        opened.books.close()


def sqlite_url(folder: Path, name: str) -> str:
    return f"sqlite:///{folder / name}.db"
