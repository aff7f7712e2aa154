"""A week's digest, in a short history and in a long one: the past should cost nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement

from benchmarks.copies import MINUTE, WEEK, copy_all
from benchmarks.office import MONDAY, Office, office, sqlite_url
from benchmarks.side_by_side import Figure, repeated, side_by_side
from bot.domain.move import Event
from bot.use_cases import answer, follow_up
from bot.use_cases.report import figures_between, week_bounds

SEEDS = 200  # offers of the newest week, made by the use cases
COPIES_A_WEEK = 100
FEW_WEEKS, MANY_WEEKS = 5, 20  # 100,000 and 400,000 offers
QUIET = MONDAY.date()
BUSY = QUIET - timedelta(weeks=1)
BUSY_ROUNDS = 3
QUIET_ROUNDS = 15
QUIET_AT_ONCE = 5


@dataclass(frozen=True, slots=True)
class History:
    office: Office

    def week(self, monday: date) -> dict[str, Any]:
        starts, ends = week_bounds(monday, self.office.desk.zone)
        with self.office.books.reading() as work:
            return figures_between(work, starts, ends, self.office.time()).to_json()


def measure(folder: Path) -> Iterator[Figure]:
    with ExitStack() as stack:
        many, few = (
            History(stack.enter_context(office(sqlite_url(folder, f"digest-{weeks}"))))
            for weeks in (MANY_WEEKS, FEW_WEEKS)
        )
        _fill(many.office, sqlite_url(folder, f"digest-{MANY_WEEKS}"), MANY_WEEKS)
        _fill(few.office, sqlite_url(folder, f"digest-{FEW_WEEKS}"), FEW_WEEKS)
        yield _busy(many, few)
        yield _quiet(many, few)


def _busy(many: History, few: History) -> Figure:
    figures = many.week(BUSY)
    assert figures["posted"] == SEEDS * COPIES_A_WEEK
    assert figures == few.week(BUSY)
    return Figure(
        "digest, busy week",
        side_by_side(lambda: many.week(BUSY), lambda: few.week(BUSY), BUSY_ROUNDS),
        low=0.7,
        high=1.4,
        means="a week of 20,000 offers after 400,000 others, to the same after 100,000",
    )


def _quiet(many: History, few: History) -> Figure:
    figures = many.week(QUIET)
    assert figures["posted"] == SEEDS
    assert figures == few.week(QUIET)
    pair = side_by_side(
        repeated(QUIET_AT_ONCE, lambda: many.week(QUIET)),
        repeated(QUIET_AT_ONCE, lambda: few.week(QUIET)),
        QUIET_ROUNDS,
        QUIET_AT_ONCE,
    )
    return Figure(
        "digest, quiet week",
        pair,
        low=0.6,
        high=1.5,
        means="a week of 200 offers after 400,000 others, to the same after 100,000",
    )


def _fill(one: Office, url: str, weeks: int) -> None:
    """The quiet week, and before it `weeks` weeks a hundred times as busy."""
    with one.books.together():
        for number in range(SEEDS):
            one.time.now = MONDAY + timedelta(days=number % 5, minutes=number // 5 * 4)
            _worked(one, one.lead(), number)
    one.time.now = MONDAY + timedelta(weeks=1)
    copy_all(url, SEEDS, weeks * COPIES_A_WEEK, _before)


def _worked(one: Office, handoff: int, number: int) -> None:
    """A fifth each: never answered, rejected, accepted and left, touched, qualified."""
    by = one.sellers[number % len(one.sellers)]
    one.time.now += timedelta(minutes=number % 90)
    kind = number // 5 % 5
    if kind == 1:
        answer.reject(one.desk, handoff, 1, by, "no_need")
    elif kind > 1:
        answer.accept(one.desk, handoff, 1, by)
    one.time.now += timedelta(minutes=number % 70)
    if kind > 2:
        follow_up.contacted(one.desk, handoff, 1, by)
    if kind > 3:
        follow_up.reached(one.desk, handoff, 1, by, Event.SQL)


def _before(n: ColumnElement[int]) -> ColumnElement[int]:
    """A hundred copies to a week, a minute apart; never past the week's Friday."""
    copy = n - 1
    return copy % COPIES_A_WEEK * MINUTE - (copy // COPIES_A_WEEK + 1) * WEEK
