"""Somebody is away: what asks for them by name goes on to others, what they hold stays theirs
unless they give it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.assignment import Queue
from bot.domain.business_hours import Calendar
from bot.domain.handoff import Refused, State
from bot.use_cases import follow_up, passing, turn
from bot.use_cases.desk import Desk
from bot.use_cases.ports import Conflict, NotFound, UnitOfWork
from bot.use_cases.records import Listing

MOST_LISTED = 10  # leads
GIVES_BACK = (State.ACCEPTED, State.CONTACTED)  # what is qualified stays with who qualified it


@dataclass(frozen=True, slots=True)
class Gone:
    until: datetime | None  # None: until they say that they are back
    passed_on: int  # offers that asked for them
    held: Listing  # leads that stay theirs
    may_give_back: bool


def leave(desk: Desk, person: str, until: datetime | None) -> Gone:
    """Nothing asks for them by name until then; what does so now asks the next at once."""
    now = desk.clock()
    with desk.books.writing() as work:
        work.absences.begin(person, until, now)
        offers = work.handoffs.offered_to(person)
        work.commit()
    passed_on = sum(_hand_on(desk, handoff_id, person) for handoff_id in offers)
    with desk.books.reading() as work:
        held = work.handoffs.held_by(person, MOST_LISTED)
        gives_back = next(_to_give_back(work, person), None) is not None
    return Gone(until, passed_on, held, gives_back)


def come_back(desk: Desk, person: str) -> bool:
    """They can be asked again, and leads that waited for somebody are; False when they were not
    away."""
    with desk.books.writing() as work:
        was_away = work.absences.end(person)
        work.commit()
    passing.assign_waiting(desk)
    return was_away


def give_back(desk: Desk, person: str) -> int:
    """Release what they hold and have not qualified; how many leads."""
    with desk.books.reading() as work:
        theirs = list(_to_give_back(work, person))
    return sum(_release(desk, handoff_id, round_, person) for handoff_id, round_ in theirs)


def own_calendar(desk: Desk, work: UnitOfWork, person: str) -> Calendar:
    """When this person works: as a seller of the first queue they sell for, else as if they did
    for the first of all."""
    queues = [queue for queue in desk.queues if person in turn.sellers_of(work.people, queue)]
    return turn.calendar_of(desk, work.people, _first(queues, desk), person)


def _first(queues: list[Queue], desk: Desk) -> Queue:
    return queues[0] if queues else desk.queues[0]


def _to_give_back(work: UnitOfWork, person: str) -> Iterator[tuple[int, int]]:
    for handoff_id in work.handoffs.held(person):
        handoff = work.handoffs.get(handoff_id)
        if handoff.state in GIVES_BACK:
            yield handoff.id, handoff.round


def _hand_on(desk: Desk, handoff_id: int, person: str) -> bool:
    """False when they have answered in between."""
    now = desk.clock()
    with desk.books.writing() as work:
        before = work.handoffs.get(handoff_id)
        if before.assignee != person:
            return False
        passing.hand_on(desk, work, before, now)
        work.commit()
    desk.said()
    return True


def _release(desk: Desk, handoff_id: int, round_: int, person: str) -> bool:
    try:
        follow_up.release(desk, handoff_id, round_, person)
    except (Refused, Conflict, NotFound):
        return False  # it went on in between
    return True
