"""Promises that were broken in a period: what a manager may look at to excuse."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import detours, handoff
from bot.domain.move import Event
from storage.broken import LONGEST_ROUND
from tests.storage.samples import MINUTE, NOW, TERMS, accepted, posted, promised
from tests.storage.test_handoffs import record

INSTANT = timedelta(microseconds=1)


def broken(books, due_at, queues=("nordics",)):
    """What is found where the promise is the first instant of the period, its last, or lies just
    outside of it."""
    periods = (
        (due_at, due_at + MINUTE),
        (due_at - MINUTE, due_at + INSTANT),
        (due_at - MINUTE, due_at),
        (due_at + INSTANT, due_at + MINUTE),
    )
    with books.reading() as work:
        return [work.handoffs.broken_between(queues, *period) for period in periods]


def due_of(handoff):
    assert handoff.clock is not None
    return handoff.clock.due_at


def found(before):
    return [[(before.id, before.round)], [(before.id, before.round)], [], []]


NOTHING: list[list[tuple[int, int]]] = [[], [], [], []]


@pytest.mark.parametrize("late", [True, False])
def test_a_late_answer_is_a_candidate(books, version, late):
    """Whether it came late or has not come yet; an answer in time is none, to the microsecond."""
    before = posted(books, version)
    due = due_of(before)
    assert found(before) == broken(books, due)

    at = due + INSTANT if late else due
    record(books, before, handoff.accept(before, 1, "U1", at, TERMS))
    assert (found(before) if late else NOTHING) == broken(books, due)


def test_only_the_queues_asked_about_are_looked_at(books, version):
    """A manager excuses what was promised in their own queues."""
    before = posted(books, version)

    assert NOTHING == broken(books, due_of(before), queues=["dach"])
    assert NOTHING == broken(books, due_of(before), queues=[])
    assert found(before) == broken(books, due_of(before), queues=["dach", "nordics"])


@pytest.mark.parametrize("late", [True, False])
def test_a_late_touch_is_a_candidate(books, version, late):
    """Giving the lead back in time keeps the promise, too; late it does not."""
    held = accepted(books, version)
    due = due_of(held)
    assert found(held) == broken(books, due)

    at = due + INSTANT if late else due
    back = handoff.give_back(held, Event.RELEASED, "U1", at, promised(version))
    record(books, held, back)
    assert (found(held) if late else NOTHING) == broken(books, due)


@pytest.mark.parametrize("late", [True, False])
def test_a_late_answer_of_marketing_is_a_candidate(books, version, late):
    """The question's own promise is judged by when it was answered."""
    before = posted(books, version)
    asked = record(books, before, detours.ask(before, 1, "U1", NOW, TERMS, "Which size?"))
    due = due_of(asked)
    assert found(asked) == broken(books, due)

    at = due + INSTANT if late else due
    record(books, asked, detours.tell(asked, 1, "U5", at, TERMS, "Large.", before.clock))
    assert (found(asked) if late else NOTHING) == broken(books, due)


@pytest.mark.parametrize("late", [True, False])
def test_a_late_decision_is_a_candidate(books, version, late):
    """When a lead is to be qualified follows from the terms it was offered under."""
    held = accepted(books, version)
    held = record(books, held, handoff.contact(held, "U1", NOW + MINUTE, TERMS))
    due = due_of(held)
    assert found(held) == broken(books, due)

    at = due + INSTANT if late else due
    record(books, held, handoff.advance(held, Event.SQL, "U1", at, TERMS))
    assert (found(held) if late else NOTHING) == broken(books, due)


def test_without_a_time_to_qualify_none_is_broken(books, version):
    """Where no such promise was made, nobody has broken it."""
    plain = replace(TERMS, qualify=None)
    with books.writing() as work:
        version = work.terms.register(plain, NOW)
        work.commit()
    held = accepted(books, version)
    record(books, held, handoff.contact(held, "U1", NOW + MINUTE, plain))

    with books.reading() as work:
        assert [] == work.handoffs.broken_between(["nordics"], NOW, NOW + timedelta(days=60))


def test_a_lead_is_named_once_however_much_was_broken(books, version):
    """Answer and touch both late is one round to look at, and rounds come in their order."""
    both, other = posted(books, version, 1), posted(books, version, 2)
    late = due_of(both) + MINUTE
    record(books, both, handoff.accept(both, 1, "U1", late, TERMS))

    with books.reading() as work:
        candidates = work.handoffs.broken_between(["nordics"], NOW, NOW + timedelta(days=30))
    assert [(both.id, 1), (other.id, 1)] == candidates


@pytest.mark.parametrize("days", [0, 1])
def test_what_was_posted_long_before_is_not_looked_for(books, version, days):
    """The search keeps to one season of cards, however long the history."""
    before = posted(books, version)
    at = NOW + LONGEST_ROUND - timedelta(days=1 - days)
    held = record(books, before, handoff.accept(before, 1, "U1", at, TERMS))
    due = due_of(held)

    with books.reading() as work:
        candidates = work.handoffs.broken_between(["nordics"], due, due + MINUTE)
    assert ([] if due > NOW + LONGEST_ROUND else [(held.id, 1)]) == candidates
    assert bool(days) == (due > NOW + LONGEST_ROUND)
