"""The weekly digest comes once, however often, late or doubly it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain import handoff
from bot.domain.lead import LeadFacts
from bot.use_cases import offer, report
from bot.use_cases.desk import Desk, DigestSlot
from storage.books import Books
from tests import migrated
from tests.scenario.office import open_desk
from tests.unit.agreements import TERMS

MONDAY = datetime(2026, 3, 9, 8, tzinfo=UTC)  # nine o'clock in Stockholm
WEDNESDAY_BEFORE = datetime(2026, 3, 4, 10, tzinfo=UTC)


@dataclass
class Team:
    desk: Desk
    books: Books

    def at(self, now: datetime) -> Desk:
        return replace(self.desk, clock=lambda: now)

    def post_card(self, at: datetime) -> None:
        """A lead comes in, and its card is up at once."""
        number = f"{at:%Y%m%d%H%M%S}"
        raised = offer.raise_lead(self.at(at), LeadFacts(system="crm", external_id=number))
        with self.books.writing() as work:
            begun = work.handoffs.get(raised.handoff_id)
            move = handoff.posted(begun, at, TERMS)
            assert move is not None
            work.handoffs.record(begun, move)
            work.commit()

    def queued(self) -> list[str]:
        """The digest's messages that wait to be said, in their order."""
        with self.books._engine.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT kind FROM outbox WHERE kind <> 'card' ORDER BY id"
            )
            return [kind for (kind,) in rows]

    def report(self, number: int = 1) -> Any:
        with self.books.reading() as work:
            return work.reports.get(number)


@pytest.fixture(params=["sqlite", "postgresql"])
def team(request: Any, tmp_path: Path) -> Iterator[Team]:
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres_database")(migrated.migrate)
    else:
        address = migrated.sqlite(tmp_path)
    books = Books(address)
    desk = open_desk(books, lambda: WEDNESDAY_BEFORE)
    yield Team(replace(desk, digest=DigestSlot("mql-handoff", 0, 9, 0)), books)
    books.close()


def test_a_digest_is_due_at_its_hour_and_not_before(team: Team):
    """Nine o'clock is not a second to nine."""
    team.post_card(WEDNESDAY_BEFORE)
    assert 0 == report.post_due_digests(team.at(MONDAY - timedelta(seconds=1)))
    assert 1 == report.post_due_digests(team.at(MONDAY))
    assert ["digest", "digest_breakdown"] == team.queued()


def test_asked_again_it_says_nothing_more(team: Team):
    """A restart, or the next beat of the metronome, repeats nothing."""
    team.post_card(WEDNESDAY_BEFORE)
    for minutes in range(0, 6 * 24 * 60, 600):
        report.post_due_digests(team.at(MONDAY + timedelta(minutes=minutes)))
    assert ["digest", "digest_breakdown"] == team.queued()


def test_several_machines_say_it_once(team: Team):
    """Whoever makes the row says it; the others find it made."""
    team.post_card(WEDNESDAY_BEFORE)
    together = threading.Barrier(4)
    said: list[int] = []

    def beat() -> None:
        together.wait()
        said.append(report.post_due_digests(team.at(MONDAY)))

    beats = [threading.Thread(target=beat) for _ in range(4)]
    for thread in beats:
        thread.start()
    for thread in beats:
        thread.join()
    assert [0, 0, 0, 1] == sorted(said)
    assert ["digest", "digest_breakdown"] == team.queued()


def test_after_weeks_away_only_the_latest_is_said(team: Team):
    """Nobody is flooded with the digests of a holiday."""
    team.post_card(WEDNESDAY_BEFORE)
    assert 1 == report.post_due_digests(team.at(MONDAY + timedelta(days=24)))
    assert ["digest", "digest_breakdown"] == team.queued()
    assert "2026-03-23" == team.report().figures["starts"]


def test_a_baton_that_never_posted_a_card_has_nothing_to_say(team: Team):
    """On its first Monday a team does not read a table of zeros."""
    assert 0 == report.post_due_digests(team.at(MONDAY))
    team.post_card(WEDNESDAY_BEFORE)
    assert 1 == report.post_due_digests(team.at(MONDAY + timedelta(weeks=4)))


def test_this_week_stands_beside_the_last(team: Team):
    """The figures are those of two whole local weeks; what came later is in neither."""
    team.post_card(WEDNESDAY_BEFORE)
    team.post_card(WEDNESDAY_BEFORE - timedelta(weeks=1))
    team.post_card(WEDNESDAY_BEFORE - timedelta(weeks=1, minutes=1))
    team.post_card(MONDAY - timedelta(minutes=1))
    report.post_due_digests(team.at(MONDAY))
    figures = team.report().figures
    assert (1, 2) == (figures["week"]["posted"], figures["before"]["posted"])
    assert ("2026-03-02", "2026-03-09") == (figures["starts"], figures["ends"])
    assert {0} == set(figures["week"]["running"].values())
    assert 1 == figures["week"]["answer"]["overdue_open"]


def test_without_a_digest_in_the_agreement_nothing_is_said(team: Team):
    """Who wants no digest gets none."""
    team.post_card(WEDNESDAY_BEFORE)
    assert 0 == report.post_due_digests(replace(team.at(MONDAY), digest=None))
