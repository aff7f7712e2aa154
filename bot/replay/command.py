"""What `baton replay` does: opens the parts, runs the history, and hands back what came of it."""

from __future__ import annotations

import gc
import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot import clock
from bot.app import desk_of
from bot.company import company_domain_of
from bot.config import Settings
from bot.delivery.courier import Courier
from bot.delivery.outcomes import Failure, Post, Rendered, Roster, TryLater, Unknown, reason
from bot.delivery.replay_slack import AnswersAtOnce, SentForReal
from bot.delivery.settling import Tempo
from bot.delivery.slack_api import SlackApi
from bot.delivery.wording import Words
from bot.domain.agreement import NextStep, Reason
from bot.domain.messages import Digest, DigestChart, Message
from bot.replay import people
from bot.replay.history import History
from bot.replay.outcome import Outcome, outcome
from bot.replay.run import Delivery, LeftOut, Replay, SimulatedTime
from bot.use_cases.desk import Desk
from bot.use_cases.ports import UnitOfWork
from storage.books import Books

LOOK_EVERY_SECONDS = 0.2  # while a real Slack makes us wait
LANES = 50  # at a time
GARBAGE_IS_RARE = (100_000, 50, 50)
AT_ONCE = Tempo(between_posts=timedelta())


class SlackUnreadable(RuntimeError):
    """The real Slack does not let us read its directory."""


def replay(
    settings: Settings,
    history: History,
    database: str | None = None,
    slack: str | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> tuple[Outcome, list[LeftOut]]:
    """Run the history under these settings; without a database, in one that is thrown away.

    Raises AnotherReplay, BadHistory, SlackUnreadable.
    """
    # Nothing here makes cycles worth looking for at every step: a tenth of the time.
    gc.freeze()
    gc.set_threshold(*GARBAGE_IS_RARE)
    with _quietly(), _address(database) as address, closing(Books(address)) as books:
        books.migrate(company_domain_of(settings.intake.free_mail))
        run, desk, names = _put_together(settings, history, books, slack)
        run.run(progress)
        return outcome(desk, names), run.left_out


@contextmanager
def _quietly() -> Iterator[None]:
    """A line for each message of five months would hide the errors."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    try:
        yield
    finally:
        structlog.configure(**before)


@contextmanager
def _address(database: str | None) -> Iterator[str]:
    if database is not None:
        yield database
        return
    with tempfile.TemporaryDirectory(prefix="baton-replay-") as folder:
        yield f"sqlite:///{Path(folder) / 'replay.db'}"


def _put_together(
    settings: Settings, history: History, books: Books, slack: str | None
) -> tuple[Replay, Desk, dict[str, str]]:
    now = SimulatedTime(history.rows[0].at)
    desk = replace(
        desk_of(_as_history_gives_reasons(settings, history), books, now), replaying=True
    )
    api = SlackApi(settings.slack.bot_token.get_secret_value(), clock.now, slack) if slack else None
    roster = _roster(settings, history, api)
    with books.writing() as work:
        work.people.replace_all(roster.people, roster.groups, roster.channels)
        posted = sum(work.deliveries.posted().values())
        work.commit()
    words = AsOf(Words(desk, settings.language), now)
    if api:
        delivery = _for_real(books, SentForReal(api, now), words)
    else:
        delivery = _at_once(books, AnswersAtOnce(now, posted), words, now)
    ids = people.ids(roster, history.actors)
    run = Replay(desk, books, now, history, ids, delivery)
    return run, desk, {id_: actor for actor, id_ in ids.items()}


def _as_history_gives_reasons(settings: Settings, history: History) -> Settings:
    """Reasons of old that the agreement does not list are kept as they were given."""
    agreement = settings.agreement
    listed = {reason.code for reason in agreement.terms.reasons}
    old = [Reason(code, code, NextStep.NURTURE) for code in sorted(history.reasons - listed)]
    terms = replace(agreement.terms, reasons=(*agreement.terms.reasons, *old))
    return replace(settings, agreement=replace(agreement, terms=terms))


def _roster(settings: Settings, history: History, api: SlackApi | None) -> Roster:
    actors = sorted(history.actors)
    if api is None:
        owners = settings.intake.owners.values()
        return people.made_up(actors, settings.queues, settings.digest.channel, owners)
    real = api.roster()
    if not isinstance(real, Roster):
        raise SlackUnreadable(_why(real))
    return people.completed(real, actors)


def _why(failure: Failure) -> str:
    if isinstance(failure, (TryLater, Unknown)):  # nothing there answered as Slack does
        return "No Slack answers at the address of --slack."
    return f"Slack does not say who is there ({reason(failure)}): check SLACK_BOT_TOKEN."


def _at_once(books: Books, slack: Post, words: AsOf, now: SimulatedTime) -> Delivery:
    courier = Courier(books, slack, words, now, clock.now, AT_ONCE)

    def deliver() -> datetime | None:
        while True:
            claimed = courier.claim(LANES)
            for each in claimed:
                courier.deliver(each)
            with books.reading() as work:
                ready = work.deliveries.next_ready()
            if not claimed or ready is None or ready > now():
                return ready

    return Delivery(deliver)


def _for_real(books: Books, slack: Post, words: AsOf) -> Delivery:
    """A real Slack has its own pace: the courier lives in real time, its words do not."""
    courier = Courier(books, slack, words, clock.now, clock.now)

    def deliver() -> None:
        while courier.deliver_due() or _something_waits(books):
            time.sleep(LOOK_EVERY_SECONDS)

    return Delivery(deliver, over_a_network=True)


def _something_waits(books: Books) -> bool:
    """In lanes that are not paused; or in doubt, where no lane is paused."""
    with books.reading() as work:
        waits = work.deliveries
        return waits.next_ready() is not None or bool(waits.oldest_unsent() and not waits.paused())


class AsOf:
    """Words said at the simulated instant, whatever the courier's clock shows."""

    def __init__(self, words: Words, now: SimulatedTime) -> None:
        self._words = words
        self._now = now

    def render(
        self, message: Message, work: UnitOfWork, now: datetime, to: str = "", picture: str = ""
    ) -> Rendered:
        return self._words.render(message, work, self._now(), to, picture)

    def chart_alt(self, message: Digest | DigestChart, work: UnitOfWork) -> str:
        return self._words.chart_alt(message, work)
