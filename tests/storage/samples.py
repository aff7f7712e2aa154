"""A lead, its terms and its first moves, as most tests of the storage need them."""

from datetime import UTC, date, datetime, timedelta

from bot.domain import handoff
from bot.domain.agreement import (
    Act,
    Audience,
    Case,
    Clock,
    Duration,
    NextStep,
    Promised,
    Reason,
    Step,
    Target,
    Terms,
)
from bot.domain.business_hours import Calendar
from bot.domain.handoff import Handoff
from bot.domain.lead import LeadFacts
from bot.domain.messages import Card
from bot.use_cases.records import PostedCard
from storage.books import Books

NOW = datetime(2026, 1, 7, 9, 30, 0, 123456, tzinfo=UTC)  # a Wednesday
WIRE_NOW = datetime(2031, 5, 1, tzinfo=UTC)  # wire time and workspace time have nothing in common
MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=60)
LANE = "#mql-handoff"

CALENDAR = Calendar(
    "stockholm",
    "Europe/Stockholm",
    (((540, 720), (780, 1020)),) * 4 + (((540, 720),), (), ()),
    holidays=frozenset({date(2026, 1, 1), date(2026, 1, 6)}),
    days={date(2026, 12, 23): ((540, 780),), date(2026, 12, 28): ()},
)
TERMS = Terms(
    answer=Target(
        Duration(timedelta(hours=4)), (Case(Duration(timedelta(minutes=30)), tier=("A",)),)
    ),
    touch=Target(Duration(timedelta(), 1)),
    qualify=Target(Duration(timedelta(), 10)),
    calendars={"nordics": CALENDAR},
    ladder=(
        Step(Clock.ANSWER, 80, (Audience.HOLDER,), Act.REMIND),
        Step(Clock.ANSWER, 150, (Audience.HOLDER, Audience.HEAD), Act.REPOST),
        Step(Clock.TOUCH, 80, (Audience.HOLDER,), Act.REMIND),
        Step(Clock.TOUCH, 150, (Audience.MANAGER,), Act.RETURN),
    ),
    reasons=(
        Reason("no_need", "No need", NextStep.NURTURE),
        Reason("bad_timing", "Bad timing", NextStep.RECYCLE, asks_date=True),
    ),
)


def facts(number: int = 1, **known: object) -> LeadFacts:
    given = {"email": f"ada{number}@acme.example", "name": "Ada Lovelace", "company": "Acme"}
    return LeadFacts(**{**given, **known})  # type: ignore[arg-type]


def promised(version: int) -> Promised:
    return Promised("nordics", version, NOW - 5 * MINUTE, "B", "webinar", "spring")


def offered(books: Books, version: int, number: int = 1, lane: str = LANE) -> Handoff:
    """A lead, offered, its card waiting in the outbox."""
    with books.writing() as work:
        lead = work.leads.add(facts(number), NOW)
        begun = work.handoffs.begin(lead, handoff.offer(promised(version), NOW))
        work.outbox.put(Card(begun.id), lane, NOW)
        work.commit()
    return begun


def posted(books: Books, version: int, number: int = 1, at: datetime = NOW) -> Handoff:
    """A lead whose card is up: its answer clock runs."""
    before = offered(books, version, number)
    with books.writing() as work:
        move = handoff.posted(before, at, TERMS)
        assert move
        after = work.handoffs.record(before, move)
        work.deliveries.keep_card(after.id, PostedCard(1, 1, "C1", f"{number}.0"))
        work.commit()
    return after


def accepted(books: Books, version: int, number: int = 1, by: str = "U1") -> Handoff:
    before = posted(books, version, number)
    with books.writing() as work:
        move = handoff.accept(before, 1, by, NOW + MINUTE, TERMS)
        after = work.handoffs.record(before, move)
        work.commit()
    return after


def now_of(books: Books, handoff_id: int) -> Handoff:
    with books.reading() as work:
        return work.handoffs.get(handoff_id)
