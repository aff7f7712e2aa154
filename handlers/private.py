"""Private replies: why a click led to nothing, said to whoever clicked and to nobody else.

They go to Slack's response_url after the ack, once: whoever hears nothing looks at the card, and
clicks again. Who clicked in App Home, where Slack gives no such address, reads them on top of it.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import structlog
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook import WebhookClient

from bot.delivery.render import Rendered
from bot.delivery.wording import Words
from bot.domain.handoff import (
    AlreadyAnswered,
    AskedAlready,
    BadSnooze,
    EnoughInHand,
    HeldByAnother,
    MayNotExcuse,
    NoQuestion,
    NotAllowed,
    NotBroken,
    NotMarketing,
    OldCard,
    OutOfOrder,
    Refused,
    SnoozedAlready,
)
from bot.domain.messages import Message
from bot.domain.move import Event
from bot.use_cases.desk import Desk
from bot.use_cases.ports import Conflict, NotFound, People
from bot.use_cases.records import Dossier
from handlers.clicks import Click
from handlers.home import Homes

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 5
REFUSALS = (Refused, NotFound, Conflict)  # what people are told in words
# Said to everybody: also to whoever did it themselves, and does it again.
TELLING = (NotAllowed, SnoozedAlready, AskedAlready, NoQuestion, NotBroken)
UNREMARKABLE = frozenset({Event.POSTED, Event.STEPPED, Event.HELD, Event.RAISED_AGAIN})

Say = Callable[[Words, Dossier, People, str], Rendered]
SAYS: dict[type[Refused], Say] = {
    AlreadyAnswered: Words.already_answered,
    NotAllowed: Words.not_allowed,
    OldCard: Words.old_card,
    EnoughInHand: Words.enough_in_hand,
    OutOfOrder: Words.out_of_order,
    AskedAlready: Words.asked_already,
    SnoozedAlready: Words.snoozed_already,
    BadSnooze: Words.bad_snooze,
    HeldByAnother: Words.held_by_another,
    NoQuestion: Words.no_question,
    NotMarketing: Words.not_marketing,
    NotBroken: Words.not_broken,
    MayNotExcuse: Words.may_not_excuse,
}


class Private:
    """`pool` says things after the ack. Its methods return at once."""

    def __init__(self, desk: Desk, words: Words, pool: Executor, homes: Homes) -> None:
        self._desk = desk
        self._words = words
        self._pool = pool
        self._homes = homes
        self._ssl = ssl.create_default_context()  # costs more to make than a reply to send

    def refuse(self, click: Click, refusal: Exception, meant: Event) -> None:
        """Say why not; a person who has done just that already hears nothing: it is still a yes."""
        self._later(self._refuse, click, refusal, meant)

    def notice(self, click: Click, key: str) -> None:
        self._later(lambda: self._send(click, notice(self._desk, self._words, key, click.person)))

    def apologise(self, click: Click) -> None:
        """Something broke, perhaps the database: nothing is read to say so."""
        self._later(lambda: self._send(click, self._words.notice("try_again")))

    def replace(self, click: Click, message: Message) -> None:
        """The message that was clicked, as it is now."""
        self._later(self._replace, click, message)

    def say(self, click: Click, said: Rendered) -> None:
        """In place of the private reply that was clicked."""
        self._later(self._send, click, said, True)

    def done(self, click: Click) -> None:
        """Nothing needs saying: the card shows it, and so does Home to whoever clicked there."""
        if click.at_home:
            self._later(self._homes.tell, click.person)

    def moved(self, person: str) -> None:
        """By a form, which does not say where it was opened from."""
        self._later(self._homes.moved, person)

    def _refuse(self, click: Click, refusal: Exception, meant: Event) -> None:
        if is_repeat(self._desk, refusal, click.person, meant):
            self.done(click)
        else:
            self._send(click, explain(self._desk, self._words, refusal, click.person))

    def _replace(self, click: Click, message: Message) -> None:
        with self._desk.books.reading() as work:
            said = self._words.render(message, work, self._desk.clock(), to=click.person)
        self._send(click, said, replace_original=True)

    def _later(self, say: Callable[..., None], *given: Any) -> None:
        self._pool.submit(say, *given).add_done_callback(log_failure)

    def _send(self, click: Click, said: Rendered, replace_original: bool = False) -> None:
        if click.at_home:
            self._homes.tell(click.person, said)
            return
        if not click.response_url:
            return
        client = WebhookClient(click.response_url, TIMEOUT_SECONDS, self._ssl, retry_handlers=[])
        try:
            answer = client.send(
                text=said.text,
                blocks=said.blocks,
                response_type="ephemeral",
                replace_original=replace_original,
            )
        except (SlackClientError, OSError, http.client.HTTPException, ValueError) as error:
            log.warning("A private reply was lost", action="reply_lost", why=type(error).__name__)
        else:
            if answer.status_code != 200:
                log.warning(
                    "A private reply was refused", action="reply_refused", status=answer.status_code
                )


def explain(desk: Desk, words: Words, refusal: Exception, person: str) -> Rendered:
    """Who was first, what happened since, or who may: in words for this person."""
    if not isinstance(refusal, Refused):
        return notice(desk, words, "try_again" if isinstance(refusal, Conflict) else "gone", person)
    with desk.books.reading() as work:
        dossier = work.handoffs.dossier(refusal.handoff.id)
        return SAYS[type(refusal)](words, dossier, work.people, person)


def notice(desk: Desk, words: Words, key: str, person: str) -> Rendered:
    with desk.books.reading() as work:
        return words.notice(key, work.people.find(person))


def is_repeat(desk: Desk, refusal: Exception, person: str, meant: Event) -> bool:
    """The last thing that happened to this lead is what this person meant to do, by them."""
    if not isinstance(refusal, Refused) or isinstance(refusal, TELLING):
        return False
    with desk.books.reading() as work:
        journal = work.handoffs.dossier(refusal.handoff.id).journal
    last = next(move for move in reversed(journal) if move.event not in UNREMARKABLE)
    # Who says "not mine" and to whom it belongs has offered it there.
    means = (meant, Event.OFFERED) if meant is Event.NOT_MINE else (meant,)
    return last.event in means and last.by == person


def log_failure(done: Future[None]) -> None:
    """What goes wrong after the ack would otherwise vanish with its thread."""
    if not done.cancelled() and (error := done.exception()):
        log.error("Failed after the ack", action="after_ack_failed", exc_info=error)
