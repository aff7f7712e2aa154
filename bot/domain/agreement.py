"""What both teams promised: targets, ladder, reasons, goals.

`Terms` is the part a handoff is judged by; a version of it is kept with every offer, so that a
later change of the agreement never touches a promise already running. It names roles, not people:
who is manager today is looked up when a step fires.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.domain.business_hours import Calendar


class Clock(StrEnum):
    """A promise that runs. `WAKE` is a recycled lead's date, kept by Baton itself."""

    ANSWER = "answer"
    TOUCH = "touch"
    WAKE = "wake"


@dataclass(frozen=True, slots=True)
class Duration:
    """Working time as people agree on it: `4h`, `30m`, or whole working days (`10 days`)."""

    time: timedelta = timedelta()
    days: int = 0

    def on(self, calendar: Calendar) -> timedelta:
        """Working time on this calendar; a day is its longest usual working day."""
        return self.time + self.days * calendar.usual_day


@dataclass(frozen=True, slots=True)
class Target:
    default: Duration
    when_tier: Mapping[str, Duration] = field(default_factory=dict)

    def for_tier(self, tier: str | None) -> Duration:
        return self.when_tier.get(tier or "", self.default)


class Audience(StrEnum):
    HOLDER = "holder"  # who holds the lead; where nobody does: the card's thread and the group
    MANAGER = "manager"
    HEAD = "head"
    MARKETERS = "marketers"


class Act(StrEnum):
    REMIND = "remind"
    ESCALATE = "escalate"
    REPOST = "repost"  # escalate, and show an unclaimed lead again as a new card
    RETURN = "return"  # escalate, and put an accepted lead back into its queue


@dataclass(frozen=True, slots=True)
class Step:
    """One rung: at `percent` of the clock's target, tell these roles and do this."""

    clock: Clock
    percent: int
    tell: tuple[Audience, ...]
    act: Act


class NextStep(StrEnum):
    """What a rejection leads to."""

    FIX = "fix"
    RECYCLE = "recycle"
    NURTURE = "nurture"
    SUPPRESS = "suppress"
    JOIN = "join"
    OWNER = "owner"
    REROUTE = "reroute"


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


@dataclass(frozen=True, slots=True)
class Terms:
    answer: Target
    touch: Target
    calendars: Mapping[str, Calendar]  # by queue
    ladder: tuple[Step, ...]
    reasons: tuple[Reason, ...]
    qualify: Target | None = None
    attempts_before_unreachable: int = 3

    def calendar(self, queue: str) -> Calendar:
        return self.calendars[queue]

    def target(self, clock: Clock, queue: str, tier: str | None) -> timedelta:
        """Working time promised on this queue's calendar. Clocks: answer, touch."""
        promised = self.answer if clock is Clock.ANSWER else self.touch
        return promised.for_tier(tier).on(self.calendar(queue))

    def steps(self, clock: Clock) -> tuple[Step, ...]:
        own = (step for step in self.ladder if step.clock is clock)
        return tuple(sorted(own, key=lambda step: step.percent))

    def reason(self, code: str) -> Reason:
        """Raises KeyError for a reason that is not on the agreed list."""
        return {reason.code: reason for reason in self.reasons}[code]


@dataclass(frozen=True, slots=True)
class MarketingPromise:
    volume_per_month: int | None = None
    acceptance: float | None = None  # from 0 to 1
    required: tuple[str, ...] = ()
    feedback: Target | None = None


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
