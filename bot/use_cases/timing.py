"""How the promises of a lead were timed: what is needed to check every figure by hand."""

from __future__ import annotations

from bot.use_cases.desk import Desk
from bot.use_cases.ports import People, UnitOfWork
from bot.use_cases.records import Promise, Timed


def timed(desk: Desk, work: UnitOfWork, handoff_id: int) -> Timed:
    """Raises NotFound."""
    dossier = work.handoffs.dossier(handoff_id)
    versions = {offer.promised.terms_version for offer in dossier.offers}
    return Timed(dossier, {version: work.terms.get(version) for version in versions}, desk.clock())


def may_excuse(desk: Desk, people: People, queue: str, person: str) -> bool:
    """The manager of the queue, or its head."""
    asked = desk.queue(queue)
    return person in people.members((asked.manager, asked.head))


def excusable(desk: Desk, people: People, told: Timed, person: str) -> list[Promise]:
    """What this person may excuse of this lead: of each round its queue's manager, or head."""
    return [
        (offer, ran)
        for offer, ran in told.broken()
        if may_excuse(desk, people, offer.promised.queue, person)
    ]
