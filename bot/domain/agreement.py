"""What both teams promised: targets, ladder, reasons, goals.

`Terms` is the part a handoff is judged by; a version of it is kept with every offer, so that a
later change of the agreement never touches a promise already running. It names roles, not people:
who is manager today is looked up when a step fires.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.domain.business_hours import Calendar, in_zone

ZONE = "zone:"  # before a seller's time zone, where the touch clock keeps their hours
CALENDAR = "calendar:"  # before the name of a calendar of their own


class Clock(StrEnum):
    """A promise that runs; one at a time. `FEEDBACK` is marketing's, all before it are sales';
    `WAKE` is a recycled lead's date, kept by Baton itself."""

    ANSWER = "answer"  # from the card to accept, reject or not mine
    TOUCH = "touch"  # from acceptance to the first human contact
    QUALIFY = "qualify"  # from acceptance to a decision; shown and chased once contact is made
    FEEDBACK = "feedback"  # from a question of sales to marketing's answer
    WAKE = "wake"


OF_SALES = (Clock.ANSWER, Clock.TOUCH, Clock.QUALIFY)


@dataclass(frozen=True, slots=True)
class Promised:
    """What a round is offered under; later changes of lead or agreement do not touch it."""

    queue: str
    terms_version: int
    raised_at: datetime
    tier: str = ""
    source: str = ""
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class Duration:
    """Working time as people agree on it: `4h`, `30m`, or whole working days (`10 days`)."""

    time: timedelta = timedelta()
    days: int = 0

    def on(self, calendar: Calendar) -> timedelta:
        """Working time on this calendar; a day is its longest usual working day."""
        return self.time + self.days * calendar.usual_day


@dataclass(frozen=True, slots=True)
class Case:
    """Another target for some leads: all that is named here must hold; empty holds for any."""

    target: Duration
    queue: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    campaign: tuple[str, ...] = ()

    def holds(self, promised: Promised) -> bool:
        asked = (
            (self.queue, promised.queue),
            (self.tier, promised.tier),
            (self.source, promised.source),
            (self.campaign, promised.campaign),
        )
        return all(not named or value in named for named, value in asked)


@dataclass(frozen=True, slots=True)
class Target:
    """The first case that holds wins; `default` where none does."""

    default: Duration
    cases: tuple[Case, ...] = ()

    def case(self, promised: Promised) -> Case | None:
        return next((case for case in self.cases if case.holds(promised)), None)

    def of(self, promised: Promised) -> Duration:
        case = self.case(promised)
        return case.target if case else self.default


class Audience(StrEnum):
    """Roles that a step tells. Beside them a step may name people (`@maja`) and channels
    (`#sales-leads`)."""

    HOLDER = "holder"  # who has the lead, or is asked; where that is nobody: thread and group
    ASSIGNEE = "assignee"  # who has the lead, or is asked by name; else nobody
    THREAD = "thread"  # the card's thread, nobody by name
    GROUP = "group"  # the queue's sellers, in the card's thread and in the channel
    MANAGER = "manager"
    HEAD = "head"
    MARKETERS = "marketers"


class Act(StrEnum):
    TELL = "tell"  # a note: nothing is asked of anybody
    REMIND = "remind"
    ESCALATE = "escalate"
    WIDEN = "widen"  # escalate, and let another queue's sellers answer too, on their own card
    REPOST = "repost"  # escalate, and show an unclaimed lead again as a new card
    OFFER_NEXT = "offer_next"  # to the next seller; where nobody is asked by name: repost
    RETURN = "return"  # escalate, and put an accepted lead back into its queue


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: at `percent` of the clock's target, or `after` a working time, tell these and do
    this; then `times` more, `every` so much working time. Of some `queues` only, or of all."""

    clock: Clock
    percent: int
    tell: tuple[str, ...]  # audiences, @people, #channels
    act: Act
    after: Duration | None = None  # wins over `percent`
    every: Duration | None = None
    times: int = 0
    to_queue: str = ""  # where WIDEN goes
    queues: tuple[str, ...] = ()

    def concerns(self, queue: str) -> bool:
        return not self.queues or queue in self.queues

    @property
    def is_time_out(self) -> bool:
        """Of an offer to one: it is about whoever is asked, and not about the promise."""
        told_alone = set(self.tell) <= {Audience.ASSIGNEE}
        return self.act is Act.OFFER_NEXT and self.after is not None and told_alone


class NextStep(StrEnum):
    """What a rejection leads to."""

    FIX = "fix"  # marketing repairs it, and hands it over again
    RECYCLE = "recycle"  # it comes back later
    NURTURE = "nurture"  # marketing keeps in touch
    SUPPRESS = "suppress"  # no more mail
    JOIN = "join"  # to the open handoff of the same person
    OWNER = "owner"  # to the account's owner
    REROUTE = "reroute"  # to the right queue: not mine


# These send a lead elsewhere; they are not why one that was taken on came to nothing.
ELSEWHERE = frozenset({NextStep.JOIN, NextStep.OWNER, NextStep.REROUTE, NextStep.FIX})


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    label: str
    next_step: NextStep
    note_required: bool = False
    asks_date: bool = False
    is_rejection: bool = True  # False: left out of the acceptance figure (formula 3)

    def missing(self, note: str, until: date | None, today: date) -> tuple[str, ...]:
        """What a rejection for this reason still lacks: "note", "date"."""
        lacks_note = self.note_required and not note.strip()
        lacks_date = self.asks_date and (until is None or until <= today)
        return ("note",) * lacks_note + ("date",) * lacks_date


FEEDBACK_UNAGREED = Target(Duration(timedelta(hours=8)))


@dataclass(frozen=True, slots=True)
class Terms:
    answer: Target
    touch: Target
    calendars: Mapping[str, Calendar]  # by queue
    ladder: tuple[Step, ...]
    reasons: tuple[Reason, ...]
    qualify: Target | None = None
    attempts_before_unreachable: int = 3
    feedback: Target = FEEDBACK_UNAGREED
    own_hours: Mapping[str, Calendar] = field(default_factory=dict)  # of sellers, by its name

    def calendar(self, queue: str, hours: str = "") -> Calendar:
        """The queue's; with `hours` those of the seller who has the lead: their own calendar
        (`calendar:london`), or the queue's hours in their zone (`zone:Europe/London`)."""
        if hours.startswith(CALENDAR) and (own := self.own_hours.get(hours[len(CALENDAR) :])):
            return own
        if hours.startswith(ZONE):
            return in_zone(self.calendars[queue], hours[len(ZONE) :])
        return self.calendars[queue]

    def promise(self, clock: Clock) -> Target | None:
        """What was agreed for this clock; None for one that nobody agreed on."""
        return {
            Clock.ANSWER: self.answer,
            Clock.TOUCH: self.touch,
            Clock.QUALIFY: self.qualify,
            Clock.FEEDBACK: self.feedback,
        }.get(clock)

    def target(self, clock: Clock, promised: Promised, hours: str = "") -> timedelta:
        """Working time promised. Raises KeyError for a clock that was not agreed on."""
        promise = self.promise(clock)
        if promise is None:
            raise KeyError(clock)
        return promise.of(promised).on(self.calendar(promised.queue, hours))

    def steps(self, clock: Clock, queue: str) -> tuple[Step, ...]:
        return tuple(step for step in self.ladder if step.clock is clock and step.concerns(queue))

    @property
    def reasons_to_end(self) -> tuple[Reason, ...]:
        """The agreed reasons that fit a lead already taken on; all of them where none does."""
        fitting = tuple(reason for reason in self.reasons if reason.next_step not in ELSEWHERE)
        return fitting or self.reasons

    def reason(self, code: str) -> Reason:
        """Raises KeyError for a reason that is not on the agreed list."""
        return {reason.code: reason for reason in self.reasons}[code]


@dataclass(frozen=True, slots=True)
class MarketingPromise:
    volume_per_month: int | None = None
    acceptance: float | None = None  # from 0 to 1
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RevenueGoal:
    amount: Decimal
    currency: str
    marketing_share: float  # from 0 to 1
    average_deal: Decimal


@dataclass(frozen=True, slots=True)
class Agreement:
    title: str
    effective: date
    review: str
    sales_leader: str
    marketing_leader: str
    definitions: Mapping[str, str]
    marketing: MarketingPromise
    terms: Terms
    goal: RevenueGoal | None = None

    @property
    def currency(self) -> str:
        return self.goal.currency if self.goal else ""
