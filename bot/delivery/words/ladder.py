"""What the words of the ladder need to be told: of a step, of a list of reminders, of a step that
nobody could hear."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.delivery.escaping import clean
from bot.delivery.words.naming import Context, Told, all_known, known, named, permalink, value_of
from bot.domain.agreement import OF_SALES, Clock
from bot.domain.detours import may_snooze
from bot.domain.handoff import Handoff
from bot.domain.messages import (
    LadderMessage,
    PlaceClosed,
    Reminder,
    ReminderList,
    Returned,
    Unheard,
    still_runs,
)
from bot.domain.offer import Offer, qualify_due
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People, UnitOfWork
from bot.use_cases.records import Dossier, Nudge

LATE_ENOUGH_TO_SAY = timedelta(minutes=5)
MOST_LISTED = 15  # leads in one message; the others are counted
MOST_READ_ALOUD = 8  # in the text alone, which screen readers and notifications use
LONGEST_NAME = 30  # characters; a line is for finding the lead


def ladder(desk: Desk, message: LadderMessage, work: UnitOfWork, now: datetime) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    handoff = dossier.handoff
    due = _promised(dossier, message.round, message.clock, now)
    late = timedelta(minutes=message.late_minutes)
    return "ladder", {
        **named(dossier.lead),
        "key": _key(desk, message, dossier, work.people, overdue=now > due),
        # In a DM only its reader could be named, who is there already.
        "mentions": all_known(work.people, message.mention) if message.card else (),
        "holder": known(work.people, handoff.holder),
        "asked": known(work.people, handoff.assignee),
        "due": due,
        "shown_again": message.shows_again and handoff.assignee is None,
        "asks_too": desk.queue(message.asks_too).name if message.asks_too else "",
        "late": late if late > LATE_ENOUGH_TO_SAY else None,
        # In its thread the card is at hand; a broadcast is read in the channel, far from it.
        "permalink": "" if message.card and not message.broadcast else permalink(dossier),
        "snooze": value_of(handoff) if _may_wait(message, handoff, now) else "",
    }


def _key(
    desk: Desk, message: LadderMessage, dossier: Dossier, people: People, overdue: bool
) -> str:
    handoff = dossier.handoff
    if isinstance(message, Returned):
        had_by = _offer(dossier, message.round).had_by
        again = had_by is None or desk.lets_answer(people, handoff, had_by)
        return "returned.said" if again else "returned.to_others"
    by_name = message.clock is Clock.ANSWER and handoff.assignee is not None
    if by_name and message.shows_again:
        return "escalation.passed_on"
    what = "asked" if by_name and message.kind == "escalation" else message.clock
    return f"{message.kind}.{what}_over" if overdue else f"{message.kind}.{what}"


def _may_wait(message: LadderMessage, handoff: Handoff, now: datetime) -> bool:
    """May its reader still say that they take it later?"""
    private = isinstance(message, Reminder) and message.card is None and bool(message.mention)
    return private and may_snooze(handoff, now)


def reminder_list(_desk: Desk, message: ReminderList, work: UnitOfWork, now: datetime) -> Told:
    """Of what has been answered since it was gathered, nothing is said."""
    dossiers = [(each, work.handoffs.dossier(each.handoff)) for each in _nudges(message, work)]
    lines = [
        _line(nudge, dossier, work.people, now)
        for nudge, dossier in dossiers
        if still_runs(dossier.handoff, nudge.round, nudge.clock)
    ]
    lines.sort(key=lambda line: line["due"])
    return "reminder_list", {
        "count": len(lines),
        "lines": lines[:MOST_LISTED],
        "more": max(len(lines) - MOST_LISTED, 0),
        "read_aloud": lines[:MOST_READ_ALOUD],
        "more_aloud": max(len(lines) - MOST_READ_ALOUD, 0),
    }


def is_outdated(message: ReminderList, work: UnitOfWork) -> bool:
    """Nothing of it is true any more."""
    return not any(
        still_runs(work.handoffs.get(nudge.handoff), nudge.round, nudge.clock)
        for nudge in _nudges(message, work)
    )


def _nudges(message: ReminderList, work: UnitOfWork) -> list[Nudge]:
    return work.nudges.get(message.nudges)


def _line(nudge: Nudge, dossier: Dossier, people: People, now: datetime) -> Context:
    due = _promised(dossier, nudge.round, nudge.clock, now)
    over = "_over" if now > due else ""
    called = {name: clean(said, LONGEST_NAME) for name, said in named(dossier.lead).items()}
    holder = dossier.handoff.holder if nudge.clock in OF_SALES else None
    return {
        **called,
        "key": f"reminder_list.{nudge.clock}{over}",
        "holder": known(people, holder) if holder != nudge.person else None,
        "due": due,
        "permalink": permalink(dossier),
    }


def unheard(_desk: Desk, message: Unheard, work: UnitOfWork, _now: datetime) -> Told:
    dossier = work.handoffs.dossier(message.handoff)
    return "unheard", {
        **named(dossier.lead),
        "queue": message.queue,
        "clock_key": f"unheard.clock.{message.clock}",
        "percent": message.percent,
        "missed": [_place(work.people, name) for name in message.missed],
        "is_last": message.is_last,
        "permalink": permalink(dossier),
    }


def place_closed(_desk: Desk, message: PlaceClosed, work: UnitOfWork, _now: datetime) -> Told:
    mend = message.why if message.why in MENDS else "other"
    person = work.people.find(message.place)
    return "place_closed", {
        "place": _place(work.people, message.place),
        "mend_key": f"place_closed.mend.{'person' if person else mend}",
        "why": message.why,
    }


MENDS = frozenset({"not_in_channel", "is_archived", "channel_is_archived", "channel_not_found"})


def _place(people: People, name: str) -> Context:
    """A person or group by id, to be named as Slack names them; else as it stands in app.yaml."""
    return {"id": None if name.startswith("#") else known(people, name), "name": name}


def _promised(dossier: Dossier, round_: int, clock: Clock, now: datetime) -> datetime:
    """The promise that is spoken of, of the round that is spoken of."""
    return _due(_offer(dossier, round_), clock, dossier) or now


def _offer(dossier: Dossier, round_: int) -> Offer:
    return next(offer for offer in dossier.offers if offer.round == round_)


def _due(offer: Offer, clock: Clock, dossier: Dossier) -> datetime | None:
    match clock:
        case Clock.ANSWER:
            return offer.answer_due
        case Clock.QUALIFY if offer.answered_at is not None:
            return qualify_due(offer, dossier.terms)
        case Clock.FEEDBACK:
            return offer.feedback_due
    return offer.touch_due
