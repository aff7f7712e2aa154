"""What may happen to a lead beside its way from offer to won, as decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain import detours, handoff
from bot.domain.agreement import Clock, Duration, Target, Terms
from bot.domain.business_hours import elapsed
from bot.domain.handoff import (
    Ask,
    AskedAlready,
    BadSnooze,
    Handoff,
    NotBroken,
    OldCard,
    OutOfOrder,
    SnoozedAlready,
    State,
)
from bot.domain.journal import apply, begin, recompute
from bot.domain.move import Event, Move
from bot.domain.offer import Stretch, stretch
from bot.domain.sla import Verdict
from tests.unit.agreements import PROMISED, TERMS, stockholm

QUALIFY = replace(TERMS, qualify=Target(Duration(days=2)))
NINE = stockholm("2026-03-02 09:00")
HOUR = timedelta(hours=1)


class Story:
    """A handoff and its journal, told move by move."""

    def __init__(self, terms: Terms = TERMS, ask: Ask = handoff.EVERYBODY) -> None:
        self.terms = terms
        first = handoff.offer(PROMISED, NINE, ask)
        self.journal: list[Move] = [first]
        self.now: Handoff = begin(1, 1, first)
        card_up = handoff.posted(self.now, NINE, terms)
        assert card_up is not None
        self.then(card_up)

    def then(self, move: Move) -> Handoff:
        self.journal.append(move)
        self.now = apply(self.now, move)
        return self.now

    def accepted(self, at: str) -> Handoff:
        return self.then(handoff.accept(self.now, 1, "U1", stockholm(at), self.terms))

    def contacted(self, at: str) -> Handoff:
        return self.then(handoff.contact(self.now, "U1", stockholm(at), self.terms))

    def asked(self, at: str) -> Handoff:
        move = detours.ask(self.now, 1, "U1", stockholm(at), self.terms, "Which plan?")
        return self.then(move)

    def told(self, at: str) -> Handoff:
        stood = detours.stood_still(self.journal)
        when = stockholm(at)
        return self.then(detours.tell(self.now, 1, "UM", when, self.terms, "Pro.", stood))

    def stretch(self, clock: Clock = Clock.ANSWER) -> Stretch:
        ran = stretch(self.now.offer, clock, self.terms)
        assert ran is not None
        return ran

    def agrees_with_its_journal(self) -> bool:
        again, offers = recompute(1, 1, self.journal)
        return again == self.now and offers[-1] == self.now.offer


def test_while_marketing_is_asked_the_clock_of_sales_stands_still() -> None:
    """One hour used of four, two hours waited for: three hours are left after the answer."""
    story = Story()
    asked = story.asked("2026-03-02 10:00")
    assert asked.state is State.OFFERED
    assert asked.clock is not None
    assert asked.clock.name is Clock.FEEDBACK
    assert asked.clock.due_at == stockholm("2026-03-03 10:00")
    assert story.stretch().verdict(stockholm("2026-03-09 09:00")) is Verdict.RUNNING
    told = story.told("2026-03-02 12:00")
    assert told.clock is not None
    assert told.clock.name is Clock.ANSWER
    assert told.clock.due_at == told.offer.answer_due == stockholm("2026-03-02 15:00")
    assert told.clock.used == HOUR
    assert story.stretch().working(stockholm("2026-03-02 13:00")) == 2 * HOUR
    assert story.agrees_with_its_journal()


def test_after_a_pause_the_ladder_goes_on_where_it_stood() -> None:
    """80 % of four hours are used two hours and twelve minutes after the answer to a question that
    was asked after the first hour."""
    story = Story()
    story.asked("2026-03-02 10:00")
    told = story.told("2026-03-02 12:00")
    assert told.clock is not None
    assert told.clock.next_step_at == stockholm("2026-03-02 14:12")


def test_a_second_question_does_not_stop_the_clock_again() -> None:
    """Once a round: a clock cannot be stopped again and again."""
    story = Story()
    story.asked("2026-03-02 10:00")
    story.told("2026-03-02 12:00")
    with pytest.raises(AskedAlready):
        story.asked("2026-03-02 13:00")


def test_a_question_asked_too_late_mends_nothing() -> None:
    """A promise that was broken before the question stays broken."""
    story = Story()
    story.asked("2026-03-02 14:00")
    told = story.told("2026-03-02 16:00")
    assert told.offer.answer_due == stockholm("2026-03-02 13:00")
    assert story.stretch().verdict(stockholm("2026-03-02 16:01")) is Verdict.OVERDUE


def test_a_question_at_the_last_instant_is_still_in_time() -> None:
    """Exactly at the due instant is met: then nothing is left, and nothing is broken."""
    story = Story()
    story.asked("2026-03-02 13:00")
    told = story.told("2026-03-02 16:00")
    assert told.offer.answer_due == stockholm("2026-03-02 16:00")
    assert story.stretch().verdict(stockholm("2026-03-02 16:00")) is Verdict.RUNNING
    assert story.stretch().verdict(stockholm("2026-03-02 16:01")) is Verdict.OVERDUE


def test_a_question_before_anybody_has_the_card_stops_nothing() -> None:
    """No clock of sales runs yet; the one question of the round is not spent on that."""
    unposted = begin(1, 1, handoff.offer(PROMISED, NINE))
    with pytest.raises(OutOfOrder):
        detours.ask(unposted, 1, "U1", NINE, TERMS, "Which plan?")


def test_an_answer_in_the_middle_of_a_question_counts_as_of_the_question() -> None:
    """Who accepts while marketing is silent is not charged for the silence."""
    story = Story()
    story.asked("2026-03-02 10:00")
    story.accepted("2026-03-04 10:00")
    offer = story.now.offer
    assert offer.asked_until == stockholm("2026-03-04 10:00")
    assert offer.told_by is None
    assert offer.answer_spent == HOUR
    assert story.stretch().verdict(story.journal[-1].at) is Verdict.MET
    late = story.stretch(Clock.FEEDBACK)
    assert late.verdict(story.journal[-1].at) is Verdict.BREACHED
    assert story.agrees_with_its_journal()


@pytest.mark.parametrize("state", ["accepted", "contacted"])
def test_a_held_lead_can_be_asked_about_and_keeps_its_state(state: str) -> None:
    """The question is laid over the state; its clock goes on where it stood."""
    story = Story(QUALIFY)
    story.accepted("2026-03-02 10:00")
    if state == "contacted":
        story.then(handoff.contact(story.now, "U1", stockholm("2026-03-02 11:00"), QUALIFY))
    before = story.now.clock
    story.asked("2026-03-02 12:00")
    assert story.now.state == state
    after = story.told("2026-03-03 12:00")
    assert before is not None
    assert after.clock is not None
    assert after.clock.name is before.name
    stood = elapsed(TERMS.calendar("nordics"), before.due_at, after.clock.due_at)
    assert stood == 8 * HOUR
    assert story.stretch(before.name).due_at == after.clock.due_at
    assert story.agrees_with_its_journal()


@pytest.mark.parametrize("contacted_at", ["2026-03-02 11:00", "2026-03-03 15:00"])
def test_a_question_moves_the_time_to_qualify_by_as_long_as_it_was_open(contacted_at: str) -> None:
    """A day of waiting for marketing, before the first contact or after it: what is on the card and
    what the figures judge by is a day later, and none of it counts as used."""
    story = Story(QUALIFY)
    story.accepted("2026-03-02 10:00")
    moves: list[tuple[str, Callable[[str], Handoff]]] = [
        ("2026-03-02 12:00", story.asked),
        ("2026-03-03 12:00", story.told),
        (contacted_at, story.contacted),
    ]
    for at, move in sorted(moves, key=lambda each: each[0]):
        move(at)
    clock, ran = story.now.clock, story.stretch(Clock.QUALIFY)
    assert clock is not None
    assert (clock.name, clock.due_at) == (Clock.QUALIFY, stockholm("2026-03-05 10:00"))
    assert ran.due_at == clock.due_at
    assert ran.working(stockholm("2026-03-05 10:00")) == 16 * HOUR
    assert ran.verdict(stockholm("2026-03-05 10:01")) is Verdict.OVERDUE


def test_a_question_after_the_time_to_qualify_was_over_mends_nothing() -> None:
    """Two days were over on Wednesday at ten; asking marketing at noon does not bring them back."""
    story = Story(QUALIFY)
    story.accepted("2026-03-02 10:00")
    story.contacted("2026-03-02 11:00")
    story.asked("2026-03-04 12:00")
    told = story.told("2026-03-05 12:00")
    assert told.clock is not None
    assert told.clock.due_at == stockholm("2026-03-04 10:00")
    assert story.stretch(Clock.QUALIFY).due_at == told.clock.due_at


@pytest.mark.parametrize("asking", [False, True])
def test_contact_made_too_late_to_qualify_is_told_when_that_was_due(asking: bool) -> None:
    """Two days from Monday noon were over on Wednesday noon, whoever makes contact on Thursday, and
    whatever was asked in between: the card says what the figures say."""
    story = Story(QUALIFY)
    story.accepted("2026-03-02 12:00")
    if asking:
        story.asked("2026-03-04 13:00")
    made = story.then(handoff.contact(story.now, "U1", stockholm("2026-03-05 10:00"), QUALIFY))
    assert made.clock is not None
    assert stockholm("2026-03-04 12:00") == story.stretch(Clock.QUALIFY).due_at == made.clock.due_at


def test_the_time_to_qualify_runs_from_acceptance_whenever_contact_is_made() -> None:
    """Two working days from Monday ten are Wednesday ten, early contact or late."""
    story = Story(QUALIFY)
    story.accepted("2026-03-02 10:00")
    contacted = handoff.contact(story.now, "U1", stockholm("2026-03-03 09:00"), QUALIFY)
    story.then(contacted)
    assert story.now.clock is not None
    assert story.now.clock.name is Clock.QUALIFY
    assert story.now.clock.due_at == stockholm("2026-03-04 10:00")
    assert story.stretch(Clock.QUALIFY).due_at == stockholm("2026-03-04 10:00")


def test_the_touch_clock_keeps_the_hours_of_the_seller() -> None:
    """Nine to five in New York begins at three in the afternoon in Stockholm."""
    story = Story()
    move = handoff.accept(story.now, 1, "U1", NINE, TERMS, "zone:America/New_York")
    accepted = story.then(move)
    assert accepted.offer.touch_due == stockholm("2026-03-02 23:00")
    assert accepted.hours == "zone:America/New_York"


@pytest.mark.parametrize(
    ("until", "refusal"),
    [
        ("2026-03-02 13:00", None),
        ("2026-03-02 13:01", BadSnooze),
        ("2026-03-02 10:00", BadSnooze),
    ],
)
def test_reminders_are_put_off_within_the_promise_only(
    until: str, refusal: type[Exception] | None
) -> None:
    """ "I take it at one" is fine as long as one o'clock is in time."""
    story = Story()
    now, then = stockholm("2026-03-02 10:00"), stockholm(until)
    if refusal:
        with pytest.raises(refusal):
            detours.snooze(story.now, 1, "U1", now, then)
        return
    put_off = story.then(detours.snooze(story.now, 1, "U1", now, then))
    assert put_off.clock is not None
    assert put_off.clock.next_step_at == then
    assert put_off.clock.due_at == stockholm("2026-03-02 13:00")
    with pytest.raises(SnoozedAlready):
        detours.snooze(story.now, 1, "U1", now, then)


def test_a_promise_is_put_off_once_although_it_was_paused() -> None:
    """A question to marketing in between does not give a second time."""
    story = Story()
    ten, half_past = stockholm("2026-03-02 10:00"), stockholm("2026-03-02 10:30")
    story.then(detours.snooze(story.now, 1, "U1", ten, half_past))
    story.asked("2026-03-02 11:00")
    told = story.told("2026-03-02 12:00")
    with pytest.raises(SnoozedAlready):
        detours.snooze(told, 1, "U1", stockholm("2026-03-02 12:01"), NINE + 4 * HOUR)
    assert told.clock is not None
    assert told.clock.next_step_at == stockholm("2026-03-02 13:12")


def test_what_was_put_off_waits_although_marketing_was_asked_meanwhile() -> None:
    """ "I take it at ten to one" holds when marketing's answer comes before that."""
    story = Story()
    then = stockholm("2026-03-02 12:50")
    story.then(detours.snooze(story.now, 1, "U1", stockholm("2026-03-02 10:00"), then))
    story.asked("2026-03-02 12:00")
    told = story.told("2026-03-02 12:10")
    assert told.clock is not None
    assert told.clock.next_step_at == then


def test_marketings_reminders_are_nobody_elses_to_put_off() -> None:
    """While marketing is asked there is no promise of sales that runs."""
    story = Story()
    asked = story.asked("2026-03-02 10:00")
    with pytest.raises(OutOfOrder):
        detours.snooze(asked, 1, "U1", stockholm("2026-03-02 10:30"), NINE + 3 * HOUR)


def test_what_one_person_put_off_the_next_has_not() -> None:
    """Who passes a lead on takes their word with it: the ladder stands where it stood before."""
    story = Story(ask=Ask("U1"))
    clock, ten, late = story.now.clock, NINE + HOUR, stockholm("2026-03-02 12:50")
    story.then(detours.snooze(story.now, 1, "U1", ten, late))
    passed = story.then(detours.pass_on(story.now, Ask("U2"), ten, TERMS, by="U1"))
    assert clock == passed.clock
    story.then(detours.snooze(story.now, 1, "U2", ten, late))
    assert story.agrees_with_its_journal()


def test_who_takes_a_lead_over_is_reminded_as_if_nobody_had_put_it_off() -> None:
    """The word of the one before does not bind, and does not silence, the next."""
    story = Story()
    clock = story.accepted("2026-03-02 10:00").clock
    then = stockholm("2026-03-02 16:50")
    story.then(detours.snooze(story.now, 1, "U1", NINE + 2 * HOUR, then))
    after = story.then(detours.transfer(story.now, 1, "U2", NINE + 3 * HOUR, TERMS, "U2"))
    assert clock == after.clock


def test_who_takes_a_lead_over_while_marketing_is_asked_is_reminded_too() -> None:
    """Nor does it bind them when the clock of sales goes on."""
    story = Story()
    story.accepted("2026-03-02 10:00")
    late = stockholm("2026-03-02 16:50")
    story.then(detours.snooze(story.now, 1, "U1", NINE + 2 * HOUR, late))
    story.asked("2026-03-02 11:30")
    story.then(detours.transfer(story.now, 1, "U2", NINE + 3 * HOUR, TERMS, "U2"))
    told = story.told("2026-03-02 13:00")
    assert told.clock is not None
    assert told.clock.snoozed_until is None
    assert story.agrees_with_its_journal()


def test_an_offer_passed_on_keeps_its_round_and_its_clock() -> None:
    """The promise is the queue's: passing a lead round the team buys no time."""
    story = Story(ask=Ask("U1"))
    clock = story.now.clock
    passed = story.then(detours.pass_on(story.now, Ask("U2"), NINE + HOUR, TERMS, by="U1"))
    assert (passed.assignee, passed.round, passed.clock, passed.card) == ("U2", 1, clock, 2)
    left = story.then(detours.pass_on(story.now, handoff.EVERYBODY, NINE + HOUR, TERMS))
    assert left.assignee is None
    with pytest.raises(OutOfOrder):
        detours.pass_on(story.now, Ask("U3"), NINE + HOUR, TERMS)
    assert story.then(detours.assign(story.now, Ask("U3"), NINE + HOUR, TERMS)).assignee == "U3"
    assert story.agrees_with_its_journal()


def test_a_transfer_starts_no_clock_anew() -> None:
    """The colleague takes over the lead with the time that is left."""
    story = Story()
    before = story.accepted("2026-03-02 10:00")
    after = story.then(detours.transfer(before, 1, "U2", NINE + 3 * HOUR, TERMS, "U2"))
    assert (after.holder, after.round, after.clock) == ("U2", 1, before.clock)
    assert ("U1", "U2") == (after.offer.answered_by, after.offer.had_by)
    with pytest.raises(OutOfOrder):
        detours.transfer(after, 1, "U2", NINE + 3 * HOUR, TERMS, "U2")
    with pytest.raises(OldCard):
        detours.transfer(after, 2, "U1", NINE + 3 * HOUR, TERMS, "U1")


def test_only_a_broken_promise_is_excused_and_only_once() -> None:
    """An excuse is for what was late; it stays late, with the reason beside it."""
    story = Story()

    def excused(at: datetime) -> Move:
        offer = story.now.offer
        return detours.excuse(story.now, offer, Clock.ANSWER, "UM", at, TERMS, "power cut")

    with pytest.raises(NotBroken):
        excused(stockholm("2026-03-02 13:00"))
    after = story.then(excused(stockholm("2026-03-02 13:01")))
    assert after.offer.answer_excused == "power cut"
    assert after.clock == story.journal[-2].clock
    assert story.stretch().verdict(stockholm("2026-03-02 13:02")) is Verdict.OVERDUE
    with pytest.raises(NotBroken):
        excused(stockholm("2026-03-02 13:02"))
    assert story.agrees_with_its_journal()


def test_a_promise_of_an_earlier_round_can_be_excused() -> None:
    """The lead has gone back to the queue since; the record of its first round is amended."""
    story = Story()
    accepted = story.accepted("2026-03-02 10:00")
    late = stockholm("2026-03-04 10:00")
    back = handoff.give_back(accepted, Event.RETURNED, None, late, PROMISED)
    _, before = recompute(1, 1, [*story.journal, back])
    story.then(back)
    story.then(detours.excuse(story.now, before[0], Clock.TOUCH, "UM", late, TERMS, "strike"))
    _, offers = recompute(1, 1, story.journal)
    assert (offers[0].touch_excused, offers[1].touch_excused) == ("strike", None)
    assert story.now.offer == offers[1]
