"""What people do to a lead, for the machine: each act by anybody, in any state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.agreement import Clock
from bot.domain.handoff import Handoff, State
from bot.domain.lead import LeadFacts
from bot.domain.move import Event
from bot.use_cases import (
    answer,
    ask,
    away,
    excuse,
    follow_up,
    hand_over,
    misroute,
    offer,
    passing,
    snooze,
)
from bot.use_cases.desk import Desk

SELLERS = ("UERIK", "UAINO", "UPRIYA", "UJONAS")


class Company(Protocol):
    """Where it is done, and what is known of before."""

    desk: Desk
    now: datetime
    known: set[int]
    proposals: list[tuple[int, str]]


Act = Callable[[Company, Handoff, int, str, int], object]


def _reject(machine: Company, on: Handoff, round_: int, who: str, days: int) -> object:
    until = (machine.now + timedelta(days=days)).date() if days else None
    reason = ("not_icp", "bad_timing", "duplicate", "bad_data")[days]
    return answer.reject(machine.desk, on.id, round_, who, reason, "", until)


def _stage(stage: Event) -> Act:
    return lambda machine, on, round_, who, days: follow_up.reached(
        machine.desk, on.id, round_, who, stage, clicked_at=_clicked(machine, days)
    )


def _plain(use_case: Callable[[Desk, int, int, str], object]) -> Act:
    return lambda machine, on, round_, who, _: use_case(machine.desk, on.id, round_, who)


def _button(use_case: Callable[[Desk, int, int, str, datetime | None], object]) -> Act:
    return lambda machine, on, round_, who, days: use_case(
        machine.desk, on.id, round_, who, _clicked(machine, days)
    )


def _clicked(machine: Company, days: int) -> datetime | None:
    """The way from Slack took some minutes, or Slack does not say."""
    return machine.now - timedelta(minutes=4 * (days - 1)) if days else None


def _raise_again(machine: Company, on: Handoff, _round: int, _who: str, _days: int) -> object:
    """The same person once more: news, or, where the lead is closed or waits, another offer."""
    with machine.desk.books.reading() as work:
        lead = work.leads.get(on.lead_id)
    raised = offer.raise_lead(machine.desk, LeadFacts(email=lead.facts.email, country="SE"))
    machine.known.add(raised.handoff_id)
    return raised


def _hand_over(machine: Company, on: Handoff, round_: int, who: str, days: int) -> object:
    """To a colleague, or for one of theirs; now and then they agree at once."""
    taker = SELLERS[days]
    with machine.desk.books.reading() as work:
        theirs = [work.handoffs.get(held) for held in work.handoffs.held(taker)]
    swap = (theirs[0].id, theirs[0].round) if theirs and days % 2 else None
    asked = hand_over.propose(machine.desk, on.id, round_, who, taker, swap)
    machine.proposals.append((asked.id, taker))
    return hand_over.agree(machine.desk, asked.id, taker) if days < 3 else asked


def _agree(machine: Company, _on: Handoff, _round: int, _who: str, days: int) -> object:
    if not machine.proposals:
        return None
    proposal, taker = machine.proposals[days % len(machine.proposals)]
    return hand_over.agree(machine.desk, proposal, taker)


def _decline(machine: Company, _on: Handoff, _round: int, _who: str, days: int) -> object:
    if not machine.proposals:
        return None
    proposal, taker = machine.proposals[days % len(machine.proposals)]
    return hand_over.decline(machine.desk, proposal, taker)


def _excuse_day(machine: Company, _on: Handoff, _round: int, who: str, days: int) -> object:
    day = (machine.now - timedelta(days=days)).date()
    return excuse.excuse_day(machine.desk, who, day, "power cut")


def _excuse(machine: Company, on: Handoff, round_: int, who: str, days: int) -> object:
    clock = (Clock.ANSWER, Clock.TOUCH, Clock.QUALIFY, Clock.FEEDBACK)[days]
    return excuse.excuse(machine.desk, excuse.Broken(on.id, round_, clock), who, "power cut")


def _away(machine: Company, _on: Handoff, _round: int, who: str, days: int) -> object:
    if not days:
        return away.come_back(machine.desk, who)
    return away.leave(machine.desk, who, machine.now + timedelta(days=days))


# What somebody who means it does next, by how things stand.
FITTING: Mapping[State, tuple[str, ...]] = {
    State.OFFERED: ("accept", "accept", "ask", "snooze", "pass_on", "send_on", "reject"),
    State.ACCEPTED: ("contacted", "ask", "snooze", "hand_over", "agree", "release", "sql"),
    State.CONTACTED: ("ask", "snooze", "hand_over", "agree", "release", "sql", "disqualified"),
    State.NOT_MINE: ("find_queue",),
    State.SQL: ("opportunity", "won", "lost", "recycled"),
    State.OPPORTUNITY: ("won", "lost", "recycled"),
}
ANY_TIME = ("excuse", "excuse_day", "raise_again")
MANAGERS = ("find_queue", "ask_by_name", "excuse", "excuse_day")
ACTS: Mapping[str, Act] = {
    "away": _away,
    "give_back_all": lambda machine, _on, _round, who, _days: away.give_back(machine.desk, who),
    "hand_over": _hand_over,
    "agree": _agree,
    "decline": _decline,
    "excuse": _excuse,
    "excuse_day": _excuse_day,
    "send_on": lambda machine, on, round_, who, days: misroute.send_on(
        machine.desk, on.id, round_, who, ("", "dach", "nordics", "dach")[days]
    ),
    "snooze": lambda machine, on, round_, who, days: snooze.snooze(
        machine.desk, on.id, round_, who, machine.now + timedelta(minutes=1 + 50 * days)
    ),
    "raise_again": _raise_again,
    "accept": _button(answer.accept),
    "reject": _reject,
    "not_mine": _button(answer.not_mine),
    "find_queue": lambda machine, on, round_, who, days: offer.offer_again(
        machine.desk, on.id, round_, ("nordics", "dach")[days % 2], who
    ),
    "contacted": _button(follow_up.contacted),
    "sql": _stage(Event.SQL),
    "opportunity": _stage(Event.OPPORTUNITY),
    "won": _stage(Event.WON),
    "release": _button(follow_up.release),
    "lost": _plain(follow_up.lost),
    "recycled": _plain(follow_up.recycled),
    "disqualified": _plain(follow_up.disqualified),
    "ask": lambda machine, on, round_, who, _: ask.ask(
        machine.desk, on.id, round_, who, "Which plan?"
    ),
    "tell": lambda machine, on, round_, who, _: ask.tell(machine.desk, on.id, round_, who, "Pro."),
    "pass_on": _plain(passing.pass_on),
    "ask_by_name": lambda machine, on, round_, who, days: passing.ask_by_name(
        machine.desk, on.id, round_, SELLERS[days], who
    ),
}
