"""Ladders of every shape: after a time, repeated, of some queues, for a clock that was paused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import sla
from bot.domain.agreement import Act, Audience, Case, Clock, Duration, Promised, Step, Target, Terms
from bot.domain.business_hours import elapsed
from tests.unit.agreements import NINE_TO_FIVE, PROMISED, TERMS, stockholm

NINE = stockholm("2026-03-02 09:00")
HOUR = timedelta(hours=1)
HOLDER = (Audience.HOLDER,)


def with_ladder(*steps: Step) -> Terms:
    return replace(TERMS, ladder=steps)


def offsets(terms: Terms, promised: Promised = PROMISED) -> list[timedelta]:
    return [rung.offset for rung in sla.rungs(Clock.ANSWER, promised, terms)]


def test_a_step_may_be_placed_by_time_or_by_percent() -> None:
    """After one hour comes before half of four hours, whatever stands first in the file."""
    terms = with_ladder(
        Step(Clock.ANSWER, 50, HOLDER, Act.REMIND),
        Step(Clock.ANSWER, 0, HOLDER, Act.REMIND, after=Duration(HOUR)),
    )
    assert offsets(terms) == [HOUR, 2 * HOUR]


def test_a_step_repeats_as_often_as_agreed_and_no_more() -> None:
    """At the due time, and twice more, every hour."""
    step = Step(Clock.ANSWER, 100, HOLDER, Act.ESCALATE, every=Duration(HOUR), times=2)
    terms = with_ladder(step)
    assert offsets(terms) == [4 * HOUR, 5 * HOUR, 6 * HOUR]
    clock = sla.start(Clock.ANSWER, PROMISED, terms, NINE)
    taken = []
    while clock.next_step_at is not None:
        due = sla.steps_due(clock, PROMISED, terms, clock.next_step_at)
        assert due is not None
        taken.append(due.percent)
        clock = due.clock_after
    assert taken == [100, 125, 150]


def test_a_step_may_be_for_some_queues_only() -> None:
    """Another queue does not climb it."""
    terms = with_ladder(Step(Clock.ANSWER, 80, HOLDER, Act.REMIND, queues=("dach",)))
    assert offsets(terms) == []
    assert offsets(with_ladder(Step(Clock.ANSWER, 80, HOLDER, Act.REMIND))) == [3.2 * HOUR]


def test_of_steps_at_the_same_time_the_weightiest_is_done_and_all_are_told() -> None:
    """The time-out of an offer falls together with the escalation: one message, and it moves on."""
    terms = with_ladder(
        Step(Clock.ANSWER, 0, (Audience.ASSIGNEE,), Act.OFFER_NEXT, after=Duration(4 * HOUR)),
        Step(Clock.ANSWER, 100, (Audience.MANAGER, "@sam"), Act.ESCALATE),
    )
    clock = sla.start(Clock.ANSWER, PROMISED, terms, NINE)
    due = sla.steps_due(clock, PROMISED, terms, stockholm("2026-03-02 13:00"))
    assert due is not None
    assert due.act is Act.OFFER_NEXT
    assert due.tell == (Audience.ASSIGNEE, Audience.MANAGER, "@sam")
    assert due.clock_after.next_step_at is None


EACH = Duration(HOUR)
TIME_OUT = Step(
    Clock.ANSWER, 0, (Audience.ASSIGNEE,), Act.OFFER_NEXT, after=EACH, every=EACH, times=9
)
WIDEN = Step(Clock.ANSWER, 50, (Audience.GROUP,), Act.WIDEN, to_queue="dach")


def due_at(terms: Terms, text: str, **more: Any) -> sla.DueSteps:
    clock = sla.start(Clock.ANSWER, PROMISED, terms, NINE)
    found = sla.steps_due(clock, PROMISED, terms, stockholm(text), **more)
    assert found is not None
    return found


def test_what_a_passed_step_does_to_the_lead_is_done_although_a_later_one_only_speaks() -> None:
    """Reminders that were put off, or an hour of downtime, do not keep a lead from other teams."""
    remind = Step(Clock.ANSWER, 80, HOLDER, Act.REMIND)
    late = due_at(with_ladder(WIDEN, remind), "2026-03-02 12:30")
    assert (late.act, late.to_queue, late.furthest) == (Act.WIDEN, "dach", remind)


def test_an_offer_is_widened_even_when_somebodys_time_ends_at_the_same_instant() -> None:
    """Two hours are half of the promise and twice the time of one seller: both steps are taken."""
    both = due_at(with_ladder(WIDEN, TIME_OUT), "2026-03-02 11:00")
    assert (both.act, both.to_queue) == (Act.OFFER_NEXT, "dach")


@pytest.mark.parametrize(
    ("had", "waits_until"),
    [
        (30, "2026-03-02 10:30"),
        (58, "2026-03-02 10:02"),
        (59, None),  # what a sweep and a post take is no time of anybody's
        (60, None),
        (0, "2026-03-02 11:00"),
    ],
)
def test_whoever_is_asked_later_has_their_full_time(had: int, waits_until: str | None) -> None:
    """Somebody passed the lead on: who is asked now is not timed out with them."""
    minutes = timedelta(minutes=had)
    due = due_at(with_ladder(TIME_OUT), "2026-03-02 10:00", had=minutes)
    assert due.is_early == (waits_until is not None)
    if waits_until:
        assert due.clock_after.next_step_at == stockholm(waits_until)
        assert due.clock_after.steps_taken == 0
    else:
        assert due.act is Act.OFFER_NEXT


def test_other_steps_do_not_wait_for_somebodys_time() -> None:
    """The manager hears at the due time, whoever was asked a minute ago; nothing is taken away."""
    escalate = Step(Clock.ANSWER, 100, (Audience.MANAGER,), Act.ESCALATE)
    due = due_at(with_ladder(TIME_OUT, escalate), "2026-03-02 13:00", had=timedelta(minutes=1))
    assert (due.act, due.tell) == (Act.ESCALATE, (Audience.MANAGER,))


def test_what_a_clock_used_up_before_it_was_seen_to_run_is_not_chased() -> None:
    """Unless the promise is broken by then: its furthest step is taken."""
    remind, escalate = (
        Step(Clock.ANSWER, 50, HOLDER, Act.REMIND),
        Step(Clock.ANSWER, 100, HOLDER, Act.ESCALATE),
    )
    terms = with_ladder(remind, escalate)
    in_time = sla.start(Clock.ANSWER, PROMISED, terms, NINE, used=3 * HOUR)
    late = sla.start(Clock.ANSWER, PROMISED, terms, NINE, used=5 * HOUR)
    assert (in_time.steps_taken, in_time.next_step_at) == (1, NINE + HOUR)
    assert (late.steps_taken, late.next_step_at) == (1, NINE)


def test_a_step_at_the_very_beginning_is_taken() -> None:
    """Nothing is used up yet, so nothing is passed over: a note that goes with the card."""
    clock = sla.start(
        Clock.ANSWER, PROMISED, with_ladder(Step(Clock.ANSWER, 0, HOLDER, Act.TELL)), NINE
    )
    assert (clock.steps_taken, clock.next_step_at) == (0, NINE)


def test_while_somebodys_time_lasts_the_next_step_keeps_its_own() -> None:
    """Asked at half past nine, they have until half past ten; the reminder comes at a quarter
    past."""
    remind = Step(Clock.ANSWER, 0, HOLDER, Act.REMIND, after=Duration(1.25 * HOUR))
    had = timedelta(minutes=30)
    waits = due_at(with_ladder(TIME_OUT, remind), "2026-03-02 10:00", had=had).clock_after
    assert waits.next_step_at == stockholm("2026-03-02 10:15")


@pytest.mark.parametrize(("used", "risky_at"), [(0, "12:12"), (2, "10:12"), (4, "09:00")])
def test_a_promise_is_at_risk_at_four_fifths_of_all_its_time(used: int, risky_at: str) -> None:
    """Time used before a question to marketing counts, too."""
    clock = sla.start(Clock.ANSWER, PROMISED, TERMS, NINE, used=used * HOUR)
    risky = sla.at_risk_from(clock, PROMISED, TERMS)
    assert risky == stockholm(f"2026-03-02 {risky_at}")


def test_a_step_that_reaches_nobody_can_be_passed_over_for_the_next() -> None:
    """One rung more is taken although it is not due yet; beyond the last there is none."""
    clock = sla.start(Clock.ANSWER, PROMISED, TERMS, NINE)
    now = stockholm("2026-03-02 12:12")
    further = sla.steps_due(clock, PROMISED, TERMS, now, beyond=1)
    assert further is not None
    assert (further.percent, further.late_by) == (100, timedelta())
    assert further.clock_after.next_step_at == stockholm("2026-03-02 15:00")
    assert sla.steps_due(clock, PROMISED, TERMS, now, beyond=3) is None


def test_a_clock_nobody_agreed_on_has_no_ladder() -> None:
    """Without a time to qualify there is nothing to remind of."""
    assert sla.rungs(Clock.QUALIFY, PROMISED, TERMS) == ()
    with pytest.raises(KeyError):
        sla.start(Clock.QUALIFY, PROMISED, TERMS, NINE)


def test_reminders_that_were_put_off_are_not_called_late() -> None:
    """Baton was not away: somebody asked it to wait."""
    clock = replace(
        sla.start(Clock.ANSWER, PROMISED, TERMS, NINE),
        snoozed_until=stockholm("2026-03-02 12:50"),
        next_step_at=stockholm("2026-03-02 12:50"),
    )
    due = sla.steps_due(clock, PROMISED, TERMS, stockholm("2026-03-02 12:51"))
    assert due is not None
    assert due.late_by == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("known", "hours"),
    [
        ({"tier": "A", "queue": "nordics"}, 0.5),
        ({"tier": "A", "queue": "dach"}, 1),
        ({"source": "event"}, 2),
        ({"source": "webinar", "campaign": "spring"}, 3),
        ({"source": "webinar", "campaign": "autumn"}, 4),
        ({}, 4),
    ],
)
def test_the_first_target_that_fits_a_lead_wins(known: dict[str, Any], hours: float) -> None:
    """By queue, tier, source and campaign, in the order of the agreement."""
    target = Target(
        Duration(4 * HOUR),
        (
            Case(Duration(HOUR / 2), queue=("nordics",), tier=("A",)),
            Case(Duration(HOUR), tier=("A", "B")),
            Case(Duration(2 * HOUR), source=("event", "fair")),
            Case(Duration(3 * HOUR), source=("webinar",), campaign=("spring",)),
        ),
    )
    assert target.of(replace(PROMISED, **known)).on(NINE_TO_FIVE) == hours * HOUR


@given(used=st.integers(0, 300), waited=st.integers(0, 5000), start=st.integers(0, 3000))  # minutes
def test_a_pause_moves_the_promise_by_exactly_the_time_it_stood(
    used: int, waited: int, start: int
) -> None:
    """However long marketing takes, sales has the working time that was left, and not a minute
    more."""
    minute = timedelta(minutes=1)
    clock = sla.start(Clock.ANSWER, PROMISED, TERMS, NINE + start * minute)
    stopped = clock.started_at + used * minute
    back = sla.go_on(clock, stopped, PROMISED, TERMS, stopped + waited * minute)
    if stopped > clock.due_at:
        assert back.due_at == clock.due_at
        return
    left = elapsed(NINE_TO_FIVE, stopped, clock.due_at)
    assert elapsed(NINE_TO_FIVE, back.started_at, back.due_at) == left
    assert back.steps_taken == clock.steps_taken
