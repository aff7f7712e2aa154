"""All a use case needs, put together where Baton starts."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain.agreement import Agreement
from bot.domain.assignment import Queue, may_answer
from bot.domain.consideration import Availability, Consideration
from bot.domain.handoff import Handoff
from bot.use_cases.ports import Books, People, UnitOfWork


@dataclass(frozen=True)
class Desk:
    """All a use case needs: the books, the time, what was agreed, and whom to wake."""

    books: Books
    clock: Callable[[], datetime]
    queues: Sequence[Queue]
    agreement: Agreement
    terms_version: int
    zone: str  # of the workspace: weeks begin at its midnight
    campaign_owners: Mapping[str, str] = field(default_factory=dict)
    digest: DigestSlot | None = None
    admins: Sequence[str] = ()  # hear of what is set up wrongly
    own_calendars: Mapping[str, str] = field(default_factory=dict)  # of sellers, by their name
    consideration: Consideration = field(default_factory=Consideration)
    availability: Availability = field(default_factory=Availability)
    company_domain: Callable[[str], str] = lambda _email: ""  # '' for free mail
    mute_because: Container[str] = ()  # why lanes are paused when Baton may speak nowhere
    said: Callable[[], None] = lambda: None  # called after a commit that queued messages
    replaying: bool = False  # history acted already, unknown people too: nobody is refused

    def closed(self, work: UnitOfWork) -> frozenset[str]:
        """Places that take nothing from Baton. While it may not speak at all, no place is better
        than another: what is to be said waits, and is said when that is mended."""
        paused = work.deliveries.paused()
        return frozenset(place for place, why in paused.items() if why not in self.mute_because)

    def hides(self, handoff: Handoff, people: People, reader: str) -> bool:
        """Blind claim: must this reader not see yet who the lead is? What nobody in particular
        reads ('') is read by everybody. A mis-route or a rejection is no claim: it must not be the
        way to a name."""
        queue = self.queue(handoff.queue)
        if not queue.is_blind or handoff.holder is not None:
            return False
        person = people.find(reader) if reader else None
        if person is None:
            return True
        also = self.queue(handoff.also_queue).sellers if handoff.also_queue else ()
        sells = person.id in people.members((*queue.sellers, *also))
        return sells and person.id not in self.managers(people, handoff.queue)

    def lets_answer(self, people: People, handoff: Handoff, person: str) -> bool:
        """Who is asked by name, else the queue's sellers; the sellers of a queue that the ladder
        has asked too; and the manager."""
        asked = (handoff.assignee,) if handoff.assignee else self.queue(handoff.queue).sellers
        also = self.queue(handoff.also_queue).sellers if handoff.also_queue else ()
        sellers = people.members((*asked, *also))
        return may_answer(person, sellers, self.managers(people, handoff.queue))

    def sells_only_for_the_other(self, handoff: Handoff, people: People, name: str) -> bool:
        """Was this person, or group, asked only because the offer was widened?"""
        if not handoff.also_queue:
            return False
        own, other = self.queue(handoff.queue), self.queue(handoff.also_queue)
        by_name = (name in other.sellers) - (name in own.sellers)
        if by_name:
            return by_name > 0
        team = people.members((*own.sellers, own.manager, own.head, *own.marketers))
        these = people.members((name,))
        return bool(these & people.members(other.sellers)) and not these & team

    def managers(self, people: People, queue: str) -> frozenset[str]:
        """Ids of whoever manages a queue: one person, or the members of a group."""
        return people.members((self.queue(queue).manager,))

    def queue(self, name: str) -> Queue:
        """The queue; leads of one that app.yaml no longer has are served by the last."""
        return next((queue for queue in self.queues if queue.name == name), self.queues[-1])


@dataclass(frozen=True, slots=True)
class DigestSlot:
    """When and where the weekly digest is said, in the workspace's zone, and what it shows."""

    channel: str
    weekday: int  # Monday is 0
    hour: int
    minute: int
    metrics: tuple[str, ...] = ()  # of DIGEST_METRICS, in this order; empty: all of them


def week_period(monday: date) -> str:
    """How a week is named in the reports table and on the command line: 2012-W05."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"
