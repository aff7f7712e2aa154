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
from bot.use_cases.desk import Desk
from bot.use_cases.my_work import insiders
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.records import Dossier
from handlers import away, timing
from handlers.asked import Answer, Asked, answer_about
from handlers.clicks import text

ANY_COMMAND = re.compile(r"/.+")  # whatever a workspace had to call it: all of ours look up

LONGEST_QUERY = 200  # characters
LINK = re.compile(r"<(?:mailto:|tel:|https?://)?([^<>|]*)(?:\|([^<>]*))?>", re.IGNORECASE)
ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}  # the only ones that Slack writes
QUOTES = "\"'“”„‟«»‘’‚‹›「」"
NUMBER = re.compile(r"l-\d+", re.ASCII)


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
    return answers(Asked(desk, words, person, who, rest, about))


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
    def tell(only: Dossier, work: UnitOfWork) -> Rendered:
        return asked.words.found_one(only, work.people, asked.desk.clock(), asked.person)

    return answer_about(asked, asked.rest, tell)


def without_markup(typed: str) -> str:
    """What was typed, without what Slack made of it: links, entities."""
    plain = LINK.sub(lambda link: link[1], typed[:LONGEST_QUERY])
    for entity, sign in ENTITIES.items():
        plain = plain.replace(entity, sign)
    return " ".join(plain.replace("\0", "").split())


ALONE = {**dict.fromkeys(("help", "hjälp", "hilfe", "?"), _help), **away.BACK}  # by the only word
FIRST = {**away.AWAY, **timing.WHY, **timing.EXCUSE}  # by the first word
ABOUT = timing.WHY  # by the word after a lead's number
