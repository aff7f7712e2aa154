"""One line of the journal: what happened to a handoff, and all that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.domain.agreement import Act, Clock, Promised
from bot.domain.sla import RunningClock


class Event(StrEnum):
    """What can happen to a handoff; the journal's vocabulary."""

    OFFERED = "offered"  # a new round: first offer, or again
    POSTED = "posted"  # Slack has the card: the answer clock starts
    RAISED_AGAIN = "raised_again"  # the same person once more while this is open
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_MINE = "not_mine"
    CONTACTED = "contacted"
    SQL = "sql"
    OPPORTUNITY = "opportunity"
    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"
    RELEASED = "released"  # the holder gives it back
    RETURNED = "returned"  # accepted and left untouched: the ladder took it back
    RECYCLED = "recycled"  # the holder sends it back to marketing, to be offered another time
    STEPPED = "stepped"  # a ladder step was taken
    HELD = "held"  # a ladder step came due outside working hours, or too early, and waits
    PASSED = "passed"  # offered to the next seller, or to all: passed on, or not answered in time
    ASSIGNED = "assigned"  # nobody was free; now somebody is asked by name
    ASKED = "asked"  # sales asked marketing: its clock stops, marketing's starts
    TOLD = "told"  # marketing answered: the clock of sales goes on
    SNOOZED = "snoozed"  # "I take it at 14:00": reminders wait till then
    TRANSFERRED = "transferred"  # to a colleague who agreed; round and clock go on
    LEFT = "left"  # its holder has left: back to the queue
    EXCUSED = "excused"  # the manager excuses a broken promise


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the journal. `by` is a Slack user id; None is Baton itself or an unknown."""

    event: Event
    at: datetime
    by: str | None = None
    promised: Promised | None = None  # begins a round
    clock: RunningClock | None = None  # the clock as it runs after this move
    due_at: datetime | None = None  # the promise made by this move
    spent: timedelta | None = None  # working time used on the clock that this move stopped
    reason: str | None = None
    note: str | None = None
    until: date | None = None
    amount: Decimal | None = None
    percent: int | None = None  # the ladder step taken
    act: Act | None = None  # what that step did; None on record from before this was kept
    new_card: bool = False  # the lead is shown again, as a new card
    to: str | None = None  # the person it goes to: asked by name, or the new holder
    because: Mapping[str, Any] | None = None  # why them (turns.Choice), as JSON values
    hours: str = ""  # whose hours the touch clock keeps (Terms.calendar); '' the queue's
    queue: str = ""  # whose sellers may answer too from now on
    round: int | None = None  # whose promise is excused
    excuses: Clock | None = None
