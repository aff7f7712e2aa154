"""What must hold of a lead whatever happened to it, told from its journal and from Slack alone.

Working time is counted here in its own way: of each two moves that follow each other, the clock
that ran between them ran so much. It knows no pauses, no rests and no running totals.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.delivery.outcomes import Blocks
from bot.domain import cards
from bot.domain.agreement import OF_SALES, Clock, Terms
from bot.domain.asked import why_now
from bot.domain.business_hours import Calendar, elapsed
from bot.domain.handoff import Handoff, State
from bot.domain.journal import apply, begin
from bot.domain.move import Event, Move
from bot.domain.offer import Answer, Offer, stretch
from bot.domain.sla import Verdict
from bot.domain.turns import Why
from bot.use_cases.records import Timed

Used = Mapping[tuple[int, Clock], timedelta]  # by round

NOT_HELD = {State.OFFERED, State.REJECTED, State.RECYCLED, State.NOT_MINE}
RAISED = "raised_again"  # said as often as somebody raises a hand
KEPT = {Verdict.MET, Verdict.RUNNING}


def of_round(journal: Sequence[Move], number: int) -> Iterator[Move]:
    rounds = 0
    for move in journal:
        rounds += move.promised is not None
        if rounds == number:
            yield move


def has_one_owner_at_most(told: Timed) -> None:
    """Whoever accepted it, or took it over since; nobody while it is offered."""
    handoff, owner = told.dossier.handoff, None
    for move in told.dossier.journal:
        if move.promised or move.event is Event.RECYCLED:
            owner = None
        elif move.event is Event.ACCEPTED:
            assert owner is None, "accepted although somebody had it"
            owner = move.by
        elif move.event is Event.TRANSFERRED:
            assert owner is not None, "handed over although nobody had it"
            owner = move.to
    assert owner == handoff.holder
    assert (owner is None) == (handoff.state in NOT_HELD)
    assert owner is None or handoff.assignee is None


def runs_the_clock_it_should(told: Timed) -> None:
    """Exactly one where somebody owes something, none where nobody does: no lead is forgotten."""
    handoff, offer = told.dossier.handoff, told.dossier.handoff.offer
    running = handoff.clock.name if handoff.clock else None
    expected: Clock | None = None
    match handoff.state:
        case State.OFFERED if offer.posted_at is not None:
            expected = Clock.ANSWER
        case State.ACCEPTED:
            expected = Clock.TOUCH
        case State.CONTACTED if told.dossier.terms.qualify is not None:
            expected = Clock.QUALIFY
        case State.RECYCLED if offer.answer is Answer.REJECTED:
            expected = Clock.WAKE
    assert (Clock.FEEDBACK if offer.is_asking else expected) == running


def no_rung_is_taken_twice(told: Timed) -> None:
    taken = Counter(_rungs_taken(told))
    assert set(taken.values()) <= {1}, taken


def _rungs_taken(told: Timed) -> Iterator[tuple[int, Clock, int]]:
    """Round, clock and percent of each step that was taken."""
    moves = told.dossier.journal
    handoff = begin(told.dossier.handoff.id, told.dossier.lead.id, moves[0])
    for move in moves[1:]:
        if move.percent is not None and handoff.clock is not None:
            yield handoff.round, handoff.clock.name, move.percent
        handoff = apply(handoff, move)


def no_act_buys_time(told: Timed) -> None:
    """What a clock says it used, what is left of it, and what is on record of those that have
    stopped: all of it is the working time in which it ran."""
    used = _used(told)
    _check_running(told, used)
    for offer in told.dossier.offers:
        _check_record(told, offer, used)


def _used(told: Timed) -> Used:
    """A click may count as of a moment before the step that overtook it, and a card's time may be
    found late: then a stretch is taken back, and the sum is right."""
    used: defaultdict[tuple[int, Clock], timedelta] = defaultdict(timedelta)
    offers, number = told.dossier.offers, 0
    journal = told.dossier.journal
    ends = [*(move.at for move in journal[1:]), told.now]
    for move, end in zip(journal, ends, strict=True):
        number += move.promised is not None
        if move.clock is not None and move.clock.name is not Clock.WAKE:
            offer, name = offers[number - 1], move.clock.name
            calendar = _calendar(told.terms_of(offer), offer, name)
            used[number, name] += elapsed(calendar, move.at, end)
    return used


def _calendar(terms: Terms, offer: Offer, clock: Clock) -> Calendar:
    hours = offer.hours if clock in (Clock.TOUCH, Clock.QUALIFY) else ""
    return terms.calendar(offer.promised.queue, hours)


def _of(used: Used, offer: Offer, clock: Clock) -> timedelta:
    """The time to qualify is that since acceptance."""
    clocks = (Clock.TOUCH, Clock.QUALIFY) if clock is Clock.QUALIFY else (clock,)
    return sum((used.get((offer.round, name), timedelta()) for name in clocks), timedelta())


def _had_before(told: Timed, offer: Offer, used: Used) -> timedelta:
    """By whoever accepted it, before it was given back in good time, by them or by whoever took it
    over from them, and they took it again."""
    before = timedelta()
    for each in told.dossier.offers[: offer.round - 1]:
        if each.touched_at or each.answer is Answer.REJECTED:
            before = timedelta()
        elif each.gave_back_at and offer.seller in (each.seller, each.had_by):
            so_far = used.get((each.round, Clock.TOUCH), timedelta())
            in_time = each.touch_due is not None and each.gave_back_at <= each.touch_due
            before = before + so_far if in_time else timedelta()
    return before


def _check_running(told: Timed, used: Used) -> None:
    handoff, now = told.dossier.handoff, told.now
    clock = handoff.clock
    if clock is None or clock.name is Clock.WAKE:
        return
    terms, offer = told.dossier.terms, handoff.offer
    calendar = _calendar(terms, offer, clock.name)
    ran = _of(used, offer, clock.name)
    if clock.name is Clock.TOUCH:
        ran += _had_before(told, offer, used)
    assert clock.used + elapsed(calendar, clock.started_at, now) == ran
    left = terms.target(clock.name, handoff.promised, offer.hours) - ran
    if now <= clock.due_at:
        assert elapsed(calendar, now, clock.due_at) == left
    else:
        assert left <= timedelta()
    assert _shown(handoff, terms) == clock.due_at, "the card promises another time"


def _shown(handoff: Handoff, terms: Terms) -> datetime:
    assert handoff.clock is not None
    ran = stretch(handoff.offer, handoff.clock.name, terms)
    assert ran is not None
    return ran.due_at


def _check_record(told: Timed, offer: Offer, used: Used) -> None:
    terms = told.terms_of(offer)
    for clock in (*OF_SALES, Clock.FEEDBACK):
        ran = stretch(offer, clock, terms)
        if ran is None or ((offer.round, clock) not in used and clock is Clock.ANSWER):
            continue  # a click overtook the news that its card is up
        counted = _of(used, offer, clock)
        if ran.stopped_at is not None or offer is told.dossier.offers[-1]:
            assert counted == ran.working(told.now), (clock, offer.round)
        if clock is Clock.TOUCH:
            assert _had_before(told, offer, used) == ran.before
            counted += ran.before
        assert counted <= ran.target or ran.verdict(told.now) not in KEPT, (clock, offer.round)
        assert counted >= ran.target or ran.verdict(told.now) in KEPT, (clock, offer.round)
    if offer.answer_spent is not None:
        assert _of(used, offer, Clock.ANSWER) == offer.answer_spent
    if offer.touch_spent is not None:
        assert _of(used, offer, Clock.TOUCH) == offer.touch_spent


LAWS = (
    has_one_owner_at_most,
    runs_the_clock_it_should,
    no_rung_is_taken_twice,
    no_act_buys_time,
)


# ------------------------------------------------------------------------ once Slack was well


def all_was_said_once(books: Path, posted: Collection[str], leads: Sequence[Timed]) -> None:
    """Nothing waits; each lead has its newest card, and no card, step or request was said twice."""
    rows = _outbox(books)
    waiting = [row for row in rows if row.state not in ("sent", "dropped")]
    assert not waiting, waiting
    said = Counter(row.what for row in rows if row.key in posted)
    assert {times for what, times in said.items() if what[0] != RAISED} <= {1}, said
    for told in leads:
        hands = sum(move.event is Event.RAISED_AGAIN for move in told.dossier.journal)
        assert all(times <= hands for what, times in said.items() if _is_hand_of(told, what)), said
        handoff = told.dossier.handoff
        assert handoff.card in {card.number for card in told.dossier.cards}, "a lead without a card"
        if handoff.state is State.NOT_MINE:
            assert _told_of(rows, "not_mine_news", handoff), "nobody looks for a team"
        if handoff.state is State.OFFERED and why_now(told.dossier.journal) is Why.NOBODY_LEFT:
            assert _told_of(rows, "nobody_left", handoff), "nobody knows that nobody is left"


def each_card_shows_how_things_stand(
    shown: Mapping[tuple[str, str], Blocks], leads: Sequence[Timed]
) -> None:
    """Who reads a live card can answer what is open; who reads another finds nothing to press that
    is not there any more."""
    for told in leads:
        dossier = told.dossier
        live = {card.number for card in cards.live(dossier.journal)}
        assert live <= {card.number for card in dossier.cards}, "a team without a card"
        for card in dossier.cards:
            blocks = shown[card.channel, card.ts]
            buttons = {each.get("action_id") for one in blocks for each in one.get("elements", ())}
            is_open = dossier.handoff.state is State.OFFERED and card.number in live
            assert ("accept" in buttons) == is_open, card


def _is_hand_of(told: Timed, what: Sequence[object]) -> bool:
    return what[0] == RAISED and ("handoff", str(told.dossier.handoff.id)) in what


@dataclass(frozen=True)
class Row:
    key: str
    state: str
    kind: str
    lane: str
    payload: Mapping[str, Any]

    @property
    def what(self) -> tuple[object, ...]:
        """A message that is said once only, and to whom."""
        how = ("late_minutes", "broadcast", "shows_again", "mention")  # and not what is said
        seen = sorted((name, str(told)) for name, told in self.payload.items() if name not in how)
        return (self.kind, "" if self.kind == "card" else self.lane, *seen)


def _outbox(books: Path) -> list[Row]:
    with closing(sqlite3.connect(books)) as connection:
        rows = connection.execute("select key, state, kind, lane, payload from outbox").fetchall()
    return [Row(key, state, kind, lane, json.loads(told)) for key, state, kind, lane, told in rows]


def _told_of(rows: Sequence[Row], kind: str, handoff: Handoff) -> bool:
    about = (handoff.id, handoff.round)
    return any(
        row.kind == kind and (row.payload["handoff"], row.payload["round"]) == about for row in rows
    )
