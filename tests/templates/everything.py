"""Everything Baton can say about a lead and a week, for tests that look at all of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import cast

from bot.delivery.block_limits import Json
from bot.delivery.render import Rendered
from bot.delivery.wording import Words
from bot.domain.agreement import Clock
from bot.domain.lead import LeadFacts
from bot.domain.messages import (
    Card,
    Digest,
    DigestBreakdown,
    DigestChart,
    Escalation,
    HandedOver,
    Leavers,
    LeaversDoubted,
    Message,
    NobodyFree,
    NobodyLeft,
    Note,
    NotMineNews,
    PlaceClosed,
    ProposalAnswered,
    Proposed,
    Question,
    QuestionAnswered,
    RaisedAgain,
    RejectionNews,
    Reminder,
    ReminderList,
    Returned,
    Unheard,
)
from bot.use_cases.my_work import (
    MOST_ASTRAY,
    MOST_HELD,
    MOST_OVERDUE,
    MOST_QUESTIONS,
    MOST_WAITING,
)
from bot.use_cases.ports import People
from bot.use_cases.records import Colleague, Dossier, Listed, Listing, MyWork, Person, Timed
from tests.templates.leads import (
    ADA,
    FIGURES,
    MONDAY_LATE,
    NEARLY,
    NOON,
    POSTED,
    WEDNESDAY,
    Directory,
    Story,
    desk,
    shelf,
    stories,
)

TODAY = WEDNESDAY.date()
TEAM = ("@nordic-sales", "@maja", "@nobody")
PEOPLE = cast("People", Directory())
# Who opens Home reads it in the language that the words are made for.
READERS = cast("People", Directory({**Directory().people, "U0BO": Person("U0BO", language="")}))


def told() -> dict[str, tuple[str, Message]]:
    """Every message but the card, with the story it belongs to."""
    return {
        "reminder in the thread": ("offered", Reminder(12, 1, Clock.ANSWER, 80, TEAM, 1, True)),
        "reminder, late": ("offered", Reminder(12, 1, Clock.ANSWER, 80, TEAM, 1, True, 75)),
        "reminder to the holder": (
            "accepted in time",
            Reminder(12, 1, Clock.TOUCH, 80, ("U0BO",)),
        ),
        "reminder in private": ("offered", Reminder(12, 1, Clock.ANSWER, 80, ("U0BO",))),
        "reminder of a decision": ("qualifying", Reminder(12, 1, Clock.QUALIFY, 80, ("U0BO",))),
        "reminder of a question": (
            "asked while offered",
            Reminder(12, 1, Clock.FEEDBACK, 80, ("U0ANNA",)),
        ),
        "reminder list": ("offered", ReminderList((1, 2))),
        "reminder list, long": ("offered", ReminderList(tuple(range(1, 41)))),
        "note to the manager": ("offered", Note(12, 1, Clock.ANSWER, 50, ("U0MAJA",))),
        "note in the thread": ("accepted in time", Note(12, 1, Clock.TOUCH, 50, (), 1)),
        "unheard": ("offered", Unheard(12, "nordics", Clock.ANSWER, 80, ("@gone", "U0MAJA"))),
        "unheard, the last": (
            "accepted in time",
            Unheard(12, "nordics", Clock.TOUCH, 150, ("@nordic-sales", "#old"), is_last=True),
        ),
        "place closed": ("offered", PlaceClosed("#mql-handoff", "not_in_channel")),
        "place closed, a person": ("offered", PlaceClosed("U0MAJA", "no such channel or person")),
        "escalation of a question": (
            "asked while offered",
            Escalation(12, 1, Clock.FEEDBACK, 100, TEAM, 1),
        ),
        "escalation": ("offered", Escalation(12, 1, Clock.ANSWER, 100, TEAM, 1, True)),
        "escalation to one": ("asked by name", Escalation(12, 1, Clock.ANSWER, 100, TEAM, 1)),
        "escalation, passed on": (
            "passed on, late",
            Escalation(12, 1, Clock.ANSWER, 25, ("U0BO",), shows_again=True),
        ),
        "escalation, shown again": (
            "shown again",
            Escalation(12, 1, Clock.ANSWER, 150, ("@henrik",), 1, True),
        ),
        "escalation of the touch": (
            "accepted in time",
            Escalation(12, 1, Clock.TOUCH, 100, ("U0BO", "@maja"), 1),
        ),
        "returned": ("returned", Returned(12, 1, Clock.TOUCH, 150, ("U0BO", "@henrik"), 1)),
        "returned, to others": (
            "returned, to another",
            Returned(12, 1, Clock.TOUCH, 150, ("U0BO", "@henrik"), 1),
        ),
        "raised again": ("accepted in time", RaisedAgain(12, 1, ("U0BO",))),
        "rejection news": ("rejected", RejectionNews(12, 1)),
        "rejection news, with a date": ("recycled", RejectionNews(12, 1)),
        "question": ("asked while offered", Question(12, 1, "U0ANNA")),
        "question, answered": ("marketing answered", Question(12, 1, "U0ANNA")),
        "question, not needed": ("went on without an answer", Question(12, 1, "U0ANNA")),
        "question answered": ("marketing answered", QuestionAnswered(12, 1, 1, ("U0BO",))),
        "question answered, to nobody": ("marketing answered", QuestionAnswered(12, 1, 1)),
        "nobody free": ("nobody free", NobodyFree(12, 1)),
        "nobody left": ("nobody left", NobodyLeft(12, 1)),
        "nobody left, somebody asked": ("the manager asked", NobodyLeft(12, 1)),
        "nobody left, settled": ("accepted in time", NobodyLeft(12, 1)),
        "leavers": ("its holder left", Leavers(("U0BO",), (12,))),
        "leavers, doubted": ("offered", LeaversDoubted("nordics", ("U0BO", "U0CILLA"), 3)),
        "leavers, very many": ("asked by name", Leavers(("U0BO", "U0CILLA"), (12,) * 30)),
        **proposals(),
        "not mine news": ("not mine", NotMineNews(12, 1)),
        "not mine news, once more": ("not mine again", NotMineNews(12, 2)),
        "not mine news, settled": ("offered to another queue", NotMineNews(12, 1)),
        "digest": ("offered", Digest(1)),
        "digest breakdown": ("offered", DigestBreakdown(1)),
        "digest chart": ("offered", DigestChart(1)),
    }


def proposals() -> dict[str, tuple[str, Message]]:
    """Whether a lead may change hands, and what came of it."""
    held, over = "accepted in time", "taken over"
    return {
        "proposed": (held, Proposed(12, 1, 1)),
        "proposed, to be qualified": ("qualifying", Proposed(12, 1, 1)),
        "proposed, marketing is asked": ("asked once accepted", Proposed(12, 1, 1)),
        "proposed, without a clock": ("sql", Proposed(12, 1, 1)),
        "proposed, agreed": (over, Proposed(12, 1, 2)),
        "proposed, declined": (held, Proposed(12, 1, 3)),
        "proposed, withdrawn": (held, Proposed(12, 1, 4)),
        "proposed, lapsed": ("won", Proposed(12, 1, 5)),
        "a swap": (held, Proposed(12, 1, 11)),
        "a swap, agreed": (over, Proposed(12, 1, 12)),
        "a swap, declined": (held, Proposed(12, 1, 13)),
        "proposed by the manager": (held, Proposed(12, 1, 21)),
        "answered, agreed": (over, ProposalAnswered(12, 2, "U0BO")),
        "answered, declined": (held, ProposalAnswered(12, 3, "U0BO")),
        "answered, the swap is agreed": (over, ProposalAnswered(12, 12, "U0BO")),
        "answered, the swap is declined": (held, ProposalAnswered(12, 13, "U0BO")),
        "answered to the manager, agreed": (over, ProposalAnswered(12, 22, "U0MAJA")),
        "answered to the manager, declined": (held, ProposalAnswered(12, 23, "U0MAJA")),
        "answered to who had it": (over, ProposalAnswered(12, 22, "U0BO")),
        "handed over": (over, HandedOver(12, 1, 2)),
        "handed over by the manager": (over, HandedOver(12, 1, 22)),
        "swapped": (over, HandedOver(12, 1, 12)),
    }


def messages(
    words: Words, facts: LeadFacts = ADA, note: str = "Call again in May."
) -> Iterator[tuple[str, Rendered]]:
    all_stories = stories(facts, note)
    for name, story in all_stories.items():
        dossier = story.dossier()
        for number in range(1, dossier.handoff.card + 1):
            said = words.render(Card(12, number), shelf(dossier), MONDAY_LATE)
            yield f"card {number}, {name}", said
    for name, (story_name, message) in told().items():
        work = shelf(all_stories[story_name].dossier(), figures=FIGURES)
        yield name, words.render(message, work, NOON, to="U0ANNA", picture="F0PICTURE")
    yield from _replies(words, all_stories)


def _replies(words: Words, all_stories: dict[str, Story]) -> Iterator[tuple[str, Rendered]]:
    for name in ("offered", "accepted in time", "contacted", "rejected", "not mine", "released"):
        dossier = all_stories[name].dossier()
        for reply in (
            words.already_answered,
            words.not_allowed,
            words.old_card,
            words.out_of_order,
        ):
            yield f"{reply.__name__}, {name}", reply(dossier, PEOPLE, "U0CILLA")
    for name in ("asked by name", "passed on"):
        dossier = all_stories[name].dossier()
        yield f"not_allowed, {name}", words.not_allowed(dossier, PEOPLE, "U0CILLA")
    offered = all_stories["offered"].dossier()
    yield "enough in hand", words.enough_in_hand(offered, PEOPLE, "U0CILLA")
    for name in ("asked once accepted", "marketing answered", "went on without an answer"):
        dossier = all_stories[name].dossier()
        for reply in (words.asked_already, words.no_question, words.not_marketing):
            yield f"{reply.__name__}, {name}", reply(dossier, PEOPLE, "U0CILLA")
    later = all_stories["snoozed"].dossier()
    yield "snoozed already", words.snoozed_already(later, PEOPLE, "U0CILLA")
    taken = all_stories["asked once accepted"].dossier()
    yield "snoozed by another", words.held_by_another(taken, PEOPLE, "U0CILLA")
    yield "snoozed too far", words.bad_snooze(all_stories["offered"].dossier(), PEOPLE, "U0CILLA")
    yield from _arithmetic(words, all_stories)
    yield from _about_being_away(words, all_stories)
    for name in ("gone", "try_again"):
        yield name, words.notice(name)
    one, other = all_stories["won"].dossier(), all_stories["released"].dossier()
    query = one.lead.facts.name
    yield "found one", words.found_one(one, PEOPLE, POSTED)
    yield "found one, put off", words.found_one(later, PEOPLE, POSTED)
    yield "found one, offered again", words.found_one(other, PEOPLE, POSTED)
    hits = [(one.lead, one), (other.lead, other), (one.lead, None)]
    yield "found many", words.found_many(query, hits, PEOPLE)
    yield "found too many", words.found_many(query, hits * 5, PEOPLE)
    yield "found none", words.found_none(query)
    yield "help", words.help()


TIMED = (
    "not posted yet",
    "accepted late",
    "released",
    "marketing answered",
    "asked while offered",
    "went on without an answer",
    "qualifying",
    "excused",
    "chosen by turn",
    "taken over",
)


def _arithmetic(words: Words, all_stories: dict[str, Story]) -> Iterator[tuple[str, Rendered]]:
    for name in TIMED:
        yield f"why, {name}", words.arithmetic.why(timed(all_stories[name]), PEOPLE, None, False)
    told = timed(all_stories["released"])
    yield "why, an earlier round", words.arithmetic.why(told, PEOPLE, None, True, 1)
    late = all_stories["accepted late"].dossier()
    for reply in (words.not_broken, words.may_not_excuse):
        yield reply.__name__, reply(late, PEOPLE, "U0CILLA")
    for count in (1, 7):
        yield f"excuse a day, {count}", words.arithmetic.excuse_day(TODAY, count, "power cut", None)
        yield (
            f"excused a day, {count}",
            words.arithmetic.excused_day(TODAY, count, "power cut", None),
        )
    yield "excused a day, 0", words.arithmetic.excused_day(TODAY, 0, "power cut", None)
    for name in ("usage", "not_yours"):
        yield f"excuse a day, {name}", words.notice(name, of="excuse.day")


def timed(story: Story) -> Timed:
    dossier = story.dossier()
    return Timed(dossier, {1: dossier.terms}, WEDNESDAY)


def _about_being_away(
    words: Words, all_stories: dict[str, Story]
) -> Iterator[tuple[str, Rendered]]:
    held = tuple(listed(all_stories[name].dossier()) for name in ("accepted in time", "sql"))
    yield "away", words.away(WEDNESDAY, 1, Listing(held[:1], 1), True, PEOPLE)
    yield "away, until they say so", words.away(None, 0, Listing(), False, PEOPLE)
    many = Listing(held * 5, 99)
    yield "away, with very many leads", words.away(WEDNESDAY, 3, many, True, PEOPLE)
    yield "back", words.away_said("back")
    yield "back, and never away", words.away_said("was_here")
    yield "given back", words.away_said("given_back", n=2)
    typed = all_stories["offered"].facts.name
    yield "away, not understood", words.away_said("unclear", theirs=typed)
    yield "away, until yesterday", words.away_said("past", theirs=typed)
    yield "away, for years", words.away_said("too_far", theirs=typed)


def modals(words: Words, facts: LeadFacts = ADA) -> Iterator[tuple[str, Json]]:
    all_stories = stories(facts)
    dossier = all_stories["accepted in time"].dossier()
    yield "reject", words.reject_view(all_stories["offered"].dossier())
    yield "gone, accepted", words.gone_view(dossier, PEOPLE, "U0CILLA")
    yield "gone, offered again", words.gone_view(all_stories["released"].dossier(), PEOPLE)
    yield "ask", words.ask_view(dossier)
    yield "tell", words.tell_view(all_stories["asked while offered"].dossier(), PEOPLE)
    yield "snooze", words.snooze_view(dossier)
    yield from _hand_overs(words, all_stories)
    broken = timed(all_stories["accepted late"])
    yield "why", words.arithmetic.why_view(broken, PEOPLE, None, False)
    yield "why, to be excused", words.arithmetic.why_view(broken, PEOPLE, None, True)
    excused = timed(all_stories["excused"])
    yield "why, just excused", words.arithmetic.why_view(excused, PEOPLE, None, True, True)
    yield "excuse", words.arithmetic.excuse_view(broken, broken.broken(), None)
    yield "disqualify", words.disqualify_view(dossier)
    yield "won", words.won_view(dossier)
    yield "lost", words.lost_view(dossier)


def _hand_overs(words: Words, all_stories: dict[str, Story]) -> Iterator[tuple[str, Json]]:
    offered, held = all_stories["offered"].dossier(), all_stories["accepted in time"].dossier()
    second, third = (all_stories[name].dossier() for name in ("offered to another queue", "around"))
    yield "not mine", words.not_mine_view(offered)
    yield "not mine, no other team", words.not_mine_view(second)
    yield "not mine, sent around", words.not_mine_view(third)
    yield "not mine, instead of a rejection", words.not_mine_view(offered, note="It is a *bank*.")
    theirs = tuple(listed(all_stories[name].dossier()) for name in ("contacted", "sql"))
    cilla = Colleague(Person("U0CILLA", "cilla", "Cilla"), False, True, theirs)
    dan = Colleague(Person("U0DAN", "dan"), True, True, ())
    full = replace(cilla, has_room=False)
    yield "hand over", words.hand_over_view(held, [cilla, dan])
    yield "hand over, no swaps", words.hand_over_view(held, [dan])
    yield "hand over, only swaps", words.hand_over_view(held, [full])
    yield "hand over, nobody", words.hand_over_view(held, [replace(full, leads=())])
    yield "hand over, asked", words.colleague_asked_view()


def homes(
    words: Words, facts: LeadFacts = ADA, note: str = "Call again in May."
) -> Iterator[tuple[str, Json]]:
    all_stories = stories(facts, note)
    for name, (mine, now) in works(all_stories).items():
        yield name, words.home(mine, READERS, now, "U0BO")
    mine, now = works(all_stories)["a seller"]
    said = words.already_answered(all_stories["accepted in time"].dossier(), READERS, "U0BO")
    yield "a seller, told something", words.home(mine, READERS, now, "U0BO", said)


def works(all_stories: dict[str, Story]) -> dict[str, tuple[MyWork, datetime]]:
    """What people of each kind find in their Home, and when."""

    def these(*names: str, more: int = 0) -> Listing:
        found = [listed(all_stories[name].dossier()) for name in names]
        return Listing(tuple(found), len(found) + more)

    held = these("accepted in time", "contacted", "sql", "opportunity", more=1)
    waiting = these("offered", "shown again", "offered to another queue", more=7)
    nobody, here = Listing(), frozenset({"nordics"})
    seller = MyWork(held, waiting, None, here | {"dach"}, frozenset(), True)
    return {
        "a seller": (seller, POSTED),
        "a seller, time nearly up": (seller, NEARLY),
        "a seller, late": (seller, WEDNESDAY),
        "a seller without leads": (MyWork(nobody, nobody, None, here, frozenset(), True), POSTED),
        "a manager": (
            MyWork(None, None, these("offered", "another's"), frozenset(), here, True),
            WEDNESDAY,
        ),
        "a head": (
            MyWork(None, None, these("offered", "another's"), frozenset(), frozenset(), True),
            WEDNESDAY,
        ),
        "a manager who is to find a team": (
            MyWork(None, None, nobody, frozenset(), here, True, astray=these("not mine", more=3)),
            POSTED,
        ),
        "a head who sees that one is to be found": (
            MyWork(None, None, nobody, frozenset(), frozenset(), True, astray=these("not mine")),
            POSTED,
        ),
        "a manager at ease": (MyWork(None, None, nobody, frozenset(), here, True), POSTED),
        "a marketer who is asked": (
            MyWork(
                None,
                None,
                None,
                frozenset(),
                frozenset(),
                True,
                these("asked while offered", "asked once accepted", more=2),
            ),
            POSTED,
        ),
        "a marketer who is late": (
            MyWork(None, None, None, frozenset(), frozenset(), True, these("asked while offered")),
            WEDNESDAY,
        ),
        "a seller who waits for marketing": (
            MyWork(
                these("asked once accepted", "qualifying"), nobody, None, here, frozenset(), True
            ),
            POSTED,
        ),
        "a marketer": (MyWork(None, None, None, frozenset(), frozenset(), True), POSTED),
        "an outsider": (MyWork(None, None, None, frozenset(), frozenset(), False), POSTED),
        "a seller who left": (
            MyWork(these("contacted"), None, None, frozenset(), frozenset(), False),
            POSTED,
        ),
        "as much as is ever shown": (
            MyWork(
                these(*["accepted in time"] * MOST_HELD, more=99),
                these(*["offered"] * MOST_WAITING, more=99),
                these(*["another's"] * MOST_OVERDUE, more=99),
                here,
                here,
                True,
                these(*["asked while offered"] * MOST_QUESTIONS, more=99),
                these(*["not mine"] * MOST_ASTRAY, more=99),
            ),
            WEDNESDAY,
        ),
    }


def listed(dossier: Dossier) -> Listed:
    newest = dossier.cards[-1] if dossier.cards else None
    return Listed(dossier.lead, dossier.handoff, newest, dossier.terms)


def words(language: str = "en") -> Words:
    return Words(desk(), language)
