"""A sweep of the ladder that finds ten handoffs due, among many that wait and among few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, case

from benchmarks.copies import MINUTE, copy_all
from benchmarks.office import Office, office, sqlite_url
from benchmarks.side_by_side import Figure, side_by_side
from bot.use_cases import escalate

DUE = 10
FEW, MANY = 1_000, 50_000
ROUNDS = 25  # a round is a minute of workspace time, in which ten handoffs fall due
LATER = 60  # minutes after the first: the cards of those that wait throughout


def measure(folder: Path) -> Iterator[Figure]:
    with ExitStack() as stack:
        many, few = (
            _waiting(stack.enter_context(office(url)), url, count)
            for url, count in ((sqlite_url(folder, f"ladder-{n}"), n) for n in (MANY, FEW))
        )
        yield Figure(
            "ladder",
            side_by_side(_sweep(many), _sweep(few), ROUNDS),
            low=0.6,
            high=1.4,
            means="a sweep that finds 10 due among 50,000 waiting, to 10 among 1,000",
        )


def _waiting(one: Office, url: str, count: int) -> Office:
    """Cards posted ten a minute for as long as we sweep, and all the others an hour later."""
    one.leads(DUE)
    copy_all(url, DUE, count // DUE - 1, _posted_later)
    one.time.now = _first_due(one)
    return one


def _posted_later(n: ColumnElement[int]) -> ColumnElement[int]:
    return case((n <= ROUNDS, n), else_=LATER + n % LATER) * MINUTE


def _first_due(one: Office) -> datetime:
    with one.books.reading() as work:
        due = work.handoffs.next_due()
    assert due is not None
    return due


def _sweep(one: Office) -> Callable[[], None]:
    def sweep() -> None:
        moved = escalate.sweep(one.desk)
        assert moved == DUE, f"{moved} handoffs were due, not {DUE}"
        one.time.now += timedelta(minutes=1)

    return sweep
