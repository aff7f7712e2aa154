"""What a replay tells: the figures as of the last event, week by week, and how much was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.messages import Card, Digest, Escalation, Reminder
from bot.domain.metrics import Figures
from bot.domain.offer import Offer
from bot.use_cases.desk import Desk
from bot.use_cases.ports import UnitOfWork
from bot.use_cases.report import BEGINNING, measured, monday_of

SAID = (Card.kind, Reminder.kind, Escalation.kind, Digest.kind)
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    total: Figures
    weeks: Sequence[tuple[date, Figures]]  # from the first week with a card to the last
    messages: Mapping[str, int]  # posts by kind; edits are not counted

    def to_json(self) -> dict[str, Any]:
        return {
            "total": self.total.to_json(),
            "weeks": [{"start": day.isoformat(), **week.to_json()} for day, week in self.weeks],
            "messages": dict(self.messages),
        }


def outcome(desk: Desk, names: Mapping[str, str]) -> Outcome:
    """Judged at the desk's present time. `names` are people's ids as the history calls them."""
    now = desk.clock()
    with desk.books.reading() as work:
        offers = [_named(offer, names) for offer in _all_posted(work, now)]
        return Outcome(
            total=measured(work, offers, now),
            weeks=[(day, measured(work, week, now)) for day, week in _weeks(offers, desk.zone)],
            messages={kind: work.deliveries.posted().get(kind, 0) for kind in SAID},
        )


def _all_posted(work: UnitOfWork, now: datetime) -> list[Offer]:
    return work.handoffs.offers_posted(BEGINNING, now + MOMENT)


def _named(offer: Offer, names: Mapping[str, str]) -> Offer:
    by = offer.answered_by
    return replace(offer, answered_by=names.get(by, by)) if by else offer


def _weeks(offers: Sequence[Offer], zone: str) -> list[tuple[date, list[Offer]]]:
    cohorts: defaultdict[date, list[Offer]] = defaultdict(list)
    for offer in offers:
        assert offer.posted_at is not None
        cohorts[monday_of(offer.posted_at, zone)].append(offer)
    if not cohorts:
        return []
    first, last = min(cohorts), max(cohorts)
    count = (last - first).days // 7 + 1
    mondays = [first + timedelta(weeks=number) for number in range(count)]
    return [(monday, cohorts[monday]) for monday in mondays]
