"""What `baton route` says: which queue, hours, promise and person, and why each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime

from bot.config import Settings
from bot.config.expressions import compiled
from bot.delivery.languages import language
from bot.domain import sla
from bot.domain.agreement import Case, Clock, Duration, Promised, Step
from bot.domain.assignment import Assignment, Queue, known_to_conditions
from bot.domain.business_hours import Calendar, due, is_open, next_open
from bot.domain.lead import LeadFacts
from bot.domain.turns import Skip, Why
from bot.routing import Explained
from bot.use_cases.turn import Aim

LONGEST_VALUE = 40  # characters of what a condition looked at
LONGEST_CONDITION = 80
CONDITIONS = tuple(item.name for item in fields(Case) if item.name != "target")
PROMISES = {
    Clock.ANSWER: ("agreement.sales.answer", "if its card were posted now"),
    Clock.TOUCH: ("agreement.sales.touch", "if it were accepted now"),
    Clock.QUALIFY: ("agreement.sales.qualify", "if it were accepted now"),
}
SKIPPED = {
    Skip.AWAY: "is away, as they said",
    Skip.STATUS: "is away, by their Slack status",
    Skip.PRESENCE: "is not active in Slack",
    Skip.OFF_HOURS: "is not at work at this hour",
    Skip.FULL: "has {count} leads in hand, and open_at_most is {open_at_most}",
    Skip.DAY_FULL: "was asked about {count} leads today, and per_day is {per_day}",
    Skip.BUSY: "answers another lead first",
    Skip.HAD_IT: "had this lead before, or declined it",
    Skip.NO_TURN: "has weight 0, so never by turn",
    Skip.GONE: "is not active in Slack any more",
}
ASKED = {
    Why.TURN: "it is their turn",
    Why.CRM_OWNER: "the CRM names them as the account's owner",
    Why.COMPANY_OWNER: "they have this company already",
    Why.COMPANY_ASKED: "they are asked about another lead of this company",
    Why.SAME_SELLER: "they had it before it was put off",
    Why.MANAGER: "the manager chose them",
}
WITHOUT_OWNER = (Why.TURN, Why.EVERYBODY, Why.NOBODY_FREE, Why.NOBODY_LEFT)

Lines = Iterator[str]


def lines(settings: Settings, told: Explained) -> Lines:
    """All of it; a line that begins a part ends in a colon, those of the part are set in."""
    yield from _standing(told)
    yield from _queues(settings, told)
    yield from _hours(told, settings)
    yield from _promises(settings, told)
    yield from _seller(told)
    yield from _ladder(settings, told)
    yield from _missing(told)
    yield "Nobody was told, and nothing was changed."


def _standing(told: Explained) -> Lines:
    """First what makes all the rest a mere if."""
    open_one, lead = told.routed.open_one, told.routed.lead
    if open_one is None or lead is None:
        return
    who = open_one.holder or open_one.assignee
    holder = f", with {_name(told, who)}" if who else ""
    yield f"In hand already: {lead.number} is {open_one.state}{holder}."
    yield "  It would be news on that card, and no new offer. If it were a new lead:"


# --------------------------------------------------------------------------------- queue


def _queues(settings: Settings, told: Explained) -> Lines:
    routed = told.routed
    yield f"Queue: {routed.queue.name}, in {routed.queue.address}"
    for queue in (*routed.passed_over, routed.queue):
        yield _condition(settings, told.facts, queue, takes=queue is routed.queue)


def no_queue(settings: Settings, facts: LeadFacts) -> Lines:
    """Why none of them takes it."""
    yield "Queue: none"
    for queue in settings.queues:
        yield _condition(settings, facts, queue, takes=False)


def _condition(settings: Settings, facts: LeadFacts, queue: Queue, *, takes: bool) -> str:
    condition = settings.conditions.get(queue.name)
    if condition is None:
        return f"  {queue.name}: it has no condition, so it takes what is left"
    place = settings.place(f"queues.{queue.name}.when").partition(" ")[0]
    seen = known_to_conditions(facts)
    looked_at = [f"{name} is {_value(seen.get(name))}" for name in compiled(condition).fields]
    answer = ", ".join(["yes" if takes else "no", *looked_at])
    return f"  {queue.name}: {answer}: {_short(condition, LONGEST_CONDITION)} ({place})"


def _value(value: object) -> str:
    return "not said" if value in ("", None) else f'"{_short(str(value), LONGEST_VALUE)}"'


def _short(said: str, longest: int) -> str:
    line = " ".join(said.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


# ------------------------------------------------------------------------- hours, promise


def _calendar(told: Explained, settings: Settings) -> Calendar:
    return settings.agreement.terms.calendar(told.routed.queue.name)


def _hours(told: Explained, settings: Settings) -> Lines:
    calendar = _calendar(told, settings)
    if is_open(calendar, told.now):
        now = "working time now"
    else:
        now = f"work begins {_local(next_open(calendar, told.now), calendar)}"
    yield f"Hours: calendar {calendar.name}, {calendar.time_zone}; {now}"


def _promises(settings: Settings, told: Explained) -> Lines:
    calendar = _calendar(told, settings)
    yield f"Promise, in working time ({calendar.time_zone}):"
    for aim in told.routed.aims:
        until = _local(aim.due_at, calendar)
        where, if_now = PROMISES[aim.clock]
        why = _why_so_long(settings, aim, where)
        yield f"  {aim.clock}: {_time(settings, aim)}; due {until} {if_now}; {why}"
    if told.routed.queue.touch_hours == "seller":
        yield "  From Accept on it runs in the hours of the seller who has it, not the queue's."


def _time(settings: Settings, aim: Aim) -> str:
    """Days in hours aloud: "10 working days (70 h)"."""
    hours = language("en").duration(aim.target)
    days = _agreed(settings, aim).days
    if not days:
        return hours
    return f"{days} working day{'s' if days > 1 else ''} ({hours})"


def _agreed(settings: Settings, aim: Aim) -> Duration:
    if aim.case is not None:
        return aim.case.target
    promise = settings.agreement.terms.promise(aim.clock)
    assert promise is not None, "an aim at what nobody agreed on"
    return promise.default


def _why_so_long(settings: Settings, aim: Aim, where: str) -> str:
    promise = settings.agreement.terms.promise(aim.clock)
    if aim.case is None or promise is None:
        cases = promise.cases if promise else ()
        return "no case of it fits this lead" if cases else "the same for all leads"
    named = [(name, getattr(aim.case, name)) for name in CONDITIONS]
    fits = ", ".join(f"{name} is {' or '.join(values)}" for name, values in named if values)
    written = f"{where}.when.#{promise.cases.index(aim.case) + 1}"
    short = f"{where}.when_tier.{''.join(aim.case.tier)}"
    place = written if written in settings.places else short
    return f"because {fits} ({settings.place(place)})"


def _local(instant: datetime, calendar: Calendar) -> str:
    return f"{instant.astimezone(calendar.zone):%a %d %b %H:%M}"


# --------------------------------------------------------------------------------- seller


def _seller(told: Explained) -> Lines:
    rule = told.routed.queue.rule
    yield f"Who is asked: {_asked(told)}"
    if told.nobody_known:
        yield f"  Who they are, and whose turn it is, is not known: {told.nobody_known}."
    else:
        yield from (f"  {line}" for line in _because(told))
    if rule.open_at_most and not rule.asks_one:
        yield f"  Nobody may claim who has {rule.open_at_most} leads in hand (open_at_most)."
    if rule.blind:
        yield "  Name and company are hidden until somebody has claimed it (blind)."


def _asked(told: Explained) -> str:
    queue, choice = told.routed.queue, told.routed.choice
    rule = _rule(queue)
    if told.nobody_known:
        whom = "one of" if queue.rule.asks_one else "everybody of"
        return f"{whom} {', '.join(queue.sellers)} ({rule})"
    if choice.why is Why.EVERYBODY:
        names = ", ".join(_name(told, person) for person in told.routed.sellers)
        return f"everybody, and whoever accepts first has it: {names} ({rule})"
    if choice.person:
        return f"{_name(told, choice.person)}, because {ASKED[choice.why]} ({rule})"
    if choice.why is Why.NOBODY_FREE:
        return f"nobody yet; it waits for the first who is free, and {queue.manager} hears ({rule})"
    return f"nobody is left to ask; it is {queue.manager}'s ({rule})"


def _rule(queue: Queue) -> str:
    rule = queue.rule
    if rule.assignment is Assignment.ACCOUNT_OWNER:
        return f"{rule.assignment}, otherwise {rule.otherwise}"
    return rule.assignment.value


def _because(told: Explained) -> Lines:
    choice, rule = told.routed.choice, told.routed.queue.rule
    if choice.owner:
        yield f"{_name(told, choice.owner)} would come first, and cannot be asked."
    elif rule.assignment is Assignment.ACCOUNT_OWNER and choice.why in WITHOUT_OWNER:
        yield f"It has no owner: {_no_company(told.facts)}, and the CRM names nobody of the team."
    owed = sorted(choice.standing.items(), key=lambda one: -one[1].credit)
    for person, standing in owed if choice.why is Why.TURN else ():
        yield f"{_name(told, person)} is owed {standing.owed:.2f} leads (weight {standing.weight})"
    for person, skip in choice.skipped.items():
        why = SKIPPED[skip].format(
            count=choice.counts.get(person, 0),
            open_at_most=rule.open_at_most,
            per_day=rule.per_day,
        )
        yield f"{_name(told, person)} {why}"


def _no_company(facts: LeadFacts) -> str:
    if facts.domain:
        return f"nobody of the team has {facts.domain}"
    host = facts.email.rpartition("@")[2]
    return f"{host} is no company's own (free mail)" if host else "it has no e-mail address"


def _name(told: Explained, person: str) -> str:
    known = told.people.get(person)
    return f"@{known.handle}" if known and known.handle else person


# --------------------------------------------------------------------------------- ladder


def _ladder(settings: Settings, told: Explained) -> Lines:
    """Each step once, with its repetitions, in the order in which they come."""
    terms, facts, queue = settings.agreement.terms, told.facts, told.routed.queue
    promised = Promised(queue.name, 0, told.now, facts.tier, facts.source, facts.campaign)
    climbed = sla.rungs(Clock.ANSWER, promised, terms)
    first = {rung.step: rung for rung in reversed(climbed)}
    if climbed:
        yield "If nobody answers:"
    for rung in dict.fromkeys(first[rung.step] for rung in climbed):
        at = next_open(calendar := _calendar(told, settings), due(calendar, told.now, rung.offset))
        yield f"  {_local(at, calendar)}, {_step(rung.step, calendar)}"


def _step(step: Step, calendar: Calendar) -> str:
    duration = language("en").duration
    when = f"after {duration(step.after.on(calendar))}" if step.after else f"{step.percent} %"
    if step.is_time_out:
        again = f"; again every {duration(step.every.on(calendar))}" if step.every else ""
        return f"{when} without an answer: the next seller is asked{again}, as long as there is one"
    again = f", {step.times} times more, every {duration(step.every.on(calendar))}" \
        if step.every else ""  # fmt: skip
    to = f" to {step.to_queue}" if step.to_queue else ""
    return f"{when}{again}: {step.act}{to}, told: {', '.join(step.tell)}"


# -------------------------------------------------------------------------------- missing


def _missing(told: Explained) -> Lines:
    if told.missing:
        yield f"Missing of what marketing promised: {', '.join(told.missing)}"
    else:
        yield "Nothing is missing of what marketing promised."
