"""What waits for one person: the leads they hold, what their queues ask, what is late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.assignment import Queue
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People, UnitOfWork
from bot.use_cases.records import Listing, MyWork

MOST_HELD = 16  # leads of each list: with their buttons they fit into Slack's hundred blocks
MOST_WAITING = 10
MOST_OVERDUE = 8
MOST_QUESTIONS = 4
MOST_ASTRAY = 4


def look(desk: Desk, work: UnitOfWork, person: str) -> MyWork:
    """As things stand now; changes nothing."""
    sells = [queue.name for queue in desk.queues if _sells(work.people, queue, person)]
    manages = [queue.name for queue in desk.queues if _is(work.people, queue.manager, person)]
    heads = [queue.name for queue in desk.queues if _is(work.people, queue.head, person)]
    held = work.handoffs.held_by(person, MOST_HELD)
    waiting = work.handoffs.waiting_in(sells, MOST_WAITING, person) if sells else None
    overdue = _overdue(desk, work, [*manages, *heads])
    questions = _questions(desk, work, person)
    return MyWork(
        held=held if sells or held.total else None,
        waiting=waiting,
        overdue=_without(overdue, held, waiting or Listing()) if overdue else None,
        sells=frozenset(sells),
        manages=frozenset(manages),
        takes_part=person in insiders(desk, work.people),
        questions=questions,
        astray=_astray(work, [*manages, *heads]),
    )


def insiders(desk: Desk, people: People) -> frozenset[str]:
    """Whoever has a part in some queue; a lead is nobody else's business."""
    names = [desk.agreement.sales_leader, desk.agreement.marketing_leader]
    for queue in desk.queues:
        names += [*queue.sellers, queue.manager, queue.head, *queue.marketers]
    return people.members([*names, *desk.campaign_owners.values()])


def _questions(desk: Desk, work: UnitOfWork, person: str) -> Listing | None:
    """For whoever speaks for marketing: in a queue, or for a campaign of theirs."""
    people = work.people
    queues = [queue.name for queue in desk.queues if person in people.members(queue.marketers)]
    owners = desk.campaign_owners.items()
    campaigns = [campaign for campaign, owner in owners if person in people.members((owner,))]
    if not queues and not campaigns:
        return None
    asked = work.handoffs.asked_in(queues, campaigns, MOST_QUESTIONS)
    return asked if asked.total else None


def _overdue(desk: Desk, work: UnitOfWork, overseen: Sequence[str]) -> Listing | None:
    if not overseen:
        return None
    return work.handoffs.overdue_in(overseen, desk.clock(), MOST_OVERDUE)


def _astray(work: UnitOfWork, overseen: Sequence[str]) -> Listing | None:
    """No clock runs of these: they would wait forever in one message that somebody overlooked."""
    astray = work.handoffs.astray_in(overseen, MOST_ASTRAY) if overseen else Listing()
    return astray if astray.total else None


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
