"""After an outage a lane is full. What it holds twice is said once; nobody is told less."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.agreement import Clock
from bot.domain.messages import Escalation, LadderMessage, Note, Reminder, ReminderList
from bot.use_cases import answer
from bot.use_cases.records import Nudge
from tests.scenario.office import Office, open_office, reminder


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("older", "newer", "said"),
    [
        (Reminder, Escalation, ["escalation"]),
        (Escalation, Escalation, ["escalation"]),
        (Escalation, Note, ["escalation", "note"]),
    ],
)
def test_what_waits_twice_is_said_once(
    office: Office, older: type[LadderMessage], newer: type[LadderMessage], said: list[str]
) -> None:
    """After an outage people hear of a lead as it stands, and not all that was to be said; but
    who is asked for something is not told less."""
    lead = office.lead()
    office.deliver()
    maja = office.workspace.user("@maja").id
    for percent, kind in ((100, older), (125, newer)):
        office.say(kind(lead, 1, Clock.ANSWER, percent, (maja,)), maja)
    office.deliver()

    assert said == [text.split()[0] for text in office.dm("@maja")]


def test_nobody_is_left_out_because_others_hear_of_it_again(office: Office) -> None:
    """Below a card the newer words stand for the older only where they name the same people."""
    lead = office.lead()
    office.deliver()
    for percent, mention in ((100, ("@erik", "@maja")), (125, ("@erik", "@maja")), (150, ("@x",))):
        office.say(Escalation(lead, 1, Clock.ANSWER, percent, mention, card=1))
    office.deliver()

    assert [125, 150] == [percent_in(text) for text in office.thread(office.seen()[0])]


def test_a_hand_raised_twice_in_a_row_is_news_once(office: Office) -> None:
    """Somebody pressed Send three times; whoever has their lead reads it once."""
    lead = office.lead()
    office.deliver()
    answer.accept(office.desk, lead, 1, office.erik)
    for _ in range(3):
        office.lead()
    office.deliver()

    assert 1 == len(office.thread(office.seen()[0]))


def test_a_list_that_waits_twice_is_said_once(office: Office) -> None:
    """It is one list to its reader, however long the way to them was closed."""
    maja = office.workspace.user("@maja").id
    leads = [office.lead(name) for name in ("Ada", "Bo", "Cy")]
    office.deliver()
    lists = [nudges_of(office, maja, leads[:2], rung=1), nudges_of(office, maja, leads, rung=2)]
    office.say(ReminderList(lists[0]), maja)
    office.say(reminder(leads[0], mention=(maja,)), maja)
    office.say(ReminderList(lists[1]), maja)
    office.deliver()

    assert [f"reminder_list {{'nudges': {lists[1]}}}"] == office.dm("@maja")


def nudges_of(office: Office, person: str, leads: list[int], rung: int) -> tuple[int, ...]:
    """They wait for this person; their numbers."""
    now = office.clock.now()
    with office.books.writing() as work:
        for lead in leads:
            work.nudges.put(Nudge(person, lead, 1, Clock.ANSWER, rung, now))
        waiting = work.nudges.waiting(now, person)
        work.commit()
    return tuple(nudge.id for nudge in waiting if nudge.rung == rung)


def percent_in(text: str) -> int:
    return int(text.partition("'percent': ")[2].partition(",")[0])
