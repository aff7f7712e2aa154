"""`/lead`: find a lead; the answer is the ack itself, and only the asker sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from bot.delivery.render import Rendered
from bot.delivery.wording import Words
from bot.use_cases import look_up
from bot.use_cases.my_work import insiders
from bot.use_cases.ports import Desk
from handlers.clicks import text

ANY_COMMAND = re.compile(r"/.+")  # whatever a workspace had to call it: all of ours look up

LONGEST_QUERY = 200  # characters
LINK = re.compile(r"<(?:mailto:|tel:|https?://)?([^<>|]*)(?:\|([^<>]*))?>", re.IGNORECASE)
ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}  # the only ones that Slack writes
QUOTES = "\"'“”„‟«»‘’‚‹›「」"
HELP = frozenset({"", "help", "?"})


def register(app: App, desk: Desk, words: Words) -> None:
    def asked(ack: Ack, body: dict[str, Any]) -> None:
        said = answer(desk, words, body)
        ack(text=said.text, blocks=said.blocks, response_type="ephemeral")

    app.command(ANY_COMMAND)(asked)


def answer(desk: Desk, words: Words, body: Mapping[str, Any]) -> Rendered:
    person, asked = text(body.get("user_id")), text(body.get("text"))
    with desk.books.reading() as work:
        who = work.people.find(person)
        insider = person in insiders(desk, work.people)
    if not insider:
        return words.notice("outsider", who)
    if asked.strip().lower() in HELP:
        return words.help(who)
    query = unwrapped(asked)
    found = look_up.find(desk, query)
    if not found:
        return words.found_none(query, who)
    with desk.books.reading() as work:
        only = found[0].dossier if len(found) == 1 else None
        if only is not None:
            return words.found_one(only, work.people, desk.clock(), person)
        hits = [(hit.lead, hit.dossier) for hit in found]
        return words.found_many(query, hits, work.people, person)


def unwrapped(asked: str) -> str:
    """What was typed, without what Slack and keyboards made of it: links, entities, quotes."""
    plain = LINK.sub(lambda link: link[1], asked[:LONGEST_QUERY])
    for entity, sign in ENTITIES.items():
        plain = plain.replace(entity, sign)
    return " ".join(plain.replace("\0", "").split()).strip(QUOTES + " ")
