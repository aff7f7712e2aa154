"""Who hears a step of the ladder: whom it means, and whom of those a message can reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.domain import detours, handoff, journal, sla
from bot.domain.agreement import Act, Agreement, Audience, Clock, MarketingPromise, Step, Terms
from bot.domain.assignment import Queue
from bot.domain.handoff import Ask, Handoff
from bot.domain.sla import DueSteps
from bot.use_cases.audience import Meant, Reached, everybody, meant_by, reached_of
from bot.use_cases.desk import Desk
from bot.use_cases.ladder import Hearing, Ladder, hearing
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Group, Person
from storage.books import Books
from tests import migrated
from tests.unit.agreements import PROMISED, TERMS, stockholm

NINE, TEN = stockholm("2026-03-02 09:00"), stockholm("2026-03-02 10:00")
MAJA, ERIK, AINO, ANNA = (
    Person("U0MAJA", "maja"),
    Person("U0ERIK", "erik"),
    Person("U0AINO", "aino"),
    Person("U0ANNA", "anna"),
)
GONE = Person("U0GONE", "gone", active=False)
SELLERS = Group("S0SALES", "sales", frozenset({ERIK.id, AINO.id}))
LEFT = Group("S0LEFT", "left", frozenset({GONE.id}))
QUEUE = Queue("nordics", "leads", ("@sales",), "@maja", "@gone", ("@anna",), lambda _: True)
DACH = replace(QUEUE, name="dach", channel="dach", sellers=("@anna",))


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    opened = Books(migrated.sqlite(tmp_path))
    with opened.writing() as work:
        channels = {"leads": "C0LEADS", "dach": "C0DACH"}
        work.people.replace_all([MAJA, ERIK, AINO, ANNA, GONE], [SELLERS, LEFT], channels)
        work.commit()
    yield opened
    opened.close()


@pytest.fixture
def work(books: Books) -> Iterator[UnitOfWork]:
    with books.reading() as reading:
        yield reading


def desk(books: Books | None = None, terms: Terms = TERMS, queue: Queue = QUEUE) -> Desk:
    agreement = Agreement("", date(2026, 1, 1), "", "", "", {}, MarketingPromise(), terms)
    owners = {"spring": "@maja"}
    return Desk(books, lambda: TEN, (queue, DACH), agreement, 1, "UTC", owners)  # type: ignore[arg-type]


def offered(to: str | None = None, campaign: str = "") -> Handoff:
    promised = replace(PROMISED, campaign=campaign)
    begun = journal.begin(1, 1, handoff.offer(promised, NINE, Ask(to)))
    move = handoff.posted(begun, NINE, TERMS)
    assert move is not None
    return journal.apply(begun, move)


def accepted() -> Handoff:
    before = offered()
    return journal.apply(before, handoff.accept(before, 1, ERIK.id, NINE, TERMS))


def asking(campaign: str = "") -> Handoff:
    before = offered(campaign=campaign)
    return journal.apply(before, detours.ask(before, 1, ERIK.id, NINE, TERMS, "Who is it?"))


ALOUD = Meant(("@sales",), aloud=True)
WIDENED = replace(offered(), also_queue="dach")


@pytest.mark.parametrize(
    ("who", "of", "meant"),
    [
        (Audience.HOLDER, accepted(), Meant((ERIK.id,))),
        (Audience.HOLDER, offered(AINO.id), Meant((AINO.id,))),
        (Audience.HOLDER, offered(), ALOUD),
        (Audience.ASSIGNEE, accepted(), Meant((ERIK.id,))),
        (Audience.ASSIGNEE, offered(AINO.id), Meant((AINO.id,))),
        (Audience.ASSIGNEE, offered(), Meant()),
        (Audience.THREAD, accepted(), Meant(in_thread=True)),
        (Audience.GROUP, accepted(), ALOUD),
        (Audience.GROUP, WIDENED, Meant(("@sales", "@anna"), aloud=True)),
        (Audience.MANAGER, offered(), Meant(("@maja",))),
        (Audience.HEAD, offered(), Meant(("@gone",))),
        (Audience.MARKETERS, accepted(), Meant(("@anna",))),
        (Audience.MARKETERS, offered(campaign="spring"), Meant(("@anna",))),
        (Audience.MARKETERS, asking(), Meant(("@anna",))),
        (Audience.MARKETERS, asking("spring"), Meant(("@maja",))),
        (Audience.HOLDER, asking("spring"), Meant(("@maja",))),
        (Audience.HOLDER, asking(), Meant(("@anna",))),
        ("@lena", offered(), Meant(("@lena",))),
        ("#sales-leads", offered(), Meant(channels=("#sales-leads",))),
    ],
)  # fmt: skip
def test_whom_a_step_means(who: str, of: Handoff, meant: Meant) -> None:
    """A role is whoever has it now; a question is marketing's, and the campaign owner's first."""
    assert meant == meant_by((who,), desk(), of)


def test_nobody_is_meant_twice() -> None:
    """A manager who holds the lead is one person, and hears one message."""
    held = replace(accepted(), holder="@maja")
    tell = (Audience.HOLDER, Audience.MANAGER, "#leads", "#leads")
    assert Meant(("@maja",), ("#leads",)) == meant_by(tell, desk(), held)


@pytest.mark.parametrize(
    ("meant", "reached"),
    [
        (Meant(("@maja",)), Reached(private=(MAJA.id,))),
        (Meant(("@maja", "@erik")), Reached(("@maja", "@erik"))),
        (Meant((MAJA.id, "@maja")), Reached(private=(MAJA.id,))),
        (Meant((ERIK.id, "@maja", MAJA.id)), Reached((ERIK.id, "@maja"))),
        (Meant(("@sales",)), Reached(("@sales",))),
        (ALOUD, Reached(("@sales",), aloud=True)),
        (Meant(("@maja",), in_thread=True), Reached(("@maja",))),
        (Meant(in_thread=True), Reached(())),
        (Meant(("@maja", "@gone")), Reached(private=(MAJA.id,), missed=("@gone",))),
        (Meant(("@gone",)), Reached(missed=("@gone",))),
        (Meant(("@nobody",)), Reached(missed=("@nobody",))),
        (Meant(("@left",), aloud=True), Reached(aloud=True, missed=("@left",))),
        (Meant(channels=("#dach", "#old")), Reached(channels=("#dach",), missed=("#old",))),
        (Meant(), Reached()),
    ],
)
def test_whom_a_message_reaches(work: UnitOfWork, meant: Meant, reached: Reached) -> None:
    """One person privately, several in the thread, and nobody who is gone."""
    assert reached == reached_of(meant, work, frozenset(), "#leads")


@pytest.mark.parametrize(
    ("meant", "reached"),
    [
        (ALOUD, Reached(aloud=True, private=(AINO.id, ERIK.id))),
        (Meant(("@maja", "@erik")), Reached(private=(ERIK.id, MAJA.id))),
        (Meant(in_thread=True), Reached(missed=("#old",))),
    ],
)
def test_where_the_channel_is_closed_people_are_told_privately(
    work: UnitOfWork, meant: Meant, reached: Reached
) -> None:
    """A channel that is gone keeps no reminder from anybody."""
    assert reached == reached_of(meant, work, frozenset(), "#old")


def test_who_is_told_alone_in_a_replay_is_told_alone(work: UnitOfWork) -> None:
    """Slack knows few people of a history; what would be said to them is counted all the same."""
    assert Reached(private=("@nobody",)) == everybody(Meant(("@nobody",)), work.people)
    assert Reached(("@sales",), aloud=True) == everybody(ALOUD, work.people)


# ------------------------------------------------------------------ steps that reach nobody

AT_80 = Step(Clock.ANSWER, 80, ("@gone",), Act.REMIND)
AT_100 = Step(Clock.ANSWER, 100, (Audience.MANAGER,), Act.ESCALATE)
AT_150 = Step(Clock.ANSWER, 150, (Audience.MANAGER,), Act.REPOST)
NOW = stockholm("2026-03-02 12:12")


def heard(work: UnitOfWork, books: Books, *steps: Step) -> tuple[DueSteps, Hearing]:
    terms = replace(TERMS, ladder=steps)
    clock = sla.start(Clock.ANSWER, PROMISED, terms, NINE)
    before = replace(offered(), clock=clock)
    ladder = Ladder(desk(books, terms), work, before, clock, terms, NOW)
    due = ladder.due()
    assert due is not None
    return due, hearing(ladder, due)


def test_the_next_rung_is_heard_at_once(work: UnitOfWork, books: Books) -> None:
    """Its words need not wait, and it is not taken again when its time comes."""
    _, hears = heard(work, books, AT_80, AT_100, AT_150)
    assert Reached(private=(MAJA.id,), missed=("@gone",)) == hears.reached
    assert ("@gone",) == hears.missed
    assert (Act.ESCALATE, 80) == (hears.steps.act, hears.steps.percent)
    assert hears.steps.clock_after.steps_taken == 2
    assert stockholm("2026-03-02 15:00") == hears.steps.clock_after.next_step_at


def test_what_the_next_rung_does_to_the_lead_keeps_its_time(work: UnitOfWork, books: Books) -> None:
    """Nobody loses a lead early because somebody else cannot be reached."""
    _, hears = heard(work, books, AT_80, AT_150)
    assert (MAJA.id,) == hears.reached.private
    assert Act.ESCALATE is hears.steps.act
    assert stockholm("2026-03-02 15:00") == hears.steps.clock_after.next_step_at


def test_what_is_due_is_done_even_if_nobody_hears_it(work: UnitOfWork, books: Books) -> None:
    """The card is shown again, and the manager hears what the head cannot."""
    shows = replace(AT_80, act=Act.REPOST)
    _, hears = heard(work, books, shows, AT_100)
    assert Act.REPOST is hears.steps.act
    assert (MAJA.id,) == hears.reached.private


def test_where_no_rung_reaches_anybody_the_others_keep_their_chance(
    work: UnitOfWork, books: Books
) -> None:
    """Somebody may mend app.yaml until the next step is due."""
    due, hears = heard(work, books, AT_80, replace(AT_100, tell=("@nobody",)))
    assert due == hears.steps
    assert hears.reached.is_nobody
    assert ("@gone",) == hears.missed


def test_a_step_that_is_for_nobody_yet_is_no_mistake(work: UnitOfWork, books: Books) -> None:
    """Nobody is asked by name: nothing is said, and nobody else is told early."""
    due, hears = heard(work, books, replace(AT_80, tell=(Audience.ASSIGNEE,)), AT_100)
    assert Hearing(due, Reached()) == hears


def test_a_step_that_does_not_fit_only_speaks(work: UnitOfWork, books: Books) -> None:
    """What nobody has accepted cannot be taken back."""
    due, _ = heard(work, books, replace(AT_80, act=Act.RETURN))
    assert Act.ESCALATE is due.act
