"""Private reminders: gathered for each person, said at once, and never more than they want.

A reminder to one person waits as a nudge until this says it, a moment later or a night. So it is
judged again when it is said: what was answered meanwhile is dropped, what fell due is overdue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.domain import sla
from bot.domain.agreement import OF_SALES, Act, Step, Terms
from bot.domain.business_hours import zone_named
from bot.domain.handoff import Handoff
from bot.domain.messages import LadderMessage, Message, Note, Reminder, ReminderList, still_runs
from bot.use_cases.audience import meant_by
from bot.use_cases.desk import Desk
from bot.use_cases.peace import Reader, day_off_until, over_budget_until
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Nudge, Signal

log = structlog.get_logger(__name__)

OWN = 0  # instead of a rung: its reader asked for it


def nudge_for(person: str, said: LadderMessage, up_to: int, now: datetime) -> Nudge:
    """What would be said to this person now; `up_to` which rung the ladder was climbed."""
    return Nudge(
        person, said.handoff, said.round, said.clock, up_to, now, max(said.late_minutes, 0)
    )


def say_due(desk: Desk) -> int:
    """Say what waits to be said by now; how many messages that makes."""
    with desk.books.reading() as work:
        people = {nudge.person for nudge in work.nudges.waiting(desk.clock())}
    said = sum(_say_or_tell(desk, person) for person in sorted(people))
    if said:
        desk.said()
    return said


def _say_or_tell(desk: Desk, person: str) -> bool:
    try:
        return _say_to(desk, person)
    except Exception:  # what is wrong with one person's must not keep the others' back
        log.exception("Reminders could not be said", action="nudge_failed")
        return False


def _say_to(desk: Desk, person: str) -> bool:
    """One person, one transaction, at most one message."""
    now = desk.clock()
    with desk.books.writing() as work:
        due = _still_due(desk, work, work.nudges.waiting(now, person), now)
        at_wish = any(nudge.rung == OWN for nudge in due)
        until = _not_before(desk, work, person, now) if due and not at_wish else None
        if until is not None:
            work.nudges.put_off([nudge.id for nudge in due], until)
        elif due:
            work.outbox.put(_message(work, due), person, now)
            work.nudges.said([nudge.id for nudge in due], now)
        work.commit()
    return bool(due) and until is None


def _still_due(
    desk: Desk, work: UnitOfWork, waiting: Sequence[Nudge], now: datetime
) -> list[Nudge]:
    """What is true no longer is dropped, or goes with the lead to whoever took it over. What its
    reader put off waits till then, and on their team's days off nobody is reminded."""
    due: list[Nudge] = []
    # Handoffs are locked in the order of their ids, as whoever swaps two of them does.
    for nudge in sorted(waiting, key=lambda each: each.handoff):
        handoff = work.handoffs.get(nudge.handoff)
        terms = work.terms.get(handoff.promised.terms_version)
        if not _concerns(desk, work, nudge, handoff, terms):
            work.nudges.drop([nudge.id])
            if _goes_with_the_lead(desk, nudge, handoff, terms):
                work.nudges.put(replace(nudge, person=handoff.holder or "", say_at=now))
        elif (until := _waits_until(desk, nudge, handoff, terms, now)) is not None:
            work.nudges.put_off([nudge.id], until)
        else:
            due.append(nudge)
    return due


def _concerns(desk: Desk, work: UnitOfWork, nudge: Nudge, handoff: Handoff, terms: Terms) -> bool:
    """Does this promise still run, and is it still for this person to hear of?"""
    if not still_runs(handoff, nudge.round, nudge.clock):
        return False
    if nudge.rung == OWN:  # unless somebody else is reminded since then
        return handoff.clock is not None and handoff.clock.snoozed_until == nudge.say_at
    tell = [who for step in _climbed(nudge, handoff, terms) for who in step.tell]
    return nudge.person in work.people.members(meant_by(tell, desk, handoff).people)


def _goes_with_the_lead(desk: Desk, nudge: Nudge, handoff: Handoff, terms: Terms) -> bool:
    """Was it for whoever had the lead, and has somebody taken that over? They were not reminded."""
    holder = handoff.holder
    if holder in (None, nudge.person) or nudge.rung == OWN:
        return False
    tell = [who for step in _climbed(nudge, handoff, terms) for who in step.tell]
    runs = still_runs(handoff, nudge.round, nudge.clock)
    return runs and holder in meant_by(tell, desk, handoff).people


def _climbed(nudge: Nudge, handoff: Handoff, terms: Terms) -> tuple[Step, ...]:
    promised, hours = handoff.promised, handoff.hours
    return sla.climbed_to(nudge.clock, promised, terms, nudge.rung, hours)


def _waits_until(
    desk: Desk, nudge: Nudge, handoff: Handoff, terms: Terms, now: datetime
) -> datetime | None:
    snoozed_until = handoff.clock.snoozed_until if handoff.clock else None
    if snoozed_until is not None and snoozed_until > now:
        return snoozed_until
    if nudge.rung == OWN:  # at the time its reader chose
        return None
    calendar = terms.calendar(handoff.queue, handoff.hours)
    if not desk.consideration.has_nights:  # then nothing but working hours keeps it from midnight
        return sla.held_until(calendar, now)
    return day_off_until(calendar, now)


def _not_before(desk: Desk, work: UnitOfWork, person: str, now: datetime) -> datetime | None:
    """Until when this person is left in peace; None when a message is welcome."""
    known = work.people.find(person)
    signal = work.signals.of([person]).get(person, Signal())
    reader = Reader(zone_named(known.time_zone if known else "UTC"), desk.consideration, signal)
    if person in work.absences.of([person], now):  # looked at again each day: they may be back
        return reader.next_morning(now)
    today, since_rest = (
        work.nudges.pings_since(person, since)
        for since in (reader.today(now), reader.rest_from(now))
    )
    return reader.peace_until(now) or over_budget_until(reader, today, since_rest, now)


def _message(work: UnitOfWork, due: Sequence[Nudge]) -> Message:
    """One line for each lead: how far its ladder was climbed."""
    furthest: dict[int, Nudge] = {}
    for nudge in sorted(due, key=lambda each: (each.say_at, each.rung)):
        furthest[nudge.handoff] = nudge
    if len(furthest) > 1:
        return ReminderList(tuple(nudge.id for nudge in furthest.values()))
    (nudge,) = furthest.values()
    handoff = work.handoffs.get(nudge.handoff)
    terms, hours = work.terms.get(handoff.promised.terms_version), handoff.hours
    # a time-out that came along says nothing to anybody by itself
    steps = [step for step in _climbed(nudge, handoff, terms) if not step.is_time_out]
    percent = sla.percent_at(nudge.clock, handoff.promised, terms, nudge.rung, hours)
    for_information = (steps and steps[-1].act is Act.TELL) or _is_anothers(nudge, handoff)
    kind = Note if for_information else Reminder
    about = (nudge.handoff, nudge.round, nudge.clock, percent)
    return kind(*about, mention=(nudge.person,), late_minutes=nudge.late_minutes)


def _is_anothers(nudge: Nudge, handoff: Handoff) -> bool:
    """A manager can be told, but nobody makes the first contact in another's place."""
    whose = handoff.holder or handoff.assignee
    return nudge.clock in OF_SALES and whose not in (None, nudge.person)
