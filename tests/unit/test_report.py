"""When the weekly digest is due, and which week it speaks of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.use_cases.desk import DigestSlot, week_period
from bot.use_cases.report import (
    last_slot,
    monday_of,
    next_slot,
    reported_week,
    week_bounds,
    week_named,
)

STOCKHOLM = "Europe/Stockholm"
MONDAY_NINE = DigestSlot("mql-handoff", 0, 9, 0)
ZONES = [STOCKHOLM, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]

instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
slots = st.builds(
    DigestSlot, st.just("mql-handoff"), st.integers(0, 6), st.integers(0, 23), st.integers(0, 59)
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (utc(2026, 3, 23, 8, 0), utc(2026, 3, 23, 8)),  # winter time: nine is eight in UTC
        (utc(2026, 3, 23, 7, 59), utc(2026, 3, 16, 8)),
        (utc(2026, 3, 30, 7, 0), utc(2026, 3, 30, 7)),  # the clocks went forward on the 29th
        (utc(2026, 10, 26, 7, 59), utc(2026, 10, 19, 7)),  # and back on the 25th of October
        (utc(2026, 10, 26, 8, 0), utc(2026, 10, 26, 8)),
        (utc(2026, 4, 2, 12), utc(2026, 3, 30, 7)),  # after downtime: the latest alone
    ],
)
def test_the_digest_is_due_at_the_agreed_local_time(now: datetime, slot: datetime):
    """Nine o'clock is nine on the team's own clock, in winter and in summer."""
    assert slot == last_slot(MONDAY_NINE, STOCKHOLM, now)


def test_a_slot_in_the_hour_that_the_spring_skips_still_comes_once():
    """Half past two does not exist on that Sunday: the digest comes at half past three."""
    slot = DigestSlot("mql-handoff", 6, 2, 30)
    assert utc(2026, 3, 29, 1, 30) == next_slot(slot, STOCKHOLM, utc(2026, 3, 28))


def test_a_slot_in_the_hour_that_the_autumn_repeats_comes_once():
    """Half past two comes twice on that Sunday: the digest comes at the first."""
    slot = DigestSlot("mql-handoff", 6, 2, 30)
    assert utc(2026, 10, 25, 0, 30) == next_slot(slot, STOCKHOLM, utc(2026, 10, 24))
    assert utc(2026, 11, 1, 1, 30) == next_slot(slot, STOCKHOLM, utc(2026, 10, 25, 0, 30))


@given(instants, slots, st.sampled_from(ZONES))
def test_slots_follow_each_other_without_gap_or_repeat(now: datetime, slot: DigestSlot, zone: str):
    """Whatever the zone and the hour, between two digests lies about a week and nothing else."""
    last, following = last_slot(slot, zone, now), next_slot(slot, zone, now)
    assert last <= now < following
    assert abs(following - last - timedelta(days=7)) <= timedelta(hours=1)
    assert following == next_slot(slot, zone, last)
    assert last == last_slot(slot, zone, following - timedelta(microseconds=1))


def test_a_monday_digest_speaks_of_the_week_that_just_ended():
    """On Monday morning people read about Monday to Sunday before it."""
    assert date(2026, 3, 23) == reported_week(utc(2026, 3, 30, 7), STOCKHOLM)


def test_a_week_over_a_clock_change_is_an_hour_shorter_or_longer():
    """Weeks begin at local midnight, so no card falls between two of them."""
    spring = week_bounds(date(2026, 3, 23), STOCKHOLM)
    autumn = week_bounds(date(2026, 10, 19), STOCKHOLM)
    assert (utc(2026, 3, 22, 23), utc(2026, 3, 29, 22)) == spring
    assert timedelta(hours=169) == autumn[1] - autumn[0]
    assert spring[1] == week_bounds(date(2026, 3, 30), STOCKHOLM)[0]


def test_the_week_of_an_instant_is_the_local_one():
    """Sunday 23:30 in UTC is already Monday in Stockholm."""
    assert date(2026, 3, 30) == monday_of(utc(2026, 3, 29, 23, 30), STOCKHOLM)


def test_a_week_is_named_as_people_type_it():
    """2012-W05 is the week of 30 January 2012, and back."""
    assert date(2012, 1, 30) == week_named("2012-W05") == week_named("2012-w5")
    assert "2012-W05" == week_period(date(2012, 1, 30))


@pytest.mark.parametrize("typed", ["", "2012", "2012-05", "2012-W54", "W05", "next week"])
def test_a_week_that_is_none_is_explained(typed: str):
    """A wrong week gets a sentence with a right one in it."""
    with pytest.raises(ValueError, match="write it like 2026-W05"):
        week_named(typed)
