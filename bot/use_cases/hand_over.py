"""A held lead changes hands: to a colleague who agrees, or one lead for another.

A proposal changes nothing until the colleague agrees. Then all is judged again, for that may be
days later; what does not stand any more has lapsed. No clock starts anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import detours
from bot.domain.assignment import Rule
from bot.domain.handoff import HELD, EnoughInHand, Handoff, NotAllowed, OutOfOrder, State
from bot.domain.messages import HandedOver, ProposalAnswered, Proposed
from bot.use_cases import showing
from bot.use_cases.desk import Desk
from bot.use_cases.follow_up import for_follow_up
from bot.use_cases.ports import Conflict, UnitOfWork
from bot.use_cases.records import Colleague, Dossier, Listed, Proposal

AGREED, DECLINED, WITHDRAWN, LAPSED = "agreed", "declined", "withdrawn", "lapsed"
MOST_LEADS = 100  # to choose from, of all colleagues together
IN_HAND = (State.ACCEPTED, State.CONTACTED)  # what `open_at_most` counts of the leads one holds

Lead = tuple[int, int]  # a handoff, and the round of it that is meant


def ready(desk: Desk, handoff_id: int, round_: int, by: str) -> Dossier:
    """What the form shows; nothing is changed. Raises NotFound, OldCard, NotAllowed, OutOfOrder."""
    with desk.books.reading() as work:
        _check_held(for_follow_up(desk, work, handoff_id, round_, by))
        return work.handoffs.dossier(handoff_id)


def colleagues(desk: Desk, lead: Handoff, by: str) -> list[Colleague]:
    """The other sellers of its queue, by name. Leads to swap for are shown to its holder alone:
    whoever swaps has to want it, and only the colleague is asked."""
    rule = desk.queue(lead.queue).rule
    with desk.books.reading() as work:
        sellers = _sellers(desk, work, lead)
        others = sorted(sellers - {lead.holder})
        in_hand = work.handoffs.in_hand([*others, lead.holder or ""])
        away = work.absences.of(others, desk.clock())
        share = max(1, MOST_LEADS // max(1, len(others)))
        found = [
            Colleague(
                person,
                away=person.id in away,
                has_room=_fits(rule, in_hand.get(person.id, 0), lead),
                leads=_swaps(work, rule, lead, person.id, in_hand)[:share]
                if by == lead.holder and by in sellers
                else (),
            )
            for person in map(work.people.find, others)
            if person is not None
        ]
    return sorted(found, key=lambda one: (one.person.name.casefold(), one.person.id))


def propose(
    desk: Desk,
    handoff_id: int,
    round_: int,
    by: str,
    taker: str,
    swap_for: Lead | None = None,
    note: str = "",
) -> Proposal:
    """Ask a colleague; what the giver asked of somebody else before is withdrawn. The same once
    more is what was asked already.

    Raises NotFound, OldCard, NotAllowed, OutOfOrder; Conflict where somebody, or a lead, is not
    there to be chosen any more.
    """
    now = desk.clock()
    with desk.books.writing() as work:
        leads = _locked(work, handoff_id, *swap_for[:1] if swap_for else ())
        before = for_follow_up(desk, work, handoff_id, round_, by)
        _check_held(before)
        proposal = _proposal(before, by, taker, now, swap_for, note)
        waiting = work.proposals.open_for(handoff_id)
        for other in waiting:
            if _is_the_same(other, proposal):
                return other
        if not _stands(desk, work, proposal, leads) or (swap_for and by != before.holder):
            raise Conflict("What was chosen has changed since.")
        for other in waiting:
            _close(work, other, WITHDRAWN, now)
        kept = work.proposals.add(proposal)
        work.outbox.put(_asked(kept), taker, now)
        work.commit()
    desk.said()
    return kept


def agree(desk: Desk, proposal_id: int, by: str) -> Proposal:
    """The lead changes hands, or both do, if that still stands; see the `outcome`. A second click
    finds what the first one did. Raises NotFound, NotAllowed, EnoughInHand."""
    now = desk.clock()
    with desk.books.reading() as work:
        seen = work.proposals.get(proposal_id)
    with desk.books.writing() as work:
        leads = _locked(work, seen.handoff, *(_swapped(seen) or ())[:1])
        proposal = work.proposals.get(proposal_id)
        _check_asked(proposal, leads, by)
        if proposal.outcome is not None:
            return proposal
        if _stands(desk, work, proposal, leads) and _giver_has_room(desk, work, proposal, leads):
            _check_room(desk, work, proposal, leads)
            _hand_over(desk, work, proposal, leads, now)
            closed = _close(work, proposal, AGREED, now)
            _tell_the_asker(work, closed, now)
        else:
            closed = _close(work, proposal, LAPSED, now)
        work.commit()
    desk.said()
    return closed


def decline(desk: Desk, proposal_id: int, by: str) -> Proposal:
    """The lead stays where it is, and whoever asked hears it. Raises NotFound, NotAllowed."""
    now = desk.clock()
    with desk.books.reading() as work:
        seen = work.proposals.get(proposal_id)
    with desk.books.writing() as work:
        leads = _locked(work, seen.handoff)
        proposal = work.proposals.get(proposal_id)
        _check_asked(proposal, leads, by)
        if proposal.outcome is not None:
            return proposal
        closed = _close(work, proposal, DECLINED, now)
        _tell_the_asker(work, closed, now)
        work.commit()
    desk.said()
    return closed


def _locked(work: UnitOfWork, *handoffs: int) -> dict[int, Handoff]:
    """By id, and always in that order: two swaps of the same leads wait for each other, and do not
    lock each other out. Proposals come after."""
    return {handoff_id: work.handoffs.get(handoff_id) for handoff_id in sorted(handoffs)}


def _check_held(lead: Handoff) -> None:
    if lead.state not in HELD:
        raise OutOfOrder(lead)


def _check_asked(proposal: Proposal, leads: Mapping[int, Handoff], by: str) -> None:
    if by != proposal.taker:
        raise NotAllowed(leads[proposal.handoff])


def _proposal(
    before: Handoff, by: str, taker: str, now: datetime, swap_for: Lead | None, note: str
) -> Proposal:
    assert before.holder is not None, "only what somebody holds is given away"
    other, other_round = swap_for or (None, None)
    asked_by = by if by != before.holder else None
    return Proposal(
        before.id, before.round, before.holder, taker, now, other, other_round, asked_by, note
    )


def _is_the_same(other: Proposal, proposal: Proposal) -> bool:
    return replace(other, id=0, asked_at=proposal.asked_at, note=proposal.note) == proposal


def _stands(desk: Desk, work: UnitOfWork, proposal: Proposal, leads: Mapping[int, Handoff]) -> bool:
    """Each lead is still with who gives it, in the round that was meant, and who gets it sells for
    its queue."""
    gives = [(proposal.handoff, proposal.round, proposal.giver, proposal.taker)]
    if swapped := _swapped(proposal):
        gives.append((*swapped, proposal.taker, proposal.giver))
    queues = {leads[handoff_id].queue for handoff_id, *_ in gives}
    return len(queues) == 1 and all(
        leads[handoff_id].state in HELD
        and (leads[handoff_id].round, leads[handoff_id].holder) == (round_, giver)
        and taker != giver
        and taker in _sellers(desk, work, leads[handoff_id])
        for handoff_id, round_, giver, taker in gives
    )


def _swapped(proposal: Proposal) -> Lead | None:
    if proposal.other_handoff is None or proposal.other_round is None:
        return None
    return proposal.other_handoff, proposal.other_round


def _sellers(desk: Desk, work: UnitOfWork, lead: Handoff) -> frozenset[str]:
    """Who sells for its queue, or for the one that the ladder asked too."""
    also = desk.queue(lead.also_queue).sellers if lead.also_queue else ()
    return work.people.members((*desk.queue(lead.queue).sellers, *also))


def _giver_has_room(
    desk: Desk, work: UnitOfWork, proposal: Proposal, leads: Mapping[int, Handoff]
) -> bool:
    """For what they get in a swap: they may have claimed another lead since they proposed it."""
    swapped, given = _swapped(proposal), leads[proposal.handoff]
    return swapped is None or _has_room(desk, work, proposal.giver, leads[swapped[0]], given)


def _check_room(
    desk: Desk, work: UnitOfWork, proposal: Proposal, leads: Mapping[int, Handoff]
) -> None:
    """Raises EnoughInHand for the taker, who hears it."""
    swapped, given = _swapped(proposal), leads[proposal.handoff]
    goes = leads[swapped[0]] if swapped else None
    if not _has_room(desk, work, proposal.taker, given, goes):
        raise EnoughInHand(given)


def _has_room(
    desk: Desk, work: UnitOfWork, person: str, comes: Handoff, goes: Handoff | None
) -> bool:
    rule = desk.queue(comes.queue).rule
    if rule.open_at_most is None:
        return True
    work.turns.credits(comes.queue)  # two clicks of one person come one after the other
    return _fits(rule, work.handoffs.in_hand([person]).get(person, 0), comes, goes)


def _fits(rule: Rule, in_hand: int, comes: Handoff, goes: Handoff | None = None) -> bool:
    """Is there room for one lead, when the other goes away for it?"""
    more = (comes.state in IN_HAND) - (goes is not None and goes.state in IN_HAND)
    return more <= 0 or rule.has_room(in_hand)


def _swaps(
    work: UnitOfWork, rule: Rule, lead: Handoff, taker: str, in_hand: Mapping[str, int]
) -> tuple[Listed, ...]:
    """What the taker holds in this queue, where both have room for what they get."""

    def fits(other: Handoff) -> bool:
        giver = in_hand.get(lead.holder or "", 0)
        return _fits(rule, in_hand.get(taker, 0), lead, other) and _fits(rule, giver, other, lead)

    held = work.handoffs.held_by(taker, MOST_LEADS).first
    same_queue = (one for one in held if one.handoff.queue == lead.queue)
    return tuple(one for one in same_queue if fits(one.handoff))


def _hand_over(
    desk: Desk,
    work: UnitOfWork,
    proposal: Proposal,
    leads: Mapping[int, Handoff],
    now: datetime,
) -> None:
    goes_to = {proposal.handoff: proposal.taker, proposal.other_handoff: proposal.giver}
    for lead in leads.values():
        to, note = goes_to[lead.id], proposal.note if lead.id == proposal.handoff else ""
        terms = work.terms.get(lead.promised.terms_version)
        move = detours.transfer(lead, lead.round, to, now, terms, proposal.taker, note)
        after = work.handoffs.record(lead, move)
        showing.show(desk, work, after, now)
        card = showing.near(desk, work, after, to)
        news = HandedOver(after.id, card.number, proposal.id)
        work.outbox.put(news, showing.address(desk, card), now)


def _close(work: UnitOfWork, proposal: Proposal, outcome: str, now: datetime) -> Proposal:
    """The message to the colleague loses its buttons, and says what came of it."""
    work.proposals.close(proposal.id, outcome, now)
    work.outbox.put(_asked(proposal), proposal.taker, now)
    return replace(proposal, outcome=outcome)


def _asked(proposal: Proposal) -> Proposed:
    return Proposed(proposal.handoff, proposal.round, proposal.id)


def _tell_the_asker(work: UnitOfWork, proposal: Proposal, now: datetime) -> None:
    """Who proposed it hears the answer; so does a giver who loses a lead that a manager moved."""
    hear: Sequence[str] = [proposal.asked_by or proposal.giver]
    if proposal.outcome == AGREED:
        hear = [*hear, proposal.giver]
    for person in dict.fromkeys(hear):
        if person != proposal.taker:
            work.outbox.put(ProposalAnswered(proposal.handoff, proposal.id, person), person, now)
