"""`/lead`: find a lead, or say something; the answer is the ack itself, and only the asker sees it.

What is asked for is told by one word: the first (`/lead away until monday`), or the one after a
lead's number (`/lead L-12 why`). Anything else is looked up, and what stands in quotes always is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from bot.delivery.render import Rendered
from bot.delivery.wording import Words
from bot.use_cases import look_up
from bot.use_cases.desk import Desk
from bot.use_cases.my_work import insiders
from handlers import away, timing
from handlers.asked import Answer, Asked
from handlers.clicks import text

ANY_COMMAND = re.compile(r"/.+")  # whatever a workspace had to call it: all of ours look up

LONGEST_QUERY = 200  # characters
LINK = re.compile(r"<(?:mailto:|tel:|https?://)?([^<>|]*)(?:\|([^<>]*))?>", re.IGNORECASE)
ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}  # the only ones that Slack writes
QUOTES = "\"'“”„‟«»‘’‚‹›「」"
NUMBER = re.compile(r"l-\d+", re.ASCII)

ALONE: dict[str, Answer] = {}  # by the only word
FIRST: dict[str, Answer] = {}  # by the first word
ABOUT: dict[str, Answer] = {}  # by the word after a lead's number


def register(app: App, desk: Desk, words: Words) -> None:
    def asked(ack: Ack, body: dict[str, Any]) -> None:
        said = answer(desk, words, body)
        ack(text=said.text, blocks=said.blocks, response_type="ephemeral")

    app.command(ANY_COMMAND)(asked)


def answer(desk: Desk, words: Words, body: Mapping[str, Any]) -> Rendered:
    person, typed = text(body.get("user_id")), text(body.get("text"))
    with desk.books.reading() as work:
        who = work.people.find(person)
        insider = person in insiders(desk, work.people)
    if not insider:
        return words.notice("outsider", who)
    answers, about, rest = meant(typed)
    trigger = text(body.get("trigger_id"))
    return answers(Asked(desk, words, person, who, rest, about, trigger))


def meant(typed: str) -> tuple[Answer, str, str]:
    """Who answers, what it is about, and what else was said."""
    plain = without_markup(typed)
    said = plain.split()
    words = [word.casefold() for word in said[:2]]
    if not words:
        return _help, "", ""
    if words[0] in ALONE and len(said) == 1:
        return ALONE[words[0]], "", ""
    if words[0] in FIRST:
        return FIRST[words[0]], "", " ".join(said[1:])
    if NUMBER.fullmatch(words[0]) and words[1:] and words[1] in ABOUT:
        return ABOUT[words[1]], said[0], " ".join(said[2:])
    return _find, "", plain.strip(QUOTES + " ")


def _help(asked: Asked) -> Rendered:
    return asked.words.help(asked.who)


def _find(asked: Asked) -> Rendered:
    desk, words, query = asked.desk, asked.words, asked.rest
    found = look_up.find(desk, query, asked.person)
    if not found:
        return words.found_none(query, asked.who)
    with desk.books.reading() as work:
        only = found[0].dossier if len(found) == 1 else None
        if only is not None:
            return words.found_one(only, work.people, desk.clock(), asked.person)
        hits = [(hit.lead, hit.dossier) for hit in found]
        return words.found_many(query, hits, work.people, asked.person)


def unwrapped(asked: str) -> str:
    """What was typed, without what Slack and keyboards made of it: links, entities, quotes."""
    return without_markup(asked).strip(QUOTES + " ")


def without_markup(typed: str) -> str:
    plain = LINK.sub(lambda link: link[1], typed[:LONGEST_QUERY])
    for entity, sign in ENTITIES.items():
        plain = plain.replace(entity, sign)
    return " ".join(plain.replace("\0", "").split())


ALONE.update({**dict.fromkeys(("help", "hjälp", "hilfe", "?"), _help), **away.BACK})
FIRST.update(away.AWAY)
FIRST.update({**timing.WHY, **timing.EXCUSE})
ABOUT.update(timing.WHY)
