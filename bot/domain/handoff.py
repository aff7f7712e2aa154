"""One pass of a lead from marketing to sales: its states and the moves between them.

A decision (`accept`, `reject`, ...) looks at a handoff and returns a `Move`, or raises a `Refused`
that says why not. What a move does to the handoff stands in `journal.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.domain import sla
from bot.domain.agreement import Act, Clock, Promised, Terms
from bot.domain.move import Event, Move
from bot.domain.offer import Offer, qualify_due, stretch
from bot.domain.sla import RunningClock


class State(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    CONTACTED = "contacted"
    SQL = "sql"
    OPPORTUNITY = "opportunity"
    WON = "won"
    LOST = "lost"
    REJECTED = "rejected"
    RECYCLED = "recycled"
    NOT_MINE = "not_mine"
    DISQUALIFIED = "disqualified"


CLOSED = frozenset({State.WON, State.LOST, State.REJECTED, State.DISQUALIFIED})
HELD = (State.ACCEPTED, State.CONTACTED, State.SQL, State.OPPORTUNITY)
AWAITING_OFFER = frozenset({State.NOT_MINE, State.RECYCLED})


@dataclass(frozen=True, slots=True)
class Handoff:
    id: int
    lead_id: int
    state: State
    offer: Offer
    holder: str | None = None
    clock: RunningClock | None = None
    card: int = 1  # number of the newest card; which of them are live: cards.py
    moves: int = 1  # length of the journal; guards against writing over somebody else's move
    also_queue: str = ""  # whose sellers may answer too, since the ladder widened the offer

    @property
    def round(self) -> int:
        return self.offer.round

    @property
    def queue(self) -> str:
        return self.offer.promised.queue

    @property
    def tier(self) -> str:
        return self.offer.promised.tier

    @property
    def promised(self) -> Promised:
        return self.offer.promised

    @property
    def assignee(self) -> str | None:
        """Who is asked by name; None: everybody of the queue, or nobody any more."""
        return self.offer.assignee if self.state is State.OFFERED else None

    @property
    def hours(self) -> str:
        """Whose hours its clock keeps."""
        running = self.clock.name if self.clock else None
        return self.offer.hours if running in (Clock.TOUCH, Clock.QUALIFY) else ""

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED


class Refused(Exception):
    """A move that is not allowed; `handoff` says how things stand instead."""

    def __init__(self, handoff: Handoff) -> None:
        super().__init__(f"handoff {handoff.id} is {handoff.state}")
        self.handoff = handoff


class NotAllowed(Refused):
    """This person may not make this move."""


class NotMarketing(NotAllowed):
    """Questions to marketing are answered by marketing, or by the manager."""


class HeldByAnother(NotAllowed):
    """Who holds a lead says when they take it; nobody does so in their place."""


class MayNotExcuse(NotAllowed):
    """Broken promises are excused by the queue's manager, or its head."""


class AlreadyAnswered(Refused):
    """Somebody was first; the handoff says who and when."""


class OldCard(Refused):
    """The click came from the card of an earlier round."""


class OutOfOrder(Refused):
    """The move does not follow from the present state."""


class NoQuestion(OutOfOrder):
    """No question to marketing is open: it was answered, or sales went on without an answer."""


class AskedAlready(Refused):
    """Marketing was asked in this round; a second question does not stop the clock again."""


class SnoozedAlready(Refused):
    """Reminders were put off once for this clock."""


class BadSnooze(Refused):
    """The promise falls due before that, or that is not ahead."""


class NotBroken(Refused):
    """There is no broken promise to excuse."""


class EnoughInHand(Refused):
    """This person holds as many leads as the queue allows."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Whom an offer asks by name, and why them. Nobody by name: everybody of the queue."""

    to: str | None = None
    because: Mapping[str, Any] | None = None


EVERYBODY = Ask()


def offer(promised: Promised, now: datetime, ask: Ask = EVERYBODY) -> Move:
    """Begin the first round. No clock runs until Slack has the card."""
    return Move(Event.OFFERED, now, promised=promised, to=ask.to, because=ask.because)


def offer_again(
    handoff: Handoff,
    promised: Promised,
    now: datetime,
    by: str | None = None,
    ask: Ask = EVERYBODY,
) -> Move:
    """A new round of a lead that waits for one (not mine, recycled). Raises OutOfOrder."""
    if handoff.state not in AWAITING_OFFER:
        raise OutOfOrder(handoff)
    return Move(
        Event.OFFERED, now, by, promised=promised, new_card=True, to=ask.to, because=ask.because
    )


def posted(handoff: Handoff, at: datetime, terms: Terms) -> Move | None:
    """Slack has the card: the answer clock starts at Slack's own timestamp, once a round.

    A click can overtake the news that the card is up; then the card is only put on record.
    """
    if handoff.offer.posted_at is not None:
        return None
    clock = sla.start(Clock.ANSWER, handoff.promised, terms, at)
    runs = clock if handoff.state is State.OFFERED else handoff.clock
    return Move(Event.POSTED, at, clock=runs, due_at=clock.due_at)


def accept(
    handoff: Handoff,
    round_: int,
    by: str | None,
    now: datetime,
    terms: Terms,
    hours: str = "",
    used: timedelta = timedelta(),
) -> Move:
    """The answer clock stops, the touch clock starts, by the queue's hours or by the seller's; with
    what they `used` of it before they gave the lead back (judged.used_before). Raises
    AlreadyAnswered, OldCard."""
    _must_be_offered(handoff, round_)
    clock = sla.start(Clock.TOUCH, handoff.promised, terms, now, hours, used)
    spent = _spent_on_answer(handoff, now, terms)
    return Move(Event.ACCEPTED, now, by, spent=spent, clock=clock, due_at=clock.due_at, hours=hours)


def reject(
    handoff: Handoff,
    round_: int,
    by: str | None,
    now: datetime,
    terms: Terms,
    reason: str,
    note: str = "",
    until: date | None = None,
) -> Move:
    """Refuse with an agreed reason; a date to come back winds the wake clock.

    History may lack the reason; then it is "". Raises AlreadyAnswered, OldCard, KeyError for a
    reason that is not on the agreed list.
    """
    _must_be_offered(handoff, round_)
    if reason:
        terms.reason(reason)
    return Move(
        Event.REJECTED,
        now,
        by,
        spent=_spent_on_answer(handoff, now, terms),
        clock=sla.wake(handoff.queue, until, terms) if until else None,
        reason=reason or None,
        note=note or None,
        until=until,
    )


def not_mine(
    handoff: Handoff, round_: int, by: str | None, now: datetime, terms: Terms, note: str = ""
) -> Move:
    """A mis-route: it stops the answer clock and is never counted as a rejection."""
    _must_be_offered(handoff, round_)
    spent = _spent_on_answer(handoff, now, terms)
    return Move(Event.NOT_MINE, now, by, spent=spent, note=note or None)


def contact(handoff: Handoff, by: str | None, now: datetime, terms: Terms) -> Move:
    """The first human contact stops the touch clock; where a time to qualify was agreed, that
    clock is seen to run from here, as it has since acceptance. Raises OutOfOrder."""
    if handoff.state is not State.ACCEPTED:
        raise OutOfOrder(handoff)
    spent = _spent_on_touch(handoff, now, terms)
    clock = _qualify_clock(handoff, now, terms, spent or timedelta()) if terms.qualify else None
    return Move(Event.CONTACTED, now, by, spent=spent, clock=clock)


STAGES = {Event.SQL: State.SQL, Event.OPPORTUNITY: State.OPPORTUNITY, Event.WON: State.WON}


def advance(
    handoff: Handoff,
    stage: Event,
    by: str | None,
    now: datetime,
    terms: Terms,
    amount: Decimal | None = None,
) -> Move:
    """SQL, opportunity or won; each implies the stages before it, contact included.

    Raises OutOfOrder when the stage is already reached or nobody holds the lead.
    """
    if handoff.state not in HELD or HELD.index(handoff.state) >= _rank(stage):
        raise OutOfOrder(handoff)
    return Move(stage, now, by, spent=_spent_on_touch(handoff, now, terms), amount=amount)


def disqualify(
    handoff: Handoff, by: str | None, now: datetime, terms: Terms, reason: str = "", note: str = ""
) -> Move:
    """Accepted, then found to be out for good. Deciding so is a touch. Raises OutOfOrder."""
    if handoff.state not in (State.ACCEPTED, State.CONTACTED):
        raise OutOfOrder(handoff)
    return Move(
        Event.DISQUALIFIED,
        now,
        by,
        spent=_spent_on_touch(handoff, now, terms),
        reason=reason or None,
        note=note or None,
    )


def lose(handoff: Handoff, by: str | None, now: datetime, terms: Terms, reason: str = "") -> Move:
    """A held lead that came to nothing. Raises OutOfOrder."""
    if handoff.state not in HELD:
        raise OutOfOrder(handoff)
    return Move(
        Event.LOST, now, by, spent=_spent_on_touch(handoff, now, terms), reason=reason or None
    )


def recycle(
    handoff: Handoff, by: str | None, now: datetime, terms: Terms, reason: str = ""
) -> Move:
    """A held lead goes back to marketing; deciding so is a touch. Raises OutOfOrder."""
    if handoff.state not in HELD:
        raise OutOfOrder(handoff)
    return Move(
        Event.RECYCLED, now, by, spent=_spent_on_touch(handoff, now, terms), reason=reason or None
    )


def give_back(
    handoff: Handoff,
    event: Event,
    by: str | None,
    now: datetime,
    promised: Promised,
    ask: Ask = EVERYBODY,
) -> Move:
    """Back to its queue as a new round: released by a person, returned by the ladder, or its
    holder has left. Raises OutOfOrder where that does not follow from its state."""
    if handoff.state not in _GIVES_BACK[event]:
        raise OutOfOrder(handoff)
    return Move(event, now, by, promised=promised, new_card=True, to=ask.to, because=ask.because)


_GIVES_BACK = {
    Event.RELEASED: (State.ACCEPTED, State.CONTACTED),
    Event.RETURNED: (State.ACCEPTED,),
    Event.LEFT: HELD,
}


def raise_again(handoff: Handoff, now: datetime) -> Move:
    """The same person once more: the open card gets the news, no clock changes."""
    return Move(Event.RAISED_AGAIN, now, clock=handoff.clock)


def hold(handoff: Handoff, until: datetime, now: datetime) -> Move:
    """A step that came due waits: for the next working minute, or for the time of whoever is asked
    by name."""
    assert handoff.clock is not None
    return Move(Event.HELD, now, clock=replace(handoff.clock, next_step_at=until))


def step(taken: sla.DueSteps, now: datetime, *, silent: bool = False) -> Move:
    """A ladder step was taken; the clock goes on towards the next one. `silent`: there was
    nothing for it to do, and nobody is told that it was taken."""
    return Move(
        Event.STEPPED,
        now,
        clock=taken.clock_after,
        percent=None if silent else taken.percent,
        act=None if silent else taken.act,
        new_card=taken.act in SHOWN_AGAIN and not silent,
        queue=taken.to_queue if taken.act is Act.WIDEN and not silent else "",
    )


SHOWN_AGAIN = frozenset({Act.REPOST, Act.OFFER_NEXT, Act.WIDEN})


def widen(handoff: Handoff, queue: str, now: datetime) -> Move:
    """Ask the sellers of another queue too, on a card of their own: part of a step that does more
    to the lead, which is a move of its own."""
    return Move(Event.STEPPED, now, clock=handoff.clock, act=Act.WIDEN, new_card=True, queue=queue)


def _must_be_offered(handoff: Handoff, round_: int) -> None:
    if round_ != handoff.round:
        raise OldCard(handoff)
    if handoff.state is not State.OFFERED:
        raise AlreadyAnswered(handoff)


def _spent_on_answer(handoff: Handoff, now: datetime, terms: Terms) -> timedelta:
    """Working time from the card to the answer; nothing where Slack never showed the card."""
    ran = stretch(handoff.offer, Clock.ANSWER, terms)
    return ran.working(now) if ran else timedelta()


def _spent_on_touch(handoff: Handoff, now: datetime, terms: Terms) -> timedelta | None:
    """Working time from acceptance to now, if the touch clock still runs."""
    if handoff.state is not State.ACCEPTED:
        return None
    ran = stretch(handoff.offer, Clock.TOUCH, terms)
    return ran.working(now) if ran else None


def _qualify_clock(handoff: Handoff, now: datetime, terms: Terms, used: timedelta) -> RunningClock:
    """It ran unseen since acceptance: what broke meanwhile broke when it was due, not now."""
    offer = handoff.offer
    clock = sla.start(Clock.QUALIFY, handoff.promised, terms, now, offer.hours, used)
    asked_until = now if offer.is_asking else offer.asked_until
    return replace(clock, due_at=qualify_due(replace(offer, asked_until=asked_until), terms))


def _rank(stage: Event) -> int:
    return HELD.index(STAGES[stage]) if stage is not Event.WON else len(HELD)
