"""Who is away, whose turn it is, and what colleagues propose to each other."""

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.use_cases.ports import Conflict, NotFound
from bot.use_cases.records import Proposal, Signal
from tests.storage.samples import MINUTE, NOW, accepted
from tests.storage.test_races import at_once

DAY = date(2026, 1, 7)


def test_who_is_away_is_away_until_then(books):
    """From what they said up to, not with, the instant they named; without one, until further
    notice."""
    with books.writing() as work:
        work.absences.begin("U1", NOW + MINUTE, NOW)
        work.absences.begin("U2", None, NOW)
        work.commit()

    with books.reading() as work:
        before, then = (work.absences.of(["U1", "U2", "U3"], at) for at in (NOW, NOW + MINUTE))
    assert ({"U1": NOW + MINUTE, "U2": None}, {"U2": None}) == (before, then)


def test_what_was_said_last_counts(books):
    """Who stays away longer says so once more, and does not say two things."""
    with books.writing() as work:
        work.absences.begin("U1", NOW + MINUTE, NOW)
        work.absences.begin("U1", NOW + timedelta(days=9), NOW)

        assert {"U1": NOW + timedelta(days=9)} == work.absences.of(["U1"], NOW + 2 * MINUTE)


def test_who_is_back_is_back(books):
    """The end of an absence ends it, and the second one hears that there was none."""
    with books.writing() as work:
        work.absences.begin("U1", None, NOW)

        assert [True, False] == [work.absences.end("U1") for _ in range(2)]
        assert {} == work.absences.of(["U1"], NOW)


def test_a_turn_is_kept_by_queue(books):
    """What two queues owe one seller has nothing to do with each other."""
    with books.writing() as work:
        work.turns.keep("nordics", {"U1": 2**40, "U2": -3})
        work.turns.keep("dach", {"U1": 5})
        work.turns.keep("nordics", {"U2": 4})
        work.commit()

    with books.reading() as work:
        found = [dict(work.turns.credits(queue)) for queue in ("nordics", "dach", "uk")]
    assert [{"U1": 2**40, "U2": 4}, {"U1": 5}, {}] == found


def test_offers_are_counted_by_day(books):
    """Yesterday's offers are no reason to leave somebody out today."""
    with books.writing() as work:
        for queue, person, day in (
            ("nordics", "U1", DAY),
            ("nordics", "U1", DAY),
            ("nordics", "U2", DAY),
            ("nordics", "U1", DAY - timedelta(days=1)),
            ("dach", "U1", DAY),
        ):
            work.turns.count(queue, person, day)
        work.commit()

    with books.reading() as work:
        assert {"U1": 2, "U2": 1} == work.turns.given("nordics", DAY)
        assert {} == work.turns.given("nordics", DAY + timedelta(days=1))


def test_no_turn_is_taken_twice(books):
    """Machines that hand out leads at the same moment each find what the one before has left."""

    def take(number):
        with books.writing() as work:
            credits_now = work.turns.credits("nordics")
            taken = credits_now.get("U1", 0)
            work.turns.keep("nordics", {"U1": taken + 1})
            work.turns.count("nordics", "U1", DAY)
            work.commit()
        return taken

    assert list(range(12)) == sorted(at_once(take, 12))
    with books.reading() as work:
        assert {"U1": 12} == work.turns.given("nordics", DAY)


def test_what_slack_said_last_is_known(books):
    """Of whom Slack said nothing, nothing is known; what it says anew replaces the old."""
    resting = Signal(NOW, NOW + MINUTE, away_status=True, status_until=NOW, present=False)
    with books.writing() as work:
        work.signals.keep({"U1": resting, "U2": resting})
        work.signals.keep({"U2": Signal()})
        work.signals.keep({})
        work.commit()

    with books.reading() as work:
        assert {"U1": resting, "U2": Signal()} == work.signals.of(["U1", "U2", "U3"])


@pytest.fixture
def proposal(books, version):
    mine, other = (accepted(books, version, number, f"U{number}") for number in (1, 2))
    with books.writing() as work:
        made = work.proposals.add(
            Proposal(mine.id, 1, "U1", "U2", NOW, other.id, 1, "U9", "She speaks Finnish.")
        )
        work.commit()
    return made


def test_a_proposal_is_kept_as_it_was_made(books, proposal):
    """A colleague who answers tomorrow answers what was asked today."""
    with books.writing() as work:
        assert proposal == work.proposals.get(proposal.id)
        work.proposals.close(proposal.id, "declined", NOW)
        work.commit()

    with books.reading() as work:
        assert "declined" == work.proposals.get(proposal.id).outcome


def test_what_is_still_open_of_a_lead(books, proposal):
    """Whoever asks somebody else takes back what they asked first; answered ones stay as said."""
    with books.writing() as work:
        later = work.proposals.add(replace(proposal, taker="U3", other_handoff=None,
                                           other_round=None))  # fmt: skip
        assert [proposal, later] == work.proposals.open_for(proposal.handoff)
        assert [] == work.proposals.open_for(proposal.other_handoff)
        work.proposals.close(proposal.id, "withdrawn", NOW)
        assert [later] == work.proposals.open_for(proposal.handoff)


def test_an_unknown_proposal_is_said_to_be_unknown(books):
    """A button of another database gives a sentence, not a crash."""
    with books.writing() as work:
        with pytest.raises(NotFound, match="no proposal 7"):
            work.proposals.get(7)
        with pytest.raises(Conflict, match="7 is not open"):
            work.proposals.close(7, "agreed", NOW)


def test_a_proposal_is_answered_once(books, proposal):
    """Agreed and withdrawn at the same moment: one of the two holds, and the other learns it."""

    def close(number):
        with books.writing() as work:
            found = work.proposals.get(proposal.id)
            if found.outcome is not None:
                return f"was {found.outcome}"
            time.sleep(0.05)  # time for the other to look
            work.proposals.close(proposal.id, ("agreed", "withdrawn")[number], NOW)
            work.commit()
        return "closed"

    with_said = sorted(at_once(close, 2))
    with books.reading() as work:
        assert ["closed", f"was {work.proposals.get(proposal.id).outcome}"] == with_said
