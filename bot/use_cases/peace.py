"""When somebody is left in peace: their nights, Slack's do-not-disturb, their days off, and enough
for one day. All by the clocks of the person's own zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.business_hours import Calendar, next_open
from bot.domain.consideration import Consideration
from bot.use_cases.records import Signal

LOOK_AGAIN = timedelta(minutes=30)  # at do-not-disturb: whoever began it can end it early
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a reminder would disturb, and how they want to be left in peace."""

    zone: ZoneInfo
    wish: Consideration
    signal: Signal

    def peace_until(self, now: datetime) -> datetime | None:
        """When their night ends, or their do-not-disturb has to be looked at again; None when a
        message is welcome."""
        ends = (self._night_until(now), self._undisturbed_until(now))
        return max((end for end in ends if end), default=None)

    def today(self, now: datetime) -> datetime:
        """Since when a message counts as today's."""
        return _instant(now.astimezone(self.zone).date(), time(), self.zone)

    def rest_from(self, now: datetime) -> datetime:
        """From when on what exceeds today's budget is said, as one list."""
        return _instant(now.astimezone(self.zone).date(), self.wish.rest_at, self.zone)

    def next_morning(self, now: datetime) -> datetime:
        tomorrow = now.astimezone(self.zone).date() + _DAY
        return _instant(tomorrow, self.wish.quiet_until, self.zone)

    def _night_until(self, now: datetime) -> datetime | None:
        if not is_night(now.astimezone(self.zone).time(), self.wish):
            return None
        return next(end for end in _mornings(now, self.zone, self.wish.quiet_until) if end > now)

    def _undisturbed_until(self, now: datetime) -> datetime | None:
        until = self.signal.dnd_until
        if not self.wish.do_not_disturb or until is None or until <= now:
            return None
        begun = self.signal.dnd_from is None or self.signal.dnd_from <= now
        return min(until, now + LOOK_AGAIN) if begun else None


def is_night(shown: time, wish: Consideration) -> bool:
    """Do clocks show a quiet time? The quiet time may go over midnight, or be none at all."""
    if wish.quiet_from <= wish.quiet_until:
        return wish.quiet_from <= shown < wish.quiet_until
    return shown >= wish.quiet_from or shown < wish.quiet_until


def over_budget_until(
    reader: Reader, said_today: int, since_rest: int, now: datetime
) -> datetime | None:
    """Until when reminders wait because enough was said today; None when there is room for one
    message more. The last one of a day is the list of all that exceeded the budget; `since_rest`:
    so many were said since its time."""
    if said_today < reader.wish.per_day:
        return None
    rest = reader.rest_from(now)
    if now < rest:
        return rest
    exceeded = said_today > reader.wish.per_day and since_rest > 0
    return reader.next_morning(now) if exceeded else None


def day_off_until(calendar: Calendar, now: datetime) -> datetime | None:
    """When work goes on, on a day on which nobody works by this calendar; None on other days."""
    today = now.astimezone(calendar.zone).date()
    return None if calendar.blocks(today) else next_open(calendar, now)


def _mornings(now: datetime, zone: ZoneInfo, at: time) -> Iterator[datetime]:
    """When clocks show this time, today and tomorrow. Where they are put back they show it twice:
    a night that goes on then ends with the second."""
    today = now.astimezone(zone).date()
    for day in (today, today + _DAY):
        for fold in (0, 1):
            yield _instant(day, at.replace(fold=fold), zone)


def _instant(day: date, shown: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, shown, zone).astimezone(UTC)
