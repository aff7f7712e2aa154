"""Business time: when a team works, and the arithmetic of promises inside those hours.

An instant counts when the team's own wall clock, at that instant, shows a time inside one of the
day's blocks. So a day of 23 or 25 hours is as long as it really is, and an hour the clock shows
twice counts twice. `due` and `elapsed` are inverses; all instants are aware and come back in UTC.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache, partial
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

Block = tuple[int, int]  # minutes from local midnight: from the first up to, not with, the second

MINUTES_A_DAY = 1440
MONTHS_KEPT = 2048  # worked out already, of each calendar
MONTHS_SEARCHED = 120  # without any working time, before we say that none will come
LAST_MONTH = 9999 * 12 + 10  # the last whole month a datetime can hold

_NOTHING = timedelta()
_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class NoWorkingTime(Exception):
    """The calendar never opens, so nothing can fall due on it."""

    def __init__(self, calendar: Calendar) -> None:
        super().__init__(
            f"Calendar {calendar.name} has no working time ahead: give it hours in app.yaml."
        )


@dataclass(frozen=True)
class Calendar:
    """When a team works. `days` (special days; empty is a day off) win over `holidays`, and
    `holidays` over `week`. Blocks are in order and apart. Raises ValueError for any other shape,
    and ZoneInfoNotFoundError for an unknown zone."""

    name: str
    time_zone: str
    week: tuple[tuple[Block, ...], ...]  # Monday first, seven entries
    holidays: frozenset[date] = frozenset()
    days: Mapping[date, tuple[Block, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError(f"Calendar {self.name}: a week has 7 days, not {len(self.week)}.")
        for blocks in (*self.week, *self.days.values()):
            _refuse_disorder(self.name, blocks)
        ZoneInfo(self.time_zone)

    def __hash__(self) -> int:
        # `days` may be unhashable and is left to equality.
        return hash((self.name, self.time_zone, self.week, self.holidays))

    @cached_property
    def month(self) -> Callable[[int], _Month]:
        # Each calendar keeps its own. In one cache for all, the calendar of a second version of an
        # agreement, equal to the first's, would be found by comparing hundreds of holidays each
        # time, which costs ten times the arithmetic.
        return lru_cache(maxsize=MONTHS_KEPT)(partial(_month, self))

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def usual_day(self) -> timedelta:
        """Working time of the longest day of the usual week: what "1 working day" means."""
        return max(sum(end - start for start, end in blocks) for blocks in self.week) * _MINUTE

    def blocks(self, day: date) -> tuple[Block, ...]:
        """The blocks worked on this local day; empty for a day off."""
        if day in self.days:
            return self.days[day]
        return () if day in self.holidays else self.week[day.weekday()]


def _refuse_disorder(name: str, blocks: tuple[Block, ...]) -> None:
    edges = [edge for block in blocks for edge in block]
    apart = all(end <= start for (_, end), (start, _) in pairwise(blocks))
    inside = not edges or (min(edges) >= 0 and max(edges) <= MINUTES_A_DAY)
    if not (apart and inside and all(start < end for start, end in blocks)):
        raise ValueError(f"Calendar {name}: blocks {blocks} are not in order within one day.")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of working time, within one local day."""

    start: datetime
    end: datetime

    @property
    def time(self) -> timedelta:
        return self.end - self.start

    @property
    def minutes(self) -> float:
        return self.time / _MINUTE


@lru_cache(maxsize=512)
def in_zone(calendar: Calendar, zone: str) -> Calendar:
    """The same hours by the clocks of another zone: 9 to 5 there. An unknown zone changes
    nothing: people's profiles may name one that this machine has not heard of."""
    try:
        return calendar if zone == calendar.time_zone else replace(calendar, time_zone=zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Europe" is a folder of zones
        return calendar


def zone_named(name: str) -> ZoneInfo:
    """UTC for a zone that this machine has not heard of."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def elapsed(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Working time from `start` to `end`: the sum of |[start, end] ∩ w| over working windows w;
    negative where `end` is earlier. Raises ValueError for a naive datetime."""
    start, end = _utc(start), _utc(end)
    if end < start:
        return -elapsed(calendar, end, start)
    first, last = _month_of(start), _month_of(end)
    between = (calendar.month(number).total for number in range(first, last))
    worked = calendar.month(last).worked(end) - calendar.month(first).worked(start)
    return worked if first == last else sum(between, worked)


def due(calendar: Calendar, start: datetime, duration: timedelta) -> datetime:
    """The first instant with `elapsed(calendar, start, due) == duration`; `start` itself for no
    duration. Raises NoWorkingTime, and ValueError for a naive start or a negative duration."""
    start = _utc(start)
    if duration < _NOTHING:
        raise ValueError(f"A duration cannot be negative: {duration}.")
    if duration == _NOTHING:
        return start
    missing = duration + calendar.month(_month_of(start)).worked(start)
    for month in _months_from(calendar, start):
        if missing <= month.total:
            return month.reaches(missing)
        missing -= month.total
    raise NoWorkingTime(calendar)


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """`at` itself inside working time, else the start of the next block. Raises NoWorkingTime."""
    at = _utc(at)
    for month in _months_from(calendar, at):
        following = bisect_right(month.ends, at)
        if following < len(month.starts):
            return max(at, month.starts[following])
    raise NoWorkingTime(calendar)


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether the team works at this instant; a block's end is already closed."""
    at = _utc(at)
    month = calendar.month(_month_of(at))
    following = bisect_right(month.ends, at)
    return following < len(month.starts) and month.starts[following] <= at


def explain(calendar: Calendar, start: datetime, end: datetime) -> tuple[Window, ...]:
    """The windows that `elapsed(calendar, start, end)` adds up, in order; none if `end` <= `start`.

    Said aloud, in the calendar's zone: "Fri 16:30-17:00 = 30 min; Mon 09:00-09:12 = 12 min".
    """
    start, end = _utc(start), _utc(end)
    found: list[Window] = []
    for number in range(_month_of(start), _month_of(end) + 1):
        month = calendar.month(number)
        for opened, closed in zip(month.starts, month.ends, strict=True):
            if max(opened, start) < min(closed, end):
                _append(found, Window(max(opened, start), min(closed, end)), calendar.zone)
    return tuple(found)


def _append(found: list[Window], window: Window, zone: ZoneInfo) -> None:
    """A month's end in UTC, or a clock change, may cut what people see as one window: join it."""
    last = found[-1] if found else None
    if last and last.end == window.start and _same_day(last.start, window.start, zone):
        found[-1] = Window(last.start, window.end)
    else:
        found.append(window)


def _same_day(one: datetime, other: datetime, zone: ZoneInfo) -> bool:
    return one.astimezone(zone).date() == other.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class _Month:
    """The working windows inside one month of UTC, in order, with running totals."""

    starts: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    totals: tuple[timedelta, ...]  # working time from the month's start to the end of each window

    @property
    def total(self) -> timedelta:
        return self.totals[-1] if self.totals else _NOTHING

    def worked(self, until: datetime) -> timedelta:
        begun = bisect_right(self.starts, until) - 1
        if begun < 0:
            return _NOTHING
        return self.totals[begun] - max(self.ends[begun] - until, _NOTHING)

    def reaches(self, worked: timedelta) -> datetime:
        window = bisect_left(self.totals, worked)
        return self.ends[window] - (self.totals[window] - worked)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError("An instant needs a time zone; this one has none.")
    return instant.astimezone(UTC)


def _month_of(instant: datetime) -> int:
    return instant.year * 12 + instant.month - 1


def _months_from(calendar: Calendar, start: datetime) -> Iterator[_Month]:
    """The months from `start` on, until working time runs out for good."""
    idle = 0
    for number in range(_month_of(start), LAST_MONTH + 1):
        month = calendar.month(number)
        yield month
        idle = 0 if month.totals else idle + 1
        if idle > MONTHS_SEARCHED:
            return


def _month(calendar: Calendar, number: int) -> _Month:
    first, following = _first_of(number), _first_of(number + 1)
    starts: list[datetime] = []
    ends: list[datetime] = []
    totals: list[timedelta] = []
    worked = _NOTHING
    for start, end, offset in _steady(calendar.zone, first, following):
        for opened, closed in _open_on_the_wall(calendar, start + offset, end + offset):
            worked += closed - opened
            starts.append(opened - offset)
            ends.append(closed - offset)
            totals.append(worked)
    return _Month(tuple(starts), tuple(ends), tuple(totals))


def _first_of(number: int) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def _open_on_the_wall(
    calendar: Calendar, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Blocks between two wall-clock times. They carry UTC as a label only, so that the shift back
    by the offset gives an instant without asking the zone again."""
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while midnight < end:
        for first, last in calendar.blocks(midnight.date()):
            opened = max(midnight + first * _MINUTE, start)
            closed = min(midnight + last * _MINUTE, end)
            if opened < closed:
                yield opened, closed
        midnight += _DAY


def _steady(
    zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The stretches of `start` to `end` during which the zone keeps one offset from UTC."""
    begun, offset = start, _offset(zone, start)
    day = start
    while day < end:
        following = min(day + _DAY, end)
        if _offset(zone, following) != offset:
            change = _change(zone, day, following)
            yield begun, change, offset
            begun, offset = change, _offset(zone, following)
        day = following
    if begun < end:
        yield begun, end, offset


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second within a day at which the zone's offset changes."""
    old = _offset(zone, before)
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or _NOTHING
