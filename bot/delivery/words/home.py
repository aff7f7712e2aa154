"""What App Home needs to be told: a line for each lead, with the buttons of its card."""

from __future__ import annotations

from datetime import datetime

from bot.delivery.actions import Action
from bot.delivery.escaping import clean
from bot.delivery.render import is_link
from bot.delivery.words import card as card_words
from bot.delivery.words.hand_over import offer_to
from bot.delivery.words.naming import Context, known, named, value_of
from bot.domain import sla
from bot.domain.agreement import Clock
from bot.domain.handoff import Handoff, State
from bot.domain.sla import Verdict
from bot.use_cases.desk import Desk
from bot.use_cases.ports import People
from bot.use_cases.records import Listed, Listing, MyWork

LONGEST_WHY = 150


def home(desk: Desk, mine: MyWork, people: People, now: datetime, reader: str) -> Context:
    """`reader` is whose Home it is: their own name is not told to them."""

    def section(name: str, listing: Listing) -> Context:
        if name == "questions":
            leads = [_question(listed, now) for listed in listing.first]
        elif name == "astray":
            leads = [_astray(desk, listed, mine, now) for listed in listing.first]
        else:
            leads = [_lead(listed, mine, people, now, reader) for listed in listing.first]
        return {"name": name, "leads": leads, "more": listing.total - len(leads)}

    lists = {
        "questions": mine.questions,
        "astray": mine.astray,
        "held": mine.held,
        "waiting": mine.waiting,
        "overdue": mine.overdue,
    }
    return {
        "sections": [section(name, listing) for name, listing in lists.items() if listing],
        "otherwise": "home.looks_on" if mine.takes_part else "home.outsider",
        "takes_part": mine.takes_part,
    }


def _lead(listed: Listed, mine: MyWork, people: People, now: datetime, reader: str) -> Context:
    handoff, facts = listed.handoff, listed.lead.facts
    may_act = _may_act(handoff, mine, reader)
    may_pass = handoff.assignee == reader or handoff.queue in mine.manages
    return {
        **_line(listed),
        **_standing(listed, now),
        "with_other": handoff.holder not in (None, reader),
        "holder": known(people, handoff.holder),
        "why": clean(facts.why, LONGEST_WHY) if handoff.state is State.OFFERED else "",
        "buttons": card_words.buttons(handoff, may_pass) if may_act else (),
        "more": card_words.more(handoff, now) if may_act else (),
        "crm_url": facts.crm_url if may_act and is_link(facts.crm_url) else "",
    }


def _question(listed: Listed, now: datetime) -> Context:
    """A lead that marketing is asked about; what is asked stands in its DM, and in the form."""
    standing = _standing(listed, now)
    _, _, verdict = standing["key"].rpartition(".")
    key = f"home.question.{verdict}"
    return {**_line(listed), **standing, "key": key, "buttons": (Action.TELL,)}


def _astray(desk: Desk, listed: Listed, mine: MyWork, now: datetime) -> Context:
    """A lead in the wrong hands; the manager chooses its team, and a head sees that it waits."""
    may_act = listed.handoff.queue in mine.manages
    queues = offer_to(desk, listed.handoff) if may_act else []
    return {**_line(listed), **_standing(listed, now), "queues": queues}


def _line(listed: Listed) -> Context:
    """Which lead it is, and nothing to press."""
    return {
        **named(listed.lead),
        "number": listed.lead.number,
        "queue": listed.handoff.queue,
        "with_other": False,
        "why": "",
        "permalink": listed.card.permalink if listed.card else "",
        "value": value_of(listed.handoff),
        "queues": (),
        "buttons": (),
        "more": (),
        "crm_url": "",
    }


def _may_act(handoff: Handoff, mine: MyWork, reader: str) -> bool:
    """A head looks on. Whoever clicks is judged again: this only spares them a refusal."""
    if handoff.queue in mine.manages or handoff.holder == reader:
        return True
    if handoff.state is not State.OFFERED:
        return False
    if handoff.also_queue in mine.sells:
        return True
    return handoff.assignee == reader or (not handoff.assignee and handoff.queue in mine.sells)


def _standing(listed: Listed, now: datetime) -> Context:
    """How a lead stands, as the key of a phrase and the time in it."""
    handoff, clock = listed.handoff, listed.handoff.clock
    if clock is None:
        return {"key": f"home.state.{handoff.state}", "at": _since(handoff) or now}
    verdict = sla.verdict(clock.due_at, None, now)
    at_risk = sla.at_risk_from(clock, handoff.promised, listed.terms, handoff.hours) <= now
    if verdict is Verdict.RUNNING and at_risk:
        verdict = Verdict.AT_RISK
    nothing_stands = clock.name is Clock.FEEDBACK and handoff.offer.asked_clock is None
    name = "feedback_only" if nothing_stands else clock.name
    return {"key": f"home.{name}.{verdict}", "at": clock.due_at}


def _since(handoff: Handoff) -> datetime | None:
    offer = handoff.offer
    since = {
        State.ACCEPTED: offer.answered_at,
        State.CONTACTED: offer.touched_at,
        State.SQL: offer.sql_at,
        State.OPPORTUNITY: offer.opportunity_at,
        State.NOT_MINE: offer.answered_at,
    }
    return since.get(handoff.state)
