"""What became of a claimed row, written down: each method is one transaction that frees the lane,
or says until when it stays closed. Nothing here speaks to Slack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.delivery import posted_cards
from bot.delivery.letters import Impossible, NoSuchPlace, NotWanted, NotYet, Unsaid
from bot.delivery.outcomes import (
    Broken,
    Failure,
    Gone,
    RateLimited,
    RefusedContent,
    TryLater,
    Unknown,
    Unlisted,
    reason,
)
from bot.delivery.slack_errors import BROKEN_TOKEN
from bot.domain.messages import Card, DigestChart
from bot.use_cases.ports import Books, UnitOfWork
from bot.use_cases.records import Parcel, PostedCard

log = structlog.get_logger(__name__)

# Part of the transaction that closes a lane: which place, why, when.
OnClosed = Callable[[UnitOfWork, str, str, datetime], None]


def tell_nobody(_work: UnitOfWork, _place: str, _why: str, _now: datetime) -> None:
    """The log says it."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast, and how patient. Pauses between messages are workspace time, the rest wire time.

    A send begins early enough to have ended, and to show in the channel, before the lease does:
    `lease` must be longer than `http_timeout` and `settling` together.
    """

    between_posts: timedelta = timedelta(seconds=1)  # in one lane
    first_pause: timedelta = timedelta(seconds=1)  # doubles with each attempt
    longest_pause: timedelta = timedelta(minutes=1)
    lease: timedelta = timedelta(seconds=60)
    http_timeout: timedelta = timedelta(seconds=10)
    settling: timedelta = timedelta(seconds=10)  # until a post surely shows in the history
    picture: timedelta = timedelta(seconds=30)  # the digest waits so long for its chart
    late_picture: timedelta = timedelta(minutes=10)  # and its thread so long

    def pause(self, attempts: int) -> timedelta:
        return min(self.first_pause * (1 << min(attempts, 16)), self.longest_pause)


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a message now is."""

    channel: str
    ts: str
    updated: PostedCard | None = None  # the card that was there before and was changed in place
    permalink: str = ""  # of a card, where it was asked for
    chart_follows: bool = False  # a digest posted without its picture


class Settling:
    def __init__(
        self,
        books: Books,
        clock: Callable[[], datetime],
        wire_clock: Callable[[], datetime],
        tempo: Tempo,
        on_closed: OnClosed,
    ) -> None:
        self._books = books
        self._clock = clock
        self._wire_clock = wire_clock
        self._tempo = tempo
        self._on_closed = on_closed

    def sent(self, parcel: Parcel, sent: Sent) -> None:
        """Its ts is kept; with a new card the answer clock starts, in the same commit."""
        now, message = self._clock(), parcel.message
        free_at = None if sent.updated else now + self._tempo.between_posts
        with self._books.writing() as work:
            if isinstance(message, Card):
                _keep_card(work, message, sent, parcel.lane, now)
            if sent.chart_follows:
                work.outbox.put(DigestChart(getattr(message, "report", 0)), parcel.lane, now)
            work.deliveries.settle(parcel, sent.ts, free_at, sent.channel)
            work.commit()
        log.info("Delivered", action="updated" if sent.updated else "posted", **shown(parcel))

    def unsaid(self, parcel: Parcel, unsaid: Unsaid) -> None:
        """Nothing was sent."""
        with self._books.writing() as work:
            match unsaid:
                case NotWanted():
                    work.deliveries.drop(parcel, unsaid.why)
                case NotYet() if parcel.in_doubt:  # not even looked for: that is still to be done
                    until = self._wire_clock() + self._tempo.pause(parcel.attempts)
                    work.deliveries.doubt(parcel, until)
                case NotYet():
                    until = self._clock() + self._tempo.pause(parcel.attempts)
                    work.deliveries.put_off(parcel, until, unsaid.why)
                case NoSuchPlace():
                    self._close(work, parcel, unsaid.why)
                case _:
                    work.deliveries.fail(parcel, unsaid.why)
            work.commit()
        tell = log.error if isinstance(unsaid, Impossible | NoSuchPlace) else log.info
        action = _ACTIONS.get(type(unsaid), "failed")
        tell("Not said", action=action, why=unsaid.why, **_what_to_do(unsaid), **shown(parcel))

    def failed(self, parcel: Parcel, failure: Failure, repeatable: bool) -> None:
        """Slack did not say yes. `repeatable`: twice is as good as once, so doubt does no harm."""
        pause = self._tempo.pause(parcel.attempts)
        in_doubt = self._tempo.http_timeout + self._tempo.settling
        why = reason(failure)
        with self._books.writing() as work:
            match failure:
                case RateLimited(after):
                    work.deliveries.put_off(parcel, self._clock() + after, why)
                case Unknown() if not repeatable:
                    work.deliveries.doubt(parcel, self._wire_clock() + in_doubt)
                case TryLater() | Unknown():
                    work.deliveries.put_off(parcel, self._clock() + pause, why)
                case Broken() | Unlisted():
                    self._close(work, parcel, why)
                case RefusedContent() | Gone():
                    work.deliveries.fail(parcel, why)
            work.commit()
        loud = isinstance(failure, Broken | Unlisted | RefusedContent | Gone)
        tell = log.error if loud else log.info
        action = _ACTIONS.get(type(failure), "failed")
        tell("Not delivered", action=action, why=why, **_what_to_do(failure), **shown(parcel))

    def _close(self, work: UnitOfWork, parcel: Parcel, why: str) -> None:
        work.deliveries.pause(parcel, why)
        if why not in BROKEN_TOKEN:  # then nothing can be said to anybody
            self._on_closed(work, parcel.lane, why, self._clock())

    def still_in_doubt(self, parcel: Parcel, after: timedelta, why: str) -> None:
        """We could not even look: again in a while."""
        with self._books.writing() as work:
            work.deliveries.doubt(parcel, self._wire_clock() + after)
            work.commit()
        log.info("Still in doubt", action="in_doubt", why=why, **shown(parcel))


def _keep_card(work: UnitOfWork, message: Card, sent: Sent, lane: str, now: datetime) -> None:
    if sent.updated is None:
        place = (sent.channel, sent.ts, sent.permalink)
        posted_cards.keep(work, message, *place, lane=lane, now=now)
    elif sent.permalink:
        linked = replace(sent.updated, permalink=sent.permalink)
        work.deliveries.keep_card(message.handoff, linked)


_ACTIONS: dict[type, str] = {
    NotWanted: "dropped",
    NotYet: "put_off",
    Impossible: "failed",
    NoSuchPlace: "lane_paused",
    RateLimited: "rate_limited",
    TryLater: "put_off",
    Unknown: "in_doubt",
    Broken: "lane_paused",
    Unlisted: "lane_paused",
    RefusedContent: "failed",
    Gone: "failed",
}


def _what_to_do(about: Failure | Unsaid) -> dict[str, str]:
    """A paused lane stays so until a person does something."""
    match about:
        case NoSuchPlace():
            return {"do": "correct the name in app.yaml, or invite Baton there; then `baton check`"}
        case Broken(why) if why in _MENDS:
            return {"do": f"{_MENDS[why]}; then `baton resume`"}
        case Broken(why) if why in BROKEN_TOKEN:
            return {"do": "mend the app's token or scopes (see `baton check`), then restart Baton"}
        case Broken() | Unlisted():
            return {"do": "find out what Slack means (see `baton check`); then `baton resume`"}
    return {}


_MENDS = {
    "channel_not_found": "/invite @Baton there, or name another channel in app.yaml",
    "channel_is_archived": "unarchive the channel, or name another one in app.yaml",
    "is_archived": "unarchive the channel, or name another one in app.yaml",
    "not_in_channel": "/invite @Baton there",
    "restricted_action": "let Baton post there (channel settings)",
    "message_limit_exceeded": "make room in the workspace",
}


def shown(parcel: Parcel) -> dict[str, Any]:
    """What a log line says about a row: no names, so a person's lane is only a DM."""
    lane = parcel.lane if parcel.lane.startswith(("#", "C", "G")) else "a direct message"
    return {"message": parcel.message.kind, "row": parcel.id, "lane": lane}
