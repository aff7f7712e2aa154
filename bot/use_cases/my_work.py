"""What waits for one person: the leads they hold, what their queues ask, what is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.assignment import Queue
from bot.use_cases.ports import Desk, Listing, MyWork, People, UnitOfWork

MOST_HELD = 18  # leads of each list: with their buttons they fit into Slack's hundred blocks
MOST_WAITING = 15
MOST_OVERDUE = 8


def look(desk: Desk, work: UnitOfWork, person: str) -> MyWork:
    """As things stand now; changes nothing."""
    sells = [queue.name for queue in desk.queues if _sells(work.people, queue, person)]
    manages = [queue.name for queue in desk.queues if _is(work.people, queue.manager, person)]
    heads = [queue.name for queue in desk.queues if _is(work.people, queue.head, person)]
    held = work.handoffs.held_by(person, MOST_HELD)
    waiting = work.handoffs.waiting_in(sells, MOST_WAITING, person) if sells else None
    overdue = _overdue(desk, work, [*manages, *heads])
    return MyWork(
        held=held if sells or held.total else None,
        waiting=waiting,
        overdue=_without(overdue, held, waiting or Listing()) if overdue else None,
        sells=frozenset(sells),
        manages=frozenset(manages),
        takes_part=person in insiders(desk, work.people),
    )


def insiders(desk: Desk, people: People) -> frozenset[str]:
    """Whoever has a part in some queue; a lead is nobody else's business."""
    names = [desk.agreement.sales_leader, desk.agreement.marketing_leader]
    for queue in desk.queues:
        names += [*queue.sellers, queue.manager, queue.head, *queue.marketers]
    return people.members([*names, *desk.campaign_owners.values()])


def _overdue(desk: Desk, work: UnitOfWork, overseen: Sequence[str]) -> Listing | None:
    if not overseen:
        return None
    return work.handoffs.overdue_in(overseen, desk.clock(), MOST_OVERDUE)


def _without(listing: Listing, *shown: Listing) -> Listing:
    """Nobody reads of one lead twice."""
    known = {listed.handoff.id for other in shown for listed in other.first}
    first = tuple(listed for listed in listing.first if listed.handoff.id not in known)
    return replace(listing, first=first, total=listing.total - len(listing.first) + len(first))


def _sells(people: People, queue: Queue, person: str) -> bool:
    return person in people.members(queue.sellers)


def _is(people: People, name: str, person: str) -> bool:
    found = people.find(name)
    return found is not None and found.id == person
