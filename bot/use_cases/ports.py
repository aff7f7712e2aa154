"""What use cases and delivery need from outside, and nothing of how it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from bot.domain.agreement import Agreement, Clock, Terms
from bot.domain.assignment import Queue
from bot.domain.detours import BROKEN
from bot.domain.handoff import Handoff, Move
from bot.domain.lead import Lead, LeadFacts
from bot.domain.messages import Message
from bot.domain.offer import Offer, Stretch, stretch


@dataclass(frozen=True, slots=True)
class Person:
    id: str  # Slack's: U…
    handle: str = ""  # without the @
    name: str = ""
    email: str = ""
    time_zone: str = "UTC"
    language: str = "en"
    active: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    id: str  # Slack's: S…
    handle: str
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PostedCard:
    """A card message in Slack. A lead offered again has several; the highest number is live."""

    number: int
    round: int
    channel: str  # Slack's id
    ts: str
    permalink: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """A handoff with all that is known around it, for rendering and for judging."""

    lead: Lead
    handoff: Handoff
    offers: tuple[Offer, ...]  # oldest first; the last is `handoff.offer`
    journal: tuple[Move, ...]  # oldest first
    cards: tuple[PostedCard, ...]  # by number
    terms: Terms  # of the present round


Promise = tuple[Offer, Stretch]  # of one round

CLOCKS = (Clock.ANSWER, Clock.TOUCH, Clock.QUALIFY, Clock.FEEDBACK)


@dataclass(frozen=True, slots=True)
class Timed:
    """A handoff with what is needed to check its timing by hand."""

    dossier: Dossier
    terms: Mapping[int, Terms]  # by version; each round is judged by its own
    now: datetime

    def terms_of(self, offer: Offer) -> Terms:
        return self.terms[offer.promised.terms_version]

    def promises(self, offer: Offer) -> Iterator[Stretch]:
        """Those that ran in this round."""
        for clock in CLOCKS:
            ran = stretch(offer, clock, self.terms_of(offer))
            if ran is not None:
                yield ran

    def broken(self) -> Iterator[Promise]:
        """What was not kept, and is not excused yet."""
        for offer in self.dossier.offers:
            for ran in self.promises(offer):
                if ran.excused is None and ran.verdict(self.now) in BROKEN:
                    yield offer, ran


@dataclass(frozen=True, slots=True)
class Listed:
    """A handoff as one among others: enough for a line about it, and its buttons."""

    lead: Lead
    handoff: Handoff
    card: PostedCard | None  # the newest, once Slack has it
    terms: Terms  # of the present round


@dataclass(frozen=True, slots=True)
class Listing:
    """The most urgent ones, and how many there are in all."""

    first: tuple[Listed, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class MyWork:
    """What waits for one person. A list is None where they have no part in what it is about."""

    held: Listing | None  # leads of theirs
    waiting: Listing | None  # for an answer, in queues they sell for
    overdue: Listing | None  # in queues they look after, and not in the lists above
    sells: frozenset[str]  # names of queues whose offers they may answer
    manages: frozenset[str]  # names of queues in which they may act for others
    takes_part: bool  # in some queue, whichever way
    questions: Listing | None = None  # of sales, for marketing; None where there are none too


@dataclass(frozen=True, slots=True)
class Signal:
    """What Slack last said about a person's availability. Unknown is as good as available."""

    dnd_from: datetime | None = None  # do not disturb, by schedule or because they paused
    dnd_until: datetime | None = None
    away_status: bool = False  # their status says so: on holiday, ill
    status_until: datetime | None = None  # None, with `away_status`: until they change it
    present: bool = True


@dataclass(frozen=True, slots=True)
class Nudge:
    """A reminder to one person that waits to be said, perhaps in one list with others."""

    person: str
    handoff: int
    round: int
    clock: Clock
    rung: int  # how far its ladder was climbed, the first being 1; 0: its reader asked for it
    say_at: datetime
    late_minutes: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A transfer, or with `other_handoff` a swap, that waits for a colleague's yes."""

    handoff: int
    round: int
    giver: str
    taker: str
    asked_at: datetime
    other_handoff: int | None = None  # what the taker gives for it
    other_round: int | None = None
    asked_by: str | None = None  # the manager; None: the giver did
    note: str = ""
    outcome: str | None = None  # "agreed", "declined", "withdrawn", "lapsed"
    id: int = 0


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody a held lead may be handed to, or swapped with."""

    person: Person
    away: bool
    has_room: bool  # for the lead that is given away
    leads: tuple[Listed, ...]  # of theirs, to swap it for


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

    def open_for(self, lead_id: int) -> Handoff | None: ...

    def latest_for(self, lead_id: int) -> Handoff | None: ...

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

    def company_seller(self, domain: str, except_lead: int) -> str | None:
        """Who last accepted a lead of this company's domain and still has it, or won it."""

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


@dataclass(frozen=True, slots=True)
class Parcel:
    """A claimed outbox row. `key` goes into the message's metadata, to find it again."""

    id: int
    key: str
    lane: str
    message: Message
    attempts: int  # before this one
    in_doubt: bool  # an earlier attempt may have arrived: look before sending
    claimed_at: datetime  # wire time of the earliest attempt in doubt, else of this claim


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

    def card(self, handoff_id: int, number: int) -> PostedCard | None: ...

    def keep_card(self, handoff_id: int, card: PostedCard) -> None: ...

    def posted(self) -> dict[str, int]:
        """How many messages of each kind were posted; changes of a card do not count."""

    def sent_ts(self, kind: str, payload: Mapping[str, Any]) -> tuple[str, str] | None:
        """(channel id, ts) of a message already sent with this payload, for threads."""


@dataclass(frozen=True, slots=True)
class Report:
    """A digest that is, or was, due: one row for each (kind, channel, period)."""

    id: int
    kind: str
    channel: str
    starts: datetime
    ends: datetime
    figures: Mapping[str, Any]


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

    def writing(self) -> AbstractContextManager[UnitOfWork]: ...

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A look without a lock; nothing can be committed."""


@dataclass(frozen=True, slots=True)
class Consideration:
    """How people want to be left in peace. Times are by each person's own zone."""

    per_day: int = 12  # reminder messages to one person; the rest of the day's come as one list
    rest_at: time = time(15)  # when that list is said
    quiet_from: time = time(19)  # no reminders from here
    quiet_until: time = time(8)  # up to here
    do_not_disturb: bool = True  # Slack's, too

    @property
    def has_nights(self) -> bool:
        return self.quiet_from != self.quiet_until


@dataclass(frozen=True, slots=True)
class Availability:
    """What of Slack counts when somebody is to be asked by name."""

    status: bool = False
    presence: bool = False


@dataclass(frozen=True)
class Desk:
    """All a use case needs: the books, the time, what was agreed, and whom to wake."""

    books: Books
    clock: Callable[[], datetime]
    queues: Sequence[Queue]
    agreement: Agreement
    terms_version: int
    zone: str  # of the workspace: weeks begin at its midnight
    campaign_owners: Mapping[str, str] = field(default_factory=dict)
    digest: DigestSlot | None = None
    admins: Sequence[str] = ()  # hear of what is set up wrongly
    own_calendars: Mapping[str, str] = field(default_factory=dict)  # of sellers, by their name
    consideration: Consideration = Consideration()
    availability: Availability = Availability()
    company_domain: Callable[[str], str] = lambda _email: ""  # '' for free mail
    said: Callable[[], None] = lambda: None  # called after a commit that queued messages
    replaying: bool = False  # history acted already, unknown people too: nobody is refused

    def hides(self, handoff: Handoff, people: People, reader: str) -> bool:
        """Blind claim: must this reader not see yet who the lead is? What nobody in particular
        reads ('') is read by everybody. A mis-route or a rejection is no claim: it must not be the
        way to a name."""
        queue = self.queue(handoff.queue)
        if not queue.is_blind or handoff.holder is not None:
            return False
        person = people.find(reader) if reader else None
        if person is None:
            return True
        also = self.queue(handoff.also_queue).sellers if handoff.also_queue else ()
        sells = person.id in people.members((*queue.sellers, *also))
        return sells and person.id not in people.members((queue.manager,))

    def address(self, handoff: Handoff) -> str:
        """Where its newest card is, or goes: once the ladder has widened an offer, the channel of
        the queue that was asked too."""
        return self.queue(handoff.also_queue or handoff.queue).address

    def queue(self, name: str) -> Queue:
        """The queue; leads of one that app.yaml no longer has are served by the last."""
        return next((queue for queue in self.queues if queue.name == name), self.queues[-1])


@dataclass(frozen=True, slots=True)
class DigestSlot:
    """When and where the weekly digest is said, in the workspace's zone, and what it shows."""

    channel: str
    weekday: int  # Monday is 0
    hour: int
    minute: int
    metrics: tuple[str, ...] = ()  # of DIGEST_METRICS, in this order; empty: all of them


def week_period(monday: date) -> str:
    """How a week is named in the reports table and on the command line: 2012-W05."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"
