"""A card put into words, escaped and checked against Slack's limits, against json.dumps of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.office import office, sqlite_url
from benchmarks.side_by_side import Figure, repeated, side_by_side
from bot.delivery.words import messages as message_words
from bot.domain.messages import Card

AT_ONCE = 30
ROUNDS = 31


def measure(folder: Path) -> Iterator[Figure]:
    with office(sqlite_url(folder, "card")) as one:
        message = Card(one.lead())
        with one.books.reading() as work:
            template, told = message_words.card(one.desk, message, work, one.time())
            blocks = one.words.render(message, work, one.time()).blocks
        renderer = one.words.renderer
    assert blocks == renderer.render(template, told).blocks
    pair = side_by_side(
        repeated(AT_ONCE, lambda: renderer.render(template, told)),
        repeated(AT_ONCE, lambda: json.dumps(blocks)),
        ROUNDS,
        AT_ONCE,
    )
    yield Figure(
        "card",
        pair,
        low=5,
        high=40,
        means="a card from its template, escaped and checked, to json.dumps of the finished blocks",
    )
