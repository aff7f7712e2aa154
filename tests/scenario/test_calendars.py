"""Two teams with calendars and targets of their own, over lunch, a holiday and a half day.

The week begins on Monday at ten in Stockholm. The Nordics work 9-12 and 13-17, have Tuesday off and
work until one on Wednesday; the other team works round the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.agreement import Case, Duration, Target
from bot.domain.business_hours import Calendar
from bot.domain.lead import LeadFacts
from bot.use_cases.offer import raise_lead
from tests.scenario.world import AGREED, World, open_world, read
from tests.unit.calendars import ALWAYS, LUNCH, MIDDAY_OFF

NORDICS = Calendar(
    "nordics",
    "Europe/Stockholm",
    (LUNCH,) * 5 + ((), ()),
    holidays=frozenset({date(2026, 3, 3)}),
    days={date(2026, 3, 4): MIDDAY_OFF},
)
ROUND_THE_CLOCK = Calendar("always", "Europe/Berlin", (ALWAYS,) * 7)
TARGETS = Target(
    Duration(timedelta(hours=4)),
    (
        Case(Duration(timedelta(minutes=30)), queue=("dach",), tier=("A",)),
        Case(Duration(days=1), source=("event",)),
    ),
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    calendars = {"nordics": NORDICS, "dach": ROUND_THE_CLOCK}
    with open_world(tmp_path, terms=replace(AGREED, answer=TARGETS, calendars=calendars)) as opened:
        yield opened
        opened.nothing_more()


def until(world: World, text: str) -> None:
    """It is so late in Stockholm's winter, and all that was due has happened."""
    there = datetime.fromisoformat(f"2026-03-{text}+01:00")
    world.pass_time(seconds=(there - world.clock.now()).total_seconds())


def test_each_card_says_by_when_it_is_to_be_answered(world: World) -> None:
    """Four working hours go round lunch; one working day goes over the holiday into the half day;
    and a team that is always there has its own, shorter time for the best leads."""
    web, event = world.lead("Ada", source="web"), world.lead("Bo", source="event", tier="A")
    assert "Please answer by *2026-03-02 15:00 CET*" in world.shows(web)
    assert "Please answer by *2026-03-04 10:00 CET*" in world.shows(event)
    best = LeadFacts(email="cy@acme.example", name="Cy", country="DE", tier="A", source="event")
    raise_lead(world.desk, best)
    world.deliver()
    card = world.sees("Cy", channel="sales")
    assert "Please answer by *2026-03-02 10:30 CET*" in read(world.server.workspace, card.words)


def test_the_ladder_keeps_the_calendar_of_the_team(world: World) -> None:
    """Nothing is said at lunch, at night, on the holiday or in the afternoon off: what falls due
    at closing time is said on the next working morning."""
    lead = world.lead()
    until(world, "02 14:11")
    world.nothing_more()
    until(world, "02 14:12")  # 80 %
    world.sees("Ada", "waiting for an answer")
    until(world, "02 15:00")
    world.sees("Ada", "still needs an answer", "@maja")
    until(world, "04 08:59")  # 150 % was used up at closing time on Monday
    world.nothing_more()
    until(world, "04 09:00")
    world.hears("@henrik", "Ada")
    world.sees("Ada", "Still waiting")
    world.click("@erik", "accept", lead)
    world.deliver()
    until(world, "05 11:00")  # four of eight hours on Wednesday: 9-13; two on Thursday
    world.nothing_more()
    until(world, "05 11:24")  # 80 %
    world.hears("@erik", "Ada", "waiting for first contact, due by")
    until(world, "05 14:00")
    world.sees("Ada", "@erik", "@maja")
