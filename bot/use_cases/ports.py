"""What use cases and delivery need from outside, and nothing of how it is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from bot.domain.agreement import Terms
from bot.domain.handoff import Handoff
from bot.domain.lead import Lead, LeadFacts
from bot.domain.messages import Card, Message
from bot.domain.move import Move
from bot.domain.offer import Offer
from bot.use_cases.records import (
    Dossier,
    Group,
    Listing,
    Nudge,
    Parcel,
    Person,
    PostedCard,
    Proposal,
    Report,
    Signal,
)


class NotFound(LookupError):
    """No such handoff, lead or report."""


class DatabaseAway(Exception):
    """The database cannot be reached, opened or written. The sentence says which and what to do,
    and holds no secret."""


class Conflict(RuntimeError):
    """Somebody else moved the handoff between our look and our write: look again."""


class Leads(Protocol):
    def find(self, facts: LeadFacts) -> Lead | None:
        """The same person: by e-mail, else by (system, external_id)."""

    def add(self, facts: LeadFacts, now: datetime) -> Lead:
        """Raises Conflict when the same person came in since we looked."""

    def save(self, lead: Lead) -> None:
        """Raises Conflict when its e-mail or external id is another lead's."""

    def get(self, lead_id: int) -> Lead:
        """Raises NotFound."""

    def search(self, text: str, limit: int) -> list[Lead]:
        """By number (L-12), e-mail, or part of name or company; newest first."""


class Handoffs(Protocol):
    def begin(self, lead: Lead, move: Move) -> Handoff:
        """Raises Conflict when the lead has an open handoff."""

    def get(self, handoff_id: int) -> Handoff:
        """As it is now; in a writing unit of work nobody else can move it. Raises NotFound."""

    def record(self, before: Handoff, move: Move) -> Handoff:
        """Apply the move and write handoff, offer and journal. Raises Conflict."""

    def open_for(self, lead_id: int) -> Handoff | None:
        """The one that is not closed; locked in a writing unit of work, as the next."""

    def latest_for(self, lead_id: int) -> Handoff | None:
        """The newest, closed or not."""

    def due(self, now: datetime, limit: int) -> list[int]:
        """Ids of handoffs whose ladder step (or waking) is due, longest waiting first."""

    def next_due(self) -> datetime | None:
        """When the next ladder step falls due."""

    def held_by(self, person: str, limit: int) -> Listing:
        """Open leads of theirs: earliest due first, then those without a clock."""

    def waiting_in(self, queues: Sequence[str], limit: int, person: str | None = None) -> Listing:
        """Posted and not answered, earliest due first. With `person`: without those that ask
        somebody else by name."""

    def asked_in(self, queues: Sequence[str], campaigns: Sequence[str], limit: int) -> Listing:
        """Whose question to marketing is open, in these queues or of these campaigns, earliest
        due first."""

    def overdue_in(self, queues: Sequence[str], now: datetime, limit: int) -> Listing:
        """Offers and accepted leads whose promise is broken, longest overdue first."""

    def astray_in(self, queues: Sequence[str], limit: int) -> Listing:
        """Said to be another team's, and not offered to one yet, oldest first."""

    def in_hand(self, people: Iterable[str]) -> Mapping[str, int]:
        """How many leads are offered to each by name, or held and not yet qualified."""

    def wait_for_somebody(self, queues: Sequence[str], limit: int) -> list[int]:
        """Ids of offers that ask nobody by name because nobody was free (Why.NOBODY_FREE), the
        lead raised first coming first."""

    def offered_to(self, person: str) -> list[int]:
        """Ids of offers that ask this person by name, oldest first."""

    def held(self, person: str) -> list[int]:
        """Ids of open leads of theirs, oldest first."""

    def holders(self) -> frozenset[str]:
        """Whoever holds an open lead, or is asked by name."""

    def company_sellers(self, domain: str, except_lead: int) -> list[str]:
        """Who accepted leads of this company's domain and still have them, or won them; whoever
        did so last comes first."""

    def company_asked(self, domain: str, except_lead: int) -> list[str]:
        """Who is asked by name about leads of this company's domain; about the one raised last,
        first."""

    def journal(self, handoff_id: int) -> list[Move]:
        """Oldest first."""

    def asked_between(self, start: datetime, end: datetime) -> list[Offer]:
        """Offers whose question to marketing was asked in [start, end), by that."""

    def broken_between(
        self, queues: Sequence[str], start: datetime, end: datetime
    ) -> list[tuple[int, int]]:
        """(handoff, round) of offers of which some promise fell due in [start, end) and was not
        kept by then: the candidates for an excuse."""

    def dossier(self, handoff_id: int) -> Dossier:
        """In a unit of work for reading it is read once. Raises NotFound."""

    def offers_posted(self, start: datetime, end: datetime) -> list[Offer]:
        """The cohort: offers whose card was posted in [start, end), by posted_at."""


class TermsVersions(Protocol):
    def register(self, terms: Terms, now: datetime) -> int:
        """The version of exactly these terms; a new one where they differ from all before."""

    def get(self, version: int) -> Terms:
        """Raises NotFound."""


class People(Protocol):
    """The directory as last read from Slack. Handles may be written with their @."""

    def find(self, name: str) -> Person | None:
        """By id, @handle or e-mail."""

    def group(self, name: str) -> Group | None: ...

    def id_of(self, name: str) -> str | None:
        """Slack's id of a person, else of a group."""

    def members(self, names: Iterable[str]) -> frozenset[str]:
        """Ids of active people; groups are opened up."""

    def channel(self, name: str) -> str | None:
        """Slack's id of a channel, by #name, name or id."""

    def replace_all(
        self, people: Sequence[Person], groups: Sequence[Group], channels: Mapping[str, str]
    ) -> None:
        """The directory as Slack has it now; `channels` maps names to ids."""


class Outbox(Protocol):
    def put(self, message: Message, to: str, now: datetime) -> None:
        """Queue it for `to`: a #channel, an @handle or a Slack id, as the lane it goes through.
        A `Card` that already waits unsent is not queued twice."""


class Deliveries(Protocol):
    """The courier's side of the outbox. `wire_now` is real time, `now` workspace time."""

    def claim(
        self, now: datetime, wire_now: datetime, lease: timedelta, limit: int
    ) -> list[Parcel]:
        """The oldest waiting row of each free lane, and the lane with it."""

    def settle(
        self, parcel: Parcel, ts: str, lane_free_at: datetime | None, channel: str = ""
    ) -> None:
        """Sent: keep Slack's ts ('' where there is none) and the channel's id, free the lane."""

    def drop(self, parcel: Parcel, why: str) -> None:
        """Not said and not to be said: no longer wanted. Frees the lane."""

    def fail(self, parcel: Parcel, why: str) -> None:
        """Never going to work: kept with the reason, lane freed."""

    def put_off(self, parcel: Parcel, until: datetime, why: str) -> None:
        """Certainly not sent: try again, lane closed until then (workspace time)."""

    def doubt(self, parcel: Parcel, wire_until: datetime) -> None:
        """May have arrived: reconcile after `wire_until`; the lane stays closed till then."""

    def pause(self, parcel: Parcel, why: str) -> None:
        """Channel or token is broken: keep the rows, close the lane until `resume`."""

    def resume(self, lane: str | None = None) -> int: ...

    def paused(self) -> dict[str, str]:
        """Lanes and why."""

    def oldest_unsent(self) -> datetime | None: ...

    def next_ready(self) -> datetime | None:
        """When the next waiting row may go (workspace time), for a replay or a sleep."""

    def lane_of(self, card: Card) -> str | None:
        """By which it was posted."""

    def keep_card(self, handoff_id: int, card: PostedCard) -> None: ...

    def posted(self) -> dict[str, int]:
        """How many messages of each kind were posted; changes of a card do not count."""

    def behind(self, parcel: Parcel, kinds: Sequence[str]) -> list[Message]:
        """What waits after it in its lane, of these kinds."""

    def sent_ts(self, kind: str, payload: Mapping[str, Any]) -> tuple[str, str] | None:
        """(channel id, ts) of a message already sent with this payload, for threads."""


class Reports(Protocol):
    def open(
        self,
        kind: str,
        channel: str,
        period: str,
        starts: datetime,
        ends: datetime,
        figures: Mapping[str, Any],
        now: datetime,
    ) -> Report | None:
        """Make the row; None when it is there already: somebody else queues it."""

    def exists(self, kind: str, channel: str, period: str) -> bool: ...

    def get(self, report_id: int) -> Report:
        """Raises NotFound."""


class Absences(Protocol):
    """Who said that they are away: `/lead away until monday`."""

    def begin(self, person: str, until: datetime | None, now: datetime) -> None:
        """None: until they say that they are back. What they said before is replaced."""

    def end(self, person: str) -> bool:
        """Back again; False when they were not away."""

    def of(self, people: Iterable[str], now: datetime) -> Mapping[str, datetime | None]:
        """Those who are away now, and until when."""


class Turns(Protocol):
    """The state of round robin, by queue."""

    def credits(self, queue: str) -> Mapping[str, int]:
        """By person; in a writing unit of work nobody else can take a turn in this queue."""

    def keep(self, queue: str, owed: Mapping[str, int]) -> None: ...

    def given(self, queue: str, day: date) -> Mapping[str, int]:
        """Offers made to each on this local day."""

    def count(self, queue: str, person: str, day: date) -> None:
        """One offer more was made to this person."""


class Nudges(Protocol):
    """Private reminders on their way into one list for each person."""

    def put(self, nudge: Nudge) -> None:
        """The same rung to the same person is kept once; the time a person names, at the last."""

    def waiting(self, now: datetime, person: str | None = None) -> list[Nudge]:
        """Not said, and to be said by `now`; by person, earliest first. In a writing unit of work
        nobody else can say them."""

    def get(self, ids: Iterable[int]) -> list[Nudge]: ...

    def put_off(self, ids: Iterable[int], until: datetime) -> None: ...

    def said(self, ids: Iterable[int], now: datetime) -> None: ...

    def drop(self, ids: Iterable[int]) -> None:
        """Never to be said: true no longer. They count as no message."""

    def pings_since(self, person: str, since: datetime) -> int:
        """How many reminder messages this person was sent; a list is one."""

    def next_due(self) -> datetime | None: ...


class Signals(Protocol):
    """What Slack last said about people's availability."""

    def keep(self, signals: Mapping[str, Signal]) -> None: ...

    def of(self, people: Iterable[str]) -> Mapping[str, Signal]:
        """Only those of whom something is known."""


class Proposals(Protocol):
    def add(self, proposal: Proposal) -> Proposal:
        """With its id."""

    def get(self, proposal_id: int) -> Proposal:
        """Locked in a writing unit of work. Raises NotFound."""

    def open_for(self, handoff_id: int) -> list[Proposal]:
        """Those to give this lead away that wait for an answer, oldest first."""

    def close(self, proposal_id: int, outcome: str, now: datetime) -> None:
        """Raises Conflict when it is closed already, or never was."""


class Intake(Protocol):
    """What has been taken in, so that nothing is taken twice."""

    def seen(self, source: str, key: str) -> int | None:
        """The handoff that this idempotency key led to."""

    def remember(self, source: str, key: str, handoff_id: int, now: datetime) -> None:
        """Raises Conflict when the same key came in since we looked."""


class UnitOfWork(Protocol):
    """One transaction. Leaving without `commit` rolls back."""

    leads: Leads
    handoffs: Handoffs
    terms: TermsVersions
    people: People
    outbox: Outbox
    deliveries: Deliveries
    reports: Reports
    intake: Intake
    absences: Absences
    turns: Turns
    nudges: Nudges
    signals: Signals
    proposals: Proposals

    def commit(self) -> None: ...


class Books(Protocol):
    """The database, as the rest of Baton sees it."""

    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """To move something: what is read in it nobody else can move. Raises DatabaseAway."""

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A look without a lock; nothing can be committed. Raises DatabaseAway."""
