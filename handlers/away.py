"""`/lead away until monday`, `/lead back`: somebody says when they can be asked."""

from __future__ import annotations

from typing import Any

from slack_bolt import Ack, App

from bot.delivery.actions import Action
from bot.delivery.render import Rendered
from bot.delivery.wording import Words
from bot.use_cases import away
from bot.use_cases.desk import Desk
from handlers.asked import Answer, Asked
from handlers.clicks import read_click
from handlers.private import Private
from handlers.when import Past, TooFar, Unclear, back_at


def leave(asked: Asked) -> Rendered:
    desk, words = asked.desk, asked.words
    with desk.books.reading() as work:
        calendar = away.own_calendar(desk, work, asked.person)
    try:
        until = back_at(asked.rest, desk.clock(), calendar)
    except Unclear:
        return words.away_said("unclear", asked.who, asked.rest)
    except Past:
        return words.away_said("past", asked.who, asked.rest)
    except TooFar:
        return words.away_said("too_far", asked.who, asked.rest)
    gone = away.leave(desk, asked.person, until)
    with desk.books.reading() as work:
        told = (gone.until, gone.passed_on, gone.held, gone.may_give_back)
        return words.away(*told, work.people, asked.person)


def come_back(asked: Asked) -> Rendered:
    was_away = away.come_back(asked.desk, asked.person)
    return asked.words.away_said("back" if was_away else "was_here", asked.who)


AWAY: dict[str, Answer] = dict.fromkeys(("away", "borta", "frånvarande", "abwesend"), leave)
BACK: dict[str, Answer] = dict.fromkeys(("back", "tillbaka", "zurück"), come_back)


def register(app: App, desk: Desk, words: Words, private: Private) -> None:
    def gives_back(ack: Ack, body: dict[str, Any]) -> None:
        click = read_click(body)
        given = away.give_back(desk, click.person)
        ack()
        with desk.books.reading() as work:
            reader = work.people.find(click.person)
        private.say(click, words.away_said("given_back", reader, n=given))

    app.action(Action.GIVE_BACK.value)(gives_back)
