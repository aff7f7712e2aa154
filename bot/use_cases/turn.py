"""Who is asked about a lead: the rule of its queue, put to what the books and Slack know now.

The rule itself is `bot/domain/turns.py`. Taking a turn is part of the transaction that makes the
offer; two leads of one queue take their turns one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.domain import sla, turns
from bot.domain.agreement import CALENDAR, OF_SALES, ZONE, Case, Clock, Promised, Terms
from bot.domain.asked import asks_anew, had_it, same_seller, why_of
from bot.domain.assignment import Assignment, Queue, Rule, route
from bot.domain.business_hours import Calendar, is_open
from bot.domain.handoff import AWAITING_OFFER, EVERYBODY, Ask, Handoff, State
from bot.domain.lead import Lead, LeadFacts
from bot.domain.messages import Message, NobodyFree, NobodyLeft
from bot.domain.move import Move
from bot.domain.turns import Candidate, Choice, Skip, Why
from bot.use_cases.desk import Desk
from bot.use_cases.manager_news import tell_manager
from bot.use_cases.ports import People, UnitOfWork
from bot.use_cases.records import Signal

AT_ONCE = 200  # waiting leads of a queue that are looked at

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Aim:
    """A promise as it would be made if the card were posted, or the lead accepted, now."""

    clock: Clock
    target: timedelta  # working time
    due_at: datetime
    case: Case | None  # None: the default


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a lead would go now, and why."""

    queue: Queue
    passed_over: tuple[Queue, ...]  # tried before it: their conditions do not hold
    sellers: tuple[str, ...]  # ids of the queue's, in the order of app.yaml
    choice: Choice
    aims: tuple[Aim, ...]  # of the clocks that were agreed on
    lead: Lead | None  # None: nobody we know
    open_one: Handoff | None  # this lead is in hand already: it would be news on that card


def explain(desk: Desk, facts: LeadFacts) -> Routed:
    """What would happen to a lead that came in now; nothing is changed. Raises NoQueue."""
    now, facts = desk.clock(), with_domain(desk, facts)
    with desk.books.reading() as work:
        lead = work.leads.find(facts)
        open_one = work.handoffs.open_for(lead.id) if lead else None
        known = replace(lead, facts=lead.facts.updated_by(facts)) if lead else Lead(0, facts, now)
        queue = route(desk.queues, known.facts)
        journal = work.handoffs.journal(open_one.id) if open_one else []
        choice = _choose_behind(desk, work, queue, known, journal, now, same_seller(journal))
        sellers = sellers_of(work.people, queue)
    return Routed(
        queue=queue,
        passed_over=tuple(desk.queues)[: list(desk.queues).index(queue)],
        sellers=sellers,
        choice=choice,
        aims=tuple(_aims(desk, queue, known.facts, now)),
        lead=lead,
        open_one=open_one if open_one and open_one.state not in AWAITING_OFFER else None,
    )


def with_domain(desk: Desk, facts: LeadFacts) -> LeadFacts:
    """The company's domain follows the address; without one we keep what we know."""
    return replace(facts, domain=desk.company_domain(facts.email)) if facts.email else facts


def ask_for(
    desk: Desk,
    work: UnitOfWork,
    queue: Queue,
    lead: Lead,
    journal: Sequence[Move],
    now: datetime,
    prefer: str | None = None,
) -> Ask:
    """Whom a new round asks by name, and why; their turn is taken with it. `prefer` had the lead
    before it went to sleep."""
    if not queue.rule.asks_one:
        return EVERYBODY
    choice = _choose_behind(desk, work, queue, lead, journal, now, prefer)
    return take(desk, work, queue, choice, now)


def _choose_behind(
    desk: Desk,
    work: UnitOfWork,
    queue: Queue,
    lead: Lead,
    journal: Sequence[Move],
    now: datetime,
    prefer: str | None,
) -> Choice:
    """Whoever has the turn is not asked while another lead waits for them: it comes first."""
    choice = _choose(desk, work, queue, lead, journal, now, prefer)
    if choice.why is Why.TURN and _is_waited_for(work, queue, choice.person):
        return replace(choice, person=None, why=Why.NOBODY_FREE, standing={}, credits={})
    return choice


def next_for(
    desk: Desk, work: UnitOfWork, handoff: Handoff, now: datetime, waited: bool = False
) -> Ask:
    """Whom this offer asks next: never again somebody who had it or declined it. `Ask.to` is None
    where nobody is free, nobody is left, or everybody is asked; `why_of` tells which."""
    queue = desk.queue(handoff.queue)
    lead, journal = work.leads.get(handoff.lead_id), work.handoffs.journal(handoff.id)
    choice = _choose(desk, work, queue, lead, journal, now, waited=waited)
    return take(desk, work, queue, choice, now)


def take(desk: Desk, work: UnitOfWork, queue: Queue, choice: Choice, now: datetime) -> Ask:
    """Keep what the choice did to the turn."""
    work.turns.keep(queue.name, {**work.turns.credits(queue.name), **choice.credits})
    if choice.person is not None:
        work.turns.count(
            queue.name, choice.person, sla.day_of(queue.name, desk.agreement.terms, now)
        )
    return Ask(choice.person, choice.to_json())


def tell_if_nobody(desk: Desk, work: UnitOfWork, after: Handoff, now: datetime) -> None:
    """The manager hears of an offer that its last move left with nobody to ask by name: of each
    lead that nobody is left for, and of the first of those that wait for a free seller."""
    queue = desk.queue(after.queue)
    if after.state is not State.OFFERED or after.assignee or not queue.rule.asks_one:
        return
    last = work.handoffs.journal(after.id)[-1]
    why = why_of(last.because) if asks_anew(last) else Why.EVERYBODY
    message: Message = NobodyLeft(after.id, after.round)
    if why is Why.NOBODY_FREE:
        if any(other != after.id for other in waiting(work, queue)):
            return
        message = NobodyFree(after.id, after.round)
    elif why is not Why.NOBODY_LEFT:
        return
    tell_manager(desk, work, queue.name, message, now)


def _choose(
    desk: Desk,
    work: UnitOfWork,
    queue: Queue,
    lead: Lead,
    journal: Sequence[Move],
    now: datetime,
    prefer: str | None = None,
    waited: bool = False,
) -> Choice:
    if not queue.rule.asks_one:
        return Choice(None, Why.EVERYBODY)
    domain = with_domain(desk, lead.facts).domain  # what is no company may have changed
    return turns.choose(
        queue.rule,
        candidates(desk, work, queue, journal, now, waited),
        crm_owner=crm_owner(work.people, lead.facts),
        company_owners=work.handoffs.company_sellers(domain, lead.id) if domain else (),
        same_seller=prefer,
        waited=waited,
        company_asked=work.handoffs.company_asked(domain, lead.id) if domain else (),
    )


def candidates(
    desk: Desk,
    work: UnitOfWork,
    queue: Queue,
    journal: Sequence[Move],
    now: datetime,
    waited: bool = False,
) -> list[Candidate]:
    """The queue's sellers as things stand. In a writing unit of work they stand so until its end:
    the queue's turn is ours. Unanswered offers are counted for a lead that had to wait."""
    credits_now = work.turns.credits(queue.name)  # first: it is what makes the others wait
    people = sellers_of(work.people, queue)
    weights = dict(_by_person(work.people, queue.rule.weights))
    in_hand = work.handoffs.in_hand(people)
    today = work.turns.given(queue.name, sla.day_of(queue.name, desk.agreement.terms, now))
    away = absent(desk, work, queue, people, now)
    had = had_it(journal)
    return [
        Candidate(
            person=person,
            weight=weights.get(person, 1),
            open=in_hand.get(person, 0),
            today=today.get(person, 0),
            unanswered=len(work.handoffs.offered_to(person)) if waited else 0,
            credit=credits_now.get(person, 0),
            away=away.get(person),
            had_it=person in had,
        )
        for person in people
    ]


def sellers_of(people: People, queue: Queue) -> tuple[str, ...]:
    """Ids, in the order of app.yaml; a group is opened in the order of its members' ids."""
    named = (person for name in queue.sellers for person in _opened(people, name))
    return tuple(dict.fromkeys(named))


def _opened(people: People, name: str) -> Iterator[str]:
    if person := people.find(name):
        yield person.id
    if group := people.group(name):
        yield from sorted(group.members)


def _by_person(people: People, named: Mapping[str, T]) -> Iterator[tuple[str, T]]:
    for name, value in named.items():
        for person in _opened(people, name):
            yield person, value


def absent(
    desk: Desk, work: UnitOfWork, queue: Queue, people: Sequence[str], now: datetime
) -> dict[str, Skip]:
    """Those who cannot be asked now, and why. What a person says themselves comes first, a grey
    dot in Slack last: at night everybody's is grey, and that says less than their hours."""
    said, signals = work.absences.of(people, now), work.signals.of(people)
    found: dict[str, Skip] = {}
    for person in people:
        known = work.people.find(person)
        if known is None or not known.active:
            found[person] = Skip.GONE
        elif person in said:
            found[person] = Skip.AWAY
        elif _says_away(desk, signals.get(person, Signal()), now):
            found[person] = Skip.STATUS
        elif not is_open(calendar_of(desk, work.people, queue, person), now):
            found[person] = Skip.OFF_HOURS
        elif desk.availability.presence and not signals.get(person, Signal()).present:
            found[person] = Skip.PRESENCE
    return found


def somebody_at_work(desk: Desk, work: UnitOfWork, queue: Queue, now: datetime) -> bool:
    people = sellers_of(work.people, queue)
    return len(absent(desk, work, queue, people, now)) < len(people)


def _says_away(desk: Desk, signal: Signal, now: datetime) -> bool:
    lasts = signal.status_until is None or now < signal.status_until
    return desk.availability.status and signal.away_status and lasts


def calendar_of(desk: Desk, people: People, queue: Queue, person: str) -> Calendar:
    """A seller's working hours, as agreed today."""
    terms = desk.agreement.terms
    return terms.calendar(queue.name, hours_of(desk, people, person, terms))


def hours_of(desk: Desk, people: People, person: str, terms: Terms) -> str:
    """Whose hours a seller keeps (Terms.calendar): their own calendar, if these terms have it, else
    their zone in Slack. Of the zones of people in a history nothing is known."""
    own = dict(_by_person(people, desk.own_calendars)).get(person)
    if own in terms.own_hours:
        return f"{CALENDAR}{own}"
    known = people.find(person)
    return f"{ZONE}{known.time_zone}" if known and not desk.replaying else ""


def crm_owner(people: People, facts: LeadFacts) -> str | None:
    """The account's owner as the CRM names them: by handle, e-mail or Slack's id."""
    named = facts.extra.get("owner", "").strip()
    owner = people.find(named) if named else None
    return owner.id if owner and owner.active else None


def waiting(work: UnitOfWork, queue: Queue) -> Sequence[int]:
    """Ids of offers of the queue that wait for a free seller, the lead raised first coming first.
    They are not locked: look again."""
    return work.handoffs.wait_for_somebody([queue.name], AT_ONCE) if _may_wait(queue.rule) else []


def _may_wait(rule: Rule) -> bool:
    owners_only = rule.assignment is Assignment.ACCOUNT_OWNER
    return rule.asks_one and not (owners_only and rule.otherwise is Assignment.FIRST_TO_CLAIM)


def _is_waited_for(work: UnitOfWork, queue: Queue, person: str | None) -> bool:
    """Does a lead wait that this seller could be asked about? Not one that they had or declined."""
    journals = (work.handoffs.journal(handoff_id) for handoff_id in waiting(work, queue))
    return any(person not in had_it(journal) for journal in journals)


def _aims(desk: Desk, queue: Queue, facts: LeadFacts, now: datetime) -> Iterator[Aim]:
    terms = desk.agreement.terms
    promised = Promised(
        queue.name, desk.terms_version, now, facts.tier, facts.source, facts.campaign
    )
    for clock in OF_SALES:
        if (promise := terms.promise(clock)) is not None:
            target = terms.target(clock, promised)
            due_at = sla.start(clock, promised, terms, now).due_at
            yield Aim(clock, target, due_at, promise.case(promised))
