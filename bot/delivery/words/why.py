"""The arithmetic of a lead's promises, and why it went to whom it went: what those pages are told.

All of it comes from the promises as they ran (`bot.domain.offer.Stretch`); nothing is worked out a
second time. A lead is called by its number, so that a blind one stays blind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

from bot.delivery.block_limits import Json
from bot.delivery.escaping import clean
from bot.delivery.languages import reads
from bot.delivery.render import Rendered, Renderer
from bot.delivery.words.done import round_moves
from bot.delivery.words.naming import Context, known, value_of
from bot.domain.agreement import Case, Clock, Terms
from bot.domain.asked import asks_anew
from bot.domain.assignment import Queue
from bot.domain.business_hours import Window
from bot.domain.detours import BROKEN
from bot.domain.judged import counts
from bot.domain.move import Event, Move
from bot.domain.offer import Offer, Stretch
from bot.domain.sla import Verdict
from bot.domain.turns import Choice, Skip, Why
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People
from bot.use_cases.records import Person, Promise, Timed

MOST_EARLIER = 6  # other rounds, a line each
MOST_WINDOWS = 12  # of one promise
MOST_STEPS = 6  # of its ladder
MOST_CHOICES = 3  # the last ones of a round
MOST_SKIPPED = 6  # people named
MOST_STANDING = 4
MOST_OPTIONS = 100  # of a select
LONGEST_NAME = 40
HALF_A_SECOND = timedelta(milliseconds=500)
LONGEST_REASON = 100
CONDITIONS = tuple(item.name for item in fields(Case) if item.name != "target")
LEFT_OUT = {Clock.FEEDBACK: "not_needed", Clock.QUALIFY: "undecided"}  # else untouched
EXCUSES = ("outage", "holiday")  # reasons with words of their own; else the manager's


class Arithmetic:
    """The pages about timing, and the forms of an excuse. No lead is named on them."""

    def __init__(self, renderer: Renderer, desk: Desk) -> None:
        self._renderer = renderer
        self._desk = desk

    def why(
        self,
        told: Timed,
        people: People,
        reader: Person | None,
        may_excuse: bool,
        round_: int | None = None,
    ) -> Rendered:
        """How a round was timed, and why it went to whom it went."""
        context = why(self._desk, told, people, may_excuse, round_)
        return self._renderer.render("why", context, reads(reader))

    def why_view(
        self,
        told: Timed,
        people: People,
        reader: Person | None,
        may_excuse: bool,
        excused: bool = False,
    ) -> Json:
        """The same beside a card; `excused` says that something just was."""
        context = why(self._desk, told, people, may_excuse and not excused)
        return self._renderer.view("why_modal", {**context, "done": excused}, reads(reader))

    def excuse_view(self, told: Timed, broken: Iterable[Promise], reader: Person | None) -> Json:
        return self._renderer.view("excuse_modal", excuse(told, broken), reads(reader))

    def excuse_day(self, day: date, count: int, reason: str, reader: Person | None) -> Rendered:
        """What fell due that day and was not kept, and the button that excuses it."""
        context = {"day": day, "count": count, "reason": reason, "value": f"{day}:{reason}"}
        return self._renderer.render("excuse_day", context, reads(reader))

    def excused_day(self, day: date, count: int, reason: str, reader: Person | None) -> Rendered:
        context = {"day": day, "count": count, "reason": reason}
        return self._renderer.render("excused_day", context, reads(reader))


def why(
    desk: Desk, told: Timed, people: People, may_excuse: bool, round_: int | None = None
) -> Context:
    """One round in full, the present one where none is named; of the others a line each."""
    handoff, offers = told.dossier.handoff, told.dossier.offers
    chosen = next((offer for offer in offers if offer.round == round_), offers[-1])
    others = [offer for offer in offers if offer is not chosen]
    return {
        "number": told.dossier.lead.number,
        **_round(desk, told, chosen, people),
        "others": [_in_short(told, offer) for offer in others[-MOST_EARLIER:]],
        "value": value_of(handoff),
        "excusable": may_excuse,
    }


def excuse(told: Timed, broken: Iterable[Promise]) -> Context:
    """What the form for an excuse offers: `value` names a promise by its round and clock."""
    handoff = told.dossier.handoff
    promises = [
        {
            "value": f"{offer.round}:{ran.clock}",
            "key": f"why.clock.{ran.clock}",
            "round": offer.round,
            "due": (due := ran.due_at.astimezone(ran.calendar.zone)).date(),
            "time": f"{due:%H:%M}",
        }
        for offer, ran in broken
    ]
    return {
        "number": told.dossier.lead.number,
        "promises": promises[-MOST_OPTIONS:],
        "value": value_of(handoff),
    }


def excuse_said(reason: str) -> Context:
    """The manager's reason: one that is known in every language, and their own words."""
    code, _, words = reason.partition(": ")
    if code not in EXCUSES:
        code, words = "", reason
    return {"code": code, "words": clean(words, LONGEST_REASON)}


def _in_short(told: Timed, offer: Offer) -> Context:
    return {
        "round": offer.round,
        "queue": clean(offer.promised.queue, LONGEST_NAME),
        "promises": [_standing(ran, told, offer) for ran in told.promises(offer)],
    }


def _round(desk: Desk, told: Timed, offer: Offer, people: People) -> Context:
    moves = list(round_moves(told.dossier.journal, offer.round))
    raised, posted = offer.promised.raised_at, offer.posted_at
    promises = [_promise(ran, told, offer, moves) for ran in told.promises(offer)]
    choices = [_made(move) for move in moves if asks_anew(move)]
    widened = _widened(moves, offer, people)
    first = None if widened else offer.answered_by
    return {
        "round": offer.round,
        "queue": clean(offer.promised.queue, LONGEST_NAME),
        "version": offer.promised.terms_version,
        "raised": raised,
        "posted": posted,
        "delay": max(posted - raised, timedelta()) if posted else None,
        "promises": promises,
        "choices": [
            _choice(choice, desk.queue(offer.promised.queue), first, people)
            for choice in choices[-MOST_CHOICES:]
        ],
        "widened": widened,
        "stepped_in": None if widened else _stepped_in(desk, choices, offer, people),
        "handed": [
            {"person": known(people, move.to), "at": move.at}
            for move in moves
            if move.event is Event.TRANSFERRED
        ][-MOST_CHOICES:],
    }


def _promise(ran: Stretch, told: Timed, offer: Offer, moves: Sequence[Move]) -> Context:
    windows = [_window(window, ran) for window in ran.windows(told.now)]
    times = [window["time"] for window in windows]
    return {
        **_standing(ran, told, offer),
        "spent": sum(times, ran.before),  # of the lines below, so that they add up
        "before": ran.before,
        **_target(ran, told.terms_of(offer), offer),
        "started": ran.started_at,
        "windows": windows[:MOST_WINDOWS],
        "more": len(windows[MOST_WINDOWS:]),
        "more_time": sum(times[MOST_WINDOWS:], timedelta()),
        "stood_from": ran.stood_from,
        "stood_until": ran.stood_until,
        "stood_key": _stood_key(ran, offer),
        "stands_key": _stands_key(ran, told),
        "due": ran.due_at,
        "stopped": ran.stopped_at,
        "excuse": excuse_said(ran.excused) if ran.excused is not None else None,
        "hours_key": "why.hours.seller" if _is_sellers(ran, offer) else "why.hours.queue",
        "zone": clean(ran.calendar.time_zone, LONGEST_NAME),
        "steps": [
            {"percent": step.percent or 0, "at": step.at}
            for step in [*_steps(ran, moves)][-MOST_STEPS:]
        ],
    }


def _standing(ran: Stretch, told: Timed, offer: Offer) -> Context:
    return {
        "clock_key": f"why.clock.{ran.clock}",
        "verdict_key": f"why.verdict.{_verdict(ran, told, offer)}",
        "spent": ran.before + ran.working(told.now),
        "target": ran.target,
        "is_excused": ran.excused is not None,
    }


def _verdict(ran: Stretch, told: Timed, offer: Offer) -> str:
    """As the digest's figures have it."""
    verdict = ran.verdict(told.now)
    if verdict is Verdict.MET and not counts(offer, ran.clock, told.terms_of(offer), told.now):
        return LEFT_OUT.get(ran.clock, "given_back")
    stands = ran.stood_from is not None and ran.stood_until is None and ran.stopped_at is None
    return "stands" if stands and verdict is Verdict.RUNNING else str(verdict)


def _stood_key(ran: Stretch, offer: Offer) -> str:
    """Whoever goes on without the answer is judged as of the question, whatever the due time."""
    unanswered = offer.asked_until if offer.told_by is None else None
    return "why.stood_ended" if unanswered and unanswered == ran.stopped_at else "why.stood"


def _stands_key(ran: Stretch, told: Timed) -> str:
    """Only a promise that was not broken when marketing was asked is due later."""
    return "why.stands_late" if ran.verdict(told.now) in BROKEN else "why.stands"


def _target(ran: Stretch, terms: Terms, offer: Offer) -> Context:
    """As agreed: which case it is, and whether the team thinks of it in days."""
    promise = terms.promise(ran.clock)
    assert promise is not None, "a promise that nobody agreed on"
    case, agreed = promise.case(offer.promised), promise.of(offer.promised)
    named = [name for name in CONDITIONS if case and getattr(case, name)]
    return {
        "days": agreed.days if not agreed.time else 0,
        "case": [
            (f"why.case.{name}", clean(getattr(offer.promised, name), LONGEST_NAME))
            for name in named
        ],
    }


def _window(window: Window, ran: Stretch) -> Context:
    """By the clock on the wall of whoever keeps these hours; midnight at the end is 24:00. What is
    shown adds up, to the second."""
    first, last = _to_the_second(window.start), _to_the_second(window.end)
    start, end = first.astimezone(ran.calendar.zone), last.astimezone(ran.calendar.zone)
    until = "24:00" if end.date() > start.date() else _on_the_wall(end)
    on_the_wall = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    return {
        "key": "why.window" if on_the_wall == last - first else "why.window_changed",
        "day": start.date(),
        "begins": _on_the_wall(start),
        "ends": until,
        "time": last - first,  # not of the walls: an hour may have been set back between
    }


def _to_the_second(at: datetime) -> datetime:
    return (at + HALF_A_SECOND).replace(microsecond=0)


def _on_the_wall(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _is_sellers(ran: Stretch, offer: Offer) -> bool:
    return bool(offer.hours) and ran.clock in (Clock.TOUCH, Clock.QUALIFY)


def _steps(ran: Stretch, moves: Sequence[Move]) -> Iterator[Move]:
    """The rungs of this clock's ladder that were taken."""
    running: Clock | None = None
    for move in moves:
        if move.percent is not None and running is ran.clock:
            yield move
        running = move.clock.name if move.clock else None


# ----------------------------------------------------------------------------- who is asked


def _made(move: Move) -> Choice:
    return Choice.from_json(move.because) if move.because else Choice(None, Why.EVERYBODY)


def _widened(moves: Iterable[Move], offer: Offer, people: People) -> Context | None:
    """Which team was asked too, and who of both answered."""
    for move in moves:
        if move.event is Event.STEPPED and move.queue:
            queue = clean(move.queue, LONGEST_NAME)
            return {"queue": queue, "at": move.at, "first": known(people, offer.answered_by)}
    return None


def _stepped_in(desk: Desk, choices: Sequence[Choice], offer: Offer, people: People) -> str | None:
    """The manager, who answered where others were asked by name."""
    by, manager = offer.answered_by, desk.queue(offer.promised.queue).manager
    asked = {choice.person for choice in choices}
    by_name = choices and choices[-1].why is not Why.EVERYBODY
    steps_in = by_name and by not in asked and by in people.members((manager,))
    return known(people, by) if steps_in else None


def _choice(choice: Choice, queue: Queue, answered_by: str | None, people: People) -> Context:
    return {
        "key": f"why.choice.{choice.why}",
        "person": known(people, choice.person),
        "manager": known(people, queue.manager),
        "first": known(people, answered_by) if choice.why is Why.EVERYBODY else None,
        "owner": known(people, choice.owner) if choice.owner else None,
        "owed": list(_owed(choice, people)),
        "turn_key": "why.turn_tied" if _is_tied(choice) else "why.turn",
        "skipped": list(_skipped(choice, people)),
        "more_skipped": max(len(choice.skipped) - MOST_SKIPPED, 0),
    }


def _owed(choice: Choice, people: People) -> Iterator[Context]:
    """In leads, and with this one shared out: whoever is owed most has the turn."""
    if choice.why is not Why.TURN:
        return
    by_credit = sorted(choice.standing.items(), key=lambda item: -item[1].credit)
    for person, standing in by_credit[:MOST_STANDING]:
        yield {"person": known(people, person), "leads": round(standing.owed, 2)}


def _is_tied(choice: Choice) -> bool:
    owed = [standing.credit for standing in choice.standing.values()]
    return owed.count(max(owed, default=0)) > 1


def _skipped(choice: Choice, people: People) -> Iterator[Context]:
    for person, skip in list(choice.skipped.items())[:MOST_SKIPPED]:
        counted = skip in (Skip.FULL, Skip.DAY_FULL)
        yield {
            "key": f"why.skip.{skip}",
            "person": known(people, person),
            "count": _count(choice.counts, person) if counted else 0,
        }


def _count(counts: Mapping[str, Any], person: str) -> int:
    return int(counts.get(person, 0))
