"""How the promises of a lead were timed: what is needed to check every figure by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.agreement import Clock, Terms
from bot.domain.detours import BROKEN
from bot.domain.offer import Offer, Stretch, stretch
from bot.use_cases.ports import Desk, Dossier, People, UnitOfWork

Promise = tuple[Offer, Stretch]  # of one round

CLOCKS = (Clock.ANSWER, Clock.TOUCH, Clock.QUALIFY, Clock.FEEDBACK)


@dataclass(frozen=True, slots=True)
class Timed:
    dossier: Dossier
    terms: Mapping[int, Terms]  # by version; each round is judged by its own
    now: datetime

    def terms_of(self, offer: Offer) -> Terms:
        return self.terms[offer.promised.terms_version]

    def promises(self, offer: Offer) -> Iterator[Stretch]:
        """Those that ran in this round."""
        for clock in CLOCKS:
            ran = stretch(offer, clock, self.terms_of(offer))
            if ran is not None:
                yield ran

    def broken(self) -> Iterator[Promise]:
        """What was not kept, and is not excused yet."""
        for offer in self.dossier.offers:
            for ran in self.promises(offer):
                if ran.excused is None and ran.verdict(self.now) in BROKEN:
                    yield offer, ran


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
