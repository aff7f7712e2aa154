"""Whoever leaves the team leaves their leads to it: clocks, history and all.

Slack says that somebody is deactivated, or no longer in the sellers' group. It may also say so by
mistake: a list that came back half empty, a group that somebody emptied, a wrong name in app.yaml.
Giving back is not undone, and waiting a few minutes costs little. So

- whoever is missing must be missing at two looks, `SURE_AFTER` apart;
- a queue that has no seller at all has no leavers: there would be nobody to give to;
- where everybody who has leads of a queue is missing at once, and there are several, it is taken
  for a mistake.

Of the last two the admins hear, and the manager can still release leads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.domain import handoff as moves
from bot.domain.assignment import Queue
from bot.domain.handoff import Handoff
from bot.domain.messages import Leavers, LeaversDoubted
from bot.domain.move import Event
from bot.use_cases import admin_news, passing
from bot.use_cases.desk import Desk
from bot.use_cases.marketing import not_asked_any_more
from bot.use_cases.offer import ask_again, promise, show_new_card
from bot.use_cases.ports import UnitOfWork

log = structlog.get_logger(__name__)

SURE_AFTER = timedelta(minutes=5)

Leads = dict[str, list[Handoff]]  # by person
Theirs = dict[str, list[int]]  # by person: handoffs that they hold, or are asked about


@dataclass
class LeaverWatch:
    """Looks after each reading of the directory."""

    desk: Desk
    _missing_since: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _doubted_since: dict[str, datetime] = field(default_factory=dict)  # by queue

    def look(self) -> int:
        """Give back what belongs to those who left; how many leads went on."""
        missing, doubted = self._missing()
        self._tell_of(doubted)
        return sum(
            _go_on(self.desk, self.desk.queue(name), people)
            for name, people in self._sure(missing).items()
            if people
        )

    def _sure(self, missing: Mapping[str, Theirs]) -> dict[str, Theirs]:
        now = self.desk.clock()
        seen = {(queue, person) for queue, theirs in missing.items() for person in theirs}
        self._missing_since = {who: self._missing_since.get(who, now) for who in seen}
        return {
            queue: {
                person: ids
                for person, ids in theirs.items()
                if now - self._missing_since[queue, person] >= SURE_AFTER
            }
            for queue, theirs in missing.items()
        }

    def _missing(self) -> tuple[dict[str, Theirs], dict[str, Theirs]]:
        """By queue: those whose leads go on, if they stay missing; and those of whom it is hard to
        believe."""
        missing: dict[str, Theirs] = {}
        doubted: dict[str, Theirs] = {}
        with self.desk.books.reading() as work:
            for name, theirs in _with_leads(self.desk, work).items():
                gone = _gone(self.desk, work, theirs)
                is_mistake = _is_hard_to_believe(work, self.desk.queue(name), theirs, gone)
                (doubted if is_mistake else missing)[name] = gone
        return missing, doubted

    def _tell_of(self, doubted: Mapping[str, Theirs]) -> None:
        now = self.desk.clock()
        self._doubted_since = {name: self._doubted_since.get(name, now) for name in doubted}
        for name, theirs in doubted.items():
            if now - self._doubted_since[name] < SURE_AFTER:
                continue
            leads = sum(len(ids) for ids in theirs.values())
            with self.desk.books.writing() as work:
                news = LeaversDoubted(name, tuple(sorted(theirs)), leads)
                admin_news.leavers_doubted(self.desk, work, news, now)
                work.commit()
            self.desk.said()


def _gone(desk: Desk, work: UnitOfWork, theirs: Leads) -> Theirs:
    astray = {person: _astray(desk, work, person, leads) for person, leads in theirs.items()}
    return {person: ids for person, ids in astray.items() if ids}


def _is_hard_to_believe(work: UnitOfWork, queue: Queue, theirs: Leads, gone: Theirs) -> bool:
    if not work.people.members(queue.sellers):
        return bool(gone)
    return len(gone) > 1 and gone.keys() == theirs.keys()


def _with_leads(desk: Desk, work: UnitOfWork) -> dict[str, Leads]:
    """By queue; each open lead is read once."""
    found: defaultdict[str, defaultdict[str, list[Handoff]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for person in sorted(work.handoffs.holders()):
        for handoff_id in (*work.handoffs.held(person), *work.handoffs.offered_to(person)):
            lead = work.handoffs.get(handoff_id)
            found[desk.queue(lead.queue).name][person].append(lead)
    return {queue: dict(theirs) for queue, theirs in found.items()}


def _astray(desk: Desk, work: UnitOfWork, person: str, leads: list[Handoff]) -> list[int]:
    """Those of their leads that are not theirs to answer or to work any more."""
    return [lead.id for lead in leads if person not in _team(desk, work, lead, person)]


def _team(desk: Desk, work: UnitOfWork, handoff: Handoff, person: str) -> frozenset[str]:
    queue = desk.queue(handoff.queue)
    if queue.name != handoff.queue:  # app.yaml has it no more, which moves nobody to another team
        return work.people.members((person,))
    also = desk.queue(handoff.also_queue).sellers if handoff.also_queue else ()
    return work.people.members((*queue.sellers, *also, queue.manager))


def _go_on(desk: Desk, queue: Queue, theirs: Theirs) -> int:
    """One lead after the other; then the manager hears of all of them at once. A manager who left
    too hears nothing: the head does."""
    gone = [
        handoff_id
        for person, ids in theirs.items()
        for handoff_id in ids
        if _goes_on(desk, handoff_id, person)
    ]
    if not gone:
        return 0
    with desk.books.writing() as work:
        hear = desk.managers(work.people, queue.name) or work.people.members((queue.head,))
        for person in sorted(hear):
            work.outbox.put(Leavers(tuple(theirs), tuple(gone)), person, desk.clock())
        work.commit()
    desk.said()
    log.info("Leads of people who left go on", action="leavers", queue=queue.name, leads=len(gone))
    return len(gone)


def _goes_on(desk: Desk, handoff_id: int, person: str) -> bool:
    """False where somebody moved it in between. Each is a transaction of its own: several locked
    at once could wait for whoever takes a turn, and they for us."""
    now = desk.clock()
    with desk.books.writing() as work:
        before = work.handoffs.get(handoff_id)
        if before.assignee == person:
            passing.hand_on(desk, work, before, now)
        elif before.holder == person and before.is_open:
            _give_back(desk, work, before, now)
        else:
            return False
        work.commit()
    return True


def _give_back(desk: Desk, work: UnitOfWork, before: Handoff, now: datetime) -> None:
    promised = promise(desk, work.leads.get(before.lead_id), before.queue, now)
    ask = ask_again(desk, work, before, now)
    move = moves.give_back(before, Event.LEFT, None, now, promised, ask)
    after = work.handoffs.record(before, move)
    show_new_card(desk, work, after, now)
    not_asked_any_more(desk, work, before, after, now)
