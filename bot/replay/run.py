"""A history run through the real use cases, clocks, words and courier, under simulated time.

Each row is one transaction: what it does, what is said because of it, and the note that it was
done. So a replay that was killed goes on where it stopped. Between two rows the ladder and the
digest act at the instants at which they would have; at the same instant history is first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.assignment import NoQueue, route
from bot.domain.handoff import HELD, Handoff, Refused, State
from bot.domain.move import Event
from bot.replay.history import BadHistory, History, Past, Row
from bot.use_cases import answer, escalate, follow_up, offer, report
from bot.use_cases.desk import Desk
from storage.books import Books

MOMENT = timedelta(microseconds=1)
FOLLOW_UPS = frozenset(Past) - {Past.MQL, Past.ACCEPT, Past.REJECT, Past.NOT_MINE, Past.RECYCLE}
STAGES = {Past.SQL: Event.SQL, Past.OPPORTUNITY: Event.OPPORTUNITY, Past.WON: Event.WON}


class AnotherReplay(ValueError):
    """The database holds something else; the sentence says what to do."""


class SimulatedTime:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that could not happen as things stood."""

    line: int
    event: Past
    lead: str
    state: State


@dataclass(frozen=True, slots=True)
class Delivery:
    """How what was queued reaches Slack, until nothing can go any more; it says when more can.
    A network is never waited for inside a transaction."""

    deliver: Callable[[], datetime | None]
    over_a_network: bool = False


class Replay:
    """One run over one history. `time` is the clock of `desk`; `people` are the actors' ids."""

    def __init__(
        self,
        desk: Desk,
        books: Books,
        time: SimulatedTime,
        history: History,
        people: Mapping[str, str],
        delivery: Delivery,
    ) -> None:
        self._desk = desk
        self._books = books
        self._time = time
        self._rows = history.rows
        self._people = people
        self._delivery = delivery
        self._source = f"replay of {history.fingerprint} under terms {desk.terms_version}"
        self._facts = {row.lead: row.facts for row in history.rows if row.event is Past.MQL}
        self._handoffs: dict[str, Handoff] = {}  # round and state: only history changes those
        self._next_digest: datetime | None = None
        self._next_step: datetime | None = None
        self.left_out: list[LeftOut] = []

    def run(self, progress: Callable[[int], None] = lambda _done: None) -> None:
        """All rows that are not done yet. `progress` hears how many are.

        Raises AnotherReplay and BadHistory before anything is done.
        """
        done = self._position()
        if done == 0:
            self._refuse_another()
            self._refuse_leads_without_queue()
        self._start_at(self._rows[max(done - 1, 0)].at)
        progress(done)
        for number, row in enumerate(self._rows[done:], start=done + 1):
            self._until(row.at)
            self._take(row)
            progress(number)
        self._until(self._rows[-1].at + MOMENT)
        self._time.now = self._rows[-1].at

    # ------------------------------------------------------------------ where it stopped

    def _position(self) -> int:
        """How many rows are done. They were noted one after the other, so halving finds it."""
        with self._books.reading() as work:

            def is_ahead(row: Row) -> bool:
                return work.intake.seen(self._source, _key(row)) is None

            return bisect_left(self._rows, True, key=is_ahead)

    def _refuse_another(self) -> None:
        with self._books.reading() as work:
            taken = work.leads.search("L-1", limit=1)
        if taken:
            raise AnotherReplay(
                "The database holds other leads already, or this history under another agreement: "
                "name an empty database, or none."
            )

    def _refuse_leads_without_queue(self) -> None:
        mistakes = []
        for row in self._rows:
            if row.event is not Past.MQL:
                continue
            try:
                route(self._desk.queues, row.facts)
            except NoQueue as error:
                mistakes.append(f"line {row.line}: lead {row.lead!r}: {error}")
        if mistakes:
            raise BadHistory(mistakes)

    def _start_at(self, instant: datetime) -> None:
        """A digest of this very instant may be outstanding: history went first."""
        self._time.now = instant
        if self._desk.digest:
            self._next_digest = report.next_slot(
                self._desk.digest, self._desk.zone, instant - MOMENT
            )
        with self._one_step():
            pass  # to say what a killed run left unsaid, and to see what is next

    # ------------------------------------------------------------------ time goes by

    def _until(self, end: datetime) -> None:
        """What the ladder and the digest do before `end`, each at its own instant."""
        while (instant := self._next_instant()) is not None and instant < end:
            self._time.now = max(self._time.now, instant)
            with self._one_step():
                escalate.sweep(self._desk, take_back=False)
                self._digest()

    def _next_instant(self) -> datetime | None:
        return min((at for at in (self._next_step, self._next_digest) if at), default=None)

    def _digest(self) -> None:
        slot = self._desk.digest
        if slot and self._next_digest and self._next_digest <= self._time.now:
            report.post_due_digests(self._desk)
            self._next_digest = report.next_slot(slot, self._desk.zone, self._time.now)

    @contextmanager
    def _one_step(self) -> Iterator[None]:
        """All of it is kept, or nothing; and nothing is left unsaid."""
        with self._books.together():
            yield
            if not self._delivery.over_a_network:
                self._look_ahead(self._delivery.deliver())
        if self._delivery.over_a_network:
            self._delivery.deliver()
            self._look_ahead(None)

    def _look_ahead(self, more_to_say: datetime | None) -> None:
        with self._books.reading() as work:
            step = work.handoffs.next_due()
        self._next_step = min((at for at in (step, more_to_say) if at), default=None)

    # ------------------------------------------------------------------ what happened

    def _take(self, row: Row) -> None:
        self._time.now = row.at
        with self._one_step():
            handoff_id = self._happen(row)
            with self._books.writing() as work:
                work.intake.remember(self._source, _key(row), handoff_id, row.at)
                work.commit()

    def _happen(self, row: Row) -> int:
        if row.event is Past.MQL:
            raised = offer.raise_lead(self._desk, row.facts, raised_at=row.at)
            self._handoffs[row.lead] = self._as_it_is(raised.handoff_id)
            return raised.handoff_id
        handoff = self._handoff_of(row)
        try:
            self._handoffs[row.lead] = self._act(row, handoff)
        except Refused as refused:
            state = refused.handoff.state
            self.left_out.append(LeftOut(row.line, row.event, row.lead, state))
        return handoff.id

    def _as_it_is(self, handoff_id: int) -> Handoff:
        with self._books.reading() as work:
            return work.handoffs.get(handoff_id)

    def _handoff_of(self, row: Row) -> Handoff:
        """The newest handoff of the lead; a run that goes on has to look for it."""
        if row.lead not in self._handoffs:
            with self._books.reading() as work:
                lead = work.leads.find(self._facts[row.lead])
                assert lead is not None, "its mql row is done"
                newest = work.handoffs.latest_for(lead.id)
                assert newest is not None, "its mql row is done"
            self._handoffs[row.lead] = newest
        return self._handoffs[row.lead]

    def _act(self, row: Row, handoff: Handoff) -> Handoff:
        """A row that follows from an acceptance nobody noted implies it."""
        desk, which, by = self._desk, (handoff.id, handoff.round), self._by(row)
        if row.event in FOLLOW_UPS and handoff.state is State.OFFERED:
            handoff = answer.accept(desk, *which, by).handoff
        match row.event:
            case Past.ACCEPT:
                return answer.accept(desk, *which, by).handoff
            case Past.REJECT:
                return answer.reject(desk, *which, by, row.reason, row.note).handoff
            case Past.NOT_MINE:
                return answer.not_mine(desk, *which, by).handoff
            case Past.RECYCLE:
                return self._recycle(row, handoff)
            case _:
                return self._follow_up(row, handoff)

    def _recycle(self, row: Row, handoff: Handoff) -> Handoff:
        """Unanswered it is a rejection, held it goes back; else marketing has it already. When it
        comes again is for the history to say, by its next mql."""
        which, by = (handoff.id, handoff.round), self._by(row)
        if handoff.state is State.OFFERED:
            return answer.reject(self._desk, *which, by, row.reason, row.note).handoff
        if handoff.state in HELD:
            return follow_up.recycled(self._desk, *which, by, row.reason)
        return handoff

    def _follow_up(self, row: Row, handoff: Handoff) -> Handoff:
        desk, which, by = self._desk, (handoff.id, handoff.round), self._by(row)
        match row.event:
            case Past.CONTACT if handoff.state in HELD[1:]:
                return handoff  # one contact more changes nothing
            case Past.CONTACT:
                return follow_up.contacted(desk, *which, by)
            case Past.DISQUALIFY:
                return follow_up.disqualified(desk, *which, by, row.reason, row.note)
            case Past.LOST:
                return follow_up.lost(desk, *which, by, row.reason)
            case stage:
                amount = row.amount if stage is Past.WON else None
                return follow_up.reached(desk, *which, by, STAGES[stage], amount)

    def _by(self, row: Row) -> str | None:
        return self._people[row.actor] if row.actor else None


def _key(row: Row) -> str:
    return f"line {row.line}"
