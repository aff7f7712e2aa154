"""Business time against a clock that walks minute by minute, and the laws it must keep."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.domain.business_hours import (
    Block,
    Calendar,
    due,
    elapsed,
    explain,
    is_open,
    next_open,
)
from tests.unit.calendars import ALWAYS, DAY, HOUR, LUNCH, MIDDAY_OFF, MINUTE, NIGHT, OFFICE, utc

# Clock changes of every awkward kind: at 2 and 3 o'clock, by half an hour, one minute past
# midnight, at midnight itself, in the middle of a fasting month, and a date that never was.
CHANGES = [
    ("UTC", "2026-02-27"),
    ("Asia/Kolkata", "2026-12-31"),
    ("Europe/Stockholm", "2026-03-28"),
    ("Europe/Stockholm", "2026-10-24"),
    ("America/New_York", "2026-03-07"),
    ("America/New_York", "2026-10-31"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Australia/Lord_Howe", "2026-10-03"),
    ("America/St_Johns", "2010-11-06"),
    ("America/Sao_Paulo", "2018-11-03"),
    ("Africa/Casablanca", "2026-02-14"),
    ("Pacific/Apia", "2011-12-29"),
]

AROUND_MIDNIGHT = Calendar("st johns", "America/St_Johns", (((0, 20), (1385, 1400)),) * 7)


def is_open_by_the_wall(calendar: Calendar, at: datetime) -> bool:
    wall = at.astimezone(ZoneInfo(calendar.time_zone))
    today = wall.date()
    if today in calendar.days:
        blocks = calendar.days[today]
    elif today in calendar.holidays:
        blocks = ()
    else:
        blocks = calendar.week[today.weekday()]
    return any(start <= wall.hour * 60 + wall.minute < end for start, end in blocks)


def walked(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Independent of the code under test: look at the wall clock once a minute, and count."""
    steps = int((end - start) / MINUTE)
    return sum(is_open_by_the_wall(calendar, start + n * MINUTE) for n in range(steps)) * MINUTE


@st.composite
def blocks(draw: st.DrawFn) -> tuple[Block, ...]:
    usual = st.sampled_from([OFFICE, LUNCH, MIDDAY_OFF, ALWAYS, NIGHT, ()])
    edges = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(sorted)
    odd = edges.map(lambda found: tuple(zip(found[::2], found[1::2], strict=False)))
    return draw(st.one_of(usual, odd))


@st.composite
def moments(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar, and an instant within two days of a clock change of its zone."""
    zone, change = draw(st.sampled_from(CHANGES))
    first = date.fromisoformat(change)
    near = st.integers(-3, 5).map(lambda days: first + days * DAY)
    calendar = Calendar(
        "drawn",
        zone,
        (draw(blocks()),) * 4 + tuple(draw(blocks()) for _ in range(3)),
        frozenset(draw(st.sets(near, max_size=2))),
        draw(st.dictionaries(near, blocks(), max_size=2)),
    )
    return calendar, utc(change) + draw(st.integers(-1440, 3 * 1440)) * MINUTE


spans = st.integers(0, 3 * 1440).map(lambda minutes: minutes * MINUTE)
exact = st.timedeltas(timedelta(microseconds=1), timedelta(days=20))


@given(moments(), spans)
@example((AROUND_MIDNIGHT, utc("2010-11-07 02:00")), 4 * HOUR)  # 00:01 became 23:01
@settings(max_examples=80, deadline=None)
def test_elapsed_agrees_with_walking_minute_by_minute(
    moment: tuple[Calendar, datetime], span: timedelta
) -> None:
    """Every counted minute is one that the team's own wall clock shows as working time."""
    calendar, start = moment
    assert walked(calendar, start, start + span) == elapsed(calendar, start, start + span)
    assert is_open_by_the_wall(calendar, start) == is_open(calendar, start)


@given(moments(), exact)
@settings(max_examples=80, deadline=None)
def test_due_and_elapsed_are_inverses(
    moment: tuple[Calendar, datetime], duration: timedelta
) -> None:
    """A promise of so much working time ends after exactly so much, and not a moment later."""
    calendar, start = moment
    assume(any(calendar.week))
    ends = due(calendar, start, duration)
    instant_before = ends - timedelta(microseconds=1)
    assert duration == elapsed(calendar, start, ends)
    assert elapsed(calendar, start, instant_before) < duration


@given(moments(), exact, exact)
@settings(max_examples=80, deadline=None)
def test_a_promise_in_two_parts_is_the_whole_and_more_time_is_never_due_earlier(
    moment: tuple[Calendar, datetime], first: timedelta, second: timedelta
) -> None:
    """Paused and resumed, a clock ends where it would have; a longer promise always ends later."""
    calendar, start = moment
    assume(any(calendar.week))
    middle, end = due(calendar, start, first), due(calendar, start, first + second)
    assert end == due(calendar, middle, second)
    assert start < middle < end


@given(moments(), spans, exact)
@settings(max_examples=80, deadline=None)
def test_a_promise_begun_later_is_never_due_earlier(
    moment: tuple[Calendar, datetime], later: timedelta, duration: timedelta
) -> None:
    """Whoever waits with a lead, or hands it in before hours, gets no instant ahead of others."""
    calendar, start = moment
    assume(any(calendar.week))
    ends = due(calendar, start, duration)
    delayed = due(calendar, start + later, duration)
    assert ends <= delayed
    assert elapsed(calendar, start, start + later) == elapsed(calendar, ends, delayed)


@given(moments(), spans, spans)
@settings(max_examples=80, deadline=None)
def test_working_time_adds_up_and_never_runs_back(
    moment: tuple[Calendar, datetime], first: timedelta, second: timedelta
) -> None:
    """Two stretches make the whole, no stretch is negative, and none exceeds the wall clock."""
    calendar, start = moment
    middle, end = start + first, start + first + second
    whole = elapsed(calendar, start, end)
    parts = elapsed(calendar, start, middle), elapsed(calendar, middle, end)
    assert whole == sum(parts, timedelta())
    assert all(timedelta() <= part for part in parts)
    assert whole <= end - start
    assert -whole == elapsed(calendar, end, start)


@given(moments(), spans)
@settings(max_examples=80, deadline=None)
def test_the_explanation_adds_up_to_what_was_counted(
    moment: tuple[Calendar, datetime], span: timedelta
) -> None:
    """The windows shown are in order, apart, and sum to the time that was judged."""
    calendar, start = moment
    windows = explain(calendar, start, start + span)
    counted = sum((window.time for window in windows), timedelta())
    assert elapsed(calendar, start, start + span) == counted
    assert all(a.end <= b.start for a, b in pairwise(windows))
    assert all(start <= window.start < window.end <= start + span for window in windows)


@given(moments())
@settings(max_examples=80, deadline=None)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    moment: tuple[Calendar, datetime],
) -> None:
    """What waits for working hours is said at their very first minute."""
    calendar, at = moment
    assume(any(calendar.week))
    opening = next_open(calendar, at)
    assert is_open(calendar, opening)
    assert timedelta() == elapsed(calendar, at, opening)
    assert at <= opening


@given(moments())
@settings(max_examples=20, deadline=None)
def test_no_duration_is_due_at_once(moment: tuple[Calendar, datetime]) -> None:
    """Nothing to wait for means now, inside and outside working hours."""
    calendar, start = moment
    assert start == due(calendar, start, timedelta())
