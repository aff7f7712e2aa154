"""A handoff under random clicks, passing time, lost replies, kills and restarts.

Hypothesis plays everybody: sellers, manager, marketers, the clock, and the hand on the plug. After
each act the invariants must hold, on the real use cases, database, words and courier.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from structlog.testing import capture_logs

from bot.delivery.courier import Courier
from bot.delivery.settling import Tempo
from bot.delivery.wording import Words
from bot.domain.agreement import Act, Audience, Clock, Duration, Step, Target
from bot.domain.assignment import Assignment, Rule
from bot.domain.handoff import Handoff, Refused
from bot.domain.journal import recompute
from bot.domain.lead import LeadFacts
from bot.domain.messages import LadderMessage, Message, ReminderList, Returned
from bot.domain.move import Event
from bot.use_cases import (
    answer,
    escalate,
    nudge,
    offer,
    passing,
)
from bot.use_cases.desk import Desk
from bot.use_cases.leavers import SURE_AFTER, LeaverWatch
from bot.use_cases.ports import Conflict, UnitOfWork
from bot.use_cases.records import Group, Person, Timed
from bot.use_cases.timing import timed
from storage.books import Books
from tests.scenario import laws
from tests.scenario.acts import ACTS, ANY_TIME, FITTING, MANAGERS, SELLERS
from tests.scenario.forgetful_slack import ForgetfulSlack, Trouble
from tests.scenario.world import AGREED, DACH, QUEUE, agreement

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
PEOPLE = (*SELLERS, "UMAJA", "UHENRIK", "UANNA")
ANSWERS = {Event.ACCEPTED, Event.REJECTED, Event.NOT_MINE}
DECISIONS = {
    Event.SQL,
    Event.OPPORTUNITY,
    Event.WON,
    Event.LOST,
    Event.DISQUALIFIED,
    Event.RECYCLED,
}
ENDS = {
    Clock.ANSWER: ANSWERS,
    Clock.TOUCH: {Event.CONTACTED, *DECISIONS},
    Clock.QUALIFY: DECISIONS,
    Clock.FEEDBACK: {Event.TOLD, Event.CONTACTED, *ANSWERS, *DECISIONS},
}
MOST_LEADS = 4
ACTS_IN_A_STORY = 6
ZONES = ("Europe/Stockholm", "Europe/Helsinki", "Asia/Kolkata", "America/New_York")


class Overheard:
    """The real words, and an ear: what is said about a clock must still be true."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def render(
        self, message: Message, work: UnitOfWork, now: datetime, to: str = "", picture: str = ""
    ) -> Any:
        rendered = self._words.render(message, work, now, to, picture)
        if isinstance(message, LadderMessage) and not isinstance(message, Returned):
            assert not _is_over(work, message.handoff, message.round, message.clock)
        if isinstance(message, ReminderList):
            gathered = work.nudges.get(message.nudges)
            over = [_is_over(work, each.handoff, each.round, each.clock) for each in gathered]
            assert len(over) - sum(over) == _lines(rendered), "said after the answer"
        return rendered

    def chart_alt(self, message: Any, work: UnitOfWork) -> str:
        return self._words.chart_alt(message, work)


def _is_over(work: UnitOfWork, handoff: int, round_: int, clock: Clock) -> bool:
    dossier = work.handoffs.dossier(handoff)
    done = [move.event for move in laws.of_round(dossier.journal, round_)]
    if clock is Clock.FEEDBACK:
        done = done[done.index(Event.ASKED) :]
    return round_ != dossier.handoff.round or not ENDS[clock].isdisjoint(done)


def _lines(rendered: Any) -> int:
    """Of a list: below its heading."""
    return len(rendered.blocks) - 1


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables and its people, to copy."""
    file = tmp_path_factory.mktemp("machine") / "empty.db"
    books = Books(f"sqlite:///{file}")
    books.migrate()
    read_directory(books, {}, frozenset())
    books.close()
    return file


def read_directory(books: Books, zones: Mapping[str, str], left: frozenset[str]) -> None:
    """As Slack has it now: who moved is in another zone, who left is deactivated."""
    languages = ("en", "sv", "de", "en", "en", "sv", "de")
    people = [
        Person(
            who,
            who[1:].lower(),
            time_zone=zones.get(who, "Europe/Stockholm"),
            language=language,
            active=who not in left,
        )
        for who, language in zip(PEOPLE, languages, strict=True)
    ]
    groups = [
        Group("SNORDIC", "nordic-sales", frozenset(SELLERS[:3])),
        Group("SMARKET", "marketing", frozenset({"UANNA"})),
    ]
    with books.writing() as work:
        work.people.replace_all(people, groups, {"mql-handoff": "CMQL", "sales": "CSALES"})
        work.commit()


NORDICS = replace(QUEUE, touch_hours="seller")
HALF_AN_HOUR = Duration(timedelta(minutes=30))
IN_TURN = replace(
    DACH,
    sellers=("@jonas", "@priya", "@aino"),
    rule=Rule(Assignment.ROUND_ROBIN, open_at_most=3, pass_on_after=HALF_AN_HOUR),
)
TERMS = replace(
    AGREED,
    qualify=Target(Duration(days=2)),
    ladder=(
        *AGREED.ladder,
        Step(
            Clock.ANSWER,
            0,
            (Audience.ASSIGNEE,),
            Act.OFFER_NEXT,
            after=HALF_AN_HOUR,
            every=HALF_AN_HOUR,
            times=5,
            queues=("dach",),
        ),
        Step(
            Clock.ANSWER,
            120,
            (Audience.GROUP, "#sales"),
            Act.WIDEN,
            to_queue="dach",
            queues=("nordics",),
        ),
        Step(Clock.QUALIFY, 100, (Audience.HOLDER,), Act.REMIND, every=HALF_AN_HOUR, times=2),
        Step(Clock.FEEDBACK, 80, (Audience.MARKETERS,), Act.REMIND),
        Step(Clock.FEEDBACK, 100, (Audience.MARKETERS, Audience.MANAGER), Act.ESCALATE),
    ),
)
# What app.yaml may say after a restart: of what is promised already, nothing changes.
REVISED = {
    "as before": TERMS,
    "gentler": replace(TERMS, answer=Target(Duration(timedelta(hours=9))), ladder=TERMS.ladder[2:]),
    "stricter": replace(TERMS, touch=Target(Duration(timedelta(minutes=30))), qualify=None),
}


class Machine(RuleBasedStateMachine):
    """One Baton, killed and started again over one database."""

    empty: Path
    books: Books
    desk: Desk
    leavers: LeaverWatch
    known: set[int]
    proposals: list[tuple[int, str]]
    now: datetime
    handoffs = Bundle("handoffs")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.empty, self.folder / "baton.db")
        self.now = self.wire = MONDAY
        self.slack = ForgetfulSlack(lambda: self.now)
        self.names = count(1)
        self.known: set[int] = set()
        self.proposals: list[tuple[int, str]] = []
        self.zones: dict[str, str] = {}
        self.left: frozenset[str] = frozenset()
        self.terms = TERMS
        self.start()

    def start(self) -> None:
        self.books = Books(f"sqlite:///{self.folder / 'baton.db'}")
        with self.books.writing() as work:
            version = work.terms.register(self.terms, self.now)
            work.commit()
        self.desk = Desk(
            books=self.books,
            clock=lambda: self.now,
            queues=(NORDICS, IN_TURN),
            agreement=agreement(self.terms),
            terms_version=version,
            zone="Europe/Stockholm",
        )
        self.words = Overheard(Words(self.desk))
        tempo = Tempo(between_posts=timedelta())
        self.courier = Courier(
            self.books, self.slack, self.words, lambda: self.now, lambda: self.wire, tempo
        )
        self.leavers = LeaverWatch(self.desk)

    def teardown(self) -> None:
        self.books.close()
        shutil.rmtree(self.folder)

    # ------------------------------------------------------------------ what may happen

    @initialize(target=handoffs)
    def first_lead(self) -> int:
        first = self._raise("SE")
        self.baton_works()
        return first

    @precondition(lambda self: len(self.known) < MOST_LEADS)
    @rule(target=handoffs, country=st.sampled_from(["SE", "DE"]))
    def a_lead_comes_in(self, country: str) -> int:
        return self._raise(country)

    @rule(handoff=handoffs, days=st.integers(0, 2))
    def it_is_accepted(self, handoff: int, days: int) -> None:
        """What most of the others wait for."""
        self.baton_works()
        self._by_the_right_person("accept", handoff, days)

    @rule(handoff=handoffs, dice=st.randoms(use_true_random=False))
    def what_fits(self, handoff: int, dice: Random) -> None:
        """Most acts do nothing in most states: this is what makes leads go somewhere."""
        self.baton_works()
        for _ in range(ACTS_IN_A_STORY):
            with self.books.reading() as work:
                now = work.handoffs.get(handoff)
            fitting = FITTING.get(now.state, ("raise_again",))
            acts = ("tell", *fitting) if now.offer.is_asking else (*fitting, *fitting, *ANY_TIME)
            self._by_the_right_person(dice.choice(acts), handoff, dice.randrange(4))
            self._later(timedelta(minutes=dice.randrange(60)))
            if dice.randrange(2):
                escalate.sweep(self.desk)  # what it says waits for the courier: an answer may come

    @rule(handoff=handoffs, act=st.sampled_from(sorted(ACTS)), days=st.integers(0, 3))
    def the_right_person(self, handoff: int, act: str, days: int) -> None:
        """Whose turn it is, whose lead it is, or who looks after it."""
        self._by_the_right_person(act, handoff, days)

    @rule(
        handoff=handoffs,
        act=st.sampled_from(sorted(ACTS)),
        who=st.sampled_from(PEOPLE),
        days=st.integers(0, 3),
        back=st.integers(0, 1),
    )
    def anybody(self, handoff: int, act: str, who: str, days: int, back: int) -> None:
        """Whether it is theirs or not, and perhaps on an old card."""
        self._try(lambda on: ACTS[act](self, on, max(1, on.round - back), who, days), handoff)

    @rule(minutes=st.integers(1, 600))
    def time_passes_at_work(self, minutes: int) -> None:
        """What falls due on the way happens when it is due."""
        until = self.now + timedelta(minutes=minutes)
        self.baton_works()
        while (due := self._next_due()) is not None and due <= until:
            self._later(max(due - self.now, timedelta(seconds=1)))
            self.baton_works()
        self._later(max(until - self.now, timedelta()))

    @rule(hours=st.integers(1, 100))
    def baton_is_away(self, hours: int) -> None:
        self._later(timedelta(hours=hours))

    @rule()
    def baton_works(self) -> None:
        with capture_logs() as logs:
            escalate.sweep(self.desk)
            nudge.say_due(self.desk)
            passing.assign_waiting(self.desk)
            self.courier.deliver_due()
        assert not [line for line in logs if line["log_level"] == "error"]

    @rule(trouble=st.sampled_from(Trouble))
    def slack_has_trouble(self, trouble: Trouble) -> None:
        """With the next message, or with what is looked for."""
        self.slack.trouble = trouble

    @rule(claims=st.booleans(), terms=st.sampled_from(sorted(REVISED)))
    def killed_and_started_again(self, claims: bool, terms: str) -> None:
        """Perhaps with a message in hand, of which nobody knows whether it was sent; and perhaps
        under another agreement."""
        if claims:
            self.courier.claim(limit=2)
        self.books.close()
        self.terms = REVISED[terms]
        self.start()
        self._later(timedelta(minutes=2))

    @rule(who=st.sampled_from(SELLERS), zone=st.sampled_from(ZONES))
    def somebody_moves(self, who: str, zone: str) -> None:
        self.zones[who] = zone
        read_directory(self.books, self.zones, self.left)

    @rule(left=st.sampled_from([(), SELLERS[:1], SELLERS[2:3], SELLERS[3:]]))
    def somebody_leaves_or_is_back(self, left: tuple[str, ...]) -> None:
        self.left = frozenset(left)
        read_directory(self.books, self.zones, self.left)
        self.leavers.look()
        self._later(SURE_AFTER)
        self.leavers.look()

    @rule()
    def a_quiet_moment(self) -> None:
        """Slack is well again, and all that was to be said can have been said: it was, once."""
        self.slack.trouble = Trouble.NONE
        for _ in range(3):  # a lease has to end; then what it may have said has to show
            self._later(timedelta(minutes=2))
            self.baton_works()
        laws.all_was_said_once(self.folder / "baton.db", self.slack.posted, self._told())
        laws.each_card_shows_how_things_stand(self.slack.shown, self._told())

    # ------------------------------------------------------------------ what always holds

    @invariant()
    def the_journal_recomputes_the_row(self) -> None:
        for told in self._told():
            dossier = told.dossier
            again, offers = recompute(dossier.handoff.id, dossier.lead.id, dossier.journal)
            assert (again, tuple(offers)) == (dossier.handoff, dossier.offers)

    @invariant()
    def every_law_holds(self) -> None:
        for told in self._told():
            for law in laws.LAWS:
                law(told)

    # ------------------------------------------------------------------ how it is done

    def _raise(self, country: str) -> int:
        facts = LeadFacts(email=f"p{next(self.names)}@acme.example", name="Ada", country=country)
        raised = offer.raise_lead(self.desk, facts)
        self.known.add(raised.handoff_id)
        return raised.handoff_id

    def _by_the_right_person(self, act: str, handoff: int, days: int) -> None:
        with self.books.reading() as work:
            now = work.handoffs.get(handoff)
        who = now.holder or now.assignee or SELLERS[days]
        who = "UANNA" if act == "tell" else "UMAJA" if act in MANAGERS else who
        self._try(lambda on: ACTS[act](self, on, on.round, who, days), handoff)

    def _try(self, act: Callable[[Handoff], object], handoff: int) -> None:
        """A refusal is an answer too; what is refused must have changed nothing."""
        with self.books.reading() as work:
            before = work.handoffs.get(handoff)
        try:
            act(before)
        except (Refused, Conflict, answer.Incomplete):
            with self.books.reading() as work:
                assert work.handoffs.get(handoff) == before

    def _later(self, by: timedelta) -> None:
        self.now += by
        self.wire += by

    def _next_due(self) -> datetime | None:
        with self.books.reading() as work:
            due = (work.handoffs.next_due(), work.nudges.next_due())
        return min((at for at in due if at), default=None)

    def _told(self) -> list[Timed]:
        with self.books.reading() as work:
            return [timed(self.desk, work, known) for known in sorted(self.known)]


def test_whatever_happens_in_whatever_order(empty: Path) -> None:
    """One owner, one clock and no time bought, nothing said after an answer or twice, no lead lost,
    and a journal that knows everything."""
    Machine.empty = empty
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
