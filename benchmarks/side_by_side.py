"""Two ways measured in turn (A B A B …), so that a busy moment of the machine slows down both."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Pair:
    """Median seconds of one operation on each side, and the median of the rounds' ratios."""

    ours: float
    other: float
    ratio: float  # ours to other


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table. A ratio outside `low` to `high` is not what we publish any more."""

    name: str
    pair: Pair
    low: float
    high: float
    means: str

    @property
    def holds(self) -> bool:
        return self.low <= self.pair.ratio <= self.high


@dataclass(frozen=True, slots=True)
class NotMeasured:
    name: str
    why: str


def side_by_side(
    ours: Callable[[], object],
    other: Callable[[], object],
    rounds: int,
    each: int = 1,
    other_each: int | None = None,
) -> Pair:
    """Both are called once to warm up, then `rounds` times in turn, and each leads in every second
    round. A call does `each` operations; one of the other's `other_each`, where that differs."""
    ours(), other()
    gc.collect()
    pairs = []
    for number in range(rounds):
        if number % 2:
            second = _seconds(other)
            first = _seconds(ours)
        else:
            first = _seconds(ours)
            second = _seconds(other)
        pairs.append((first / each, second / (other_each or each)))
    return Pair(
        median(first for first, _ in pairs),
        median(second for _, second in pairs),
        median(first / second for first, second in pairs),
    )


def repeated(times: int, does: Callable[[], object]) -> Callable[[], None]:
    """What takes microseconds is measured many at a time."""

    def run() -> None:
        for _ in range(times):
            does()

    return run


def _seconds(does: Callable[[], object]) -> float:
    began = time.perf_counter()
    does()
    return time.perf_counter() - began
