"""Private reminders that wait to be said, perhaps in one list."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.agreement import Clock
from bot.use_cases.records import Nudge
from tests.storage.samples import MINUTE, NOW, accepted
from tests.storage.test_races import at_once


@pytest.fixture
def nudge(books, version):
    return Nudge("U1", accepted(books, version).id, 1, Clock.TOUCH, 80, NOW, late_minutes=3)


def put(books, *nudges):
    with books.writing() as work:
        for nudge in nudges:
            work.nudges.put(nudge)
        work.commit()


def waiting(books, now=NOW):
    with books.reading() as work:
        return work.nudges.waiting(now)


def rungs(nudges):
    return [(nudge.person, nudge.rung) for nudge in nudges]


def test_a_reminder_waits_as_it_was_put(books, nudge):
    """Whom, about what, how late: nothing of it is lost on the way into the list."""
    put(books, nudge)
    (found,) = waiting(books)

    assert nudge == replace(found, id=0)
    with books.reading() as work:
        assert [found] == work.nudges.get([found.id])


def test_the_same_rung_is_put_once(books, nudge):
    """A rung taken twice, or on two machines at once, reminds one person once."""
    at_once(lambda _: put(books, nudge), 4)
    put(books, replace(nudge, say_at=NOW - MINUTE), replace(nudge, person="U2"))
    put(books, replace(nudge, rung=100))

    assert [("U1", 80), ("U1", 100), ("U2", 80)] == rungs(waiting(books))


def test_what_waits_comes_by_person_earliest_first(books, nudge):
    """One list for each, and what is longest due on top; what is for later waits."""
    put(
        books,
        replace(nudge, person="U2"),
        replace(nudge, rung=100, say_at=NOW - MINUTE),
        nudge,
        replace(nudge, rung=150, say_at=NOW + MINUTE),
    )

    assert [("U1", 100), ("U1", 80), ("U2", 80)] == rungs(waiting(books))
    with books.reading() as work:
        assert NOW - MINUTE == work.nudges.next_due()


def test_what_was_put_off_waits_till_then(books, nudge):
    """At night nothing is said: it comes in the morning."""
    put(books, nudge)
    morning = NOW + timedelta(hours=12)
    with books.writing() as work:
        work.nudges.put_off([one.id for one in waiting(books)], morning)
        work.commit()

    assert ([], [("U1", 80)]) == (waiting(books), rungs(waiting(books, morning)))
    with books.reading() as work:
        assert morning == work.nudges.next_due()


def test_what_was_said_is_not_said_again(books, nudge):
    """A reminder that is out neither waits, nor moves, nor is dropped; its list can be shown."""
    put(books, nudge)
    (found,) = waiting(books)
    with books.writing() as work:
        work.nudges.said([found.id], NOW)
        work.nudges.put_off([found.id], NOW + MINUTE)
        work.nudges.said([found.id], NOW + MINUTE)
        work.nudges.drop([found.id])
        work.nudges.put(nudge)
        work.commit()

    with books.reading() as work:
        assert ([], None, [found]) == (
            work.nudges.waiting(NOW + MINUTE),
            work.nudges.next_due(),
            work.nudges.get([found.id]),
        )
        assert 0 == work.nudges.pings_since("U1", NOW + MINUTE)


def test_what_is_true_no_longer_is_dropped(books, nudge):
    """Who has answered meanwhile is not reminded, and no message is counted against them."""
    put(books, nudge)
    with books.writing() as work:
        work.nudges.drop([one.id for one in waiting(books)])
        work.commit()

    with books.reading() as work:
        assert (None, 0) == (work.nudges.next_due(), work.nudges.pings_since("U1", NOW))


def test_a_list_counts_as_one_message(books, nudge):
    """Three reminders in one message are one ping; those of others and of yesterday are none."""
    put(books, *(replace(nudge, rung=percent) for percent in (80, 100, 150, 200, 250)))
    put(books, replace(nudge, person="U2"))
    *early, last, others = (one.id for one in waiting(books))
    with books.writing() as work:
        work.nudges.said(early[:1], NOW - MINUTE)
        work.nudges.said(early[1:], NOW)
        work.nudges.said([last, others], NOW + MINUTE)
        work.commit()

    with books.reading() as work:
        counted = [work.nudges.pings_since("U1", since) for since in (NOW - MINUTE, NOW)]
        assert ([3, 2], 1) == (counted, work.nudges.pings_since("U2", NOW))


def test_two_machines_say_a_reminder_once(books, nudge):
    """Both gather what waits at the same moment: each reminder is in one list of theirs."""
    put(books, *(replace(nudge, person=f"U{number}") for number in range(6)))

    def say(number):
        with books.writing() as work:
            found = work.nudges.waiting(NOW)
            time.sleep(0.05)  # time for the others to look
            work.nudges.said([one.id for one in found], NOW + number * MINUTE)
            work.commit()
        return rungs(found)

    assert [0, 0, 0, 6] == sorted(len(each) for each in at_once(say, 4))
