"""What the card of a lead needs to be told, read from its dossier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.delivery.actions import Action
from bot.delivery.escaping import clean
from bot.delivery.render import is_link
from bot.delivery.words.done import before, done, round_moves, why_it_went_on
from bot.delivery.words.naming import (
    LONGEST_FACT,
    LONGEST_WORDS,
    Context,
    all_known,
    known,
    named,
    value_of,
)
from bot.domain import cards, sla
from bot.domain.agreement import Clock
from bot.domain.asked import why_now
from bot.domain.cards import Shown
from bot.domain.detours import may_snooze
from bot.domain.handoff import Handoff, State
from bot.domain.move import Event
from bot.domain.turns import Why
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People
from bot.use_cases.records import Dossier

MOST_ASKED = 8  # people named on a card; more are a group's business
MOST_TRAIL = 4

BUTTONS: Mapping[State, tuple[Action, ...]] = {
    State.OFFERED: (Action.ACCEPT, Action.REJECT, Action.NOT_MINE),
    State.ACCEPTED: (
        Action.CONTACTED,
        Action.SQL,
        Action.WON,
        Action.LOST,
        Action.DISQUALIFY,
    ),
    State.CONTACTED: (
        Action.SQL,
        Action.OPPORTUNITY,
        Action.WON,
        Action.LOST,
        Action.DISQUALIFY,
    ),
    State.SQL: (Action.OPPORTUNITY, Action.WON, Action.LOST),
    State.OPPORTUNITY: (Action.WON, Action.LOST),
}
# What is wanted more rarely, in one menu beside the buttons. Slack takes five options at most.
MORE: Mapping[State, tuple[Action, ...]] = {
    **dict.fromkeys(State, (Action.TIMED,)),
    State.OFFERED: (Action.ASK, Action.SNOOZE, Action.TIMED),
    State.ACCEPTED: (Action.ASK, Action.SNOOZE, Action.HAND_OVER, Action.RELEASE, Action.TIMED),
    State.CONTACTED: (Action.ASK, Action.SNOOZE, Action.HAND_OVER, Action.RELEASE, Action.TIMED),
    State.SQL: (Action.HAND_OVER, Action.TIMED),
    State.OPPORTUNITY: (Action.HAND_OVER, Action.TIMED),
}


def card(
    desk: Desk, dossier: Dossier, people: People, now: datetime, on: Shown | None = None
) -> Context:
    """How things stand: on the card `on`, which asks the team of its queue; or in a look-up."""
    handoff, facts = dossier.handoff, dossier.lead.facts
    on = on or _of_its_own_queue(dossier)
    is_own = on.queue == handoff.queue
    queue = desk.queue(handoff.queue)
    offered = handoff.state is State.OFFERED
    lines = [] if offered else list(done(dossier, people))
    earlier = list(before(dossier, people))
    return {
        **named(dossier.lead),
        "number": dossier.lead.number,
        "queue": handoff.queue,
        "asked": asked(desk, handoff, people, of=on.queue) if offered else (),
        "asked_too": _asked_too(desk, handoff, is_own) if offered else "",
        "manager": known(people, queue.manager),
        "due": answer_due(dossier, now),
        "offer_key": _offer_key(dossier, on, now) if offered else "",
        "nobody_key": _nobody_key(dossier) if offered and is_own else "",
        "last": lines[-1] if lines else None,
        # On a lead that comes back, what was said when it went.
        "note": next((line.note for line in reversed(lines or earlier)), ""),
        "trail": (earlier + lines[:-1])[-MOST_TRAIL:],
        "touch_due": _running_due(handoff, Clock.TOUCH),
        "qualify_due": _running_due(handoff, Clock.QUALIFY),
        "question": question(dossier, people),
        "snoozed": snoozed(dossier, people),
        "facts": list(facts_of(dossier)),
        "why": clean(facts.why, LONGEST_WORDS),
        "why_short": clean(facts.why, 150),
        "currency": desk.agreement.currency,
        "value": value_of(handoff),
        "buttons": buttons(handoff, is_own),
        "more": more(handoff, now),
        "crm_url": facts.crm_url if is_link(facts.crm_url) else "",
    }


def _of_its_own_queue(dossier: Dossier) -> Shown:
    live = cards.live(dossier.journal)
    return next((card for card in live if card.queue == dossier.handoff.queue), live[0])


def _asked_too(desk: Desk, handoff: Handoff, is_own: bool) -> str:
    """The queue of the other card."""
    if not handoff.also_queue:
        return ""
    return desk.queue(handoff.also_queue if is_own else handoff.queue).name


def buttons(handoff: Handoff, may_pass: bool) -> Sequence[Action]:
    """Only what asks one person can be passed on, and not by the team that is asked too."""
    shown = BUTTONS.get(handoff.state, ())
    return (*shown, Action.PASS) if handoff.assignee and may_pass else shown


def more(handoff: Handoff, now: datetime) -> Sequence[tuple[Action, str]]:
    """The menu's options, each with its value. What is overdue cannot be put off."""
    of = value_of(handoff)
    asked_once = handoff.offer.asked_at is not None
    first_shown = handoff.offer.posted_at is None  # its clock starts then
    may_wait = first_shown or may_snooze(handoff, now)
    without = {Action.ASK: asked_once, Action.SNOOZE: not may_wait}
    options = (action for action in MORE.get(handoff.state, ()) if not without.get(action))
    return [(action, f"{action}:{of}") for action in options]


def snoozed(dossier: Dossier, people: People) -> Context | None:
    """Who said that they take it, and when: for the promise that runs now."""
    clock = dossier.handoff.clock
    if clock is None or clock.snoozed_until is None:
        return None
    said = next(move for move in reversed(dossier.journal) if move.event is Event.SNOOZED)
    return {"by": known(people, said.by), "at": clock.snoozed_until}


def went_on(dossier: Dossier, card: Shown, people: People) -> Context:
    """A card that is live no more: why there is a newer one, and where."""
    shown = cards.shown(dossier.journal)
    following = cards.next_of(card, shown)
    assert following is not None, "a live card is shown as it stands"
    move = cards.made_by(dossier.journal, following.number)
    live = [each for each in shown if cards.next_of(each, shown) is None]
    newest = next((each for each in live if each.queue == card.queue), live[0])
    return {
        **named(dossier.lead),
        "number": dossier.lead.number,
        "queue": dossier.handoff.queue,
        "to_queue": move.promised.queue if move.promised else dossier.handoff.queue,
        "key": f"card.went_on.{why_it_went_on(move)}",
        "by": known(people, move.by),
        "at": move.at,
        "permalink": _link_to(newest, dossier),
    }


def _link_to(card: Shown, dossier: Dossier) -> str:
    """'' while Slack has it not."""
    links = (posted.permalink for posted in dossier.cards if posted.number == card.number)
    return next(links, "")


def asked(desk: Desk, handoff: Handoff, people: People, of: str = "") -> tuple[str, ...]:
    """Who is asked to answer, of one queue or ('') of all: somebody by name, or the queue's group,
    or its sellers by name."""
    own = (handoff.assignee,) if handoff.assignee else desk.queue(handoff.queue).sellers
    also = desk.queue(handoff.also_queue).sellers if handoff.also_queue else ()
    names = {handoff.queue: own, handoff.also_queue: also}[of] if of else (*own, *also)
    return all_known(people, names)[:MOST_ASKED]


def answer_due(dossier: Dossier, now: datetime) -> datetime:
    """Before Slack has the card, when it would be due if Slack had it now."""
    handoff = dossier.handoff
    if handoff.offer.answer_due is not None:
        return handoff.offer.answer_due
    return sla.start(Clock.ANSWER, handoff.promised, dossier.terms, now).due_at


def question(dossier: Dossier, people: People) -> Context | None:
    """What marketing was asked in this round, and what it says: while it matters."""
    offer = dossier.handoff.offer
    if offer.asked_at is None or (offer.told_by is None and not offer.is_asking):
        return None
    return {
        "open": offer.is_asking,
        "key": "card.question.waiting" if offer.asked_clock else "card.question.waiting_only",
        "by": known(people, offer.asked_by),
        "at": offer.asked_at,
        "due": offer.feedback_due,
        "said": said_last(dossier, Event.ASKED),
        "told_by": known(people, offer.told_by),
        "told": said_last(dossier, Event.TOLD),
    }


def said_last(dossier: Dossier, event: Event) -> str:
    """The words that came with this event in the present round; '' for none."""
    moves = round_moves(dossier.journal, dossier.handoff.round)
    said = [move.note or "" for move in moves if move.event is event]
    return clean(said[-1], LONGEST_WORDS) if said else ""


def _running_due(handoff: Handoff, clock: Clock) -> datetime | None:
    """While marketing is asked nothing is due of sales."""
    running = handoff.clock
    return running.due_at if running is not None and running.name is clock else None


def _offer_key(dossier: Dossier, on: Shown, now: datetime) -> str:
    handoff, shown_by = dossier.handoff, cards.made_by(dossier.journal, on.number)
    if handoff.offer.is_asking:
        return "card.offered.asking"
    if shown_by.promised is None:
        overdue = now > answer_due(dossier, now)
        if shown_by.event in (Event.PASSED, Event.ASSIGNED):
            return "card.offered.next_over" if overdue else "card.offered.next"
        return "card.offered.still" if overdue else "card.offered.still_ahead"
    if handoff.round == 1:
        return "card.offered.new"
    came_from = dossier.offers[-2].promised.queue
    return "card.offered.again" if came_from == handoff.queue else "card.offered.handed_on"


def _nobody_key(dossier: Dossier) -> str:
    if dossier.handoff.assignee is not None:
        return ""
    said = {Why.NOBODY_FREE: "card.nobody_free", Why.NOBODY_LEFT: "card.nobody_left"}
    return said.get(why_now(dossier.journal), "")


def facts_of(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Labels and values of what is known. How to reach the lead is for whoever took it on."""
    facts, state = dossier.lead.facts, dossier.handoff.state
    yield from _filled("role", facts.title)
    yield from _filled("source", facts.source)
    yield from _filled("campaign", facts.campaign)
    yield from _filled("tier", facts.tier)
    yield from _filled("score", "" if facts.score is None else str(facts.score))
    yield from _filled("country", facts.country)
    if state is not State.OFFERED:
        yield from _filled("email", facts.email)
        yield from _filled("phone", facts.phone)
    if facts.crm_url and not is_link(facts.crm_url):
        yield from _filled("crm", facts.crm_url)


def _filled(label: str, value: str) -> Iterator[tuple[str, str]]:
    shown = clean(value, LONGEST_FACT)
    if shown:
        yield label, shown
