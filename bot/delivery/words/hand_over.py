"""A lead sent on to another team, or handed to a colleague: what people choose from, and hear."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.delivery.actions import NO_QUEUE
from bot.delivery.escaping import clean
from bot.delivery.words.asking import called
from bot.delivery.words.naming import (
    LONGEST_WORDS,
    Context,
    Told,
    known,
    named,
    permalink,
    value_of,
)
from bot.domain.asked import teams_left, was_sent_around
from bot.domain.handoff import Handoff
from bot.domain.messages import HandedOver, ProposalAnswered, Proposed
from bot.use_cases.desk import Desk
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Colleague, Dossier, Listed, Proposal

MOST_QUEUES = 99  # options of a select; one more is "I do not know"
MOST_OFFERED = 100
MOST_COLLEAGUES = 100  # options, or groups of them


def not_mine(desk: Desk, dossier: Dossier, note: str) -> Context:
    left = teams_left(desk.queues, dossier.offers)[:MOST_QUEUES]
    return {
        **named(dossier.lead),
        "value": value_of(dossier.handoff),
        "queues": [(queue.name, queue.channel.removeprefix("#")) for queue in left],
        "unknown": NO_QUEUE,
        "manager": desk.queue(dossier.handoff.queue).manager,  # as in app.yaml: it is plain text
        "around": was_sent_around(dossier.offers),
        "note": note,
    }


def offer_to(desk: Desk, handoff: Handoff) -> list[Context]:
    """The queues that a manager may send a lead to; the one it came from last."""
    queues: list[Context] = [
        {
            "name": queue.name,
            "same": queue.name == handoff.queue,
            "value": value_of(handoff, queue.name),
        }
        for queue in desk.queues[:MOST_OFFERED]
    ]
    return sorted(queues, key=lambda queue: bool(queue["same"]))


def hand_over(dossier: Dossier, colleagues: Iterable[Colleague]) -> Context:
    everybody = list(colleagues)
    with_room = [one for one in everybody if one.has_room][:MOST_COLLEAGUES]
    with_leads = [one for one in everybody if one.leads][:MOST_COLLEAGUES]
    return {
        **named(dossier.lead),
        "value": value_of(dossier.handoff),
        "colleagues": [
            {"name": called(one.person), "away": one.away, "value": one.person.id}
            for one in with_room
        ],
        "swaps": [
            {"name": called(one.person), "leads": [_swap(listed) for listed in one.leads]}
            for one in with_leads
        ],
    }


def _swap(listed: Listed) -> tuple[str, str]:
    lead = named(listed.lead)
    said = " · ".join(part for part in (listed.lead.number, lead["who"], lead["company"]) if part)
    return said, value_of(listed.handoff)


def proposed(_desk: Desk, message: Proposed, work: UnitOfWork, _now: datetime) -> Told:
    proposal = work.proposals.get(message.proposal)
    dossier = work.handoffs.dossier(message.handoff)
    clock = dossier.handoff.clock
    is_open = proposal.outcome is None
    return "proposed", {
        **_about(proposal, dossier, work),
        "key": f"proposed.{_proposed_key(proposal)}",
        "stays_key": ("proposed.swap_stays" if _is_swap(proposal) else "proposed.stays")
        if is_open
        else "",
        "due_key": f"proposed.due.{clock.name}" if is_open and clock else "",
        "due": clock.due_at if clock else proposal.asked_at,
        "note": clean(proposal.note, LONGEST_WORDS) if is_open else "",
        "state": dossier.handoff.state,
        "value": f"{message.handoff}:{message.round}:{proposal.id}" if is_open else "",
        "permalink": permalink(dossier),
    }


def proposal_answered(
    _desk: Desk, message: ProposalAnswered, work: UnitOfWork, _now: datetime
) -> Told:
    proposal = work.proposals.get(message.proposal)
    dossier = work.handoffs.dossier(message.handoff)
    return "proposal_answered", {
        **_about(proposal, dossier, work),
        "key": f"proposal_answered.{_answered_key(proposal, message.to)}",
        "permalink": permalink(dossier),
    }


def handed_over(_desk: Desk, message: HandedOver, work: UnitOfWork, _now: datetime) -> Told:
    proposal = work.proposals.get(message.proposal)
    moved = "moved" if proposal.asked_by else "said"
    gets = proposal.taker if message.handoff == proposal.handoff else proposal.giver
    return "handed_over", {
        **_people(proposal, work),
        "key": f"handed_over.{'swapped' if _is_swap(proposal) else moved}",
        "holder": known(work.people, gets),
        "note": clean(proposal.note, LONGEST_WORDS) if gets == proposal.taker else "",
    }


def _about(proposal: Proposal, dossier: Dossier, work: UnitOfWork) -> Context:
    other = proposal.other_handoff
    return {
        **named(dossier.lead),
        "other": named(work.handoffs.dossier(other).lead) if other is not None else None,
        **_people(proposal, work),
    }


def _people(proposal: Proposal, work: UnitOfWork) -> Context:
    return {
        "by": known(work.people, proposal.asked_by or proposal.giver),
        "giver": known(work.people, proposal.giver),
        "taker": known(work.people, proposal.taker),
    }


def _proposed_key(proposal: Proposal) -> str:
    if proposal.outcome in ("withdrawn", "lapsed"):
        return proposal.outcome
    if proposal.outcome is not None:
        return f"swap_{proposal.outcome}" if _is_swap(proposal) else proposal.outcome
    if _is_swap(proposal):
        return "swap"
    return "said_for" if proposal.asked_by else "said"


def _answered_key(proposal: Proposal, reader: str) -> str:
    if _is_swap(proposal):
        return f"swap_{proposal.outcome}"
    if proposal.asked_by is None:
        return str(proposal.outcome)
    if proposal.outcome == "declined":
        return "declined_for"
    return "moved" if reader == proposal.giver else "agreed"


def _is_swap(proposal: Proposal) -> bool:
    return proposal.other_handoff is not None
