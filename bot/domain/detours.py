"""What may happen to a lead beside its way from offer to won: it is asked about, passed on, put
off, handed to a colleague, excused. Decisions, as those in `handoff.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import sla
from bot.domain.agreement import OF_SALES, Clock, Terms
from bot.domain.handoff import (
    HELD,
    Ask,
    AskedAlready,
    BadSnooze,
    Handoff,
    NoQuestion,
    NotBroken,
    OldCard,
    OutOfOrder,
    SnoozedAlready,
    State,
)
from bot.domain.move import Event, Move
from bot.domain.offer import Offer, stretch
from bot.domain.sla import DueSteps, RunningClock, Verdict

MAY_ASK = (State.OFFERED, State.ACCEPTED, State.CONTACTED)
TO_ANOTHER = frozenset({Event.PASSED, Event.ASSIGNED, Event.TRANSFERRED})
BROKEN = (Verdict.BREACHED, Verdict.OVERDUE)


def ask(
    handoff: Handoff, round_: int, by: str | None, now: datetime, terms: Terms, question: str
) -> Move:
    """Sales asks marketing: its clock stands still, marketing's runs. Once a round, so that no
    clock can be stopped again and again. Raises OldCard, OutOfOrder, AskedAlready."""
    _must_be_of(handoff, round_)
    if handoff.state not in MAY_ASK or handoff.offer.posted_at is None:
        raise OutOfOrder(handoff)
    if handoff.offer.asked_at is not None:
        raise AskedAlready(handoff)
    clock = sla.start(Clock.FEEDBACK, handoff.promised, terms, now)
    return Move(Event.ASKED, now, by, clock=clock, due_at=clock.due_at, note=question)


def tell(
    handoff: Handoff,
    round_: int,
    by: str | None,
    now: datetime,
    terms: Terms,
    answer: str,
    stood: RunningClock | None,
) -> Move:
    """Marketing answers: the clock that `stood` still goes on with what was left of it.
    Raises NoQuestion."""
    offer = handoff.offer
    if round_ != handoff.round or not offer.is_asking or offer.asked_at is None:
        raise NoQuestion(handoff)
    if stood is None:
        return Move(Event.TOLD, now, by, note=answer)
    hours = offer.hours if stood.name in (Clock.TOUCH, Clock.QUALIFY) else ""
    clock = sla.go_on(stood, offer.asked_at, handoff.promised, terms, now, hours)
    return Move(Event.TOLD, now, by, clock=clock, due_at=clock.due_at, note=answer)


def stood_still(journal: Sequence[Move]) -> RunningClock | None:
    """The clock of sales that the open question stopped; None where none ran. Where somebody else
    has the lead since, nobody's reminders are put off any more."""
    asked = max(n for n, move in enumerate(journal) if move.event is Event.ASKED)
    clock = journal[asked - 1].clock
    changed_hands = any(move.event in TO_ANOTHER for move in journal[asked:])
    return replace(clock, snoozed_until=None) if clock and changed_hands else clock


def snooze(handoff: Handoff, round_: int, by: str | None, now: datetime, until: datetime) -> Move:
    """Reminders wait for `until`, once for each clock and never beyond what was promised.
    Raises OldCard, OutOfOrder, SnoozedAlready, BadSnooze."""
    _must_be_of(handoff, round_)
    clock = handoff.clock
    if clock is None or clock.name not in OF_SALES:
        raise OutOfOrder(handoff)
    if clock.snoozed_until is not None:
        raise SnoozedAlready(handoff)
    if not now < until <= clock.due_at:
        raise BadSnooze(handoff)
    following = clock.next_step_at and max(clock.next_step_at, until)
    put_off = replace(clock, snoozed_until=until, next_step_at=following)
    return Move(Event.SNOOZED, now, by, clock=put_off, due_at=until)


def may_snooze(handoff: Handoff, now: datetime) -> bool:
    """Is there a time for which `snooze` would let the reminders wait?"""
    clock = handoff.clock
    if clock is None or clock.name not in OF_SALES:
        return False
    return clock.snoozed_until is None and now < clock.due_at


def pass_on(
    handoff: Handoff,
    to: Ask,
    now: datetime,
    terms: Terms,
    by: str | None = None,
    taken: DueSteps | None = None,
) -> Move:
    """Offered to one: now to another, or to nobody by name. By the person who was asked, or, with
    the rungs that were `taken`, because they did not answer. The promise is the queue's, so round
    and clock go on. Raises OutOfOrder."""
    if handoff.state is not State.OFFERED or handoff.assignee is None:
        raise OutOfOrder(handoff)
    return Move(
        Event.PASSED,
        now,
        by,
        clock=_for_another(handoff, taken.clock_after if taken else handoff.clock, terms),
        percent=taken.percent if taken else None,
        new_card=True,
        to=to.to,
        because=to.because,
    )


def assign(handoff: Handoff, to: Ask, now: datetime, terms: Terms, by: str | None = None) -> Move:
    """Nobody was free to be asked; now somebody is. Raises OutOfOrder."""
    if handoff.state is not State.OFFERED or handoff.assignee is not None:
        raise OutOfOrder(handoff)
    clock = _for_another(handoff, handoff.clock, terms)
    return Move(Event.ASSIGNED, now, by, clock=clock, new_card=True, to=to.to, because=to.because)


def transfer(
    handoff: Handoff,
    round_: int,
    to: str,
    now: datetime,
    terms: Terms,
    by: str | None,
    note: str = "",
) -> Move:
    """To a colleague; `by` has agreed to it. No clock starts anew. Raises OldCard, OutOfOrder."""
    _must_be_of(handoff, round_)
    if handoff.state not in HELD or handoff.holder == to:
        raise OutOfOrder(handoff)
    clock = _for_another(handoff, handoff.clock, terms)
    return Move(Event.TRANSFERRED, now, by, clock=clock, to=to, note=note or None)


def _for_another(handoff: Handoff, clock: RunningClock | None, terms: Terms) -> RunningClock | None:
    return clock and sla.not_put_off(clock, handoff.promised, terms, handoff.hours)


def excuse(
    handoff: Handoff,
    offer: Offer,
    clock: Clock,
    by: str | None,
    now: datetime,
    terms: Terms,
    reason: str,
) -> Move:
    """A promise broken in the round of `offer`, judged by its `terms`, is excused. It stays
    broken; the digest shows both figures. Raises NotBroken, also for what is excused already."""
    ran = stretch(offer, clock, terms) if clock is not Clock.WAKE else None
    if ran is None or ran.excused is not None or ran.verdict(now) not in BROKEN:
        raise NotBroken(handoff)
    return Move(
        Event.EXCUSED,
        now,
        by,
        clock=handoff.clock,
        reason=reason,
        round=offer.round,
        excuses=clock,
    )


def _must_be_of(handoff: Handoff, round_: int) -> None:
    if round_ != handoff.round:
        raise OldCard(handoff)
