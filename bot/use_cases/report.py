"""The weekly digest: what was promised and kept, this week beside the week before.

A digest is a row, unique by kind, channel and period. Whoever makes the row queues its messages in
the same commit, so it is said once, however often or on however many machines this is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.messages import Digest, DigestBreakdown
from bot.domain.metrics import Figures, measure
from bot.domain.offer import Offer
from bot.use_cases.desk import Desk, DigestSlot, week_period
from bot.use_cases.ports import UnitOfWork

WEEKLY = "weekly"  # the kind, in the table of reports
WEEK = timedelta(days=7)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def post_due_digests(desk: Desk) -> int:
    """Queue the digest whose slot came last, unless it was before; returns how many were queued.

    After downtime only the latest is said. A Baton that never posted a card has nothing to say.
    """
    if desk.digest is None:
        return 0
    now = desk.clock()
    channel = f"#{desk.digest.channel.removeprefix('#')}"
    monday = reported_week(last_slot(desk.digest, desk.zone, now), desk.zone)
    starts, ends = week_bounds(monday, desk.zone)
    with desk.books.reading() as work:
        said = work.reports.exists(WEEKLY, channel, week_period(monday))
        if said or not _anything_posted(work, starts, ends):
            return 0
    figures = week_figures(desk, monday)
    with desk.books.writing() as work:
        period = week_period(monday)
        report = work.reports.open(WEEKLY, channel, period, starts, ends, figures, now)
        if report is None:
            return 0
        work.outbox.put(Digest(report.id), channel, now)
        work.outbox.put(DigestBreakdown(report.id), channel, now)
        work.commit()
    desk.said()
    return 1


def week_figures(desk: Desk, monday: date) -> dict[str, Any]:
    """The week that begins on this Monday beside the one before, as JSON values, as of now.

    `week` and `before` hold the agreed figures, the share of acceptance with its interval, and how
    many promises still run; `starts` and `ends` are the local days (the last is the next Monday).
    """
    before, week = two_weeks(desk, monday)
    return {
        "week": _said(week),
        "before": _said(before),
        "starts": monday.isoformat(),
        "ends": (monday + WEEK).isoformat(),
    }


def two_weeks(desk: Desk, monday: date) -> tuple[Figures, Figures]:
    """The week before the one that begins on this Monday, and that one, as of now."""
    now = desk.clock()
    with desk.books.reading() as work:
        before = figures_between(work, *week_bounds(monday - WEEK, desk.zone), now)
        return before, figures_between(work, *week_bounds(monday, desk.zone), now)


def figures_between(work: UnitOfWork, start: datetime, end: datetime, now: datetime) -> Figures:
    """The cohort whose cards were posted from `start` up to, not with, `end`, judged at `now`; and
    the questions to marketing that were asked in that time."""
    posted = work.handoffs.offers_posted(start, end)
    return measured(work, posted, now, work.handoffs.asked_between(start, end))


def measured(
    work: UnitOfWork, offers: Sequence[Offer], now: datetime, asked: Sequence[Offer] = ()
) -> Figures:
    """The figures of these offers, each by the terms it was made under."""
    versions = {offer.promised.terms_version for offer in (*offers, *asked)}
    terms = {version: work.terms.get(version) for version in versions}
    return measure(offers, terms, now, asked)


def last_slot(slot: DigestSlot, zone: str, now: datetime) -> datetime:
    """The latest instant, not after `now`, at which the digest was due."""
    return max(at for at in _slots_around(slot, zone, now) if at <= now)


def next_slot(slot: DigestSlot, zone: str, after: datetime) -> datetime:
    """The first instant later than `after` at which the digest is due."""
    return min(at for at in _slots_around(slot, zone, after) if at > after)


def reported_week(slot_at: datetime, zone: str) -> date:
    """The Monday of the last whole week before a digest's slot."""
    return monday_of(slot_at, zone) - WEEK


def monday_of(instant: datetime, zone: str) -> date:
    """The Monday that begins the local week of an instant."""
    day = instant.astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


def week_bounds(monday: date, zone: str) -> tuple[datetime, datetime]:
    """From local midnight to local midnight, in UTC: 167 or 169 hours over a clock change."""
    return _local(monday, time(), zone), _local(monday + WEEK, time(), zone)


def week_named(period: str) -> date:
    """The Monday of `2012-W05`. Raises ValueError with a sentence for whoever typed it."""
    year, _, week = period.upper().partition("-W")
    try:
        return date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        raise ValueError(f"'{period}' is no week: write it like 2026-W05.") from None


def _slots_around(slot: DigestSlot, zone: str, instant: datetime) -> list[datetime]:
    today = instant.astimezone(ZoneInfo(zone)).date()
    day = today - timedelta(days=(today.weekday() - slot.weekday) % 7)
    at = time(slot.hour, slot.minute)
    return [_local(on, at, zone) for on in (day - WEEK, day, day + WEEK)]


def _local(day: date, at: time, zone: str) -> datetime:
    """Of a time the clock shows twice the first; of one it skips, as much later as it skips."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def _anything_posted(work: UnitOfWork, starts: datetime, ends: datetime) -> bool:
    """In this week, or ever before it; the whole past is read only after a quiet week."""
    posted = work.handoffs.offers_posted
    return bool(posted(starts, ends) or posted(starts - WEEK, starts) or posted(BEGINNING, starts))


def _said(figures: Figures) -> Mapping[str, Any]:
    total = figures.total
    return {
        **figures.to_json(),
        "acceptance": total.acceptance.to_json(),
        "running": {
            "answer": total.answer.running,
            "touch": total.touch.running,
            "qualify": total.qualify.running,
            "feedback": figures.feedback.running,
        },
    }
