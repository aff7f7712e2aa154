"""Offers that ask nobody by name, and leads whose holder left: what a manager is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.delivery.escaping import clean
from bot.delivery.words.done import ENDINGS, why_it_went_on
from bot.delivery.words.naming import Context, Told, all_known, known, named, permalink, value_of
from bot.domain.asked import asks_anew, had_it
from bot.domain.handoff import State
from bot.domain.messages import Leavers, LeaversDoubted, NobodyAsked, NobodyLeft
from bot.domain.move import Event
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People, UnitOfWork
from bot.use_cases.records import Dossier, Person

MOST_SELLERS = 100  # options of a select
MOST_LEADS = 10  # lines
LONGEST_NAME = 50  # characters; with a remark it fits into an option


def nobody_asked(desk: Desk, message: NobodyAsked, work: UnitOfWork, now: datetime) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    handoff = dossier.handoff
    still = message.wanted(handoff)
    key = "nobody.left" if isinstance(message, NobodyLeft) else "nobody.free"
    settled = "nobody.asked" if handoff.assignee else "nobody.settled"
    return "nobody", {
        **named(dossier.lead),
        "key": key if still else settled,
        "queue": handoff.queue,
        "to": known(work.people, handoff.assignee),
        "state": handoff.state,
        "earlier": list(_earlier(dossier, work.people)),
        "sellers": list(_sellers(desk, dossier, work, now)) if still else [],
        "permalink": permalink(dossier),
    }


def _earlier(dossier: Dossier, people: People) -> Iterator[Context]:
    """Who was asked, or had it, and how that ended."""
    asked = None
    for move in dossier.journal:
        if move.event is Event.PASSED and asked:
            key = f"nobody.{why_it_went_on(move)}"
            yield {"key": key, "by": known(people, asked), "at": move.at}
        elif move.event in ENDINGS:
            yield {"key": f"history.{move.event}", "by": known(people, move.by), "at": move.at}
        asked = move.to if asks_anew(move) else asked


def _sellers(desk: Desk, dossier: Dossier, work: UnitOfWork, now: datetime) -> Iterator[Context]:
    """Those who may be asked all the same; who had it or is away comes last."""
    ids = work.people.members(desk.queue(dossier.handoff.queue).sellers)
    had, away = had_it(dossier.journal), work.absences.of(ids, now)
    found = [person for id_ in ids if (person := work.people.find(id_))]

    def remark(person: Person) -> str:
        return "had_it" if person.id in had else "away" if person.id in away else ""

    for person in sorted(found, key=lambda one: (remark(one), one.name))[:MOST_SELLERS]:
        yield {
            "name": called(person),
            "remark": remark(person),
            "value": value_of(dossier.handoff, person.id),
        }


def called(person: Person) -> str:
    """For an option, which may not be empty: names can be all blanks, or signs that nobody sees."""
    named_so = (person.name, person.handle, person.id)
    return next(shown for name in named_so if (shown := clean(name, LONGEST_NAME)))


def leavers(_desk: Desk, message: Leavers, work: UnitOfWork, _now: datetime) -> Told:
    dossiers = [work.handoffs.dossier(handoff) for handoff in message.handoffs[:MOST_LEADS]]
    return "leavers", {
        "people": all_known(work.people, message.people),
        "leads": [_lead(dossier, work.people) for dossier in dossiers],
        "more": len(message.handoffs) - len(dossiers),
    }


def leavers_doubted(_desk: Desk, message: LeaversDoubted, work: UnitOfWork, _now: datetime) -> Told:
    return "leavers_doubted", {
        "queue": message.queue,
        "people": all_known(work.people, message.people),
        "n": message.leads,
    }


def _lead(dossier: Dossier, people: People) -> Context:
    handoff = dossier.handoff
    is_open = handoff.state is State.OFFERED and handoff.assignee is None
    return {
        **named(dossier.lead),
        "key": "leavers.open" if is_open else "leavers.asked",
        "to": known(people, handoff.assignee or handoff.holder),
        "permalink": permalink(dossier),
    }
