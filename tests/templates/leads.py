"""A lead's stories to be put into words, and the people around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

from bot.domain import detours, handoff, journal
from bot.domain.agreement import (
    Agreement,
    Clock,
    Duration,
    MarketingPromise,
    Promised,
    RevenueGoal,
    Target,
    Terms,
)
from bot.domain.assignment import Queue
from bot.domain.handoff import EVERYBODY, Ask
from bot.domain.lead import Lead, LeadFacts
from bot.domain.move import Event, Move
from bot.domain.turns import LEAD, Choice, Skip, Standing, Why
from bot.use_cases.desk import Desk
from bot.use_cases.ports import Books, NotFound, UnitOfWork
from bot.use_cases.records import Dossier, Group, Nudge, Person, PostedCard, Proposal, Report
from tests.unit.agreements import TERMS, stockholm

RAISED = stockholm("2026-03-02 09:58")
POSTED = stockholm("2026-03-02 10:00")
ACCEPTED = stockholm("2026-03-02 10:12")
SENT_ON = stockholm("2026-03-02 10:20")
CONTACTED = stockholm("2026-03-02 11:00")
NOON = stockholm("2026-03-02 12:00")
ADA = LeadFacts(
    email="ada@acme.example",
    name="Ada Lovelace",
    company="Acme AB",
    title="CTO",
    phone="+46 8 123 456",
    country="SE",
    source="Webinar",
    campaign="spring_2026",
    tier="B",
    score=87,
    why="Asked for a price for 40 seats, twice this week.",
    crm_url="https://crm.example/leads/7?tab=a&b=c",
)


def queue(name: str, sellers: tuple[str, ...] = ("@nordic-sales",)) -> Queue:
    return Queue(
        name=name,
        channel="mql-handoff",
        sellers=sellers,
        manager="@maja",
        head="@henrik",
        marketers=("@anna",),
        matches=lambda facts: True,
    )


def desk(*queues: Queue, terms: Terms = TERMS) -> Desk:
    agreement = Agreement(
        title="Nordics",
        effective=date(2026, 1, 1),
        review="monthly",
        sales_leader="@henrik",
        marketing_leader="@anna",
        definitions={},
        marketing=MarketingPromise(),
        terms=terms,
        goal=RevenueGoal(Decimal(500000), "EUR", 0.4, Decimal(12000)),
    )
    return Desk(
        books=cast("Books", None),
        clock=lambda: POSTED,
        queues=queues or (queue("nordics"), queue("dach")),
        agreement=agreement,
        terms_version=1,
        zone="Europe/Stockholm",
    )


@dataclass
class Directory:
    """The workspace's people, as Slack lists them."""

    people: Mapping[str, Person] = field(default_factory=lambda: dict(_people()))
    groups: Mapping[str, Group] = field(
        default_factory=lambda: {"nordic-sales": Group("S0NORDIC", "nordic-sales")}
    )

    def find(self, name: str) -> Person | None:
        return self.people.get(name.removeprefix("@"))

    def group(self, name: str) -> Group | None:
        return self.groups.get(name.removeprefix("@"))

    def members(self, names: Iterable[str]) -> frozenset[str]:
        found = (self.find(name) for name in (*names, "bo", "cilla"))
        return frozenset(person.id for person in found if person)

    def id_of(self, name: str) -> str | None:
        found = self.find(name) or self.group(name)
        return found.id if found else None

    def channel(self, name: str) -> str:
        return "C0MQL"


def _people() -> Iterable[tuple[str, Person]]:
    for handle, language in (
        ("bo", "en"),
        ("cilla", "en"),
        ("maja", "en"),
        ("henrik", "en"),
        ("anna", "en"),
    ):
        person = Person(f"U0{handle.upper()}", handle, handle.title(), language=language)
        yield handle, person
        yield person.id, person


@dataclass
class Shelf:
    """A unit of work to read from: these dossiers, these reports, these people."""

    dossiers: Mapping[int, Dossier] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    terms_kept: Terms = TERMS
    people: Directory = field(default_factory=Directory)

    def __post_init__(self) -> None:
        self.handoffs = self

    @property
    def reports(self) -> Reports:
        return Reports(self.figures)

    @property
    def nudges(self) -> Nudges:
        return Nudges()

    @property
    def proposals(self) -> Proposals:
        return Proposals()

    @property
    def terms(self) -> Shelf:
        return self

    @property
    def absences(self) -> Shelf:
        return self

    def of(self, people: Iterable[str], _now: datetime) -> Mapping[str, None]:
        """Who is away."""
        return {person: None for person in people if person == "U0CILLA"}

    def dossier(self, handoff_id: int) -> Dossier:
        if handoff_id not in self.dossiers:
            raise NotFound(handoff_id)
        return self.dossiers[handoff_id]

    def get(self, version: int) -> Terms:
        return self.terms_kept


class Nudges:
    """Reminders of Ada's answer, as many as one likes."""

    def get(self, ids: Iterable[int]) -> list[Nudge]:
        return [Nudge("U0BO", 12, 1, Clock.ANSWER, 1, NOON, id=each) for each in ids]


BO_GIVES = Proposal(12, 1, "U0BO", "U0CILLA", NOON, note="She would like a demo in *Finnish*.")
BO_SWAPS = replace(BO_GIVES, other_handoff=12, other_round=1, note="")
MAJA_MOVES = replace(BO_GIVES, asked_by="U0MAJA")
PROPOSED = (BO_GIVES, BO_SWAPS, MAJA_MOVES)


class Proposals:
    """To 1 nobody has answered; 2 to 5 are the same with each outcome; 11 and 21 are of another
    kind, and so on."""

    def get(self, number: int) -> Proposal:
        kind, outcome = divmod(number, 10)
        said = (None, "agreed", "declined", "withdrawn", "lapsed")[outcome - 1]
        return replace(PROPOSED[kind], id=number, outcome=said)


@dataclass
class Reports:
    figures: Mapping[str, Any]

    def get(self, report_id: int) -> Report:
        return Report(report_id, "weekly", "#mql-handoff", POSTED, POSTED, self.figures)


def shelf(*dossiers: Dossier, figures: Mapping[str, Any] | None = None) -> UnitOfWork:
    kept = {dossier.handoff.id: dossier for dossier in dossiers}
    return cast("UnitOfWork", Shelf(kept, figures or {}))


def promised(queue_name: str = "nordics") -> Promised:
    return Promised(queue_name, 1, RAISED, tier="B", source="Webinar", campaign="spring_2026")


class Story:
    """What happens to one lead, move by move; `dossier` is how it stands after them."""

    def __init__(
        self,
        facts: LeadFacts = ADA,
        terms: Terms = TERMS,
        posted: bool = True,
        ask: Ask = EVERYBODY,
    ) -> None:
        self.facts, self.terms = facts, terms
        self.moves: list[Move] = [handoff.offer(promised(), RAISED, ask)]
        self.cards: list[PostedCard] = []
        if posted:
            self.posted(POSTED)

    @property
    def now(self) -> handoff.Handoff:
        return journal.recompute(12, 7, self.moves)[0]

    def add(self, move: Move | None) -> Story:
        assert move is not None
        self.moves.append(move)
        return self

    def posted(self, at: datetime) -> Story:
        number = self.now.card
        ts = f"{at.timestamp():.6f}"
        where = f"https://acme.slack.example/archives/C0MQL/p{int(at.timestamp())}"
        self.cards.append(PostedCard(number, self.now.round, "C0MQL", ts, where))
        move = handoff.posted(self.now, at, self.terms)
        return self.add(move) if move else self

    def accepted(self, at: datetime = ACCEPTED, by: str = "U0BO") -> Story:
        return self.add(handoff.accept(self.now, self.now.round, by, at, self.terms))

    def rejected(self, reason: str, note: str = "", until: date | None = None) -> Story:
        at = stockholm("2026-03-02 10:30")
        round_ = self.now.round
        return self.add(
            handoff.reject(self.now, round_, "U0BO", at, self.terms, reason, note, until)
        )

    def not_mine(self, at: datetime = SENT_ON, note: str = "") -> Story:
        round_ = self.now.round
        return self.add(handoff.not_mine(self.now, round_, "U0CILLA", at, self.terms, note))

    def contacted(self, at: datetime = CONTACTED) -> Story:
        return self.add(handoff.contact(self.now, "U0BO", at, self.terms))

    def reached(self, stage: Event, at: datetime, amount: Decimal | None = None) -> Story:
        return self.add(handoff.advance(self.now, stage, "U0BO", at, self.terms, amount))

    def lost(self, at: datetime, reason: str = "") -> Story:
        return self.add(handoff.lose(self.now, "U0BO", at, self.terms, reason))

    def disqualified(self, at: datetime, reason: str = "", note: str = "") -> Story:
        move = handoff.disqualify(self.now, "U0BO", at, self.terms, reason, note)
        return self.add(move)

    def asked(self, question: str, at: datetime = SENT_ON, by: str = "U0BO") -> Story:
        return self.add(detours.ask(self.now, self.now.round, by, at, self.terms, question))

    def told(self, answer: str, at: datetime = NOON, by: str = "U0ANNA") -> Story:
        stood = detours.stood_still(self.moves)
        move = detours.tell(self.now, self.now.round, by, at, self.terms, answer, stood)
        return self.add(move)

    def snoozed(self, until: datetime, at: datetime = SENT_ON) -> Story:
        return self.add(detours.snooze(self.now, self.now.round, "U0BO", at, until))

    def passed(self, to: Ask, at: datetime, by: str | None = None, late: bool = False) -> Story:
        move = detours.pass_on(self.now, to, at, self.terms, by)
        return self.add(replace(move, percent=100) if late else move).posted(at)

    def assigned(self, to: Ask, at: datetime, by: str | None = None) -> Story:
        return self.add(detours.assign(self.now, to, at, self.terms, by)).posted(at)

    def excused(self, reason: str, clock: Clock = Clock.ANSWER) -> Story:
        now = self.now
        move = detours.excuse(now, now.offer, clock, "U0MAJA", TUESDAY, self.terms, reason)
        return self.add(move)

    def gave_back(
        self, event: Event, at: datetime, by: str | None = None, ask: Ask = EVERYBODY
    ) -> Story:
        return self.add(handoff.give_back(self.now, event, by, at, promised(), ask))

    def taken_over(self, at: datetime = CONTACTED, note: str = "") -> Story:
        terms, to = self.terms, "U0CILLA"
        move = detours.transfer(self.now, self.now.round, to, at, terms, to, note)
        return self.add(move)

    def offered_again(self, at: datetime, queue_name: str = "dach", by: str = "U0MAJA") -> Story:
        return self.add(handoff.offer_again(self.now, promised(queue_name), at, by or None))

    def shown_again(self, at: datetime) -> Story:
        move = Move(Event.STEPPED, at, clock=self.now.clock, percent=150, new_card=True)
        return self.add(move)

    def widened(self, at: datetime) -> Story:
        return self.add(replace(handoff.widen(self.now, "dach", at), percent=120))

    def dossier(self) -> Dossier:
        now, offers = journal.recompute(12, 7, self.moves)
        lead = Lead(7, self.facts, RAISED)
        moves, cards = tuple(self.moves), tuple(self.cards)
        return Dossier(lead, now, tuple(offers), moves, cards, self.terms)


def of_other_queue(terms: Terms) -> Terms:
    """The same terms, also for the queue a lead was handed on to."""
    calendars = {**terms.calendars, "dach": terms.calendars["nordics"]}
    return replace(terms, calendars=calendars)


BO = Ask("U0BO", {"why": "turn", "person": "U0BO"})
CILLA = Ask("U0CILLA", {"why": "turn", "person": "U0CILLA"})
NOBODY_FREE = Ask(None, {"why": "nobody_free", "skipped": {"U0BO": "away", "U0CILLA": "full"}})
NOBODY_LEFT = Ask(None, {"why": "nobody_left", "skipped": {"U0BO": "had_it"}})
MONDAY_LATE = stockholm("2026-03-02 16:30")
TUESDAY = stockholm("2026-03-03 11:00")
WEDNESDAY = stockholm("2026-03-04 11:00")
NEARLY = stockholm("2026-03-02 13:30")  # for an answer
AFTER_NOON = stockholm("2026-03-02 12:01")
BY_TURN = Choice(
    "U0BO",
    Why.TURN,
    {"U0CILLA": Skip.FULL, "U0ANNA": Skip.AWAY, "U0GONE": Skip.GONE},
    standing={"U0BO": Standing(2, 3 * LEAD // 2), "U0HENRIK": Standing(1, -LEAD // 3)},
    counts={"U0CILLA": 7},
    owner="U0CILLA",
)
CHOSEN = Ask(BY_TURN.person, BY_TURN.to_json())
IN_TEN_DAYS = Target(Duration(days=10))
MAY = datetime(2026, 5, 4, 7, tzinfo=UTC)


def stories(facts: LeadFacts = ADA, note: str = "Call again in May.") -> dict[str, Story]:
    """One lead in every state a card can show."""
    wide = of_other_queue(TERMS)

    def lead(posted: bool = True) -> Story:
        return Story(facts, wide, posted)

    def asking(ask: Ask = BO) -> Story:
        return Story(facts, wide, ask=ask)

    def worked() -> Story:
        return lead().accepted().contacted()

    return {
        "not posted yet": lead(posted=False),
        "offered": lead(),
        "accepted in time": lead().accepted(),
        "another's": lead().accepted(by="U0CILLA"),
        "accepted late": lead().accepted(stockholm("2026-03-02 15:05")),
        "taken over": lead().accepted().taken_over(note=note),
        "contacted": worked(),
        "sql": worked().reached(Event.SQL, TUESDAY),
        "opportunity": worked().reached(Event.SQL, TUESDAY).reached(Event.OPPORTUNITY, WEDNESDAY),
        "won": worked().reached(Event.WON, WEDNESDAY, Decimal("12000.50")),
        "won, amount unknown": lead().accepted().reached(Event.WON, WEDNESDAY),
        "lost": worked().lost(WEDNESDAY, "not_icp"),
        "rejected": lead().rejected("bad_data", note),
        "recycled": lead().rejected("bad_timing", note, date(2026, 5, 4)),
        "woken": lead()
        .rejected("bad_timing", note, date(2026, 5, 4))
        .offered_again(MAY, "nordics", "")
        .posted(MAY),
        "not mine": lead().not_mine(),
        "disqualified": lead().accepted().disqualified(TUESDAY, "not_icp", note),
        "released": lead().accepted().gave_back(Event.RELEASED, NOON, "U0BO").posted(AFTER_NOON),
        "returned": lead().accepted().gave_back(Event.RETURNED, WEDNESDAY).posted(WEDNESDAY),
        "returned, to another": asking()
        .accepted()
        .gave_back(Event.RETURNED, WEDNESDAY, ask=CILLA)
        .posted(WEDNESDAY),
        "snoozed": lead().snoozed(NOON),
        "asked by name": asking(),
        "passed on": asking().passed(CILLA, SENT_ON, "U0BO"),
        "passed on, late": asking().passed(CILLA, MONDAY_LATE, late=True),
        "passed on, away": asking().passed(CILLA, SENT_ON),
        "nobody left": asking().passed(CILLA, SENT_ON, "U0BO").passed(NOBODY_LEFT, NOON, late=True),
        "nobody free": asking(NOBODY_FREE),
        "somebody free": asking(NOBODY_FREE).assigned(BO, NOON),
        "the manager asked": asking(NOBODY_FREE).assigned(BO, NOON, "U0MAJA"),
        "its holder left": asking().accepted().gave_back(Event.LEFT, NOON).posted(AFTER_NOON),
        "shown again": lead().shown_again(MONDAY_LATE).posted(MONDAY_LATE),
        "widened": lead().widened(MONDAY_LATE).posted(MONDAY_LATE),
        "widened, and accepted": lead().widened(NOON).posted(NOON).accepted(AFTER_NOON),
        "asked while offered": lead().asked(note),
        "asked once accepted": lead().accepted().asked(note),
        "marketing answered": lead().accepted().asked(note).told(note),
        "went on without an answer": lead().asked(note).accepted(NOON),
        "qualifying": Story(facts, replace(wide, qualify=IN_TEN_DAYS)).accepted().contacted(),
        "excused": lead().accepted(stockholm("2026-03-02 15:05")).excused(f"outage: {note}"),
        "chosen by turn": Story(facts, wide, ask=Ask("U0BO", BY_TURN.to_json())).shown_again(
            MONDAY_LATE
        ),
        "offered to another queue": lead().not_mine().offered_again(NOON).posted(AFTER_NOON),
        "around": lead()
        .not_mine()
        .offered_again(NOON)
        .posted(AFTER_NOON)
        .not_mine(AFTER_NOON)
        .offered_again(AFTER_NOON, "nordics")
        .posted(AFTER_NOON),
        "not mine again": lead()
        .not_mine()
        .offered_again(NOON)
        .posted(AFTER_NOON)
        .not_mine(AFTER_NOON, note),
    }


def _clock(met: int, breached: int, overdue: int, median: float | None) -> dict[str, Any]:
    judged = met + breached + overdue
    return {
        "met": met,
        "breached": breached,
        "overdue_open": overdue,
        "attainment": met / judged if judged else None,
        "median_minutes": median,
        "p90_minutes": median and median * 5,
        "median_wall_minutes": median,
        "p90_wall_minutes": median and median * 9,
    }


def week(accepted: int, rejected: int, won_amount: float | None = 36000) -> dict[str, Any]:
    """The figures of a week, as a report keeps them."""
    answered = accepted + rejected + 2
    total = {
        "posted": answered + 3,
        "answered": answered,
        "accepted": accepted,
        "rejected": rejected,
        "not_mine": 2,
        "open": 3,
        "answer": _clock(accepted, rejected, 1, 72.5),
        "touch": _clock(accepted // 2, 0, 0, 130.0 if accepted > 1 else None),
        "sql": accepted // 3,
        "disqualified": 1,
        "opportunity": accepted // 4,
        "won": accepted // 5,
        "won_amount": won_amount,
        "lost": 1,
        "qualify": _clock(accepted // 3, rejected // 4, 0, 600.0 if accepted > 20 else None),
        "intake": {"median_minutes": 0.5, "p90_minutes": 3.0},
        "given_back": accepted // 10,
        "excused": {"answer": 2, "touch": 0, "qualify": rejected // 4, "feedback": 0},
    }
    return {
        **total,
        "by_source": {"Webinar": total, "unknown": total},
        "by_seller": {"U0BO": total, "unknown": total},
        "by_reason": {"not_icp": rejected, "gone_from_the_list": 1},
        "acceptance": {"count": accepted, "of": accepted + rejected},
        "running": {"answer": 3, "touch": 1, "qualify": 0, "feedback": 1},
        "feedback": _clock(accepted // 9, 0, 0, 45.0 if accepted > 20 else None),
    }


FIGURES: dict[str, Any] = {
    "week": week(86, 19),
    "before": week(11, 4, None),
    "starts": "2026-03-02",
    "ends": "2026-03-09",
}
