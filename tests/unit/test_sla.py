"""Clocks and the ladder, as decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain import sla
from bot.domain.agreement import Act, Audience, Clock
from bot.domain.sla import Verdict
from tests.unit.agreements import PROMISED, TERMS, stockholm

MONDAY_NINE = stockholm("2026-03-02 09:00")


def test_a_clock_started_in_the_night_begins_with_the_working_day() -> None:
    """Four working hours from Sunday night end on Monday at one."""
    clock = sla.start(Clock.ANSWER, PROMISED, TERMS, stockholm("2026-03-01 23:00"))
    assert clock.due_at == stockholm("2026-03-02 13:00")
    assert clock.next_step_at == stockholm("2026-03-02 12:12")


def test_a_better_tier_is_promised_a_faster_answer() -> None:
    """Tier A has thirty minutes."""
    clock = sla.start(Clock.ANSWER, replace(PROMISED, tier="A"), TERMS, MONDAY_NINE)
    assert clock.due_at == stockholm("2026-03-02 09:30")


@pytest.mark.parametrize(
    ("now", "taken", "tell"),
    [
        ("2026-03-02 12:11", None, None),
        ("2026-03-02 12:12", 80, (Audience.HOLDER,)),
        ("2026-03-02 13:00", 100, (Audience.HOLDER, Audience.MANAGER)),
        ("2026-03-02 15:00", 150, (Audience.HOLDER, Audience.MANAGER, Audience.HEAD)),
        ("2026-03-04 10:00", 150, (Audience.HOLDER, Audience.MANAGER, Audience.HEAD)),
    ],
)
def test_after_downtime_only_the_furthest_step_is_taken_and_names_everybody(
    now: str, taken: int | None, tell: tuple[Audience, ...] | None
) -> None:
    """Late steps collapse into one that reaches all whom the passed ones would have told."""
    clock = sla.start(Clock.ANSWER, PROMISED, TERMS, MONDAY_NINE)
    due = sla.steps_due(clock, PROMISED, TERMS, stockholm(now))
    assert (due and due.furthest.percent) == taken
    assert (due and due.tell) == tell


def test_a_step_taken_is_never_due_again() -> None:
    """The clock after a step points at the next rung, and after the last at none."""
    clock = sla.start(Clock.ANSWER, PROMISED, TERMS, MONDAY_NINE)
    first = sla.steps_due(clock, PROMISED, TERMS, stockholm("2026-03-02 12:12"))
    assert first is not None
    assert first.clock_after.next_step_at == stockholm("2026-03-02 13:00")
    last = sla.steps_due(first.clock_after, PROMISED, TERMS, stockholm("2026-03-02 15:30"))
    assert last is not None
    assert last.furthest.act is Act.REPOST
    assert last.late_by == timedelta(minutes=30)
    assert last.clock_after.next_step_at is None


def test_a_step_that_falls_on_closing_time_waits_for_the_next_morning() -> None:
    """Nothing is said when the working day is over."""
    clock = sla.start(Clock.ANSWER, PROMISED, TERMS, stockholm("2026-03-02 13:00"))
    after = sla.steps_due(clock, PROMISED, TERMS, stockholm("2026-03-02 16:12"))
    assert clock.due_at == stockholm("2026-03-02 17:00")
    assert after is not None
    assert after.clock_after.next_step_at == stockholm("2026-03-03 09:00")


@pytest.mark.parametrize(
    ("stopped", "now", "expected"),
    [
        ("2026-03-02 13:00", "2026-03-09 09:00", Verdict.MET),
        ("2026-03-02 13:01", "2026-03-09 09:00", Verdict.BREACHED),
        (None, "2026-03-02 13:00", Verdict.RUNNING),
        (None, "2026-03-02 13:01", Verdict.OVERDUE),
    ],
)
def test_exactly_at_the_due_instant_is_met(
    stopped: str | None, now: str, expected: Verdict
) -> None:
    """A promise is kept up to and including its last minute."""
    due = stockholm("2026-03-02 13:00")
    stopped_at = stockholm(stopped) if stopped else None
    assert sla.verdict(due, stopped_at, stockholm(now)) is expected


def test_a_recycled_lead_wakes_at_the_first_working_minute_of_its_date() -> None:
    """A date on a Saturday means Monday morning."""
    clock = sla.wake("nordics", date(2026, 3, 7), TERMS)
    assert clock.due_at == stockholm("2026-03-09 09:00")


@pytest.mark.parametrize(
    ("now", "until"),
    [("2026-03-02 10:00", None), ("2026-03-02 18:00", "2026-03-03 09:00")],
)
def test_outside_working_hours_a_step_is_held(now: str, until: str | None) -> None:
    """A restart at night does not wake anybody."""
    expected = stockholm(until) if until else None
    assert sla.held_until(TERMS.calendar("nordics"), stockholm(now)) == expected
