"""What the people who look after Baton must hear, because what is set up does not work."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from bot.domain.messages import LeaversDoubted, Message, PlaceClosed, Unheard
from bot.use_cases.desk import Desk
from bot.use_cases.ports import UnitOfWork

log = structlog.get_logger(__name__)


def step_unheard(desk: Desk, work: UnitOfWork, news: Unheard, now: datetime) -> None:
    """A step reached nobody: once a day for each step of a queue."""
    log.error(
        "A step of the ladder reached nobody",
        action="step_unheard",
        queue=news.queue,
        clock=news.clock.value,
        percent=news.percent,
        do="correct the names in app.yaml, or the group or channel in Slack; then `baton check`",
    )
    _tell(desk, work, news, f"{news.queue} {news.clock} {news.percent} %", now)


def leavers_doubted(desk: Desk, work: UnitOfWork, news: LeaversDoubted, now: datetime) -> None:
    """A whole team is gone, says Slack: once a day for each queue."""
    log.warning(
        "Everybody who has leads of a queue is missing at once: nothing is given back",
        action="leavers_doubted",
        queue=news.queue,
        people=len(news.people),
        do="mend the group in Slack or the sellers in app.yaml; or have the manager release leads",
    )
    _tell(desk, work, news, news.queue, now)


def place_closed(desk: Desk, work: UnitOfWork, place: str, why: str, now: datetime) -> None:
    """Slack takes nothing for this channel, or this person, any more: once a day for each."""
    _tell(desk, work, PlaceClosed(place, why), place, now, work.people.id_of(place))


def _tell(
    desk: Desk, work: UnitOfWork, news: Message, about: str, now: datetime, but: str | None = None
) -> None:
    """Everybody of the admins, but whom we cannot write to. That it was said today is a row among
    the reports, unique for what it is about and the day: whoever makes it queues the message, in
    the same commit, on any number of machines."""
    admins = sorted(work.people.members(desk.admins) - {but})
    day = now.astimezone(zone := ZoneInfo(desk.zone)).date()
    starts, ends = (datetime.combine(on, time(), zone) for on in (day, day + timedelta(days=1)))
    first = work.reports.open(news.kind, about, day.isoformat(), starts, ends, {}, now)
    for admin in admins if first else ():
        work.outbox.put(news, admin, now)
